"""The voices that speak: who they are, their language and licence"""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """A language to look for."""
    parser.add_argument("language", nargs="?", metavar="LANGUAGE", help="only voices of this language, such as en or en-GB")


def run(args: argparse.Namespace) -> int:
    """Print each voice of each synthesizer."""
    from aural.cli.commands._house import table
    from aural.errors import UsageError
    from aural.models import store

    rows: list[tuple[str, ...]] = []
    for entry in store.entries():
        if "synthesizer" not in entry.roles:
            continue
        card = entry.card
        for name, told in card.voices.items():
            language, _, about = told.partition(", ")
            if args.language and not language.lower().startswith(args.language.lower()):
                continue
            takes = "text" if language.startswith("en") else "--phonemes only"
            rows.append((name, language, about, takes, card.name, card.licences.weights.partition(" (")[0], entry.state))
    if not rows:
        raise UsageError(f"no voice speaks {args.language!r:.40}", where="voices", fix="`aural voices` lists all of them")
    print(table(rows, ("voice", "language", "who", "takes", "model", "licence", "state")))
    return 0
