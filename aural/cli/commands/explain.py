"""What a word of the field means, and the command that shows it"""

from __future__ import annotations

import argparse
import textwrap
import tomllib
from functools import cache
from importlib.resources import files

from aural import find
from aural.errors import UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words to explain."""
    parser.add_argument("term", nargs="*", help="a word such as mel, SNR or diarization; without one, all are listed")


def run(args: argparse.Namespace) -> int:
    """Print one explanation, or the list of words."""
    if not args.term:
        whole = (name.replace(" ", "\N{NO-BREAK SPACE}") for name in sorted(glossary()))
        lines = textwrap.fill("  ".join(whole), 100, break_on_hyphens=False, break_long_words=False)
        print(lines.replace("\N{NO-BREAK SPACE}", " "))
        return 0
    print(explanation(" ".join(args.term)))
    return 0


@cache
def glossary() -> dict[str, dict[str, str]]:
    """Word -> says, formula, try."""
    return tomllib.loads(files("aural.cli").joinpath("glossary.toml").read_text(encoding="utf-8"))


def explanation(term: str) -> str:
    """The explanation of one word. Raises: UsageError when it is not in the glossary; names the nearest."""
    known = {name.replace("-", " "): name for name in glossary()}
    asked = term.lower().replace("-", " ").strip()
    if asked not in known:
        near = find.nearest(asked, known)
        fix = f"Did you mean {near!r}?" if near else "`aural explain` lists the words"
        raise UsageError(f"{term!r} is not in the glossary", fix=fix)
    entry = glossary()[known[asked]]
    lines = [f"{known[asked]}: {textwrap.fill(entry['says'], 100)}"]
    lines += [f"  formula  {entry['formula']}"] if "formula" in entry else []
    lines += [f"  try      {entry['try']}"] if "try" in entry else []
    return "\n".join(lines)
