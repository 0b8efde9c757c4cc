"""Runs a model folder of the kind "attention": a graph that hears a clip once, and one that writes a unit at a time, read as words.

Greedily or by a beam, CTC heard along with the weight of the training; with language models and hotwords, and several readings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import final

import numpy as np

from aural.beams.ctc_paths import best_path
from aural.beams.ctc_prefix import PrefixScores
from aural.beams.path import token_path
from aural.beams.search import log_softmax
from aural.beams.writing import Ranking, Reading, search
from aural.models.card import Card
from aural.models.engines._fused import CTC, ctc_weight, fusion_of
from aural.models.face import Aligner, Attending, Decoding, Hypothesis, Looks, Model
from aural.models.runtime import Runtime, Session
from aural.results import Word
from aural.text import units as text_units
from aural.text.units import SPACE, Units

ENCODER, STEP, UNITS = "encoder.onnx", "step.onnx", "units.json"
WIDTH = 8  # readings kept where no width is given: a decoder alone stops too early, or not at all, on one path
_LEAST = 1e-10
_FEW, _EACH = 10, 1.0  # a text holds at most so many units, and one for each frame
_OFF = 8.0  # what silence gives a frame: as much as a unit that is looked at with a chance of e^-8


@dataclass(frozen=True, eq=False)
class _Heard:
    """A batch: log-probabilities of CTC [B, F, K + 1], real frames [B], and what the decoder looks at and begins with."""

    logs: np.ndarray
    frames: np.ndarray
    memory: dict[str, np.ndarray]
    state: dict[str, np.ndarray]


@final
class AttentionRecognizer(Aligner, Attending):
    """Answers of two graphs (aural/learn/written/export.py). Class k is unit k - 1; class 0 is the end, and the blank of CTC."""

    held = True

    def __init__(self, card: Card, sessions: tuple[Session, Session], units: Units) -> None:
        self.card, self.units = card, units
        self._encoder, self._step = sessions
        self._pieces = ("", *units.pieces)
        self._ctc = float(card.calibration.get(CTC, 0.0))

    def close(self) -> None:
        """The sessions go with the object."""

    def recognize(
        self, samples: np.ndarray, lengths: np.ndarray, decoding: Decoding, speech: Sequence[np.ndarray] | None = None
    ) -> list[Hypothesis]:
        heard = self._hear(samples, lengths)
        readings = self._read(heard, decoding)
        seconds = [int(length) / self.card.sample_rate for length in lengths]
        return [self._told(heard, b, own, s, decoding) for b, (own, s) in enumerate(zip(readings, seconds, strict=True))]

    def emissions(self, samples: np.ndarray, lengths: np.ndarray) -> list[np.ndarray]:
        """Log-probabilities [F, K + 1] of CTC for each row, its real frames alone."""
        heard = self._hear(samples, lengths)
        return [row[: int(n)] for row, n in zip(heard.logs, heard.frames, strict=True)]

    def looks(self, samples: np.ndarray, decoding: Decoding) -> Looks:
        heard = self._hear(samples[None], np.array([len(samples)]))
        best = self._read(heard, decoding)[0][0]
        frames = int(heard.frames[0])
        looked = best.looked[:, :frames] if len(best.tokens) else np.zeros((0, frames))
        return Looks(tuple(self._pieces[t] for t in best.tokens), looked, self.card.hop or 0.0)

    def align(
        self, samples: np.ndarray, text: str, speech: np.ndarray | None = None, language: str | None = None
    ) -> tuple[Word, ...]:
        heard = self._hear(samples[None], np.array([len(samples)]))
        parts = [(word, [n + 1 for n in self.units.encode(self.units.spelled(word))]) for word in text.split()]
        parts = [(word, own if any(self._pieces[n] != SPACE for n in own) else []) for word, own in parts]
        numbers = [n for _, own in parts for n in own]
        logprobs, looked = self._forced(heard, numbers)
        seconds = len(samples) / self.card.sample_rate
        spans = self._spans(heard, 0, numbers, looked)
        words: list[Word] = []
        at = 0
        for word, own in parts:
            if spans is None or not own:
                start = words[-1].end if words else 0.0
                words.append(Word(start, max(min(start + 0.001, seconds), start + 1e-4), word, timed="guessed"))
            else:
                words.append(self._word(word, spans[at : at + len(own)], logprobs[at : at + len(own)], seconds))
            at += len(own)
        return tuple(words)

    def _hear(self, samples: np.ndarray, lengths: np.ndarray) -> _Heard:
        feeds: dict[str, np.ndarray] = {
            "samples": np.ascontiguousarray(samples, np.float32),
            "lengths": np.asarray(lengths, np.int64),
        }
        told = dict(zip(self._encoder.outputs, self._encoder.run(feeds), strict=True))
        return _Heard(
            np.log(np.maximum(told["answers"], _LEAST)), told["frames"],
            {n: v for n, v in told.items() if n.startswith("memory")}, {n: v for n, v in told.items() if n.startswith("state")},
        )  # fmt: skip

    def _read(self, heard: _Heard, decoding: Decoding) -> list[list[Reading]]:
        """The readings of each row, best first."""
        width, ctc = max(decoding.n_best, decoding.beam if decoding.beam > 1 else WIDTH), ctc_weight(decoding, self.card)
        limits = [_FEW + int(_EACH * n) for n in heard.frames]
        # Without CTC a sum of logarithms favors short texts: their mean decides.
        free = not (ctc or decoding.unit_bonus or decoding.coverage)
        how = Ranking(width, decoding.n_best, ctc, decoding.unit_bonus, decoding.coverage, length=1.0 if free else 0.0)
        prefixes = PrefixScores(heard.logs, heard.frames) if ctc else None
        return search(_Walk(self._step, heard), limits, how, prefixes, fusion_of(decoding, self.units))

    def _forced(self, heard: _Heard, numbers: Sequence[int]) -> tuple[list[float], np.ndarray]:
        """A known text written down: the log-probability of each unit, and where was looked [L, F]."""
        walk = _Walk(self._step, heard)
        logprobs: list[float] = []
        looks: list[np.ndarray] = []
        for last, token in zip([0, *numbers], numbers, strict=False):
            ahead, looked = walk(np.zeros(1, np.int64) if looks else None, np.zeros(1, np.int64), np.array([last]))
            logprobs.append(float(ahead[0, token]))
            looks.append(looked[0])
        return logprobs, np.stack(looks) if looks else np.zeros((0, heard.logs.shape[1]))

    def _told(self, heard: _Heard, row: int, readings: list[Reading], seconds: float, decoding: Decoding) -> Hypothesis:
        """The best reading with its words, the others as texts; `avg_logprob` is the decoder's mean over the units."""
        best = readings[0]
        words: tuple[Word, ...] | None = None
        if decoding.word_times:
            spans = self._spans(heard, row, best.tokens, best.looked)
            parts = self.units.words([t - 1 for t in best.tokens])
            if spans is None:
                share = seconds / max(len(parts), 1)
                words = tuple(Word(k * share, (k + 1) * share, text, timed="guessed") for k, (text, _, _) in enumerate(parts))
            else:
                words = tuple(self._word(text, spans[a:b], best.logprobs[a:b], seconds, best.tokens[a:b]) for text, a, b in parts)
        scores = {"avg_logprob": float(np.mean(best.logprobs[: len(best.tokens)]))} if best.tokens else {}
        scores["looped"] = float(best.looped)
        if decoding.n_best > 1 or decoding.lm:
            weight = ctc_weight(decoding, self.card)
            for k, one in enumerate(readings, 1):
                end = f"_{k}" if k > 1 else ""
                mixed = (1 - weight) * one.decoder + weight * one.ctc
                scores |= {f"acoustic{end}": mixed, f"decoder{end}": one.decoder, f"lm{end}": self._language(one.tokens, decoding)}
                scores |= {f"ctc{end}": one.ctc} if weight else {}
        others = tuple(self.units.text([t - 1 for t in one.tokens]) for one in readings[1:])
        text = self.units.text([t - 1 for t in best.tokens])
        return Hypothesis(text, words, None, best.tokens, best.logprobs[: len(best.tokens)], scores, others)

    def _language(self, tokens: Sequence[int], decoding: Decoding) -> float:
        """log P(W) of the words (or characters) of a reading, over all language models."""
        text = self.units.text([t - 1 for t in tokens])
        letters = [c for word in text.split() for c in SPACE + word]
        return float(sum(one.model.logprob(text.split() if one.over == "words" else letters) for one in decoding.lm))

    def _spans(self, heard: _Heard, row: int, tokens: Sequence[int], looked: np.ndarray) -> np.ndarray | None:
        """First and last + 1 frame [L, 2] of each unit: by CTC where it was learned, else by where was looked. None = neither."""
        frames = int(heard.frames[row])
        if not tokens:
            return np.zeros((0, 2), int)
        try:
            if self._ctc:
                return best_path(heard.logs[row, :frames], tokens)[0]
            starts = [k for k, t in enumerate(tokens) if k == 0 or self._pieces[t].startswith(SPACE)]
            return token_path(np.log(np.maximum(looked[:, :frames], np.exp(-_OFF))), np.full(frames, -_OFF / 2), starts)
        except ValueError:
            return None

    def _word(self, text: str, spans: np.ndarray, logprobs: Sequence[float], seconds: float, tokens: Sequence[int] = ()) -> Word:
        """A word from its first unit that is more than a space to its last; as sure as the mean of its units."""
        hop = self.card.hop or 0.0
        lone = len(tokens) > 1 and self._pieces[tokens[0]] == SPACE
        start = float(spans[1 if lone else 0, 0]) * hop
        end = max(min(float(spans[-1, 1]) * hop, seconds), start + 0.001)
        return Word(start, end, text, confidence=min(float(np.exp(np.mean(logprobs))), 1.0), timed="measured")


@final
class _Walk:
    """The step of a search: rows of the batch under way, their states picked and moved on."""

    def __init__(self, session: Session, heard: _Heard) -> None:
        self._session, self._heard = session, heard
        self._state = heard.state
        self._clips = np.arange(len(heard.frames))
        self._memory = heard.memory

    def __call__(self, parents: np.ndarray | None, clips: np.ndarray, last: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        if not np.array_equal(clips, self._clips):
            self._clips, self._memory = clips, {n: v[clips] for n, v in self._heard.memory.items()}
        if parents is not None:
            self._state = {n: v[parents] for n, v in self._state.items()}
        feeds = {"tokens": last.astype(np.int64), "frames": self._heard.frames[clips], **self._memory, **self._state}
        told = dict(zip(self._session.outputs, self._session.run(feeds), strict=True))
        self._state = {n.replace("next", "state"): v for n, v in told.items() if n.startswith("next")}
        return log_softmax(told["logits"].astype(np.float64)), told["looked"]


def open(folder: Path, card: Card, runtime: Runtime) -> Model:
    """The recognizer of a model folder."""
    sessions = runtime.session(folder / ENCODER), runtime.single.session(folder / STEP)
    return AttentionRecognizer(card, sessions, text_units.read(folder / UNITS))
