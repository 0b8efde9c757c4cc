"""Score a verb over a manifest: WER, DER, EER, F1 with intervals, slices, noise"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aural import settings
from aural.cli import flags
from aural.cli.shown import progress_of
from aural.errors import EXIT_SOME_FAILED, UsageError
from aural.files import refuse_place

if TYPE_CHECKING:
    from aural.judge.rooms import Condition
    from aural.judge.run import Plan, Record
    from aural.progress import Progress
    from aural.receipts import Receipt

_EXAMPLES = """
examples:
  aural evaluate transcribe --manifest valid.jsonl --slice gender,accent --json base.json
  aural evaluate transcribe --manifest valid.jsonl --snr 20,10,0 --noise noises/ --plot snr.svg
  aural evaluate transcribe --manifest valid.jsonl --show-errors 10
  aural evaluate verify --trials trials.tsv
  aural evaluate tag --manifest esc10/valid.jsonl --map classes.txt
  aural evaluate --compare base.json tiny.json
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `aural evaluate`."""
    parser.epilog = _EXAMPLES
    parser.add_argument("verb", nargs="?", help="transcribe, listen, diarize, verify, tag, detect, language, gender ...")
    parser.add_argument("--manifest", type=Path, help="one JSON object a line: audio, text, label, rttm, turns ... (.jsonl, .gz)")
    parser.add_argument("--trials", type=Path, help="for verify: columns enroll, test, target; segments.tsv beside it")
    parser.add_argument("--limit", type=int, help="at most so many clips, taken evenly over the manifest")
    parser.add_argument("-m", "--model", help="the model of the verb's main role")
    parser.add_argument("--models", default="", help="other roles, as role=name,role=name")
    parser.add_argument("-l", "--language", help="language of the speech, for the verb and for the normalizer")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="any option of the verb; may be repeated")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, coreml or directml")
    parser.add_argument("--threads", type=int, default=0, help="threads of one process (0 = as many as cores)")
    parser.add_argument(
        "--jobs", type=int, default=1, help="processes, each with models of its own; verify runs in one (default: 1)"
    )
    parser.add_argument("--seed", type=int, default=0, help="seed of noises, rooms and intervals (default: 0)")
    parser.add_argument("--progress", choices=("auto", "bar", "json", "none"), default="auto", help="how progress is shown")
    group = parser.add_argument_group("slices and conditions")
    group.add_argument("--slice", default="", help="keys of the rows, with commas: gender,accent")
    group.add_argument(
        "--fail-gap", type=float, metavar="POINTS", help="exit 1 when the worst group is so much worse than the best"
    )
    group.add_argument(
        "--fail-if-gap", type=float, nargs="?", const=0.0, metavar="POINTS",
        help="exit 1 when it is worse than chance gives (and by more than POINTS)",
    )  # fmt: skip
    group.add_argument("--snr", default="", metavar="DB,DB", help="also under noise at these ratios: 20,10,0")
    group.add_argument("--noise", type=Path, metavar="DIR", help="recordings of noise (default: pink noise is made)")
    group.add_argument("--rooms", type=Path, metavar="DIR", help="also in these rooms (impulse responses)")
    group.add_argument("--telephone", action="store_true", help="also over a telephone line (8 kHz, mu-law)")
    group = parser.add_argument_group("what counts")
    group.add_argument(
        "--map", action="append", default=[], metavar="CLASS=LABEL|LABEL", help="model labels of a class, or a file of such lines"
    )
    group.add_argument("--skip-overlap", action="store_true", help="leave overlapping speech out of DER")
    from aural.judge.terms import Terms

    own = [o for o in settings.options_of(Terms) if o.name not in ("language", "skip_overlap")]
    flags.add_options(parser, own, "conventions (the defaults are the strict ones)")
    group = parser.add_argument_group("output")
    group.add_argument(
        "--json", type=Path, metavar="FILE", help="write the receipt: figures, slices, every clip, versions, command"
    )
    group.add_argument(
        "--show-errors",
        type=int,
        nargs="?",
        const=20,
        metavar="N",
        help="of texts: the N clips with most errors, word under word (20)",
    )
    group.add_argument("--plot", type=Path, metavar="FILE.svg", help="draw the figure against SNR")
    group.add_argument("--compare", nargs=2, type=Path, metavar=("A.json", "B.json"), help="two receipts, paired on common clips")


def run(args: argparse.Namespace) -> int:
    """Evaluate, or compare two receipts; gives the exit code."""
    if args.compare:
        from aural.judge import compare, report

        print(report.comparison(compare.compare(*args.compare), *args.compare))
        return 0
    if not args.verb:
        raise UsageError("which verb?", where="evaluate", fix="For instance: aural evaluate transcribe --manifest valid.jsonl")
    _check(args)
    shown = progress_of(args.progress)
    try:
        plan, records, truth = _verify(args, shown) if args.verb == "verify" else _clips(args, shown)
    finally:
        shown.close()
    return _deliver(args, plan, records, truth)


def _check(args: argparse.Namespace) -> None:
    """Before hours are spent: what is asked of slices and curves must have them."""
    for flag, given in (("--fail-gap", args.fail_gap), ("--fail-if-gap", args.fail_if_gap)):
        if given is not None and not _keys(args):
            raise UsageError("there are no groups to compare", where=flag, fix="Add --slice with keys of the rows")
    if args.plot and args.plot.suffix.lower() != ".svg":
        raise UsageError(f"the curve is drawn as svg, not as {args.plot.name!r}", where="--plot", fix="Let the name end in .svg")
    if args.plot and not args.snr.strip():
        raise UsageError("there is nothing to draw", where="--plot", fix="Add --snr 20,10,0")
    for path in (args.json, args.plot):
        if path:
            refuse_place(path)


def _deliver(args: argparse.Namespace, plan: Plan, records: list[Record], truth: Path) -> int:
    from aural import receipts
    from aural.judge import alignments, report, slices

    clean = [r for r in records if r["condition"] == "clean"]
    gaps = slices.gaps(slices.sliced(clean, plan.keys), plan.scorers, args.seed)
    made = report.receipt(plan, records, truth, _options(args), args.seed)
    print(report.text(made, plan, gaps), flush=True)
    if args.show_errors is not None:
        print("\n" + alignments.report(records, args.show_errors), flush=True)
    if args.json:
        receipts.write(made, args.json)
    if args.plot:
        _plot(args.plot, plan, made)
    code = 0
    for record in records:
        if record["error"]:
            print(f"aural: {record['id']} ({record['condition']}): {record['error']}", file=sys.stderr)
            code = EXIT_SOME_FAILED
    for gap in gaps:
        if args.fail_gap is not None and 100 * gap.value > args.fail_gap:
            told = f"the gap by {gap.key} is {100 * gap.value:.1f} points, more than {args.fail_gap:g}"
            print(f"aural: {told} ({gap.worst} against {gap.best})", file=sys.stderr)
            code = EXIT_SOME_FAILED
        if args.fail_if_gap is not None and gap.real and 100 * gap.value > args.fail_if_gap:
            told = f"the gap by {gap.key} is {100 * gap.value:.1f} points, and chance gives up to {100 * (gap.chance or 0.0):.1f}"
            print(f"aural: {told} ({gap.worst} against {gap.best})", file=sys.stderr)
            code = EXIT_SOME_FAILED
    return code


def _clips(args: argparse.Namespace, shown: Progress) -> tuple[Plan, list[Record], Path]:
    """Judge the clips of a manifest under each condition."""
    import dataclasses

    from aural.corpora.manifest import read_manifest
    from aural.judge import run as judging
    from aural.judge.terms import read_map

    if args.manifest is None:
        raise UsageError("--manifest is missing", where=f"evaluate {args.verb}", fix="Give a .jsonl file with audio and truth")
    if args.show_errors is not None and "words" not in judging.scorers_of(args.verb):
        raise UsageError(f"{args.verb} writes no text whose errors could be shown", where="--show-errors", fix="Leave it out")
    judging.scorers_of(args.verb)
    clips = judging.spread_evenly(read_manifest(args.manifest), args.limit)
    plan = judging.plan(args.verb, clips, _choices(args), _task_options(args), _terms(args))
    names = judging.names_of(args.verb, clips, read_map(args.map) if args.map else None)
    plan = dataclasses.replace(plan, names=names, keys=_keys(args), device=args.device, threads=args.threads)
    _check_keys(plan.keys, [{k: c.value(k) for k in plan.keys} for c in clips])
    records: list[Record] = []
    for condition in _conditions(args):
        records += judging.judge(plan, clips, condition, shown, args.jobs)
    return plan, records, args.manifest


def _verify(args: argparse.Namespace, shown: Progress) -> tuple[Plan, list[Record], Path]:
    """Judge the trials of a file under each condition."""
    from aural.corpora.trials import read_trials
    from aural.judge.run import Plan, spread_evenly
    from aural.judge.trials import judge_trials

    if args.trials is None:
        raise UsageError("--trials is missing", where="evaluate verify", fix="Give a file with enroll, test, target")
    trials, parts = read_trials(args.trials)
    trials = spread_evenly(trials, args.limit)
    plan = Plan(
        "verify", _choices(args), _task_options(args), _terms(args),
        scorers=("trials",), device=args.device, threads=args.threads, keys=_keys(args),
    )  # fmt: skip
    _check_keys(plan.keys, [{**parts[t.enroll].extra, **t.extra} for t in trials])
    records: list[Record] = []
    for condition in _conditions(args):
        records += judge_trials(plan, trials, parts, condition, shown)
    return plan, records, args.trials


def _check_keys(keys: tuple[str, ...], rows: list[dict[str, Any]]) -> None:
    """Before hours are spent: every slice key must be known to some row."""
    for key in keys:
        if all(row.get(key) is None for row in rows):
            raise UsageError(f"no row has {key!r}", where="--slice", fix="Slice by a key of the manifest's rows")


def _choices(args: argparse.Namespace) -> dict[str, str]:
    from aural.cli.runner import models_of
    from aural.judge.run import task_of
    from aural.tasks._call import choose

    return choose(task_of(args.verb), args.model, models_of(args.models))


def _task_options(args: argparse.Namespace) -> dict[str, Any]:
    """Options of the verb that were given; read as their types later."""
    from aural.judge.run import task_of

    given: dict[str, Any] = {n.replace("-", "_"): value for n, value in (_pair(p, "--set") for p in args.set)}
    known = {o.name for o in settings.options_of(task_of(args.verb).options)}
    if args.language is not None and "language" in known:
        given.setdefault("language", args.language)
    return given


def _terms(args: argparse.Namespace) -> Any:
    from aural.judge.terms import Terms

    given: dict[str, Any] = dict(flags.options_from(args))
    return settings.build(Terms, given, {"language": args.language, "skip_overlap": args.skip_overlap}, where="evaluate")


def _conditions(args: argparse.Namespace) -> list[Condition]:
    from aural.judge.rooms import conditions

    try:
        snrs = [float(part) for part in args.snr.split(",") if part.strip()]
    except ValueError:
        raise UsageError(f"--snr takes numbers with commas, not {args.snr!r}", fix="For instance --snr 20,10,0") from None
    return conditions(snrs, args.noise, args.rooms, args.telephone, args.seed)


def _keys(args: argparse.Namespace) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key.strip() for key in args.slice.split(",") if key.strip()))


def _pair(text: str, flag: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise UsageError(f"{flag} takes name=value, not {text!r}")
    return name.strip(), value.strip()


def _options(args: argparse.Namespace) -> dict[str, Any]:
    """What a receipt keeps of the command line."""
    kept = ("limit", "slice", "snr", "noise", "rooms", "telephone", "device", "threads", "map")
    return {name: str(v) if isinstance(v := getattr(args, name), Path) else v for name in kept}


def _plot(path: Path, plan: Plan, made: Receipt) -> None:
    from aural.judge import curve
    from aural.judge.run import scorer

    page = scorer(plan.scorers[0])
    if not curve.draw(path, page.HEADLINE, page.FIGURES[page.HEADLINE], made.slices.get("condition", {})):
        raise UsageError("there is nothing to draw", where="--plot", fix="Add --snr 20,10,0")
