"""Several trainings for one question: folds, a sweep, a curve. Each has a run folder of its own; any stop can be gone on from.

What is to be done is written first (`series.json`, and the clips of each training), then one training after the other is
run or gone on with. The pages of learn/series say which trainings there are, and what follows from all of them.
"""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aural import find, receipts
from aural.corpora.manifest import Clip, read_manifest, write_manifest
from aural.errors import LearningError, UsageError, reason
from aural.files import disk_error, seen, write_text
from aural.judge.run import scorer, scorers_of
from aural.learn import processes, purpose
from aural.learn.scores import METRICS
from aural.learn.train import TRAIN, VALID, Ask, Trained, check, gone_on, learned, method_of, note
from aural.models import card as cards
from aural.progress import Progress, Quiet
from aural.receipts import Metric, Receipt

PLAN, DONE, SAID = "series.json", "done.json", "said.txt"
_OF_SETS = "map"  # the figure that sets of labels are judged by first


@dataclass(frozen=True)
class Asked:
    """Which trainings are asked for; one of the first three. `repeats` of folds or of the points of a curve."""

    folds: int | None = None
    sweep: tuple[str, ...] = ()
    curve: bool = False
    repeats: int = 1

    @property
    def kind(self) -> str:
        """The page of learn/series; "" where a single training is meant. Raises: UsageError for two at once."""
        kinds = [name for name, on in (("folds", self.folds is not None), ("sweep", self.sweep), ("curve", self.curve)) if on]
        if len(kinds) > 1:
            raise UsageError(f"--{kinds[0]} and --{kinds[1]} are two questions", where="train", fix="Ask one after the other")
        if not kinds and self.repeats != 1:
            raise UsageError("--repeats repeats folds or a curve", where="train", fix="Add --folds 5, or leave it out")
        return kinds[0] if kinds else ""


@dataclass(frozen=True, eq=False)
class Member:
    """One training of several: its name, which is its folder's, what is set beside what all share, and its clips."""

    name: str
    given: Mapping[str, Any]
    clips: Mapping[str, list[Clip]]


@dataclass(frozen=True, eq=False)
class Row:
    """What came out of one training: figures on its validation clips, how many clips it learned from, and minutes."""

    name: str
    given: Mapping[str, Any]
    folder: Path
    clips: int
    metrics: Mapping[str, Metric]
    minutes: float

    @property
    def receipt(self) -> Receipt | None:
        """Its receipt, where the verb has a judge."""
        place = self.folder / "valid.json"
        return receipts.read(place) if place.is_file() else None


@dataclass(frozen=True)
class Headline:
    """The figure that a verb is judged by first; `percent`: shown times 100."""

    name: str
    higher: bool

    def error(self, value: float) -> float:
        """The figure as something that is 0 at best."""
        return 1 - value if self.higher else value


def begun(folder: Path) -> bool:
    """True where several trainings were begun in a folder."""
    return seen((folder / PLAN).is_file)


def learn(ask: Ask, asked: Asked, progress: Progress | None = None, say: Callable[[str], None] = print) -> Trained:
    """Run all trainings, write their table, and leave one model. Raises: as `train`, and UsageError for what cannot be asked."""
    shown = progress or Quiet()
    if processes.size() > 1:
        raise UsageError("several trainings do not share processes", where="torchrun", fix="Run them without torchrun")
    ask = gone_on(ask)
    if ask.resume and begun(ask.folder):
        plan = _read(ask.folder)
        _same(ask, asked, plan)
    else:
        _new(ask, asked)
        page = find.page("learn/series", asked.kind)
        for given in page.settings(ask, asked):
            check(dataclasses.replace(ask, given={**ask.given, **given}))
        members = page.members(ask, asked, shown, say)
        plan = {"kind": asked.kind, "verb": ask.verb, "members": [{"name": m.name, "given": dict(m.given)} for m in members]}
        for member in members:
            for part, name in (("train", TRAIN), ("valid", VALID)):
                write_manifest(member.clips[part], ask.folder / member.name / name)
        note(ask)
        write_text(ask.folder / PLAN, json.dumps(plan, indent=1, sort_keys=True) + "\n")
    rows: list[Row] = []
    for k, told in enumerate(plan["members"]):
        rows.append(_run(ask, told["name"], told["given"], shown))
        say(f"{k + 1} of {len(plan['members'])}  {_line(ask, rows[-1])}{_left(rows, len(plan['members']))}")
    made: Trained = find.page("learn/series", plan["kind"]).finish(ask, rows, say)
    return made


