"""Runs a task over the recordings of a command line, in one or several processes."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from aural import find, progress, settings
from aural.cli import flags, outputs
from aural.cli.inputs import Input, expand, interactive
from aural.cli.main import Parser
from aural.errors import EXIT_SOME_FAILED, AuralError, UsageError

_SWITCHES = ("--overwrite", "--skip-existing", "--quiet", "--offline")
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


def run_task(verb: str, arguments: list[str]) -> int:
    """Run `aural VERB ...` for a task page and give the exit code."""
    page = find.page("tasks", verb)
    options = settings.options_of(page.TASK.options)
    switches = [*_SWITCHES, *flags.switches_of(options), *flags.switches_of(outputs.format_options())]
    given, remarks = flags.normalized(arguments, switches)
    parser = _parser(verb, page, options)
    args = parser.parse_args(given)
    for remark in remarks:
        print(f"aural: {remark}", file=sys.stderr)
    if args.offline == "true":
        os.environ["AURAL_OFFLINE"] = "1"
    job = _job(verb, page.TASK, args)
    return _dispatch(job, page.TASK, args)


def _parser(verb: str, page: Any, options: Sequence[settings.Option]) -> argparse.ArgumentParser:
    parser = Parser(prog=f"aural {verb}", description=page.__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    takes = page.TASK.takes
    if takes == "pair":
        parser.add_argument("audio", nargs=2, metavar="AUDIO", help="two recordings")
    elif takes == "name and source":
        parser.add_argument("name", nargs="?", help="whose voice it is")
        parser.add_argument("audio", nargs="*", metavar="AUDIO", help="recordings of that voice")
    else:
        parser.add_argument("audio", nargs="+", metavar="AUDIO", help="files, folders, globs, - for a pipe, or sample:NAME")
    parser.add_argument(
        "-f", "--format", "--output-format", dest="format", help="srt,vtt,json,html ... or all (several with commas)"
    )
    parser.add_argument(
        "-o", "--output-dir", "--output", dest="output", help="folder for results (for pictures: the file); - prints them"
    )
    if page.TASK.main_role:
        parser.add_argument(
            "-m", "--model", help=f"the {page.TASK.main_role.replace('_', ' ')}: a name, a model folder, or org/name"
        )
    parser.add_argument("--models", help="other roles, as role=name,role=name")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, coreml or directml")
    parser.add_argument("--threads", type=int, default=0, help="threads of one process (0 = as many as cores)")
    parser.add_argument("--jobs", type=int, default=0, help="processes for many files (0 = as fits the machine)")
    parser.add_argument("--channels", choices=("mix", "split"), default="mix", help="split hears each channel on its own")
    parser.add_argument("--progress", choices=("auto", "bar", "json", "none"), default="auto", help="how progress is shown")
    parser.add_argument("--config", type=Path, help="a TOML file with options of this verb")
    for switch, text in zip(
        _SWITCHES,
        ("replace results that exist", "leave recordings that have results", "no progress, no remarks", "never touch the network"),
        strict=True,
    ):
        parser.add_argument(switch, default="false", metavar="", help=text)
    short: dict[str, tuple[str, ...]] = {"language": ("-l",)}
    flags.add_options(parser, [_short(o, short) for o in options], "options of this verb")
    own = {o.name for o in options}
    flags.add_options(parser, [o for o in outputs.format_options() if o.name not in own], "options of formats")
    return parser


def _short(option: settings.Option, short: dict[str, tuple[str, ...]]) -> settings.Option:
    import dataclasses

    return dataclasses.replace(option, also=(*option.also, *short.get(option.name, ())))


def _job(verb: str, task: Any, args: argparse.Namespace) -> Job:
    choose = find.attribute("tasks._call", "choose")
    given = flags.options_from(args)
    layers = [settings.from_toml(args.config)] if args.config else []
    own = {o.name for o in settings.options_of(task.options)}
    chosen = {name: value for name, value in given.items() if name in own}
    options = settings.build(task.options, *layers, chosen, where=f"aural {verb}")
    models = dict(_pair(p) for p in (args.models or "").split(",") if p)
    wish = outputs.Wish(
        outputs.format_names(args.format, task.writes), args.output, args.overwrite == "true", args.skip_existing == "true"
    )
    return Job(
        verb, options, choose(task, getattr(args, "model", None), models), args.device, args.threads, wish, args.channels, given
    )


def _pair(text: str) -> tuple[str, str]:
    role, equals, name = text.partition("=")
    if not equals:
        raise UsageError(f"--models takes role=name, not {text!r}")
    return role.strip(), name.strip()


def _dispatch(job: Job, task: Any, args: argparse.Namespace) -> int:
    shown = _progress(args)
    if task.takes in ("pair", "name and source", "sources"):
        from aural.cli.single import run_single

        return run_single(job, task, args, shown)
    inputs = expand(args.audio)
    plan = _plan(job, inputs)
    if job.wish.skip_existing:
        inputs = [i for i in inputs if not plan[i.place] or not all(p.exists() for p in plan[i.place].values())]
    jobs = _processes(args.jobs, len(inputs))
    if jobs > 1:
        return _in_processes(job, inputs, plan, jobs, shown)
    return _in_turn(job, inputs, plan, shown)


def _progress(args: argparse.Namespace) -> progress.Progress:
    if args.progress == "none" or args.quiet == "true" or (args.progress == "auto" and not interactive()):
        return progress.Quiet()
    return progress.JsonLines() if args.progress == "json" else progress.Bar()


def _plan(job: Job, inputs: Sequence[Input]) -> dict[str, dict[str, Path]]:
    if not job.wish.formats or job.wish.folder == "-":
        return {i.place: {} for i in inputs}
    writes = find.page("tasks", job.verb).TASK.writes
    endings = [outputs.ending(name, writes) for name in job.wish.formats]
    return outputs.targets(inputs, endings, job.wish.folder)


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


def _in_turn(job: Job, inputs: Sequence[Input], plan: dict[str, dict[str, Path]], shown: progress.Progress) -> int:
    failed: list[AuralError] = []
    for one in inputs:
        try:
            text = hear(job, one, plan[one.place], shown)
        except AuralError as error:
            _report(error, shown)
            failed.append(error)
            continue
        _print(text, one, len(inputs))
    return _code(failed, len(inputs))


def _in_processes(job: Job, inputs: Sequence[Input], plan: dict[str, dict[str, Path]], jobs: int, shown: progress.Progress) -> int:
    """Hear recordings in spawned processes; results are printed in the order of the inputs."""
    import dataclasses

    job = dataclasses.replace(job, threads=job.threads or max(1, (os.cpu_count() or 1) // jobs))
    _fetch_first(job, shown)
    failed: list[AuralError] = []
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        futures = {pool.submit(hear, job, one, plan[one.place], progress.Quiet()): one for one in inputs}
        texts: dict[str, str] = {}
        try:
            for done, future in enumerate(as_completed(futures), 1):
                one = futures[future]
                try:
                    texts[one.place] = future.result()
                except AuralError as error:
                    _report(error, shown)
                    failed.append(error)
                shown.step(done, len(inputs), f"aural {job.verb}", "files")
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    shown.close()
    for one in inputs:
        if one.place in texts:
            _print(texts[one.place], one, len(inputs))
    return _code(failed, len(inputs))


def _fetch_first(job: Job, shown: progress.Progress) -> None:
    """Fetch in one process what all will open, so that they do not wait for one another."""
    from aural.models import store

    needed = set(find.page("tasks", job.verb).TASK.roles) - {"gender"}
    for role, name in job.choices.items():
        if role in needed:
            store.ensure(name, role, shown)


def hear(job: Job, one: Input, paths: dict[str, Path], shown: progress.Progress) -> str:
    """Run the job on one recording; writes its files and gives what is to be printed."""
    from aural.models.runtime import Runtime
    from aural.models.shelf import Shelf
    from aural.tasks import _call

    outputs.refuse_existing(list(paths.values()), job.wish)
    task = find.page("tasks", job.verb).TASK
    source = _call.as_source(_place(one, shown))
    shelf = Shelf(job.choices, Runtime(job.device, job.threads), shown)
    runner = _split if job.channels == "split" else _call.run
    answer = runner(task, source, job.options, shelf, shown)
    media = None
    if "html" in job.wish.formats and task.writes is None:
        from aural.tasks import _media

        voices = task.places(source, shelf, job.options, shown) if task.places and answer.turns else None
        media = _media.media(source, answer, voices)
        shown.close()
    return _deliver(job, task, answer, media, one, paths)


def _place(one: Input, shown: progress.Progress) -> Any:
    if not one.place.startswith("sample:"):
        return "-" if one.place == "-" else Path(one.place)
    return find.attribute("corpora.samples", "sample")(one.name, shown)


def _split(task: Any, source: Any, options: Any, shelf: Any, shown: progress.Progress) -> Any:
    from aural.tasks import _channels

    return _channels.run_split(task, source, options, shelf, shown)


def _deliver(job: Job, task: Any, answer: Any, media: Any, one: Input, paths: dict[str, Path]) -> str:
    kind = type(answer).__name__
    if kind in ("Picture", "Sound") and not job.wish.formats and job.wish.folder != "-":
        path = _file_of(job.wish.folder, Path(one.name).stem, "png" if kind == "Picture" else "wav")
        outputs.refuse_existing([path], job.wish)
        answer.save(path)
        return f"{path}"
    if not job.wish.formats:
        return str(task.show(answer))
    printed: list[str] = []
    for name in job.wish.formats:
        data = outputs.render(answer, name, media, job.settings)
        if paths:
            path = paths[outputs.ending(name, task.writes)]
            outputs.put(data, path)
            printed.append(str(path))
        else:
            printed.append(data if isinstance(data, str) else data.decode("utf-8", "replace"))
    return "\n".join(printed)


def _file_of(told: str | None, stem: str, ending: str) -> Path:
    """The file for a picture or a sound: `told` itself, or in that folder, or beside where one stands."""
    path = Path(told or ".")
    return path / f"{stem}.{ending}" if path.is_dir() else path


def _print(text: str, one: Input, many: int) -> None:
    if text:
        print(f"== {one.place}\n{text}" if many > 1 else text, flush=True)


def _report(error: AuralError, shown: progress.Progress) -> None:
    shown.close()
    print(f"aural: {error}", file=sys.stderr, flush=True)


def _code(failed: Sequence[AuralError], count: int) -> int:
    if not failed:
        return 0
    return failed[0].exit_code if count == 1 else EXIT_SOME_FAILED
