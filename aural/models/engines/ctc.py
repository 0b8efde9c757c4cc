"""Runs a model folder of the kind "ctc": a graph from samples to the chances of units in each frame, read as words.

Greedily, or by a beam with language models and hotwords; a known text can be laid over the frames, too.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, final

import numpy as np

from aural.beams import ctc
from aural.beams.ctc_paths import best_path
from aural.errors import UsageError
from aural.models.card import Card
from aural.models.engines import _stepping
from aural.models.engines._fused import fusion_of
from aural.models.face import Aligner, Decoding, Hypothesis, Model, Transcriber, Written
from aural.models.runtime import Runtime
from aural.models.sound_graph import SoundGraph
from aural.results import Word
from aural.text import units as text_units
from aural.text.units import SPACE, Units

GRAPH, UNITS = "model.onnx", "units.json"
_LEAST = 1e-10
WIDTH = 16  # readings kept where a language model or hotwords ask for a beam and no width is given


@dataclass(frozen=True)
class Token:
    """A unit of the answer: its class, first and last + 1 frame."""

    number: int
    first: int
    last: int


Found = list[tuple[list[Token], float, float, float]]


@final
class CtcRecognizer(Aligner):
    """Answers of a graph with the inputs samples [B, T] and lengths [B]: chances [B, F, K + 1], class 0 the blank.

    Class k is unit k - 1. Without a beam the likeliest class of each frame is taken, repeats are joined and blanks fall away
    (Graves et al. 2006).
    """

    held = True

    def __init__(self, card: Card, graph: SoundGraph, units: Units | None = None, stream: _stepping.Stream | None = None) -> None:
        self.card, self._graph, self._stream = card, graph, stream
        self.units = units or Units("words", tuple(SPACE + label for label in card.labels))
        self._pieces = ("", *self.units.pieces)

    def close(self) -> None:
        """The session goes with the object."""

    def recognize(
        self, samples: np.ndarray, lengths: np.ndarray, decoding: Decoding, speech: Sequence[np.ndarray] | None = None
    ) -> list[Hypothesis]:
        rows = self.emissions(samples, lengths, decoding.lookahead)
        seconds = [int(length) / self.card.sample_rate for length in lengths]
        return [self._told(row, f, s, decoding) for row, f, s in zip(rows, self._found(rows, decoding), seconds, strict=True)]

    def read(self, row: np.ndarray, decoding: Decoding) -> Hypothesis:
        """What is said in the log-probabilities [F, K + 1] of a stretch of frames."""
        return self._told(row, self._found([row], decoding)[0], len(row) * (self.card.hop or 0.0), decoding)

    @staticmethod
    def searches(decoding: Decoding) -> bool:
        """True when a beam is asked for."""
        return bool(decoding.beam > 1 or decoding.n_best > 1 or decoding.lm or decoding.hotwords or decoding.words)

    def _found(self, rows: Sequence[np.ndarray], decoding: Decoding) -> list[Found]:
        """For each row its readings: tokens, log P(W | X), log P(W) of the language models, and all that ranks them."""
        if not self.searches(decoding):
            return [[(runs(row), 0.0, 0.0, 0.0)] for row in rows]
        return self._searched(rows, decoding)

    def emissions(self, samples: np.ndarray, lengths: np.ndarray, lookahead: float | None = None) -> list[np.ndarray]:
        """Log-probabilities [F, K + 1] of each row, its real frames alone. Raises: UsageError for a lookahead that there is not."""
        if lookahead is not None:
            if self._stream is None:
                fix = "Train with --encoder chunked_conformer"
                raise UsageError(f"{self.card.name} has no lookahead", where="--lookahead", fix=fix)
            stream = self._stream
            told = [stream.whole(row[: int(n)], lookahead) for row, n in zip(samples, lengths, strict=True)]
            return [np.log(np.maximum(row, _LEAST)) for row in told]
        return [np.log(np.maximum(row, _LEAST)) for row in self._graph.rows(samples, lengths)]

    def align(
        self, samples: np.ndarray, text: str, speech: np.ndarray | None = None, language: str | None = None
    ) -> tuple[Word, ...]:
        row = self.emissions(samples[None], np.array([len(samples)]))[0]
        parts = [(word, [n + 1 for n in self.units.encode(self.units.spelled(word))]) for word in text.split()]
        parts = [(word, own if any(self._pieces[n] != SPACE for n in own) else []) for word, own in parts]
        numbers = [n for _, own in parts for n in own]
        seconds = len(samples) / self.card.sample_rate
        try:
            spans = best_path(row, numbers)[0]
        except ValueError:
            return even([word for word, _ in parts], 0.0, seconds)
        words: list[Word] = []
        at = 0
        for word, own in parts:
            tokens = [Token(n, int(a), int(b)) for n, (a, b) in zip(own, spans[at : at + len(own)], strict=True)]
            at += len(own)
            words += [self._word(word, tokens, row, seconds)] if tokens else even([word], words[-1].end if words else 0.0, 0.0)
        return tuple(words)

    def _searched(self, rows: Sequence[np.ndarray], decoding: Decoding) -> list[Found]:
        padded = np.full((len(rows), max(map(len, rows), default=0), len(self._pieces)), np.log(_LEAST), np.float32)
        for place, row in zip(padded, rows, strict=True):
            place[: len(row)] = row
        width = max(decoding.n_best, decoding.beam if decoding.beam > 1 else WIDTH)
        readings = ctc.search(padded, [len(r) for r in rows], width=width, fusion=fusion_of(decoding, self.units))
        found = []
        for row, told in zip(rows, readings, strict=True):
            best = told[: decoding.n_best]
            found.append([(laid(row, r.tokens), r.acoustic, self._language(r.tokens, decoding), r.score) for r in best])
        return found

    def _language(self, tokens: Sequence[int], decoding: Decoding) -> float:
        """log P(W) of the words (or characters) of a reading, over all language models."""
        text = self.units.text([t - 1 for t in tokens])
        letters = [c for word in text.split() for c in SPACE + word]
        return float(sum(one.model.logprob(text.split() if one.over == "words" else letters) for one in decoding.lm))

    def _told(self, row: np.ndarray, found: Found, seconds: float, decoding: Decoding) -> Hypothesis:
        """The best reading with its words, the others as texts; `avg_logprob` is the mean over the units."""
        tokens, acoustic, language, _ = found[0]
        words = [self._word(text, tokens[a:b], row, seconds) for text, a, b in self.units.words([t.number - 1 for t in tokens])]
        logs = [float(row[t.first : t.last, t.number].max()) for t in tokens]
        scores = {"avg_logprob": float(np.mean(logs))} if logs else {}
        if decoding.n_best > 1 or decoding.lm:
            scores |= {"acoustic": acoustic, "lm": language}
            for k, (_, own, said, _) in enumerate(found[1:], 2):
                scores |= {f"acoustic_{k}": own, f"lm_{k}": said}
        others = tuple(self.units.text([t.number - 1 for t in own]) for own, *_ in found[1:])
        text = " ".join(w.text for w in words)
        numbers = tuple(t.number for t in tokens)
        return Hypothesis(text, tuple(words) if decoding.word_times else None, None, numbers, tuple(logs), scores, others)

    def _word(self, text: str, tokens: Sequence[Token], row: np.ndarray, seconds: float) -> Word:
        """A word from its first unit that is more than a space to its last; as sure as the mean of its units."""
        hop = self.card.hop or 0.0
        spoken = [t for t in tokens if self._pieces[t.number] != SPACE] or list(tokens)
        start = spoken[0].first * hop
        end = max(min(spoken[-1].last * hop, seconds), start + 0.001)
        sure = float(np.exp(np.mean([row[t.first : t.last, t.number].max() for t in spoken])))
        return Word(start, end, text, confidence=min(sure, 1.0), timed="measured")


@dataclass(frozen=True, eq=False)
class Heard:
    """A stream so far: the graph's state, how it is read, and log-probabilities [F, K + 1] from frame `first` on."""

    stream: _stepping.Heard
    decoding: Decoding
    rows: np.ndarray
    first: int


