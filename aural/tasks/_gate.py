"""The voice gate: how likely somebody speaks in each 32 ms of a recording, and the spans of speech in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from aural.errors import UsageError
from aural.models.card import Card
from aural.models.face import Scorer, StreamingScorer
from aural.sound.source import Source
from aural.tasks._frames import Frames, answers

RATE, FRAME = 16000, 512
HOP = FRAME / RATE
BLOCK = 1024 * HOP  # s: whole frames, so that blocks and frames share their borders

# Quiet speech is raised to this level before it is judged (dB below full scale, 95th percentile of
# the frames of a block), by 40 dB at most: the net misses a third of single words at -40 dB without it.
LOUD, MOST_GAIN = -20.0, 40.0
# Below this a frame is digital silence or the last bits of a converter, whatever the net says.
FLOOR = -80.0
# Breath before a word lies 22 to 26 dB below the words and gets 0.4 to 0.8 from the net; words get more.
# Chosen on librispeech_mini (train) with both recognizers: softer rules miss it, harder ones cut "h" and "f".
SURE, BREATH = 0.9, 20.0
# A recording under SHORT s often begins inside its only word, and the net hears a voice by its onset: with LEAD frames of
# silence before it no word of fsdd (train) is missed, without it 1.7 %. Longer ones are heard as they are: behind silence the
# beginning of a noise passes for a voice five times as often.
SHORT, LEAD = 2.0, 8
_SPEECH, _NONE = ("speech", "voice"), "none"  # labels of models that were trained for frames of speech


@dataclass(frozen=True, eq=False)
class Heard:
    """A stretch of sound with its gate: samples [T] at 16 kHz, voice [F] and level [F] (dB) each 32 ms."""

    start: float
    samples: np.ndarray
    voice: np.ndarray
    level: np.ndarray

    @property
    def end(self) -> float:
        return self.start + len(self.samples) / RATE

    def part(self, first: int, last: int) -> Heard:
        """The frames [first, last)."""
        samples = self.samples[first * FRAME : last * FRAME]
        return Heard(self.start + first * HOP, samples, self.voice[first:last], self.level[first:last])

    def joined(self, other: Heard) -> Heard:
        """This stretch and the one that follows it at once."""
        pairs = ((self.samples, other.samples), (self.voice, other.voice), (self.level, other.level))
        return Heard(self.start, *(np.concatenate(p) for p in pairs))


@dataclass(frozen=True)
class Rule:
    """How probabilities become spans. Speech begins at `onset` and ends when they stay below `release`
    for `pause` seconds; spans under `shortest` s are dropped; each grows by `pad` s on both sides (a
    soft beginning lies before the net is sure); longer ones than `longest` s are cut at the deepest dip.
    """

    onset: float = 0.5
    release: float = 0.35
    shortest: float = 0.1
    pause: float = 0.2
    pad: float = 0.1
    longest: float | None = None


def hear(source: Source, gate: Scorer, start: float = 0.0, end: float | None = None) -> Iterator[Heard]:
    """The recording in blocks of 32.8 s with the gate's probabilities, state carried from block to block.

    A model for frames that does not run along hears the whole recording first.
    """
    if not isinstance(gate, StreamingScorer):
        yield from _heard_before(source, gate, start, end)
        return
    state: Any = gate.start()
    waiting: Heard | None = None
    for block in source.blocks(BLOCK, RATE, True, start, end):
        if waiting is not None:
            yield waiting
        samples = block.mono().samples[0]
        level = levels(samples)
        gain = np.float32(10 ** (_gain(level) / 20))
        if block.start == start and len(samples) < SHORT * RATE:
            state, _ = gate.step(state, np.zeros(LEAD * FRAME, np.float32))
        state, frames = gate.step(state, samples * gain)
        if len(frames) < len(level):  # only the last block ends inside a frame
            frames = np.concatenate([frames, gate.finish(state)])
        waiting = Heard(block.start, samples, np.where(level > FLOOR, frames[:, 0], np.float32(0)), level)
    if waiting is not None:
        yield waiting


def _heard_before(source: Source, model: Scorer, start: float, end: float | None) -> Iterator[Heard]:
    """The same by a model for frames: one pass for its answers (a number each 32 ms), one for the sound."""
    rate = model.card.sample_rate
    frames = answers((b.mono().samples[0] for b in source.blocks(30.0, rate, True, start, end)), model)
    assert model.card.hop is not None
    voice, at = voiced(Frames(frames, model.card.hop), model.card), 0
    for block in source.blocks(BLOCK, RATE, True, start, end):
        samples = block.mono().samples[0]
        level = levels(samples)
        # The last frame of the sound may be one that the model, at its own rate, saw no more of.
        part = voice[at : at + len(level)]
        part = np.concatenate([part, np.zeros(len(level) - len(part), part.dtype)])
        at += len(level)
        yield Heard(block.start, samples, np.where(level > FLOOR, part, np.float32(0)), level)


def voiced(heard: Frames, card: Card) -> np.ndarray:
    """The chance of a voice each 32 ms, from the frames of a model: of the label speech, or of any that is not none.

    Raises: UsageError for a model without such a label.
    """
    named = [k for k, label in enumerate(card.labels) if label.lower() in _SPEECH]
    kinds = named or [k for k, label in enumerate(card.labels) if label.lower() != _NONE]
    if not named and _NONE not in card.labels:
        fix = f"It needs a label {_SPEECH[0]!r}; this one has: {', '.join(card.labels[:8])}"
        raise UsageError(f"{card.name} does not tell speech", where="--model", fix=fix)
    count = -(-round(len(heard.values) * heard.hop * RATE) // FRAME)
    middle = np.minimum(((np.arange(count) + 0.5) * HOP / heard.hop).astype(int), len(heard.values) - 1)
    return np.asarray(heard.values[middle][:, kinds].sum(axis=1))


def levels(samples: np.ndarray) -> np.ndarray:
    """The level of each 32 ms in dB below full scale; the last frame may be shorter."""
    count = -(-len(samples) // FRAME)
    whole = len(samples) // FRAME
    power = np.empty(count, np.float32)
    power[:whole] = np.einsum("ij,ij->i", *(2 * [samples[: whole * FRAME].reshape(-1, FRAME)])) / FRAME
    if count > whole:
        power[-1] = np.mean(samples[whole * FRAME :] ** 2)
    return np.asarray(10 * np.log10(power + np.float32(1e-12)))


def frame_spans(voice: np.ndarray, rule: Rule) -> list[tuple[int, int]]:
    """Frames [first, last) of speech, in order, apart from one another, inside [0, F)."""
    found = [s for s in _sticky(voice, rule) if (s[1] - s[0]) * HOP >= rule.shortest]
    pad = round(rule.pad / HOP)
    grown: list[tuple[int, int]] = []
    for first, last in found:
        first, last = max(0, first - pad), min(len(voice), last + pad)
        if grown and first <= grown[-1][1]:
            grown[-1] = (grown[-1][0], last)
        else:
            grown.append((first, last))
    if rule.longest is None:
        return grown
    most = max(2, round(rule.longest / HOP))
    return [part for span in grown for part in _cut(voice, *span, most)]


def without_breath(voice: np.ndarray, level: np.ndarray) -> np.ndarray:
    """The voice [F] with 0 in the breath before words: the beginning of a voiced stretch where the net is
    not yet sure (below SURE) and the sound is BREATH dB softer than the loud part of the sure frames.

    For word times: a word that takes the breath before it begins 0.3 s too early.
    """
    sure = voice >= SURE
    if not sure.any():
        return voice
    soft = ~sure & (level[: len(voice)] < np.percentile(level[: len(voice)][sure], 90) - BREATH)
    kept = voice.copy()
    edges = np.flatnonzero(np.diff(np.concatenate([[False], voice >= 0.5, [False]]).astype(np.int8)))
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        run = soft[first:last]
        kept[first : first + (len(run) if run.all() else int(np.argmin(run)))] = 0
    return kept


def longest_run(voice: np.ndarray, threshold: float) -> int:
    """The most frames in a row at `threshold` or more."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], voice >= threshold, [False]]).astype(np.int8)))
    return int((edges[1::2] - edges[::2]).max(initial=0))


