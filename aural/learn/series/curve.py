"""The learning curve: the same training on parts of the clips, and what twice as many would bring, as far as can be told."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from aural.corpora.manifest import Clip
from aural.corpora.split import split
from aural.errors import LearningError, UsageError
from aural.judge.figures import Figure
from aural.judge.run import scorer, scorers_of
from aural.learn.gather import gathered, parted
from aural.learn.several import Asked, Headline, Member, Row, columns, headline, leave_model, table
from aural.learn.train import Ask, Trained
from aural.progress import Progress

SHARES = (8, 4, 2)  # 1/8, 1/4 and 1/2 of the clips, and all of them
_LEAST = 4  # clips below which a part says nothing
_DRAWS = 500
_FLOOR = 1e-4  # an error that is told as 0 is small, and not nothing


def settings(ask: Ask, asked: Asked) -> list[dict[str, Any]]:
    """The seed of each training. Raises: UsageError."""
    if asked.repeats < 1:
        raise UsageError(f"{asked.repeats} repeats cannot be", where="--repeats", fix="Give 1 or more")
    return [{"seed": ask.seed + again} for again in range(asked.repeats)]


def members(ask: Ask, asked: Asked, shown: Progress, say: Callable[[str], None]) -> list[Member]:
    """A training for each part, the smaller parts inside the larger ones, whole groups where there are enough."""
    clips = parted(ask, gathered(ask, shown, say), say)
    found = []
    for again in range(asked.repeats):
        seed, part = ask.seed + again, clips["train"]
        parts = [(1, part)]
        for below in sorted(SHARES):
            part = _half(part, seed)
            if len(part) >= _LEAST and len({c.label for c in part}) >= min(2, len({c.label for c in clips["train"]})):
                parts.append((below, part))
        for below, own in reversed(parts):
            name = f"part-1-of-{below}" if below > 1 else "all"
            name = name if asked.repeats == 1 else f"{name}-{again + 1}"
            found.append(Member(name, {"seed": seed}, {"train": own, "valid": clips["valid"]}))
    if len(found) <= asked.repeats:
        raise LearningError(f"{len(clips['train'])} clips are too few for a curve", where=str(ask.data), fix="Add recordings")
    return found


def _half(clips: Sequence[Clip], seed: int) -> list[Clip]:
    """Half of the clips by group, labels as they are shared; clip by clip where the groups are too few."""
    plain = [dataclasses.replace(c, split=None) for c in clips]
    shares = {"kept": 0.5, "left": 0.5}
    try:
        kept = split(plain, shares, seed).clips["kept"]
        if 0.3 * len(clips) <= len(kept) <= 0.7 * len(clips):
            return kept
    except LearningError:
        pass
    alone = [dataclasses.replace(c, group=f"{k}") for k, c in enumerate(plain)]
    if len(alone) < len(shares):
        return []
    places = {c.group: k for k, c in enumerate(alone)}
    return [plain[places[c.group]] for c in split(alone, shares, seed).clips["kept"]]


def finish(ask: Ask, rows: Sequence[Row], say: Callable[[str], None]) -> Trained:
    """The table, the power law through the errors, and the model that learned from all clips."""
    first = headline(ask.verb, rows)
    header, body = columns(rows, first)
    say("\n" + table(ask.folder / "curve", ["part", *header], [[r.name, *b] for r, b in zip(rows, body, strict=True)]))
    if first is None:
        say("nothing here could be judged, so nothing is told of more clips")
    else:
        for line in forecast(rows, first):
            say(line)
    return leave_model(ask, max(rows, key=lambda row: row.clips))


@dataclasses.dataclass(frozen=True)
class Law:
    """error = scale * clips ** -power, fitted in logarithms; and what it says at twice the clips, with its 95 % interval."""

    scale: float
    power: float
    now: float
    twice: float
    low: float
    high: float
    gain: tuple[float, float]


def law_of(clips: Sequence[int], errors: np.ndarray, drawn: np.ndarray) -> Law:
    """The power law through errors [P] at numbers of clips [P]; its interval is that of laws through errors drawn anew [N, P].

    Raises: LearningError for fewer than two numbers of clips.
    """
    if len(set(clips)) < 2:
        raise LearningError("a curve needs two numbers of clips", where="--curve", fix="Add recordings")
    sizes, most = np.log(np.asarray(clips, np.float64)), float(np.log(max(clips)))
    # An error is known in its logarithm as well as its spread is small beside it.
    weights = 1 / np.maximum(drawn.std(axis=0) / np.maximum(errors, _FLOOR), 0.01)

    def fitted(values: np.ndarray) -> tuple[float, float]:
        slope, height = np.polyfit(sizes, np.log(np.maximum(values, _FLOOR)), 1, w=weights)
        return float(slope), float(height)

    def at(law: tuple[float, float], size: float) -> float:
        return float(np.exp(law[1] + law[0] * size))

    whole, laws = fitted(errors), [fitted(values) for values in drawn]
    twice = np.array([at(law, most + np.log(2)) for law in laws])
    gains = np.array([at(law, most) for law in laws]) - twice
    low, high = np.percentile(twice, [2.5, 97.5])
    least, best = np.percentile(gains, [2.5, 97.5])
    return Law(
        float(np.exp(whole[1])), -whole[0], at(whole, most), at(whole, most + np.log(2)), float(low), float(high),
        (float(least), float(best)),
    )  # fmt: skip


def forecast(rows: Sequence[Row], first: Headline) -> list[str]:
    """What twice the clips would bring, in sentences; and why it may not be so."""
    of: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        of[row.clips].append(row)
    clips = sorted(of)
    drawn = _drawn([of[n] for n in clips], first)
    if len(clips) < 2 or drawn is None:
        return ["nothing is told of more clips: there is one number of them, or nothing to draw an interval from"]
    errors = np.array([np.mean([first.error(row.metrics[first.name].value) for row in of[n]]) for n in clips])
    law = law_of(clips, errors, drawn)
    kind = f"1 - {first.name}" if first.higher else first.name
    told = f"{2 * clips[-1]} clips instead of {clips[-1]}: {kind} about {law.twice:.4f} [{law.low:.4f}, {law.high:.4f}]"
    lines = [
        f"law: {kind} = {law.scale:.3g} * clips ^ {-law.power:.3f}",
        f"{told}, now {errors[-1]:.4f} ({law.now:.4f} by the law)",
    ]
    if law.gain[0] > 0:
        lines.append(f"twice the clips would take off {law.gain[0]:.4f} to {law.gain[1]:.4f}")
    else:
        lines.append("whether more clips help cannot be told: the noise is as large as the trend")
    again = "" if len(rows) > len(clips) else "; how another seed would end is not in the interval (--repeats 3 puts it there)"
    lines.append(f"note: a straight law through {len(clips)} points; curves flatten, so take it for the most to hope for{again}")
    return lines


def _drawn(points: Sequence[Sequence[Row]], first: Headline) -> np.ndarray | None:
    """Errors [N, P] at each number of clips, over validation groups drawn anew, the same at all points, and one of the
    repeats of each; None where a training has no receipt."""
    told = [[row.receipt for row in point] for point in points]
    if any(one is None for point in told for one in point):
        return None
    name = next(n for n in scorers_of(points[0][0].receipt.task) if first.name in scorer(n).FIGURES)  # type: ignore[union-attr]
    figure: Figure = scorer(name).FIGURES[first.name]
    items = [[{r["id"]: r for r in one.items if name in r} for one in point if one is not None] for point in told]
    shared = sorted(set.intersection(*(set(one) for point in items for one in point)))
    groups: dict[str, list[str]] = defaultdict(list)
    for clip in shared:
        groups[items[0][0][clip]["group"]].append(clip)
    names, rng = sorted(groups), np.random.default_rng(0)
    if len(names) < 2:
        return None
    out = np.zeros((_DRAWS, len(points)))
    for draw in out:
        chosen = [clip for k in rng.integers(len(names), size=len(names)) for clip in groups[names[k]]]
        for k, point in enumerate(items):
            one = point[int(rng.integers(len(point)))]
            draw[k] = first.error(figure.over([one[clip][name] for clip in chosen]))
    return out