@final
class CtcTranscriber(Aligner, Transcriber):
    """A recognizer that also writes while it hears: what is not yet final is read anew each time."""

    held = True

    def __init__(self, recognizer: CtcRecognizer, stream: _stepping.Stream) -> None:
        self.card, self._recognizer, self._stream = recognizer.card, recognizer, stream
        self._step = stream.sizes.step

    def close(self) -> None:
        """The sessions go with the object."""

    def recognize(
        self, samples: np.ndarray, lengths: np.ndarray, decoding: Decoding, speech: Sequence[np.ndarray] | None = None
    ) -> list[Hypothesis]:
        return self._recognizer.recognize(samples, lengths, decoding, speech)

    def emissions(self, samples: np.ndarray, lengths: np.ndarray) -> list[np.ndarray]:
        """As `CtcRecognizer.emissions`."""
        return self._recognizer.emissions(samples, lengths)

    def align(
        self, samples: np.ndarray, text: str, speech: np.ndarray | None = None, language: str | None = None
    ) -> tuple[Word, ...]:
        return self._recognizer.align(samples, text, speech, language)

    def start(self, decoding: Decoding) -> Heard:
        nothing = np.zeros((0, len(self._recognizer.units.pieces) + 1), np.float32)
        return Heard(self._stream.start(decoding.lookahead), replace(decoding, n_best=1, word_times=True), nothing, 0)

    def step(self, state: Any, samples: np.ndarray) -> tuple[Any, Written]:
        stream, told = self._stream.step(state.stream, samples)
        state = replace(state, stream=stream, rows=_joined(state.rows, told))
        return state, self._written(state)

    def finish(self, state: Any) -> Written:
        return self._written(replace(state, rows=_joined(state.rows, self._stream.finish(state.stream))))

    def settled(self, state: Any, words: int, whole: bool) -> Any:
        told = self._written(state).words
        end = len(state.rows)
        if not whole and words < len(told):
            end = round(told[words - 1].end / self._step) - state.first if words else 0
        return replace(state, rows=state.rows[end:], first=state.first + end)

    def _written(self, state: Heard) -> Written:
        heard = (state.first + len(state.rows)) * self._step
        words = self._recognizer.read(state.rows, state.decoding).words if len(state.rows) else ()
        start = state.first * self._step
        told = tuple(replace(w, start=w.start + start, end=w.end + start) for w in words or ())
        # The likeliest classes of frames that were heard stay; a beam may still think better of it.
        return Written(told, heard, 0 if self._recognizer.searches(state.decoding) else max(0, len(told) - 1))


