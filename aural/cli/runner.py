"""Runs a task over the recordings of a command line, in one or several processes."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import functools
import os
import sys
from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aural import find, settings
from aural.cli import flags, gathered, outputs, processes
from aural.cli.addresses import Target, was_there
from aural.cli.inputs import Input, expand
from aural.cli.main import Parser, parser_of, say
from aural.cli.processes import Note, Plan
from aural.cli.shown import progress_of
from aural.errors import UnreadableSound, UsageError, one_line
from aural.progress import Progress

_SWITCHES = ("--overwrite", "--skip-existing", "--quiet", "--offline")
MOST_THREADS = 1024  # as models/runtime.py, which costs a second to import
DEVICES = ("auto", "cpu", "cuda", "coreml", "directml")
_FIT = 900  # MiB that one process with the default recognizer needs


@dataclass(frozen=True)
class Job:
    """All that a process needs to hear recordings: names and options, nothing that is open."""

    verb: str
    options: Any
    choices: dict[str, str]
    device: str
    threads: int
    wish: outputs.Wish
    channels: str = "mix"
    settings: dict[str, Any] = field(default_factory=dict)
    quiet: bool = False
    text: str | Path | None = None


def run_task(verb: str, arguments: list[str]) -> int:
    """Run `aural VERB ...` for a task page and give the exit code."""
    page = find.page("tasks", verb)
    if page.TASK.takes == "text":
        from aural.cli.speaking import run_speaking

        return run_speaking(verb, page, arguments)
    options = settings.options_of(page.TASK.options)
    formats = outputs.format_options() if page.TASK.writes is None else ()
    live = ("--stream",) if page.TASK.live is not None else ()
    switches = [*_SWITCHES, *live, *flags.switches_of(options), *flags.switches_of(formats)]
    own = [flag for o in (*options, *formats) for flag in (o.flag, *o.also)]
    given, remarks = flags.normalized(arguments, switches, own)
    args = _parser(verb, page, options, formats).read(given)
    if args.quiet != "true":
        for remark in remarks:
            say(remark)
    if args.offline == "true":
        os.environ["AURAL_OFFLINE"] = "1"
    return _dispatch(_job(verb, page.TASK, args), page.TASK, args)


def _parser(verb: str, page: Any, options: Sequence[settings.Option], formats: Sequence[settings.Option]) -> Parser:
    parser = parser_of(verb, page.__doc__)
    takes = page.TASK.takes
    if takes == "pair":
        parser.add_argument("audio", nargs=2, metavar="AUDIO", help="two recordings")
    elif takes == "name and source":
        parser.add_argument("name", nargs="?", help="whose voice it is")
        parser.add_argument("audio", nargs="*", metavar="AUDIO", help="recordings of that voice")
    elif takes == "source and text":
        parser.add_argument("audio", nargs=1, metavar="AUDIO", help="a recording, - for a pipe, or sample:NAME")
        parser.add_argument("text", metavar="TEXT", help="a file with the text, or the text itself")
    else:
        many = "files, folders, globs, - for a pipe, or sample:NAME"
        parser.add_argument("audio", nargs="*" if page.TASK.spare else "+", metavar="AUDIO", help=many)
    usual = "" if page.TASK.writes else f" (a folder without -f gets {', '.join(outputs.USUAL)})"
    known = page.TASK.writes or ("srt", "vtt", "json", "html", "txt", "...")
    parser.add_argument(
        "-f", "--format", "--output-format", dest="format", metavar="NAMES", help=f"{','.join(known)}, or all (several with commas)"
    )
    parser.add_argument(
        "-o",
        "--output-dir",
        "--output",
        dest="output",
        metavar="PLACE",
        help=f"folder for results, or one file (all.jsonl and all.parquet hold many recordings); - prints them{usual}",
    )
    if page.TASK.main_role:
        role = page.TASK.main_role.replace("_", " ")
        parser.add_argument("-m", "--model", metavar="NAME", help=f"the {role}: a name, a model folder, or org/name")
    parser.add_argument("--models", metavar="PAIRS", help="other roles, as role=name,role=name")
    parser.add_argument("--device", default="auto", metavar="NAME", help="auto, cpu, cuda, coreml or directml")
    parser.add_argument("--threads", type=_count, default=0, metavar="N", help="threads of one process (0 = as many as cores)")
    parser.add_argument("--jobs", type=_count, default=0, metavar="N", help="processes for many files (0 = as fits the machine)")
    parser.add_argument("--cluster", metavar="WHERE", help="hear many files on a Ray cluster: auto, or HOST:PORT; --jobs = workers")
    parser.add_argument(
        "--ledger",
        type=Path,
        metavar="FILE",
        help="note what is done: the same line again goes on (`aural jobs FILE` shows it)",
    )
    parser.add_argument("--channels", choices=("mix", "split"), default="mix", help="split hears each channel on its own")
    parser.add_argument("--progress", choices=("auto", "bar", "json", "none"), default="auto", help="how progress is shown")
    parser.add_argument("--config", type=Path, metavar="FILE", help="a TOML file with options of this verb")
    for switch, text in zip(
        _SWITCHES,
        ("replace results that exist", "leave recordings that have results", "no progress, no remarks", "never touch the network"),
        strict=True,
    ):
        parser.add_argument(switch, default="false", metavar="", help=text)
    if page.TASK.live is not None:
        stream = "one JSON object a line while it is still said (- for a pipe; -f txt: the final texts alone, -f vtt: captions)"
        parser.add_argument("--stream", default="false", metavar="", help=stream)
        parser.add_argument("--raw", type=_count_of_hz, metavar="HZ", help="with --stream: the pipe holds bare 16-bit mono samples")
    short: dict[str, tuple[str, ...]] = {"language": ("-l",)}
    flags.add_options(parser, [_short(o, short) for o in options], "options of this verb")
    own = {o.name for o in options}
    flags.add_options(parser, [o for o in formats if o.name not in own], "options of formats")
    return parser


def _count(text: str) -> int:
    """A number of threads or processes. Raises: ArgumentTypeError for none that a machine has."""
    try:
        number = int(text)
    except ValueError:
        number = -1
    if not 0 <= number <= MOST_THREADS:
        raise argparse.ArgumentTypeError(f"it takes a whole number from 0 to {MOST_THREADS}, not {text!r}")
    return number


def _count_of_hz(text: str) -> int:
    """A sample rate. Raises: ArgumentTypeError for one that no recording has."""
    if not text.isdecimal() or not 1000 <= int(text) <= 768_000:
        raise argparse.ArgumentTypeError(f"it takes 1000 to 768000 Hz, not {text!r}")
    return int(text)


def _short(option: settings.Option, short: dict[str, tuple[str, ...]]) -> settings.Option:
    return dataclasses.replace(option, also=(*option.also, *short.get(option.name, ())))


def _job(verb: str, task: Any, args: argparse.Namespace) -> Job:
    choose = find.attribute("tasks._call", "choose")
    given = flags.options_from(args)
    layers = [settings.from_toml(args.config)] if args.config else []
    own = {o.name for o in settings.options_of(task.options)}
    chosen = {name: value for name, value in given.items() if name in own}
    options = settings.build(task.options, *layers, chosen, where=verb)
    models = models_of(args.models)
    asked = outputs.wish_of(args.format, args.output, task.writes)
    wish = dataclasses.replace(asked, overwrite=args.overwrite == "true", skip_existing=args.skip_existing == "true")
    outputs.check_options(wish.formats if task.writes is None else (), given)
    choices = choose(task, getattr(args, "model", None), models)
    if args.device not in DEVICES:
        raise UsageError(f"there is no device {args.device!r}", where="--device", fix=f"It takes one of: {', '.join(DEVICES)}")
    text = _text(args.text) if task.takes == "source and text" else None
    if text is not None and args.channels == "split":
        raise UsageError("one text is laid over all channels together", where="--channels split")
    return Job(verb, options, choices, args.device, args.threads, wish, args.channels, given, args.quiet == "true", text)


def _text(given: str) -> str | Path:
    """A file of that name, or the text itself. Raises: UsageError for the name of a file that is not there."""
    path = Path(given)
    if len(given) < 1024 and path.is_file():
        return path
    if path.suffix in (".txt", ".text", ".md") and " " not in given:
        raise UsageError("there is no such file", where=given, fix="Give a file with the text, or the text itself")
    return given


def models_of(told: str | None) -> dict[str, str]:
    """Role -> model, from role=name,role=name. Raises: UsageError for anything else, or two models for one role."""
    found: dict[str, str] = {}
    for text in (told or "").split(","):
        role, equals, name = (part.strip() for part in text.partition("="))
        if text.strip() and not (equals and role):
            raise UsageError(f"--models takes role=name, not {text!r}")
        if found.setdefault(role, name) != name:
            raise UsageError(f"{found[role]} and {name} both name the {role}", where="--models", fix="Leave one of them out")
    return {role: name for role, name in found.items() if role}


def _dispatch(job: Job, task: Any, args: argparse.Namespace) -> int:
    shown = progress_of(args.progress, args.quiet == "true")
    if task.takes in ("pair", "name and source", "sources") or not args.audio:
        from aural.cli.single import run_single

        if args.ledger is not None:
            raise UsageError("this verb gives one answer to all of its recordings", where="--ledger", fix="Leave it out")
        return run_single(job, task, args, shown)
    if task.live is not None and args.stream == "true":
        from aural.cli.streaming import run_stream

        return run_stream(job, task, args)
    if "png" in job.wish.formats and job.wish.folder == "-" and sys.stdout.isatty():
        raise UsageError("a picture is nothing that a terminal can print", fix="Write it with -o NAME.png")
    code = _heard(job, task, args, shown)
    if job.wish.gathered:
        print(one_line(str(job.wish.file)))
    return code


def _heard(job: Job, task: Any, args: argparse.Namespace, shown: Progress) -> int:
    """Hear the recordings, one after the other or many at once; a file for all answers is whole when this returns."""
    inputs = _inputs(task, args.audio)
    plan = outputs.targets(inputs, job.wish, task.writes)
    with contextlib.ExitStack() as stack:
        inputs, note = _left(job, inputs, plan, args, stack)
        if args.cluster is not None and inputs:
            return processes.on_cluster(job, inputs, plan, processes.Crew(args.cluster, args.jobs), shown, note)
        jobs = _processes(args.jobs, len(inputs))
        if jobs > 1:
            return processes.in_processes(job, inputs, plan, jobs, shown, note)
        return processes.in_turn(job, inputs, plan, shown, note)


def _inputs(task: Any, given: list[str]) -> list[Input]:
    """The recordings. Raises: UnreadableSound; where a verb takes words, too, and words were given, it tells by which option."""
    try:
        return expand(given)
    except UnreadableSound as error:
        spare = next((o for o in settings.options_of(task.options) if o.name == task.spare and not o.file), None)
        if spare is None or any(Path(word).suffix or len(Path(word).parts) != 1 for word in given):
            raise
        fix = f'{error.fix}{"" if error.fix.endswith("?") else "."} A text is given as {spare.flag} "{" ".join(given)[:80]}"'
        raise UnreadableSound(error.what, where=error.where, fix=fix) from error


def _left(
    job: Job, inputs: list[Input], plan: Plan, args: argparse.Namespace, stack: contextlib.ExitStack
) -> tuple[list[Input], Note]:
    """The recordings that are to be heard, and who is told what became of them: a file for all answers first, then the ledger."""
    every, notes, wish = len(inputs), list[Note](), job.wish
    file = rows = None
    if wish.gathered and wish.file is not None:
        file = stack.enter_context(gathered.opened(wish.file, args.ledger is not None or wish.skip_existing, wish.overwrite))
        rows = file.before()
        notes.append(functools.partial(_add, file))
    if wish.skip_existing:
        inputs = [i for i in inputs if not _is_there(plan[i.place], i.place, rows)]
        if len(inputs) < every and not job.quiet:
            say(f"{every - len(inputs)} of {every} recordings have their results already and are left")
    if args.ledger is not None:
        from aural.cli import ledger

        book = stack.enter_context(ledger.opened(args.ledger))
        asked, inputs = len(inputs), book.begin(job, inputs, plan, rows)
        notes.append(functools.partial(book.end, job))
        if len(inputs) < asked and not job.quiet:
            say(f"{asked - len(inputs)} of {asked} recordings are done in {args.ledger} and are left")
    if file is not None:
        again = {i.place for i in inputs}
        file.keep(lambda place: place not in again)

    def note(one: Input, outcome: str | bytes | Exception) -> None:
        for tell in notes:
            tell(one, outcome)

    return inputs, note


def _is_there(paths: dict[str, Target], place: str, rows: Container[str] | None) -> bool:
    """True where a recording has all of its results."""
    return place in rows if rows is not None else bool(paths) and all(was_there(p) for p in paths.values())


def _add(file: gathered.Gathered, one: Input, outcome: str | bytes | Exception) -> None:
    if isinstance(outcome, str):
        file.add(gathered.line_of(one.place, outcome))


def _processes(asked: int, files: int) -> int:
    if asked:
        return max(1, min(asked, files))
    if files < 4:
        return 1
    return max(1, min(files, os.cpu_count() or 1, _free_memory() // _FIT))


def _free_memory() -> int:
    """MiB that can be had, or a careful guess where the system does not tell."""
    try:
        return int(os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**20)
    except (AttributeError, ValueError, OSError):
        return 4 * _FIT
