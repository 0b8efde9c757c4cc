"""What an evaluation leaves: the receipt as data, and the tables that people read."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from aural import receipts
from aural.files import sha256_of
from aural.judge import slices
from aural.judge.compare import Row
from aural.judge.figures import Figure
from aural.judge.run import Plan, Record, scorer
from aural.judge.slices import Gap
from aural.judge.terms import versions
from aural.receipts import Metric, Receipt
from aural.settings import as_dict, build

_CLEAN = "clean"


def receipt(plan: Plan, records: Sequence[Record], manifest: Path, options: Mapping[str, Any], seed: int = 0) -> Receipt:
    """Figures over the clean clips, per slice, and per condition (as the slice key "condition")."""
    clean = [r for r in records if r["condition"] == _CLEAN]
    tables = slices.sliced(clean, plan.keys)
    found = {key: {v: _known(slices.metrics(rs, plan.scorers, seed)) for v, rs in values.items()} for key, values in tables.items()}
    conditions = list(dict.fromkeys(r["condition"] for r in records))
    if len(conditions) > 1:
        found["condition"] = {
            c: _known(slices.metrics([r for r in records if r["condition"] == c], plan.scorers, seed)) for c in conditions
        }
    models: dict[str, str] = {}
    for record in records:
        models |= record["models"]
    task_options = {k: v for k, v in plan.options.items() if v is not None}
    return Receipt(
        task=plan.verb,
        metrics=_known(slices.metrics(clean, plan.scorers, seed)),
        slices=found,
        manifest_sha256=sha256_of(manifest),
        models=models,
        options={**options, "task": task_options, "terms": as_dict(plan.terms), "seed": seed},
        items=[{k: v for k, v in r.items() if k != "models"} for r in records],
        versions={**receipts.versions(), **versions(plan.terms)},
    )


def text(made: Receipt, plan: Plan, gaps: Sequence[Gap]) -> str:
    """The figures as a terminal shows them."""
    figures = _figures(plan.scorers)
    records = made.items
    clean = [r for r in records if r["condition"] == _CLEAN]
    lines = [_heading(made, clean), ""]
    lines += _table(made.metrics, figures, clean, plan.scorers)
    for name in plan.scorers:
        tell = getattr(scorer(name), "tell", None)
        own = [r[name] for r in clean if name in r]
        if tell is not None and own and (told := tell(own)):
            lines += ["", *told]
    headline = scorer(plan.scorers[0]).HEADLINE
    for key, values in made.slices.items():
        lines += ["", *_slice(key, values, headline, figures[headline], next((g for g in gaps if g.key == key), None))]
    return "\n".join(lines)


def comparison(rows: Sequence[Row], first: Path, second: Path) -> str:
    """Two receipts side by side; a star marks an interval that leaves out zero."""
    lines = [f"A = {first}", f"B = {second}", ""]
    condition = None
    for row in rows:
        if row.condition != condition:
            condition = row.condition
            lines.append(f"{condition}, {row.items} items in both")
        unit = 100 if row.percent else 1
        told = row.difference
        sure = told.low > 0 or told.high < 0
        better = ("A" if (told.value < 0) == (row.better == "lower") else "B") if sure else ""
        values = f"{_number(row.first, row.percent):>9} {_number(row.second, row.percent):>9}"
        interval = f"[{unit * told.low:+.2f}, {unit * told.high:+.2f}]"
        lines.append(
            f"  {row.metric:<22} {values}   A-B {unit * told.value:+7.2f} {interval:>18}"
            + (f"  * {better} is better" if sure else "")
        )
    return "\n".join(lines)


def _heading(made: Receipt, clean: Sequence[Record]) -> str:
    seconds, took = sum(r["seconds"] for r in clean), sum(r["took"] for r in clean)
    groups = len({r["group"] for r in clean})
    heard = f", {seconds / 60:.1f} min heard in {took:.0f} s ({seconds / took:.1f}x)" if seconds and took else ""
    failed = sum(r["error"] is not None for r in clean)
    told = f"; {failed} failed and count as empty answers" if failed else ""
    models = ", ".join(sorted(set(made.models.values())))
    noun = "trial" if made.task == "verify" else "clip"
    return f"{made.task}{f' with {models}' if models else ''}: {_many(len(clean), noun)} of {_many(groups, 'group')}{heard}{told}"


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _table(
    metrics: Mapping[str, Metric], figures: Mapping[str, Figure], clean: Sequence[Record], scorers: Sequence[str]
) -> list[str]:
    lines = []
    for name, metric in metrics.items():
        figure = figures[name]
        count = ""
        if figure.part and figure.whole:
            own = [r[s] for s in scorers if name in scorer(s).FIGURES for r in clean if s in r and figure.part in r[s]]
            part, whole = (sum(i[key] for i in own) for key in (figure.part, figure.whole))
            count = f"   {part:g} of {whole:g}" if isinstance(part, int) else f"   {part:.1f} of {whole:.1f} s"
        lines.append(
            f"  {name:<22} {_number(metric.value, figure.percent):>9}   {_interval(metric, figure.percent):<16}{count}".rstrip()
        )
    return lines


def _slice(key: str, values: Mapping[str, Mapping[str, Metric]], headline: str, figure: Figure, gap: Gap | None) -> list[str]:
    width = max(map(len, values))
    lines = [f"{headline} by {key}"]
    for value, metrics in values.items():
        metric = metrics.get(headline)
        if metric is None:
            continue
        mark = "   <- worst" if gap and value == gap.worst else ""
        told = f"{_number(metric.value, figure.percent):>9}   {_interval(metric, figure.percent):<16}"
        lines.append(f"  {value:<{width}}  {told} n={metric.n}{mark}")
    if gap:
        unit = 100 if figure.percent else 1
        bounds = f" [{unit * gap.low:+.1f}, {unit * gap.high:+.1f}]" if gap.low is not None and gap.high is not None else ""
        points = " points" if figure.percent else ""
        lines.append(f"  gap: {gap.worst} is {unit * gap.value:.1f}{points}{bounds} worse than {gap.best}")
        if gap.chance is not None:
            than = "more than chance gives" if gap.real else "chance gives as much"
            lines.append(
                f"  {than}: up to {unit * gap.chance:.1f}{points} in 19 of 20 draws of who is in which group (p = {gap.p:.3f})"
            )
    return lines


def _figures(scorers: Sequence[str]) -> dict[str, Figure]:
    return {name: figure for s in scorers for name, figure in scorer(s).FIGURES.items()}


def _number(value: float, percent: bool) -> str:
    if not math.isfinite(value):
        return "unknown"
    return f"{100 * value:.2f} %" if percent else f"{value:.4f}"


def _interval(metric: Metric, percent: bool) -> str:
    if metric.low is None or metric.high is None:
        return ""
    return f"[{100 * metric.low:.2f}, {100 * metric.high:.2f}]" if percent else f"[{metric.low:.4f}, {metric.high:.4f}]"


def _known(metrics: Mapping[str, Metric]) -> dict[str, Metric]:
    """Without those that nothing is known of: NaN is no number in JSON."""
    return {name: m for name, m in metrics.items() if math.isfinite(m.value)}


def options_of(plan: Plan, task_options: type) -> dict[str, Any]:
    """The task's resolved options, defaults included."""
    return as_dict(build(task_options, plan.options))