def _joined(rows: np.ndarray, told: np.ndarray) -> np.ndarray:
    """Log-probabilities with chances behind them."""
    return np.concatenate([rows, np.log(np.maximum(told, _LEAST))]) if len(told) else rows


def runs(log_probs: np.ndarray) -> list[Token]:
    """Each run of a class other than the blank among the likeliest classes [F, K + 1]."""
    if not len(log_probs):
        return []
    best = log_probs.argmax(axis=1)
    edges = np.concatenate([[0], np.flatnonzero(np.diff(best)) + 1, [len(best)]])
    return [Token(int(best[a]), int(a), int(b)) for a, b in itertools.pairwise(edges) if best[a]]


def laid(log_probs: np.ndarray, tokens: Sequence[int]) -> list[Token]:
    """Tokens with the frames that the likeliest of their paths gives them."""
    spans = best_path(log_probs, tokens)[0]
    return [Token(n, int(a), int(b)) for n, (a, b) in zip(tokens, spans, strict=True)]


def even(texts: Sequence[str], start: float, seconds: float) -> tuple[Word, ...]:
    """Even shares of what lies between two times, for words that no path fits."""
    share = max(seconds - start, 0.001) / max(len(texts), 1)
    return tuple(Word(start + i * share, start + (i + 1) * share, t, timed="guessed") for i, t in enumerate(texts))


def open(folder: Path, card: Card, runtime: Runtime) -> Model:
    """The recognizer of a model folder."""
    units = text_units.read(folder / UNITS) if (folder / UNITS).is_file() else None
    stream = _stepping.opened(folder, runtime) if (folder / _stepping.GRAPH).is_file() else None
    recognizer = CtcRecognizer(card, SoundGraph(card, runtime.session(folder / GRAPH), runtime), units, stream)
    return recognizer if stream is None else CtcTranscriber(recognizer, stream)
