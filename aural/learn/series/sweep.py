"""The same training with other settings: every value, or every pair of values, on one split, and a table of all."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from aural.corpora.manifest import Clip
from aural.errors import UsageError
from aural.judge.compare import compare
from aural.learn.gather import gathered, parted
from aural.learn.several import Asked, Headline, Member, Row, best_of, columns, headline, leave_model, table
from aural.learn.train import Ask, Trained
from aural.progress import Progress

_MOST = 200  # trainings; more are asked for by mistake


def settings(ask: Ask, asked: Asked) -> list[dict[str, Any]]:
    """What each training sets: all pairs of the values of several sweeps. Raises: UsageError."""
    values: dict[str, list[str]] = {}
    for text in asked.sweep:
        name, equals, told = text.partition("=")
        name = name.strip().replace("-", "_")
        # A value may hold commas itself where bars stand between the values: augment=noise,shift|none
        parts = [part.strip() for part in told.split("|" if "|" in told else ",")]
        if not equals or not name or not all(parts) or name in values:
            fix = "Write --sweep n_mels=40,64,128, and another --sweep for another setting"
            raise UsageError(f"{text!r} names no values of one setting", where="--sweep", fix=fix)
        values[name] = list(dict.fromkeys(parts))
    found = [dict(zip(values, chosen, strict=True)) for chosen in itertools.product(*values.values())]
    if not 2 <= len(found) <= _MOST:
        raise UsageError(f"these are {len(found)} trainings", where="--sweep", fix=f"Give values for 2 to {_MOST}")
    return found


def members(ask: Ask, asked: Asked, shown: Progress, say: Callable[[str], None]) -> list[Member]:
    """One training each, all with the same clips and seed."""
    clips: Mapping[str, list[Clip]] = parted(ask, gathered(ask, shown, say), say)
    return [Member(_name(given), given, clips) for given in settings(ask, asked)]


def finish(ask: Ask, rows: Sequence[Row], say: Callable[[str], None]) -> Trained:
    """The table, and the model of the best training; the margin to the next one with its interval."""
    first = headline(ask.verb, rows)
    header, body = columns(rows, first)
    names = list(rows[0].given)
    say("\n" + table(ask.folder / "sweep", [*names, *header], [[*r.given.values(), *b] for r, b in zip(rows, body, strict=True)]))
    if first is None:
        say("nothing here could be judged: the model is that of the first training")
        return leave_model(ask, rows[0])
    best = best_of(rows, first)
    say(f"best: {best.name}{_margin(rows, best, first)}")
    say("note: the best was chosen on these validation clips, so its figure is a little too good: judge it on others")
    return leave_model(ask, best)


def _margin(rows: Sequence[Row], best: Row, first: Headline) -> str:
    others = [row for row in rows if row is not best]
    second = best_of(others, first)
    if best.receipt is None or second.receipt is None:
        return ""
    told = next(r for r in compare(best.folder / "valid.json", second.folder / "valid.json") if r.metric == first.name).difference
    sure = told.low > 0 or told.high < 0
    what = f"; {told.value:+.4f} [{told.low:+.4f}, {told.high:+.4f}] over {second.name}, the next"
    return what if sure else f"{what}: no sure difference"


def _name(given: Mapping[str, Any]) -> str:
    """The name of a folder: what is set, in letters that every system takes."""
    return ",".join(re.sub(r"[^A-Za-z0-9._+-]", "-", f"{name}") + "=" + re.sub(r"[^A-Za-z0-9._+-]", "-", str(value))
                    for name, value in given.items())[:150]  # fmt: skip
