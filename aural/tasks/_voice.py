"""The voice in a recording as one vector, or one for each stretch of it: what embed, verify, enroll and identify share."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from aural.errors import SoundError
from aural.models.card import Card
from aural.models.face import Embedder, FrameEmbedder, StreamingScorer
from aural.models.shelf import Shelf
from aural.progress import Progress
from aural.results import Span, grid_span
from aural.sound.resample import resample
from aural.sound.source import Source
from aural.tasks._gate import HOP, RATE, hear

SAME = 0.42  # cosine at which two recordings are the same voice, where a model's card gives none
_VOICED = 0.5  # probability of a voice above which a frame counts
_AROUND = 8  # frames (0.26 s) around it that count as well: a voice's soft edges tell it too
_LEAST = 0.3  # s of voice below which nothing can be said
_NOT_VOICED = 0.1  # what other frames count, so that a faint voice is not lost altogether


@dataclass(frozen=True, eq=False)
class Voice:
    """A vector [D] of unit length for the span, from `seconds` of voice."""

    span: Span
    vector: np.ndarray
    seconds: float


def model_of(card: Card) -> str:
    """One sha256 for all files of a model: vectors of different ones cannot be compared."""
    together = "".join(card.files[name] for name in sorted(card.files)) or card.name
    return hashlib.sha256(together.encode()).hexdigest()


def threshold_of(card: Card) -> float:
    """The cosine at which two voices are the same, as the model's card says."""
    return card.operating_points.get("same_speaker", SAME)


def voice(source: Source, shelf: Shelf, progress: Progress, spans: Sequence[Span] | None = None) -> tuple[Voice, Card]:
    """The voice of a whole recording, or of some spans of it: what is voiced counts, block by block.

    Raises: SoundError when nobody is heard.
    """
    with shelf.open("vad") as gate, shelf.open("speaker_embedding") as model:
        found = list(_blocks(source, gate, model, progress, spans))
        card = model.card
    seconds = sum(v.seconds for v in found)
    if seconds < _LEAST:
        raise SoundError("no voice is heard in this recording", where=source.name, fix="Use one with at least a second of speech")
    total = np.sum([v.vector * v.seconds for v in found], axis=0)
    duration = source.recording.duration or found[-1].span.end
    return Voice(Span(*grid_span(0.0, duration, duration)), total / max(float(np.linalg.norm(total)), 1e-9), seconds), card


def stretches(source: Source, shelf: Shelf, window: float, step: float, progress: Progress) -> tuple[list[Voice], Card]:
    """The voice of each stretch of `window` seconds, one each `step` seconds; stretches without a voice are left out."""
    with shelf.open("vad") as gate, shelf.open("speaker_embedding") as model:
        return list(_windows(source, gate, model, window, step, progress)), model.card


def _blocks(
    source: Source, gate: StreamingScorer, model: Embedder, progress: Progress, spans: Sequence[Span] | None
) -> Iterator[Voice]:
    expected = source.encoding.promised
    for block in hear(source, gate):
        progress.step(block.end, expected, "voices")
        inside = np.ones(len(block.voice), bool) if spans is None else _inside(block.start, len(block.voice), spans)
        seconds = float(((block.voice >= _VOICED) & inside).sum()) * HOP
        if seconds:
            vector = _vectors(model, block.samples, (_weights(block.voice) * inside)[None])[0]
            yield Voice(Span(block.start, block.end), vector, seconds)


def _windows(
    source: Source, gate: StreamingScorer, model: Embedder, window: float, step: float, progress: Progress
) -> Iterator[Voice]:
    held, voiced, first, done = np.zeros(0, np.float32), np.zeros(0, np.float32), 0.0, 0
    expected = source.encoding.promised
    for block in hear(source, gate):
        held, voiced = np.concatenate([held, block.samples]), np.concatenate([voiced, block.voice])
        progress.step(block.end, expected, "voices")
        while done * step + window <= first + len(held) / RATE:
            yield from _window(model, held, voiced, done * step - first, window, first)
            done += 1
        # Only whole gate frames are dropped, so that samples and gate stay in step.
        drop = min(max(0, int((done * step - first) / HOP)), len(voiced))
        held, voiced, first = held[round(drop * HOP * RATE) :], voiced[drop:], first + drop * HOP
    left = first + len(held) / RATE - done * step
    if left > 0 and (done == 0 or left > window - step):
        yield from _window(model, held, voiced, done * step - first, left, first)


def _window(model: Embedder, held: np.ndarray, voiced: np.ndarray, start: float, length: float, first: float) -> Iterator[Voice]:
    samples = held[round(start * RATE) : round((start + length) * RATE)]
    flags = voiced[int(start / HOP) : max(int(start / HOP) + 1, round((start + length) / HOP))]
    seconds = float((flags >= _VOICED).sum()) * HOP
    if seconds >= min(_LEAST, length / 2) and len(samples):
        vector = _vectors(model, samples, _weights(flags)[None])[0]
        yield Voice(Span(*grid_span(first + start, first + start + length)), vector, seconds)


def _inside(start: float, count: int, spans: Sequence[Span]) -> np.ndarray:
    """Which of `count` gate frames from `start` (s) on have their middle in one of the spans."""
    middle = start + (np.arange(count) + 0.5) * HOP
    flags = np.zeros(count, bool)
    for span in spans:
        flags |= (middle >= span.start) & (middle < span.end)
    return flags


def _weights(voice: np.ndarray) -> np.ndarray:
    near = np.convolve(voice >= _VOICED, np.ones(2 * _AROUND + 1), "same") if len(voice) > 2 * _AROUND else voice >= _VOICED
    return np.where(near > 0, 1.0, _NOT_VOICED)


def _vectors(model: Embedder, samples: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """One vector for each row of weights [K, F] on an even grid over the samples."""
    samples = resample(samples, RATE, model.card.sample_rate)
    if not isinstance(model, FrameEmbedder):
        return np.concatenate([model.embed(samples[None], np.array([len(samples)]), [row]) for row in weights])
    frames = model.frames(samples, weights.max(axis=0))
    at = np.minimum((np.arange(len(frames)) + 0.5) / len(frames) * weights.shape[1], weights.shape[1] - 1).astype(int)
    return model.pooled(frames, weights[:, at])
