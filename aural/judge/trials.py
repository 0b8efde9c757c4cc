"""Runs verification trials: every segment is turned into a voice once, then all pairs are compared."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from aural import find, settings
from aural.corpora.manifest import Clip
from aural.corpora.trials import Part, Trial
from aural.errors import AuralError
from aural.judge.rooms import Condition
from aural.judge.run import Plan, Record, opened, task_of
from aural.metrics.similarity import cosine
from aural.models.runtime import Runtime
from aural.models.shelf import Shelf
from aural.progress import Progress, Quiet

_PROBED = 3  # trials that are also run through `verify` itself
_CLOSE = 1e-3  # how far the cosine of two embeddings may be from the score that `verify` gives


def judge_trials(
    plan: Plan, trials: Sequence[Trial], parts: Mapping[str, Part], condition: Condition, progress: Progress | None = None
) -> list[Record]:
    """One record a trial: score, target, accepted. A trial with a recording that fails is left out and says why.

    Where `verify` is the cosine of what `embed` gives (checked on the first trials) each segment is embedded
    once; else every pair runs through `verify`.
    """
    shown = progress or Quiet()
    task = task_of(plan.verb)
    options = settings.build(task.options, plan.options, where=f"aural {plan.verb}")
    with Shelf(plan.choices, Runtime(plan.device, plan.threads), shown, keep=True) as shelf:

        def compared(trial: Trial) -> Any:
            with _source(parts[trial.enroll], condition) as one, _source(parts[trial.test], condition) as other:
                return task.run((one, other), shelf, options, Quiet())

        voices = _Voices(parts, condition, shelf)
        probes = [(t, compared(t)) for t in _usable(trials, voices)]
        same = bool(probes) and all(abs(voices.score(t) - m.score) < _CLOSE for t, m in probes)
        threshold = probes[0][1].threshold if probes else 0.0
        records = []
        for done, trial in enumerate(trials):
            shown.step(done, len(trials), f"{plan.verb}, {condition.name}", "trials")
            try:
                score = voices.score(trial) if same else compared(trial).score
                failed = None
            except AuralError as error:
                if error.exit_code in (2, 4):
                    raise
                score, failed = 0.0, str(error)
            records.append(_record(plan, trial, parts, condition, (score, threshold, failed, dict(shelf.made_by))))
        shown.step(len(trials), len(trials), f"{plan.verb}, {condition.name}", "trials")
    return records


class _Voices:
    """Embeddings by segment name, each made when it is first asked for."""

    def __init__(self, parts: Mapping[str, Part], condition: Condition, shelf: Shelf) -> None:
        self._parts, self._condition, self._shelf = parts, condition, shelf
        self._known: dict[str, Any] = {}
        self._task = self._embedder()

    @staticmethod
    def _embedder() -> Any:
        """The task that turns a recording into a vector, None where there is none."""
        return find.page("tasks", "embed").TASK if "embed" in find.names("tasks") else None

    def score(self, trial: Trial) -> float:
        """Cosine of the two voices; NaN where nothing can embed."""
        if self._task is None:
            return float("nan")
        return cosine(self._of(trial.enroll), self._of(trial.test))

    def _of(self, name: str) -> Any:
        if name not in self._known:
            assert self._task is not None
            with _source(self._parts[name], self._condition) as source:
                answer = self._task.run(source, self._shelf, settings.build(self._task.options), Quiet())
            self._known[name] = answer.values.mean(axis=0)
        return self._known[name]


def _usable(trials: Sequence[Trial], voices: _Voices) -> list[Trial]:
    """The first trials whose recordings can be embedded."""

    def works(trial: Trial) -> bool:
        try:
            voices.score(trial)
        except AuralError as error:
            if error.exit_code in (2, 4):
                raise
            return False
        return True

    return list(itertools.islice((t for t in trials if works(t)), _PROBED))


def _source(part: Part, condition: Condition) -> Any:
    duration = None if part.end is None else part.end - part.start
    return opened(Clip(part.audio, part.name, part.start, duration), condition)


def _record(
    plan: Plan, trial: Trial, parts: Mapping[str, Part], condition: Condition, told: tuple[float, float, str | None, Any]
) -> Record:
    score, threshold, failed, models = told
    enrolled = parts[trial.enroll]
    known = {**enrolled.extra, **trial.extra}
    record: Record = {
        "id": f"{trial.enroll} {trial.test}",
        "condition": condition.name,
        "group": enrolled.extra.get("speaker", trial.enroll),
        "seconds": 0.0,
        "took": 0.0,
        "models": models,
        "error": failed,
        "slices": {key: known.get(key) for key in plan.keys},
    }
    if failed is None:
        record["trials"] = {"score": round(float(score), 6), "target": trial.target, "accepted": bool(score >= threshold)}
    return record