def _read(folder: Path) -> dict[str, Any]:
    try:
        plan: dict[str, Any] = json.loads((folder / PLAN).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise LearningError(f"the plan of these trainings cannot be read ({reason(error)})", where=str(folder / PLAN)) from error
    return plan


def _same(ask: Ask, asked: Asked, plan: Mapping[str, Any]) -> None:
    """Trainings go on as what they were begun for. Raises: UsageError."""
    purpose.check(ask.folder, ask.verb, method_of(ask))
    if asked.kind and asked.kind != plan["kind"]:
        fix = f"Leave --{asked.kind} out, or choose another -o"
        raise UsageError(f"these trainings were begun with --{plan['kind']}", where=str(ask.folder), fix=fix)


def _new(ask: Ask, asked: Asked) -> None:
    """Several trainings do not go on in the folder of a single one. Raises: UsageError."""
    if ask.resume and (ask.folder / TRAIN).is_file():
        fix = f"Leave --{asked.kind} out, or choose another -o"
        raise UsageError("one training was begun here, and not several", where=str(ask.folder), fix=fix)


def _run(ask: Ask, name: str, given: Mapping[str, Any], shown: Progress) -> Row:
    """One training, run, gone on with, or read where it is done."""
    folder = ask.folder / name
    parts = [read_manifest(folder / part) for part in (TRAIN, VALID)]
    row = Row(name, given, folder, len(parts[0]), {}, 0.0)
    if not (folder / DONE).is_file():
        told: list[str] = []
        begun_at = time.monotonic()
        own = dataclasses.replace(ask, folder=folder, given={**ask.given, **given}, resume=True)
        made = learned(own, None, shown, told.append, [c for part in parts for c in part])
        write_text(folder / SAID, "\n".join(told) + "\n")
        figures = made.receipt.metrics if made.receipt is not None else _of_card(made.card.figures)
        plain = {k: dataclasses.asdict(m) for k, m in figures.items()}
        minutes = round((time.monotonic() - begun_at) / 60, 3)
        write_text(folder / DONE, json.dumps({"metrics": plain, "minutes": minutes}, sort_keys=True) + "\n")
    done = json.loads((folder / DONE).read_text(encoding="utf-8"))
    metrics = {k: Metric(**m) for k, m in done["metrics"].items()}
    return dataclasses.replace(row, metrics=metrics, minutes=done["minutes"])


def _line(ask: Ask, row: Row) -> str:
    """What came out of one training, in a line."""
    first = headline(ask.verb, [row])
    figure = f"{first.name} {interval(row.metrics[first.name])}, " if first is not None else ""
    return f"{row.name}: {figure}{row.clips} clips, {row.minutes:.1f} min"


def _left(rows: Sequence[Row], count: int) -> str:
    """How long the others will take, were they as quick for as many clips."""
    minutes = sum(row.minutes for row in rows) / len(rows) * (count - len(rows))
    return f"; about {minutes:.0f} min left" if minutes >= 1 else ""


def _of_card(figures: Mapping[str, Any]) -> dict[str, Metric]:
    return {name: Metric(**told) for name, told in figures.get("valid", {}).items()}


def headline(verb: str, rows: Sequence[Row]) -> Headline | None:
    """The figure that all rows have and that is looked at first; None where nothing was judged."""
    shared = [name for name in (rows[0].metrics if rows else {}) if all(name in row.metrics for row in rows)]
    question = find.page("tasks", verb).TASK.question
    if question is not None and question.answer == "set" and _OF_SETS in shared:
        return Headline(_OF_SETS, True)
    try:
        judges = [scorer(name) for name in scorers_of(verb)]
    except UsageError:
        judges = []
    for judge in judges:
        if judge.HEADLINE in shared:
            return Headline(judge.HEADLINE, judge.FIGURES[judge.HEADLINE].better == "higher")
    known = next((name for name in shared if name in METRICS), None)
    return None if known is None else Headline(known, METRICS[known].higher)


def best_of(rows: Sequence[Row], first: Headline) -> Row:
    """The row with the best figure, the earlier one where two are alike."""
    return min(rows, key=lambda row: first.error(row.metrics[first.name].value))


def interval(metric: Metric) -> str:
    """A figure with its interval, as a person reads it."""
    told = "" if metric.low is None or metric.high is None else f" [{metric.low:.4f}, {metric.high:.4f}]"
    return f"{metric.value:.4f}{told}"


def table(stem: Path, header: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Write a table as `stem`.csv and `stem`.md, and give the Markdown."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    write_text(stem.with_suffix(".csv"), out.getvalue())
    plain = [[f"{x:.4f}" if isinstance(x, float) else str(x) for x in row] for row in (header, *rows)]
    widths = [max(len(row[k]) for row in plain) for k in range(len(header))]
    lines = ["| " + " | ".join(x.ljust(w) for x, w in zip(row, widths, strict=True)) + " |" for row in plain]
    lines.insert(1, "|" + "|".join("-" * (w + 2) for w in widths) + "|")
    text = "\n".join(lines) + "\n"
    write_text(stem.with_suffix(".md"), text)
    return text


def columns(rows: Sequence[Row], first: Headline | None) -> tuple[list[str], list[list[Any]]]:
    """The columns of figures that all rows have, the headline first with its interval, and minutes behind."""
    names = [name for name in (rows[0].metrics if rows else {}) if all(name in row.metrics for row in rows)]
    others = [name for name in names if first is None or name != first.name]
    header = ([first.name, "low", "high"] if first else []) + [*others, "clips", "minutes"]
    body = []
    for row in rows:
        lead = [row.metrics[first.name]] if first else []
        told: list[Any] = [x for m in lead for x in (m.value, _known(m.low), _known(m.high))]
        body.append([*told, *(row.metrics[name].value for name in others), row.clips, f"{row.minutes:.1f}"])
    return header, body


def _known(value: float | None) -> float | str:
    return "" if value is None else value


def leave_model(ask: Ask, row: Row) -> Trained:
    """The model of one training as that of all: its folder is copied, under the name of the whole run."""
    target = ask.folder / "model"
    try:
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(row.folder / "model", target)
    except OSError as error:
        raise disk_error(error, target) from error
    made = dataclasses.replace(cards.read(target / "card.json"), name=name_of(ask))
    cards.write(made, target / "card.json")
    return Trained(ask.folder, made, row.receipt)


def name_of(ask: Ask) -> str:
    """The model's name: that of the run folder, in letters that a name may have."""
    plain = "".join(c if c.isalnum() or c in "._-" else "-" for c in ask.folder.name.lower()).strip("-._")
    return plain or ask.verb
