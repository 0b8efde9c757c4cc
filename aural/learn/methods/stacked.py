"""Several trained models as one, each with the weight that fits clips they did not learn from: stacking.

Weights are at least 0 and add up to 1, so that a few dozen clips are enough. For classes and labels they are those of the
likeliest mixture, found by expectation and maximization; for numbers those with the least squared error.
Source: Wolpert, "Stacked generalization", 1992; Breiman, "Stacked regressions", 1996.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from aural import find, settings
from aural.corpora.manifest import Clip, read_manifest
from aural.errors import ManifestError, UsageError
from aural.files import write_text
from aural.judge.run import opened
from aural.learn.job import Job, Method
from aural.models import store
from aural.models.card import Card
from aural.models.card import write as write_card
from aural.models.engines import ensemble
from aural.models.face import Scorer
from aural.models.runtime import Runtime
from aural.settings import option
from aural.tasks._clips import heard, over_clip

_ROUNDS, _STILL = 2000, 1e-7
_LEAST = 1e-9  # of a probability


@dataclass(frozen=True)
class Options:
    """Which models are weighed."""

    models: tuple[str, ...] = option((), "run folders or models that learned the same labels", also=("--from",))
    threads: int = option(0, "threads of one process; 0 = all cores", least=0, most=1024)
    seed: int = option(0, "how the split is drawn", least=0)


def read(job: Job) -> Options:
    """The options that were given. Raises: UsageError for fewer than two models, or some that do not answer the same."""
    given = {"models" if name == "start" else name: value for name, value in job.given.items()}
    options = settings.build(Options, given, where="--method stacked")
    if len(options.models) < 2:
        raise UsageError("two models or more are weighed", where="--method stacked", fix="Name them: --from runs/a,runs/b")
    store.entry_of(",".join(options.models), job.role)
    return options


def run(job: Job) -> Card:
    """Ask every model about every clip, weigh them, write the model folder."""
    options = read(job)
    clips = job.clips["train"]
    entries = [store.entry_of(name, job.role) for name in options.models]
    labels = entries[0].card.labels
    for name in options.models:
        known = _known(name, clips)
        if known:
            job.say(f"note: {name} learned from {known} of these {len(clips)} clips, so it seems better than it is: give others")
    truth = _truth(job, clips, labels)
    told = np.stack([_answers(job, name, clips, labels, options.threads) for name in options.models])
    weights = mixture(told, truth, job.question.answer == "set") if job.question.answer != "number" else least_squares(told, truth)
    shares = ", ".join(f"{name} {share:.2f}" for name, share in zip(options.models, weights, strict=True))
    job.say(f"weights by {len(clips)} clips: {shares}")
    plain = settings.as_dict(options) | {"weights": [round(float(w), 6) for w in weights]}
    write_text(job.folder / "options.json", json.dumps(plain, indent=1, sort_keys=True) + "\n")
    made = ensemble.write(job.model, [entry.folder for entry in entries], job.name, [float(w) for w in weights])
    made = dataclasses.replace(made, trained_on=f"{made.trained_on}; weighed by {len(clips)} clips")
    write_card(made, job.model / "card.json")
    return made


def mixture(told: np.ndarray, truth: np.ndarray, several: bool) -> np.ndarray:
    """Weights [M] of the likeliest mixture of probabilities told [M, N, K] for truth [N, K]; `several`: of labels one by one."""
    likely = np.where(truth > 0.5, told, 1 - told) if several else np.where(truth > 0.5, told, 0.0).sum(axis=2, keepdims=True)
    likely = np.maximum(likely.reshape(len(told), -1), _LEAST)
    weights = np.full(len(told), 1 / len(told))
    for _ in range(_ROUNDS):
        parts = weights[:, None] * likely
        new = (parts / parts.sum(axis=0)).mean(axis=1)
        if np.abs(new - weights).max() < _STILL:
            return new
        weights = new
    return weights


def least_squares(told: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Weights [M], at least 0 and 1 in sum, with the least squared error of told [M, N, K] against truth [N, K]."""
    values, wanted = told.reshape(len(told), -1), truth.reshape(-1)
    scale = max(float(np.mean((values - wanted) ** 2)), 1e-12)
    weights = np.full(len(told), 1 / len(told))
    for _ in range(_ROUNDS):
        slope = 2 * values @ (weights @ values - wanted) / values.shape[1] / scale
        new = weights * np.exp(-0.5 * (slope - slope.min()))
        new /= new.sum()
        if np.abs(new - weights).max() < _STILL:
            return new
        weights = new
    return weights


def _answers(job: Job, name: str, clips: Sequence[Clip], labels: Sequence[str], threads: int) -> np.ndarray:
    """What a model says of each clip [N, K], in the order of `labels`."""
    with store.open_model(name, job.role, Runtime(threads=threads), job.progress) as model:
        assert isinstance(model, Scorer)
        order = [model.card.labels.index(label) for label in labels]
        found = []
        for done, clip in enumerate(clips):
            with opened(clip) as source:
                found.append(over_clip(*heard(source, model, None, job.progress, name))[order])
            job.progress.step(done + 1, len(clips), f"ask {name}", "clips")
    job.progress.close()
    return np.stack(found)


def _truth(job: Job, clips: Sequence[Clip], labels: tuple[str, ...]) -> np.ndarray:
    """The truth [N, K] in the order of the models' labels. Raises: UsageError for a class that they do not know."""
    odd = sorted({name for c in clips for name in c.labels} - set(labels)) if job.question.answer != "number" else []
    if odd:
        raise UsageError(f"the models have no class {odd[0]!r}", where="--from", fix=f"They have: {', '.join(labels[:8])}")
    page = find.page("learn/targets", f"clip_{job.question.answer}")
    return np.stack([np.asarray(page.target(c, labels, None), np.float64) for c in clips])


def _known(name: str, clips: Sequence[Clip]) -> int:
    """How many of the clips stand in the rows that a run learned from."""
    try:
        rows = read_manifest(Path(name) / "train.jsonl")
    except ManifestError:
        return 0
    own = {(c.audio.resolve(), c.start) for c in rows}
    return sum((c.audio.resolve(), c.start) in own for c in clips)


METHOD = Method(Options, read, run, frozenset({("clip", "class"), ("clip", "set"), ("clip", "number")}))
