"""Turn a result file into other formats: aural convert talk.json -f srt,html"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aural.results import Result

_CUE_FLAGS = ("preset", "max_line_width", "max_line_count", "max_words_per_line", "highlight_words", "word_times", "times", "part")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument(
        "files", nargs="+", metavar="FILE", help="results in any format that aural reads, also all.jsonl of many; - for a pipe"
    )
    parser.add_argument("-f", "--format", required=True, metavar="NAMES", help="formats to write, such as srt,html, or all")
    parser.add_argument("-o", "--output-dir", "--output_dir", metavar="DIR", help="folder; - prints (default: beside the file)")
    parser.add_argument("--from", dest="source", metavar="NAME", help="format of the files, where their endings do not tell")
    parser.add_argument("--audio", metavar="FILE", help="the recording, for the sound, waveform and spectrum of the html page")
    parser.add_argument("--overwrite", action="store_true", help="replace files that exist")
    cues = parser.add_argument_group("subtitles")
    cues.add_argument("--preset", metavar="subtitles|broadcast|whisper", help="limits of subtitle cues (default: subtitles)")
    cues.add_argument("--max-line-width", "--max_line_width", metavar="N", help="longest line in characters")
    cues.add_argument("--max-line-count", "--max_line_count", metavar="N", help="most lines in a cue")
    cues.add_argument("--max-words-per-line", "--max_words_per_line", metavar="N", help="most words in a line")
    switch: dict[str, Any] = {"nargs": "?", "const": "true", "metavar": "true|false"}
    cues.add_argument("--highlight-words", "--highlight_words", help="underline each word while it is said", **switch)
    cues.add_argument("--word-times", "--word_times", help="vtt, lrc: times of the words inside a cue", **switch)
    parser.add_argument("--times", help="txt: the time before each paragraph", **switch)
    parser.add_argument("--part", metavar="NAME", help="audacity: segments, words, turns, events or speech")


def run(args: argparse.Namespace) -> int:
    """Convert every file; one that fails does not stop the others."""
    import sys

    from aural.errors import EXIT_SOME_FAILED, AuralError, UsageError

    formats = _formats(args.format)
    if args.audio and (len(args.files) > 1 or any(_is_gathered(place) for place in args.files)):
        raise UsageError("one recording cannot belong to several results", where="--audio", fix="Convert them one by one")
    failed: list[AuralError] = []
    for place in args.files:
        try:
            _convert(place, formats, args)
        except AuralError as error:
            failed.append(error)
            print(f"aural: {error}", file=sys.stderr)
    if not failed:
        return 0
    return failed[0].exit_code if len(args.files) == 1 else EXIT_SOME_FAILED


def _convert(place: str, formats: tuple[str, ...], args: argparse.Namespace) -> None:
    from aural.cli import results_io

    if _is_gathered(place) and args.source is None:
        for stem, result in results_io.many(place):
            _write(result, {name: _beside(place, stem, name, args.output_dir) for name in formats}, args)
        return
    result, source = results_io.read(place, args.source)
    _write(result, {name: _target(place, name, source, args.output_dir) for name in formats}, args)


def _is_gathered(place: str) -> bool:
    """True for a file that holds the results of many recordings."""
    from aural.cli.gathered import ENDINGS

    return place.lower().endswith(ENDINGS)


def _write(result: Result, targets: dict[str, Path | None], args: argparse.Namespace) -> None:
    """One result in each format, to a file or, where it has none, to standard output."""
    import sys

    from aural.cli import outputs, results_io
    from aural.errors import UsageError
    from aural.formats._holds import lost

    media = _media(args.audio, result) if args.audio and "html" in targets else None
    written = [path for path in targets.values() if path is not None]
    outputs.refuse_targets(written, [])
    for there in written:
        if not args.overwrite and there.exists():
            raise UsageError("this file exists already", where=str(there), fix="--overwrite replaces it")
    for name, path in targets.items():
        from aural import find

        page = find.page("formats", name)
        results_io.put(page.write(result, media=media, options=_options(page, args)), path)
        missing = lost(result, page.HOLDS)
        if path is not None:
            print(f"{path}" + (f"  (without {', '.join(missing)})" if missing else ""))
        elif missing:
            print(f"aural: {name} is without {', '.join(missing)}", file=sys.stderr)


def _beside(place: str, stem: Path, name: str, folder: str | None) -> Path | None:
    """Where one format of one result of many goes; None prints."""
    from aural import find

    ending = find.page("formats", name).EXTENSION
    top = Path(folder) if folder is not None else Path(place).parent
    return None if folder == "-" else top / stem.parent / f"{stem.name}{ending}"


def _target(place: str, name: str, source: str, folder: str | None) -> Path | None:
    """Where one format goes; None prints. A file is never written over itself."""
    from aural import find
    from aural.errors import UsageError

    if folder == "-" or (place == "-" and folder is None):
        return None
    ending = find.page("formats", name).EXTENSION
    given = Path(place if place != "-" else "result")
    own = find.page("formats", source).EXTENSION
    stem = given.name[: -len(own)] if given.name.lower().endswith(own.lower()) else given.stem
    path = (Path(folder) if folder is not None else given.parent) / f"{stem}{ending}"
    if place != "-" and path.resolve() == given.resolve():
        raise UsageError("this would write the file over itself", where=str(path), fix="Choose another folder with -o")
    return path


def _formats(text: str) -> tuple[str, ...]:
    from aural.cli.outputs import format_names
    from aural.errors import UsageError

    names = format_names(text)
    if not names:
        raise UsageError("no format was given", where="--format", fix="Give one such as srt, or all")
    return names


def _options(page: Any, args: argparse.Namespace) -> Any:
    """The page's options from the flags; those of other formats do not matter to it."""
    from aural.settings import build, options_of

    kind = vars(page).get("Options")
    if kind is None:
        return None
    known = {o.name for o in options_of(kind)}
    given = {name: value for name in _CUE_FLAGS if name in known and (value := getattr(args, name)) is not None}
    return build(kind, given)


def _media(audio: str, result: Result) -> Any:
    from aural import find

    source = find.attribute("sound.source", "Source")(audio if audio == "-" else Path(audio))
    return find.attribute("tasks._media", "media")(source, result)
