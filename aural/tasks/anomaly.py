"""Whether a machine, or whatever a model knows when it is well, sounds unusual, and when"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from aural.models.card import Card
from aural.models.engines.outlier import THRESHOLD
from aural.models.shelf import Shelf
from aural.progress import Progress
from aural.results import Curve, Event, Label, Question, Result, clock, grid_span
from aural.settings import option
from aural.sound.source import Source
from aural.tasks._clips import Wanted, choose
from aural.tasks._hearing import mono_blocks
from aural.tasks._stretches import stretches
from aural.tasks._task import Task

LAYER, ANOMALOUS, NORMAL = "anomaly", "anomalous", "normal"
_ROLE = "anomaly"
_WANTED = Wanted("anomaly", (), "what is normal is yours to show, so there is no model for it yet")
_WINDOW = 2.0  # s, for a card that names none
_BODY = re.compile(r"heart|breath|lung|cough|pulse|respirat", re.IGNORECASE)
NO_DEVICE = "This is no medical device: it tells what sounds unlike the recordings it learned from, not who is ill."


@dataclass(frozen=True)
class Options:
    """From where on something is told."""

    threshold: float = option(
        0.5, "score from which on a stretch is told as an event; 0.5 = the border that the model learned", least=0, most=1
    )


def run(source: Source, shelf: Shelf, options: Options, progress: Progress) -> Result:
    """Labels anomalous and normal for the whole, events of layer "anomaly", and the score as a curve.

    A score is d / (d + border), d the distance from what is normal. Raises: ModelMissing when no model is named.
    """
    choose(shelf, _ROLE, _WANTED)
    with shelf.open(_ROLE) as model:
        card = model.card
        length, hop = window_of(card)
        distances, spans = [], []
        blocks = mono_blocks(source, card.sample_rate, progress, "anomaly")
        for start, samples in stretches(blocks, length, hop):
            distances.append(float(model.score(samples[None], np.array([len(samples)]))[0, 0]))
            spans.append((start / card.sample_rate, (start + len(samples)) / card.sample_rate))
    border = card.operating_points[THRESHOLD]
    scores = score_of(np.array(distances), border)
    whole = float(score_of(np.array([np.mean(distances)]), border)[0])
    labels = sorted((Label(ANOMALOUS, round(whole, 6)), Label(NORMAL, round(1 - whole, 6))), key=lambda t: -(t.score or 0))
    curve = Curve("anomaly", "", round((spans[0][0] + spans[0][1]) / 2, 3), hop / card.sample_rate, scores)
    events = _events(scores, spans, options.threshold, source.recording.duration)
    made_by = dict(shelf.made_by) | ({"note": NO_DEVICE} if of_a_body(card) else {})
    return Result(source.recording, made_by, labels=tuple(labels), events=events, curves=(curve,))


def window_of(card: Card) -> tuple[int, int]:
    """Length and hop in samples of the stretches that a model hears."""
    length = max(1, round((card.window or _WINDOW) * card.sample_rate))
    return length, max(1, round(card.hop * card.sample_rate) if card.hop else length // 2)


def score_of(distances: np.ndarray, border: float) -> np.ndarray:
    """Distances of 0 or more as scores in [0, 1): 0.5 at the border."""
    return np.asarray(distances / (distances + border))


def of_a_body(card: Card) -> bool:
    """True when the card says that hearts, lungs or the like were learned."""
    return _BODY.search(f"{card.name} {card.trained_on} {card.source}") is not None


def _events(scores: np.ndarray, spans: list[tuple[float, float]], threshold: float, duration: float | None) -> tuple[Event, ...]:
    """Stretches at or above the threshold; those that touch are one event with the highest of their scores."""
    found: list[tuple[float, float, float]] = []
    for (start, end), score in zip(spans, scores.tolist(), strict=True):
        if score < threshold:
            continue
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], end, max(found[-1][2], score))
        else:
            found.append((start, end, score))
    return tuple(Event(*grid_span(a, b, duration), ANOMALOUS, score=round(s, 6), layer=LAYER) for a, b, s in found)


def show(result: Result) -> str:
    """One line a label, then one an event, then what it is not."""
    lines = [f"{label.score:.2f}  {label.label}" for label in result.labels or ()]
    lines += [f"{clock(e.start):>10} - {clock(e.end):>10}  {e.label}  {e.score:.2f}" for e in result.events or ()]
    return "\n".join(lines + ([str(result.made_by["note"])] if "note" in result.made_by else []))


TASK = Task(
    "source", Options, run, show, {_ROLE: ""}, _ROLE, Question("clip", "number"), learned_by="outlier"
)  # fmt: skip