def _gain(level: np.ndarray) -> float:
    """dB to add so that the loud frames of a block reach LOUD; never negative."""
    return float(np.clip(LOUD - np.percentile(level, 95), 0.0, MOST_GAIN)) if len(level) else 0.0


def _sticky(voice: np.ndarray, rule: Rule) -> list[tuple[int, int]]:
    """Spans with hysteresis: begun at onset, walked back to release, ended after a pause."""
    pause = max(1, round(rule.pause / HOP))
    release = min(rule.release, rule.onset)
    loud = np.flatnonzero(voice >= rule.onset)
    found: list[tuple[int, int]] = []
    at = 0
    while (k := int(np.searchsorted(loud, at))) < len(loud):
        first = int(loud[k])
        while first > at and voice[first - 1] >= release:
            first -= 1
        last, quiet = int(loud[k]) + 1, 0
        for i in range(last, len(voice)):
            if voice[i] >= release:
                last, quiet = i + 1, 0
            elif (quiet := quiet + 1) >= pause:
                break
        found.append((first, last))
        at = last
    return found


def _cut(voice: np.ndarray, first: int, last: int, most: int) -> list[tuple[int, int]]:
    """A span as parts of at most `most` frames, cut at the deepest dip of the second half of each."""
    parts = []
    while last - first > most:
        low = first + most // 2
        at = low + int(np.argmin(voice[low : first + most]))
        parts.append((first, max(at, first + 1)))
        first = parts[-1][1]
    return [*parts, (first, last)]
