"""What came before nets: statistics of the sound, or an embedding of another model, and one linear layer over them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from aural import find, settings
from aural.errors import LearningError
from aural.files import sha256_of, write_text
from aural.learn.job import Job, Method
from aural.learn.methods._heard import Heard, hear, inputs_of, places, seconds_of
from aural.learn.scores import METRICS
from aural.metrics import calibration
from aural.models.card import Card, Licences
from aural.models.card import write as write_card
from aural.models.engines import linear as engine
from aural.models.features import WORDS, joined, words_of
from aural.patterns.linear import Linear, logistic, one_by_one, ridge
from aural.results import Question
from aural.settings import option

GRID = (0.01, 0.1, 1.0, 10.0, 100.0, 1000.0)
_EXACT, _ROUGH = 1e-9, 1e-4  # where a fit ends that is kept, and one that only tells which penalty is best
_WORSE = 2  # lighter penalties in a row that did worse: no lighter one is tried
_METRICS = {"class": "accuracy", "set": "map", "number": "mae"}


@dataclass(frozen=True)
class Options:
    """How a linear model is learned."""

    features: tuple[str, ...] = option(
        ("statistics", "quarters"),
        "what is heard of a clip; of several the one that does best inside train is kept: statistics, quarters (the same, "
        "and means in four quarters of time), words (labels that are said: how likely the recognizer finds each), the name of a "
        "model that embeds, or some joined by +",
    )
    embedding: str | None = option(
        None, "transfer: also try the embedding of this model, such as yamnet (sounds) or community-embedding (voices)",
        also=("--from",),
    )  # fmt: skip
    l2: float | None = option(None, "penalty on the weights; not set = the best by cross-validation inside train", least=1e-9)
    folds: int = option(5, "parts of the cross-validation; clips of one group stay together", least=2)
    balanced: bool = option(True, "rare classes have as much say as frequent ones")
    threads: int = option(0, "threads of one process; 0 = all cores", least=0, most=1024)
    seed: int = option(0, "which groups go into which fold", least=0)


@dataclass(frozen=True, eq=False)
class Tried:
    """One choice of input and penalty, its mean loss over the clips that were left out, and what it said of them [N, K]."""

    input: str
    l2: float
    loss: float
    told: np.ndarray


def read(job: Job) -> Options:
    """The options that were given. Raises: UsageError."""
    # What a net begins with is a run; here it is a model that embeds.
    given = {"embedding" if name == "start" else name: value for name, value in job.given.items()}
    return settings.build(Options, given, where="--method classical")


def run(job: Job) -> Card:
    """Hear, choose input and penalty by group k-fold inside train, fit, write the model folder."""
    options = read(job)
    clips = job.clips["train"]
    if not clips:
        raise LearningError("there are no clips to learn from", fix="Add recordings")
    page = find.page("learn/targets", f"clip_{job.question.answer}")
    labels = page.names(clips)
    truth = np.stack([page.target(c, labels, None) for c in clips]).astype(np.float64)
    check(truth, job.question)
    inputs = [spelled(text, labels) for text in inputs_of(options.features, options.embedding)]
    heard, _ = hear(clips, inputs, job.progress, options.threads)
    job.progress.close()
    tried = best(heard, truth, places(clips, options.folds, options.seed), job.question, options)
    for one in tried:
        job.say(f"{one.input}: loss {one.loss:.4f} in cross-validation at l2 {one.l2:g}, {_figure(one.told, truth, job.question)}")
    won = min(tried, key=lambda t: t.loss)
    layer = fitted(heard[won.input], truth, job.question, won.l2, options.balanced)
    job.model.mkdir(parents=True, exist_ok=True)
    engine.write(job.model, layer)
    plain = settings.as_dict(options) | {"chosen": {"input": won.input, "l2": won.l2}}
    write_text(job.folder / "options.json", json.dumps(plain, indent=1, sort_keys=True) + "\n")
    return _card(job, labels, won, truth, options)


def spelled(text: str, labels: Sequence[str]) -> str:
    """An input with the labels written where it listens for them as words."""
    return joined(*(words_of(labels) if part.strip() == WORDS else part.strip() for part in text.split("+")))


def fitted(points: np.ndarray, truth: np.ndarray, question: Question, l2: float, balanced: bool, close: float = _EXACT) -> Linear:
    """The layer for points [N, D] and truth [N, K], as the question asks; `close` as in `logistic`."""
    if question.answer == "class":
        return logistic(points, truth.argmax(axis=1), truth.shape[1], l2=l2, balanced=balanced, close=close)
    if question.answer == "set":
        return one_by_one(points, truth, l2=l2, balanced=balanced, close=close)
    return ridge(points, truth, l2=l2)


def best(heard: Heard, truth: np.ndarray, fold: np.ndarray, question: Question, options: Options) -> list[Tried]:
    """For each input the penalty with the least loss over the folds [N].

    Penalties are tried from the heaviest one down, until two in a row have done worse than one before: a lighter one fits what was
    heard still closer, and takes many times as long to fit.
    """
    grid = sorted(GRID, reverse=True) if options.l2 is None else (options.l2,)
    found = []
    for text, points in heard.items():
        tries = []
        for l2 in grid:
            told = np.zeros_like(truth)
            for part in np.unique(fold):
                layer = fitted(points[fold != part], truth[fold != part], question, l2, options.balanced, _ROUGH)
                told[fold == part] = layer.predict(points[fold == part])
            tries.append(Tried(text, l2, loss(told, truth, question), told))
            if len(tries) > _WORSE and min(t.loss for t in tries[-_WORSE:]) > min(t.loss for t in tries):
                break
        found.append(min(tries, key=lambda t: t.loss))
    return found


def loss(told: np.ndarray, truth: np.ndarray, question: Question) -> float:
    """Mean cross-entropy of classes or labels, mean absolute error of numbers; told and truth [N, K]."""
    if question.answer == "number":
        return float(np.abs(told - truth).mean())
    sure = np.clip(told, 1e-6, 1 - 1e-6)
    if question.answer == "class":
        return float(-np.log(sure[truth > 0.5]).mean())
    return float(-(truth * np.log(sure) + (1 - truth) * np.log(1 - sure)).mean())


def check(truth: np.ndarray, question: Question) -> None:
    """Raises: LearningError where there is nothing to tell apart."""
    if not np.isfinite(truth).all():
        raise LearningError("some clips have no number", fix="Write one to each row")
    if question.answer == "class" and (truth.sum(axis=0) > 0).sum() < 2:
        raise LearningError(
            "all clips are of one class", fix="Add clips of another one; what is only known as normal is for anomaly"
        )
    if question.answer == "set" and not truth.any():
        raise LearningError("no clip has a label", fix="Add labels to the rows")


def _figure(told: np.ndarray, truth: np.ndarray, question: Question) -> str:
    name = _METRICS[question.answer]
    return f"{name} {METRICS[name].of(list(told), list(truth)):.3f}"


def _card(job: Job, labels: tuple[str, ...], won: Tried, truth: np.ndarray, options: Options) -> Card:
    """The card; scores are calibrated on what was said of clips that were left out."""
    calibrated: dict[str, float] = {}
    points: dict[str, float] = {}
    if job.question.answer == "class":
        calibrated["temperature"] = calibration.temperature(won.told, truth)
    elif job.question.answer == "set":
        points = calibration.thresholds(won.told, truth, labels)
    clips = job.clips["train"]
    seconds = seconds_of(clips)
    told = sorted({c.licence for part in job.clips.values() for c in part if c.licence})
    card = Card(
        name=job.name, role=job.role, kind="linear", source="trained with aural", question=job.question, input=won.input,
        licences=Licences("Apache-2.0", "as the data allow", ", ".join(told) or "unknown", None, "the rows of the manifest"),
        labels=labels if job.question.answer != "number" else (job.label or labels[0],), unit=job.unit, batch="exact",
        window=round(max(0.1, seconds[int(0.95 * (len(seconds) - 1))]), 3),
        operating_points=points, calibration=calibrated, files={engine.FILE: sha256_of(job.model / engine.FILE)},
        trained_on=f"{len(clips)} clips, {sum(seconds) / 3600:.2f} hours", seed=options.seed,
    )  # fmt: skip
    write_card(card, job.model / "card.json")
    return card


METHOD = Method(Options, read, run, frozenset({("clip", "class"), ("clip", "set"), ("clip", "number")}))
