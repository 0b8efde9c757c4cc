"""Runs a task that takes text and makes sound: where the text comes from, and where the sound goes."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import os
import struct
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from aural import __version__, progress, settings
from aural.cli import flags, outputs
from aural.cli.addresses import is_address
from aural.cli.main import Parser, parser_of, say
from aural.cli.shown import progress_of
from aural.errors import ExtraMissing, ModelMissing, UsageError, one_line, reason
from aural.files import is_folder
from aural.tasks._written import SOUNDS

_SWITCHES = ("--overwrite", "--quiet", "--offline", "--stream", "--play", "--show-front-end")
_UNKNOWN = 0xFFFFFFFF  # the length in the head of a wav that nobody knows yet


@dataclass(frozen=True)
class Wish:
    """What is written where: format -> path, a sound format or one of a result. Empty: it is only played or streamed."""

    paths: dict[str, Path]

    @property
    def sounds(self) -> dict[str, Path]:
        return {name: path for name, path in self.paths.items() if name in SOUNDS}

    @property
    def results(self) -> dict[str, Path]:
        return {name: path for name, path in self.paths.items() if name not in SOUNDS}


def run_speaking(verb: str, page: Any, arguments: list[str]) -> int:
    """Run `aural speak ...` and give the exit code."""
    options = settings.options_of(page.TASK.options)
    formats = outputs.format_options()
    switches = [*_SWITCHES, *flags.switches_of(options), *flags.switches_of(formats)]
    own = [flag for o in (*options, *formats) for flag in (o.flag, *o.also)]
    given, remarks = flags.normalized(arguments, switches, own)
    args = _parser(verb, page, options, formats).read(given)
    quiet = args.quiet == "true"
    for remark in remarks if not quiet else ():
        say(remark)
    if args.offline == "true":
        os.environ["AURAL_OFFLINE"] = "1"
    values = flags.options_from(args)
    names = {o.name for o in options}
    layers = [settings.from_toml(args.config)] if args.config else []
    chosen = settings.build(page.TASK.options, *layers, {k: v for k, v in values.items() if k in names}, where=verb)
    wish = wish_of(args.format, args.output, stream=args.stream == "true")
    outputs.check_options(tuple(wish.results), values)
    bare = chosen.phonemes is not None and not args.text and args.input is None
    title, text = ("speech", "") if bare else text_of(args.text, args.input, quiet)
    shelf = _shelf(page.TASK, args)
    shown = progress_of(args.progress, quiet)
    try:
        if args.show_front_end == "true":
            return _front_end(text, shelf, chosen)
        if args.stream == "true" or args.output == "-":
            return _stream(text, shelf, chosen, args.format, quiet)
        if args.play == "true" and not wish.paths:
            return _play(text, shelf, chosen, quiet)
        if not wish.paths:
            raise UsageError("nobody would hear it", where=verb, fix="Name a file with -o hello.wav, or give --play or --stream")
        outputs.refuse_targets(list(wish.paths.values()), [args.input] if args.input else [], "the text")
        outputs.refuse_existing(list(wish.paths.values()), outputs.Wish(overwrite=args.overwrite == "true"), skips=False)
        return _write(Run(title, text, shelf, chosen, wish, values, quiet), shown, play=args.play == "true")
    finally:
        shown.close()


@dataclass(frozen=True)
class Run:
    """One text on its way into files."""

    title: str
    text: str
    shelf: Any
    options: Any
    wish: Wish
    values: dict[str, Any]
    quiet: bool


def _parser(verb: str, page: Any, options: Sequence[settings.Option], formats: Sequence[settings.Option]) -> Parser:
    parser = parser_of(verb, page.__doc__)
    parser.add_argument("text", nargs="*", metavar="TEXT", help="what is said; - or nothing reads it from a pipe")
    parser.add_argument("-i", "--input", metavar="FILE", help="say what is in a file: plain text, html or epub")
    parser.add_argument(
        "-o", "--output", metavar="PLACE", help="hello.wav (or flac, mp3, ogg, opus, m4a), a folder, or - for a pipe"
    )
    parser.add_argument(
        "-f",
        "--format",
        metavar="NAMES",
        help="sound and word times, beside one another: mp3,srt,vtt,json,... (default: as -o says)",
    )
    parser.add_argument("-m", "--model", metavar="NAME", help="the synthesizer: a name or a model folder")
    parser.add_argument("--models", metavar="PAIRS", help="other roles, as role=name,role=name")
    parser.add_argument("--device", default="auto", metavar="NAME", help="auto, cpu, cuda, coreml or directml")
    parser.add_argument("--threads", type=int, default=0, metavar="N", help="threads (0 = as many as cores)")
    parser.add_argument("--progress", choices=("auto", "bar", "json", "none"), default="auto", help="how progress is shown")
    parser.add_argument("--config", type=Path, metavar="FILE", help="a TOML file with options of this verb")
    for switch, text in zip(
        _SWITCHES,
        (
            "replace files that exist",
            "no progress, no remarks",
            "never touch the network",
            "write wav (or raw: 16 bits, little-endian) to standard output, sentence by sentence as it is made",
            "play it as it is made",
            "say nothing: print how each word is read, and where its phonemes come from",
        ),
        strict=True,
    ):
        parser.add_argument(switch, default="false", metavar="", help=text)
    flags.add_options(parser, options, "options of this verb")
    own = {o.name for o in options}
    flags.add_options(parser, [o for o in formats if o.name not in own], "options of formats")
    return parser


def wish_of(formats: str | None, place: str | None, *, stream: bool = False) -> Wish:
    """What -f and -o ask for together. Raises: UsageError for what cannot be."""
    if stream and place not in (None, "-"):
        raise UsageError("--stream writes to standard output", where="-o", fix="Leave one of them out")
    if stream or place == "-":
        if formats not in (None, "wav", "raw"):
            raise UsageError(f"a stream cannot be {formats!r}", where="--format", fix="It takes one of: wav, raw")
        return Wish({})
    names = outputs.format_names(formats, sounds=SOUNDS)
    if place is None:
        if names:
            raise UsageError("there is no file to write", where="--format", fix="Name one with -o, such as -o hello.wav")
        return Wish({})
    if is_address(place):
        raise UsageError("speech goes to a file of this machine", where=f"-o {place}", fix="Name a file or a folder here")
    path = Path(place)
    ending = path.suffix.lower().lstrip(".")
    folder = is_folder(path) or place.endswith(("/", os.sep))
    if folder or not ending:
        base = path / "speech" if folder else path
        return Wish(_beside(base, names if set(names) & set(SOUNDS) else ("wav", *names)))
    if ending not in SOUNDS:
        from aural.sound.encode import format_of

        format_of(path)
        raise UsageError(f"speech is not written as .{ending}", where=place, fix=f"Use one of: {', '.join(SOUNDS)}")
    others = tuple(name for name in names if name != ending)
    return Wish({ending: path} | _beside(path.with_suffix(""), others))


def _beside(base: Path, names: Sequence[str]) -> dict[str, Path]:
    ends = {name: f".{name}" if name in SOUNDS else outputs.ending(name) for name in names}
    return {name: base.parent / (base.name + end) for name, end in ends.items()}


def text_of(words: Sequence[str], place: str | None, quiet: bool = False) -> tuple[str, str]:
    """(title, text) from arguments, a file or a pipe. Raises: UsageError when there is none, or two; DataError."""
    from aural.text import books

    if place is not None and place != "-":
        if words:
            raise UsageError("there is a text and a file", where="--input", fix="Give one of them")
        book = books.read(Path(place))
        return book.title, book.text
    if words and list(words) != ["-"]:
        text = " ".join(words)
        if not quiet and len(words) == 1 and " " not in text and _is_file(text):
            say(f"this says the name {one_line(text)!r}; -i {one_line(text)} says what is in the file")
        return "speech", text
    if sys.stdin is None or (sys.stdin.isatty() and not words and place is None):
        raise UsageError("there is no text to say", where="speak", fix='`aural speak "Hello there." -o hello.wav`, or -i book.txt')
    return "speech", books.decoded(sys.stdin.buffer.read(), "standard input")


def _is_file(name: str) -> bool:
    try:
        return Path(name).is_file()
    except OSError:
        return False


def _shelf(task: Any, args: argparse.Namespace) -> Any:
    from aural.cli.runner import DEVICES, models_of
    from aural.models.runtime import Runtime
    from aural.models.shelf import Shelf
    from aural.tasks import _call

    if args.device not in DEVICES:
        raise UsageError(f"there is no device {args.device!r}", where="--device", fix=f"It takes one of: {', '.join(DEVICES)}")
    shown = progress_of(args.progress, args.quiet == "true")
    models = models_of(args.models)
    choices, named = _call.choose(task, args.model, models), _call.named(task, args.model, models)
    return Shelf(choices, Runtime(args.device, args.threads), shown, named=named)


def _front_end(text: str, shelf: Any, options: Any) -> int:
    """Print how each word of the text is read."""
    from aural.cli.commands._house import table
    from aural.tasks import _speaking
    from aural.text import front_end

    head = ("written", "kind", "said", "phonemes", "from")
    text, script = _speaking.written(text, options)
    if not text.strip():
        raise UsageError("there is no text to say", where="speak", fix="Give words in English letters or digits")
    for note in script.notes:
        say(note)
    with _speaking.pronouncer(shelf, options) as pronouncer:
        for line in front_end.lines(text, pronouncer, script):
            print(table(_speaking.explained(line.tokens, text), head))
            head = ("", "", "", "", "")
            if line.dropped:
                print("not said: " + " ".join(repr(text[a:b]) for a, b in line.dropped))
            if silent := front_end.soundless(text, line):
                print("without a sound: " + " ".join(one if one.isprintable() else repr(one)[1:-1] for one in silent))
    return 0


def _said(text: str, shelf: Any, options: Any, begin: Callable[[int], Callable[[np.ndarray], None]], quiet: bool) -> int:
    """Say a text into what `begin(sample rate)` gives; tells what was left out."""
    from aural.tasks import _speaking, speak

    dropped: list[str] = []
    remarks: list[str] = []
    spoken = False
    with _speaking.reader(text, shelf, options) as reader:
        out = begin(reader.sample_rate)
        for piece in reader.pieces(early=True):
            dropped += piece.dropped
            remarks += [piece.remark] if piece.remark else []
            if piece.segment is not None:
                spoken = True
                out(piece.samples)
        notes = (*reader.notes, *speak.left_out(dropped), *remarks)
    if not spoken:
        raise speak.nothing(text)
    for note in notes if not quiet else ():
        say(note)
    return 0


def _stream(text: str, shelf: Any, options: Any, form: str | None, quiet: bool) -> int:
    if sys.stdout.isatty():
        raise UsageError("a terminal cannot print sound", where="--stream", fix="Send it on: aural speak ... --stream | aplay")

    def begin(sample_rate: int) -> Callable[[np.ndarray], None]:
        out = sys.stdout.buffer
        if form != "raw":
            out.write(wav_head(sample_rate))

        def write(samples: np.ndarray) -> None:
            out.write(np.clip(np.rint(samples * 32768), -32768, 32767).astype("<i2").tobytes())
            out.flush()

        return write

    return _said(text, shelf, options, begin, quiet)


def wav_head(sample_rate: int) -> bytes:
    """The head of a mono wav in 16 bits whose length nobody knows yet."""
    form = struct.pack("<IHHIIHH", 16, 1, 1, sample_rate, 2 * sample_rate, 2, 16)
    return b"RIFF" + struct.pack("<I", _UNKNOWN) + b"WAVEfmt " + form + b"data" + struct.pack("<I", _UNKNOWN)


def _play(text: str, shelf: Any, options: Any, quiet: bool) -> int:
    with contextlib.ExitStack() as stack:
        return _said(text, shelf, options, lambda rate: stack.enter_context(speaker(rate)), quiet)


@contextlib.contextmanager
def speaker(sample_rate: int) -> Iterator[Callable[[np.ndarray], None]]:
    """What plays samples [T], one block after the other. Raises: ExtraMissing, ModelMissing without an audio device."""
    try:
        import sounddevice
    except ImportError as error:
        raise ExtraMissing("playing needs the extra mic", fix='pip install "aural[mic]", or write a file with -o') from error
    except OSError as error:
        raise ModelMissing(f"the system's audio library is missing ({reason(error)})", fix="Write a file with -o") from error
    try:
        with sounddevice.OutputStream(sample_rate, channels=1, dtype="float32") as out:
            yield lambda samples: out.write(np.ascontiguousarray(samples[:, None], np.float32))
    except sounddevice.PortAudioError as error:
        raise ModelMissing(f"there is nothing to play on ({reason(error)})", fix="Write a file with -o") from error


def _write(run: Run, shown: progress.Progress, play: bool) -> int:
    """Say a text into files; a run that was stopped goes on with the sentence where it stood."""
    from aural.cli.resumed import Work
    from aural.tasks import _speaking, speak

    with contextlib.ExitStack() as stack:
        reader = stack.enter_context(_speaking.reader(run.text, run.shelf, run.options))
        work = stack.enter_context(Work(_key(run, reader)))
        loud = stack.enter_context(speaker(reader.sample_rate)) if play else None
        if work.done and not run.quiet:
            say(f"going on behind sentence {work.done}, where an earlier run was stopped")
        for piece in reader.pieces(work.done):
            work.append(piece)
            if loud is not None and len(piece.samples):
                loud(piece.samples)
            shown.step(piece.end, len(reader.text), "speak", "characters")
        shown.close()
        if not work.length:
            work.remove()
            raise speak.nothing(run.text)
        made_by = {"synthesizer": reader.model, "voice": reader.voice}
        _deliver(run, work, reader, made_by)
        work.remove()
    if not run.quiet:
        for note in (*reader.notes, *speak.left_out(work.dropped), *work.remarks):
            say(note)
    return 0


def _key(run: Run, reader: Any) -> dict[str, Any]:
    """All that the samples depend on."""
    own = Path(run.options.lexicon).read_text(encoding="utf-8-sig") if run.options.lexicon else ""
    told = {"text": run.text, "voice": reader.voice, "lexicon": own, "version": __version__}
    # A model that was trained anew keeps its name: the hashes of its files tell that it is another.
    told |= {"models": run.shelf.choices, "weights": {role: dict(card.files) for role, card in run.shelf.cards.items()}}
    return told | {k: v for k, v in dataclasses.asdict(run.options).items() if k != "lexicon"}


def _deliver(run: Run, work: Any, reader: Any, made_by: dict[str, Any]) -> None:
    from aural.results import Recording, Result
    from aural.sound.encode import Writer
    from aural.tasks import _speaking
    from aural.tasks._speech import tags

    told = tags(made_by) | ({"title": run.title} if run.title != "speech" else {})
    for path in run.wish.sounds.values():
        with Writer(path, reader.sample_rate, 1, tags=told) as out:
            for block in work.blocks():
                out.write(block)
    if run.wish.results:
        segments = tuple(_speaking.moved(segment, start) for segment, start in work.segments(reader.sample_rate))
        recording = Recording(run.title, work.length / reader.sample_rate, reader.sample_rate, 1)
        result = Result(recording, made_by, reader.language, segments=segments)
        for name, path in run.wish.results.items():
            outputs.put(outputs.render(result, name, None, run.values), path)
    for path in run.wish.paths.values():
        print(one_line(str(path)))
