"""Known corpora and how to get them: aural corpora fetch mini_librispeech -o data/"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from aural import find
from aural.cli.commands._house import megabytes, table
from aural.cli.main import say
from aural.cli.shown import progress_of
from aural.errors import UsageError

if TYPE_CHECKING:
    from aural.corpora.sets._corpus import Corpus

_ACTIONS = ("list", "show", "fetch", "rows")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to do, with which corpus."""
    parser.add_argument("action", nargs="?", default="list", choices=_ACTIONS, help="what to do; `list` when not given")
    parser.add_argument("name", nargs="?", metavar="NAME", help="the corpus")
    parser.add_argument("folder", nargs="?", type=Path, metavar="FOLDER", help="for rows: where it lies unpacked")
    parser.add_argument(
        "-o", "--output", type=Path, metavar="PLACE", help="for fetch the folder (default: its name); for rows a .jsonl file"
    )
    parser.add_argument("--only", action="append", default=[], metavar="PART", help="for fetch: archives with this in their name")
    parser.add_argument("--progress", choices=("auto", "bar", "json", "none"), default="auto", help="how a fetch is shown")
    parser.epilog = """
examples:
  aural corpora                                        all that are known, with licences
  aural corpora show fsdd                              where it lies, and what is kept back
  aural corpora fetch mini_librispeech -o data/        fetched, checked, unpacked; goes on where it broke off
  aural corpora rows fsdd data/fsdd -o fsdd.jsonl      a manifest of its rows
  aural train transcribe data/ --recipe ctc_mini_librispeech -o runs/read
"""


def run(args: argparse.Namespace) -> int:
    """Do one action."""
    if args.action == "list":
        print(table([_line(corpus(name)) for name in find.names("corpora/sets")], ("name", "holds", "licence", "to pass on")))
        return 0
    if args.name is None:
        raise UsageError(f"`aural corpora {args.action}` needs a name", fix="`aural corpora` lists what there is")
    known = corpus(args.name)
    if args.action == "show":
        print(told(known))
    elif args.action == "fetch":
        fetch(known, args.output or Path(args.name), args.only, args.progress)
    else:
        rows(known, args.folder, args.output)
    return 0


def corpus(name: str) -> Corpus:
    """The corpus of a page. Raises: UsageError when there is none."""
    found: Corpus = find.page("corpora/sets", name).CORPUS
    return found


def told(known: Corpus) -> str:
    """What is known of a corpus, and how to get it."""
    lines = [f"{known.name}: {known.about}", f"licence: {known.licence} (told by {known.told_by})", f"kept back: {known.held_out}",
             f"what learned from it may {'' if known.ship else 'not '}be passed on", f"source: {known.source}"]  # fmt: skip
    if known.archives:
        lines += [f"  {a.url}  {megabytes(a.size)}{'' if a.sha256 else '  (no checksum is published: its size is checked)'}"
                  for a in known.archives]  # fmt: skip
        lines.append(f"get it: aural corpora fetch {known.name} -o {known.name}/")
    elif known.commit:
        lines.append(
            f"get it: git clone {known.source} {known.name} && git -C {known.name} checkout {known.commit}   ({known.path})"
        )
    else:
        lines.append("get it: from its page, by hand")
    return "\n".join(lines)


def fetch(known: Corpus, folder: Path, only: list[str], shown: str) -> None:
    """Fetch the archives of a corpus into a folder and unpack them there; what is unpacked already is left as it is."""
    from aural.corpora.archives import fetched

    chosen = [a for a in known.archives if not only or any(part in a.url for part in only)]
    if not chosen:
        raise UsageError(f"{known.name} has no archive to fetch" + (f" with {only[0]!r} in its name" if only else ""),
                         fix=f"`aural corpora show {known.name}` tells how to get it")  # fmt: skip
    progress = progress_of(shown)
    try:
        for archive in chosen:
            fetched(archive, folder, progress)
    finally:
        progress.close()
    say(f"{known.name} lies in {folder}; kept back: {known.held_out}")


def rows(known: Corpus, folder: Path | None, output: Path | None) -> None:
    """The rows of an unpacked corpus as a manifest, to a file or to standard output."""
    from aural.corpora.manifest import line_of, write_manifest

    if folder is None:
        raise UsageError(
            "`aural corpora rows` needs the folder", fix=f"aural corpora rows {known.name} {known.name}/ -o rows.jsonl"
        )
    found = find.page("corpora/sets", known.name).rows(folder)
    if output is not None:
        write_manifest(found, output)
        say(f"{len(found)} rows in {output}")
        return
    for clip in found:
        print(line_of(clip, Path.cwd()))


def _line(known: Corpus) -> tuple[str, ...]:
    return known.name, known.about, known.licence, "yes" if known.ship else "no"
