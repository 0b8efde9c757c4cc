"""Learning from normal recordings alone: what lies far from all of them is unusual."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np

from aural import settings
from aural.corpora.manifest import Clip
from aural.errors import LearningError
from aural.files import sha256_of, write_text
from aural.learn.job import Job, Method
from aural.learn.methods._heard import hear, places, seconds_of
from aural.models.card import Card, Licences
from aural.models.card import write as write_card
from aural.models.engines import outlier as engine
from aural.models.features import RATE, joined, parts_of
from aural.patterns import gaussian
from aural.patterns.gaussian import Gaussian
from aural.patterns.linear import standard
from aural.patterns.nearest import Neighbors
from aural.settings import option

NORMAL = "normal"
_LONGEST = 10.0  # s, of a stretch that is heard at once
_LEAST = 5  # stretches, below which nothing can be said of what is normal


@dataclass(frozen=True)
class Options:
    """How what is normal is learned."""

    features: str = option("statistics", "what is heard: statistics, quarters, a model that embeds (yamnet), or some joined by +")
    by: str = option(
        "gaussian",
        "distance from the mean with a shrunk covariance, or to the nearest normal clips",
        choices=("gaussian", "nearest"),
    )
    neighbors: int = option(1, "how many nearest ones count, for --set by=nearest", least=1)
    window: float | None = option(
        None, "length of the stretches that are heard; not set = half of the clips are longer, 10 s at most", unit="s", least=0.1
    )
    false_alarms: float = option(0.05, "share of normal stretches that may be told as anomalous", least=1e-6, most=0.5)
    subject: str = option("", "what is heard, in a word or two; it is written into the card (hearts: no medical device)")
    folds: int = option(5, "parts of the cross-validation that sets the border; clips of one group stay together", least=2)
    threads: int = option(0, "threads of one process; 0 = all cores", least=0, most=1024)
    seed: int = option(0, "which groups go into which fold", least=0)


@dataclass(frozen=True, eq=False)
class Normal:
    """What normal stretches are: standardized with `mean` and `scale` [D]; each part of the features has the same say."""

    mean: np.ndarray
    scale: np.ndarray
    heap: Gaussian | Neighbors

    def distance(self, points: np.ndarray, k: int) -> np.ndarray:
        """How far points [N, D] lie from what is normal."""
        return engine.distance(self.heap, (points - self.mean) / self.scale, min(k, self.known))

    @property
    def known(self) -> int:
        return len(self.heap.points) if isinstance(self.heap, Neighbors) else 1


def read(job: Job) -> Options:
    """The options that were given. Raises: UsageError."""
    return settings.build(Options, job.given, where="--method outlier")


def run(job: Job) -> Card:
    """Hear the normal clips, fit, set the border by cross-validation, write the model folder."""
    options = read(job)
    clips = [c for c in job.clips["train"] if c.label in (None, NORMAL)]
    odd = len(job.clips["train"]) - len(clips)
    if odd:
        job.say(f"note: {odd} clips are not labeled {NORMAL!r} and are not learned from")
    if not clips:
        raise LearningError(f"no clip is labeled {NORMAL!r}", fix="Give normal recordings; others only serve to validate")
    window = options.window or round(float(np.clip(np.median(seconds_of(clips)), 0.1, _LONGEST)), 3)
    parts = parts_of(options.features)
    heard, owner = hear(clips, parts, job.progress, options.threads, round(window * RATE))
    job.progress.close()
    if len(owner) < _LEAST:
        raise LearningError(f"{len(owner)} normal stretches of {window:g} s are too few", fix=f"Give {_LEAST} or more, better 50")
    left_out = distances_left_out(heard, places(clips, options.folds, options.seed)[owner], options)
    border = border_of(left_out, options.false_alarms)
    normal = learned(heard, options)
    job.say(f"{len(owner)} normal stretches of {window:g} s; border {border:.4g}, which {(left_out >= border).mean():.0%} of those "
            "that were left out in turn reach")  # fmt: skip
    job.model.mkdir(parents=True, exist_ok=True)
    engine.write(job.model, normal.mean, normal.scale, normal.heap)
    resolved = settings.as_dict(replace(options, window=window))
    write_text(job.folder / "options.json", json.dumps(resolved, indent=1, sort_keys=True) + "\n")
    return _card(job, clips, options, window, {"border": border, "neighbors": float(min(options.neighbors, normal.known))})


def learned(heard: Mapping[str, np.ndarray], options: Options) -> Normal:
    """What is normal, from the parts [N, d] of the features of normal stretches."""
    means, scales = [], []
    for points in heard.values():
        mean, scale = standard(points)
        means.append(mean)
        scales.append(scale * np.sqrt(points.shape[1]))
    mean, scale = np.concatenate(means), np.concatenate(scales)
    points = (np.concatenate(list(heard.values()), axis=1) - mean) / scale
    return Normal(mean, scale, gaussian.fit(points) if options.by == "gaussian" else Neighbors(points))


def distances_left_out(heard: Mapping[str, np.ndarray], fold: np.ndarray, options: Options) -> np.ndarray:
    """Distances [N] of normal stretches from what the other folds [N] say is normal."""
    found = np.zeros(len(fold))
    for part in np.unique(fold):
        own = fold == part
        known = learned({name: points[~own] for name, points in heard.items()}, options)
        found[own] = known.distance(np.concatenate([points[own] for points in heard.values()], axis=1), options.neighbors)
    return found


def border_of(distances: np.ndarray, false_alarms: float) -> float:
    """The distance that this share of normal stretches exceeds, were their logarithms a normal distribution."""
    logs = np.log(np.maximum(distances, 1e-9))
    return float(np.exp(logs.mean() + NormalDist().inv_cdf(1 - false_alarms) * logs.std()))


def _card(job: Job, clips: Sequence[Clip], options: Options, window: float, found: Mapping[str, float]) -> Card:
    seconds = sum(seconds_of(clips))
    told = sorted({c.licence for c in clips if c.licence})
    card = Card(
        name=job.name, role=job.role, kind="outlier", source="trained with aural", question=job.question,
        licences=Licences("Apache-2.0", "as the data allow", ", ".join(told) or "unknown", None, "the rows of the manifest"),
        input=joined(*parts_of(options.features)), labels=("distance",), batch="exact", window=window, hop=round(window / 2, 4),
        operating_points={engine.THRESHOLD: found["border"]}, calibration={"neighbors": found["neighbors"]},
        files={engine.FILE: sha256_of(job.model / engine.FILE)}, seed=options.seed,
        trained_on=f"{len(clips)} normal clips{f' of {options.subject}' if options.subject else ''}, {seconds / 3600:.2f} hours",
    )  # fmt: skip
    write_card(card, job.model / "card.json")
    return card


METHOD = Method(Options, read, run, frozenset({("clip", "number")}), any_labels=True, bare=NORMAL)
