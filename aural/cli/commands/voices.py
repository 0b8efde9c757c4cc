"""The voices that speak: who they are, their language and licence"""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """A language to look for, or a page to listen to."""
    parser.add_argument("language", nargs="?", metavar="LANGUAGE", help="only voices of this language, such as en or en-GB")
    parser.add_argument(
        "--listen", metavar="FILE.html", help="write a page with players: the same texts by several voices, names hidden"
    )
    parser.add_argument(
        "--voice", metavar="NAMES", default="", help="only these: voices, MODEL:VOICE or model folders, with commas"
    )
    parser.add_argument("--texts", metavar="FILE", default="", help="with --listen: a file with one text on each line")


def run(args: argparse.Namespace) -> int:
    """Print each voice of each synthesizer."""
    from aural.cli import listening
    from aural.cli.commands._house import table
    from aural.errors import UsageError
    from aural.models import store

    if args.listen:
        return _listen(args)
    names = _names(args.voice)
    asked = listening.speakers_of(names, store.entries()) if names else []
    rows: list[tuple[str, ...]] = []
    for entry in store.entries():
        if "synthesizer" not in entry.roles:
            continue
        card = entry.card
        for name, told in card.voices.items():
            language, _, about = told.partition(", ")
            if args.language and not language.lower().startswith(args.language.lower()):
                continue
            if asked and not any(s.model == card.name and s.voice in (None, name) for s in asked):
                continue
            takes = "text" if language.startswith("en") else "--phonemes only"
            rows.append((name, language, about, takes, card.name, card.licences.weights.partition(" (")[0], entry.state))
    if not rows:
        what = f"no voice speaks {args.language!r:.40}" if args.language else f"{args.voice:.80} is no voice of this list"
        fix = "`aural voices` lists all of them; a model folder is heard by `aural speak -m`, or beside others with --listen"
        raise UsageError(what, where="voices", fix=fix)
    print(table(rows, ("voice", "language", "who", "takes", "model", "licence", "state")))
    return 0


def _listen(args: argparse.Namespace) -> int:
    """Write the page."""
    from pathlib import Path

    from aural.cli import listening
    from aural.files import refuse_place, write_text
    from aural.models import store

    refuse_place(Path(args.listen))
    speakers = listening.speakers_of(_names(args.voice), store.entries())
    sounds = list(listening.heard(speakers, listening.texts_of(args.texts)))
    write_text(Path(args.listen), listening.page(sounds))
    print(f"{args.listen}: {len(sounds)} sounds of {len(speakers)} voices")
    return 0


def _names(given: str) -> list[str]:
    return [name.strip() for name in given.split(",") if name.strip()]
