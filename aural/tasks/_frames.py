"""Answers for each frame of a recording of any length, and the events in them: what models for frames share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from aural.models.card import Card
from aural.models.face import Scorer
from aural.progress import Progress
from aural.results import Event, grid_span
from aural.sound.source import Source
from aural.tasks._hearing import mono_blocks

CHUNK, CONTEXT = 30.0, 4.0  # s that are answered at once, and what is heard on both sides of it beside that
_HALF = 0.5  # the score from which on a label is told that the card has no threshold for


@dataclass(frozen=True, eq=False)
class Frames:
    """Answers [F, K], one each `hop` s; frame f speaks for [f * hop, (f + 1) * hop)."""

    values: np.ndarray
    hop: float


@dataclass(frozen=True, eq=False)
class Rule:
    """How scores [F, K] become events: from `high` [K] on, kept above `low` [K]; `smooth` (s) of running median before;
    pauses up to `gap` s are bridged, shorter events than `shortest` s left out."""

    high: np.ndarray
    low: np.ndarray
    smooth: float = 0.0
    gap: float = 0.0
    shortest: float = 0.0


def by_frames(card: Card) -> bool:
    """True for a model that answers each frame of a recording of any length, as those trained here do."""
    question = card.question
    return question is not None and question.over != "clip" and card.window is None and card.hop is not None


def frames_of(source: Source, model: Scorer, progress: Progress, stage: str) -> Frames:
    """The answers of a model for frames to a whole recording."""
    card = model.card
    assert card.hop is not None
    return Frames(answers(mono_blocks(source, card.sample_rate, progress, stage), model), card.hop)


def answers(blocks: Iterable[np.ndarray], model: Scorer, chunk: float = CHUNK, context: float = CONTEXT) -> np.ndarray:
    """Blocks of samples [t] in sequence -> answers [F, K].

    Long recordings are heard in chunks that share `context` s with their neighbors on each side, so that a net that looks
    no farther than that answers as it would to the whole; others differ near the cuts alone. Chunks begin on whole frames.
    """
    card = model.card
    assert card.hop is not None
    hop = round(card.hop * card.sample_rate)
    step, around = max(1, round(chunk / card.hop)), round(context / card.hop)
    held, before = np.zeros(0, np.float32), 0  # `before`: frames at the head of `held` that are answered already
    out: list[np.ndarray] = []
    for block in blocks:
        held = np.concatenate([held, block])
        while len(held) > (before + step + around) * hop:
            out.append(_scored(model, held[: (before + step + around) * hop])[before : before + step])
            drop = max(0, before + step - around)
            held, before = held[drop * hop :], before + step - drop
    if len(held) > before * hop:
        out.append(_scored(model, held)[before:])
    return np.concatenate(out) if out else np.zeros((0, len(card.labels)), np.float32)


def _scored(model: Scorer, samples: np.ndarray) -> np.ndarray:
    return np.asarray(model.score(samples[None], np.array([len(samples)]))[0])


def thresholds(card: Card, given: float | None) -> np.ndarray:
    """The score [K] from which on each label is told: the one given, or the card's own."""
    if given is not None:
        return np.full(len(card.labels), given)
    return np.array([card.operating_points.get(name, _HALF) for name in card.labels])


def runs(scores: np.ndarray, high: float, low: float) -> list[tuple[int, int]]:
    """Frames [first, last) of scores [F] that stay at `low` or more and reach `high`, in order."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], scores >= min(low, high), [False]]).astype(np.int8)))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True) if scores[a:b].max() >= high]


def smoothed(scores: np.ndarray, size: int) -> np.ndarray:
    """The running median of scores [F, K] over `size` frames (made odd), the edges held."""
    if size < 2 or not len(scores):
        return scores
    side = size // 2
    padded = np.pad(scores, ((side, side), (0, 0)), mode="edge")
    columns = [
        np.median(np.lib.stride_tricks.sliding_window_view(padded[:, k], 2 * side + 1), axis=1) for k in range(scores.shape[1])
    ]
    return np.stack(columns, axis=1)


def events_of(heard: Frames, labels: Sequence[str], rule: Rule, duration: float, layer: str = "sound") -> tuple[Event, ...]:
    """The events in the frames, sorted by start, each with its highest score."""
    scores = smoothed(heard.values, round(rule.smooth / heard.hop))
    found = []
    for k, label in enumerate(labels):
        spans = _bridged(runs(scores[:, k], float(rule.high[k]), float(rule.low[k])), round(rule.gap / heard.hop))
        for first, last in spans:
            start, end = first * heard.hop, min(last * heard.hop, duration)
            if end - start >= rule.shortest and start < duration:
                peak = float(np.clip(scores[first:last, k].max(), 0, 1))
                found.append(Event(*grid_span(start, end, duration), label, score=round(peak, 4), layer=layer))
    return tuple(sorted(found, key=lambda e: (e.start, e.end, e.label)))


def _bridged(spans: Sequence[tuple[int, int]], gap: int) -> list[tuple[int, int]]:
    out: list[tuple[int, int]] = []
    for first, last in spans:
        if out and first - out[-1][1] <= gap:
            out[-1] = (out[-1][0], last)
        else:
            out.append((first, last))
    return out


def peaks(scores: np.ndarray, threshold: float, apart: int) -> list[int]:
    """Frames of scores [F] that are the highest within `apart` frames on both sides and reach the threshold."""
    if not len(scores):
        return []
    padded = np.pad(scores, apart, constant_values=-np.inf)
    view = np.lib.stride_tricks.sliding_window_view(padded, 2 * apart + 1)
    best = (view.argmax(axis=1) == apart) & (scores >= threshold)
    return [int(f) for f in np.flatnonzero(best)]
