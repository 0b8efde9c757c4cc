"""Runs a model folder of the kind "transducer": a graph from samples to frames, and a small net that writes while it hears them.

model.onnx takes samples [B, T] and lengths [B] and gives frames [B, F, J] in the joint space; stream.onnx does so for sound as it
comes, where the encoder can; what joins frames and text runs in numpy (_joint.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, final

import numpy as np

from aural.beams.transducer import OneAFrame, Search
from aural.beams.transducer import Path as Reading
from aural.errors import UsageError
from aural.models.card import Card
from aural.models.engines import _joint, _stepping
from aural.models.engines._fused import fusion_of
from aural.models.face import Decoding, Hypothesis, Model, Recognizer, Transcriber, Written
from aural.models.runtime import Runtime
from aural.models.sound_graph import SoundGraph
from aural.results import Word
from aural.text import units as text_units
from aural.text.units import Units

GRAPH, UNITS = "model.onnx", "units.json"
ONE = "one_a_frame"  # in the card's calibration: 1 where a token moves on by a frame
WIDTH = 8  # paths kept where a language model or hotwords ask for a beam and no width is given


@final
class Writer:
    """From frames to words: the search, and what it found in words."""

    def __init__(self, joiner: _joint.Joiner, units: Units, hop: float, searching: type[Search] = Search) -> None:
        self._joiner, self.units, self._hop, self._searching = joiner, units, hop, searching
        self._pieces = ("", *units.pieces)

    def search(self, decoding: Decoding) -> Search:
        """The search that was asked for: the best token each time, or a beam."""
        fusion = fusion_of(decoding, self.units)
        wide = decoding.beam > 1 or decoding.n_best > 1 or fusion is not None
        width = max(decoding.n_best, decoding.beam if decoding.beam > 1 else WIDTH) if wide else 1
        return self._searching(self._joiner, width, fusion, self._joiner.classes)

    def words(self, path: Reading) -> tuple[Word, ...]:
        """Each word from the frame that wrote its first unit to the one that wrote its last; as sure as the mean of its units."""
        found: list[Word] = []
        for text, a, b in self.spans(path):
            sure = float(np.exp(np.mean(path.logprobs[a:b])))
            start, end = path.frames[a] * self._hop, (path.frames[b - 1] + 1) * self._hop
            found.append(Word(start, end, text, confidence=min(sure, 1.0), timed="measured"))
        return tuple(found)

    def spans(self, path: Reading) -> list[tuple[str, int, int]]:
        """(text, first, last + 1 unit) of each word."""
        return self.units.words([t - 1 for t in path.tokens])

    def fixed(self, paths: Sequence[Reading]) -> int:
        """How many words all paths have in common, the last one of them left out, which may go on."""
        alike = [len(set(column)) == 1 for column in zip(*(p.tokens for p in paths), strict=False)]
        same = alike.index(False) if False in alike else len(alike)
        return sum(b <= same for _, _, b in self.spans(paths[0])[:-1])

    def told(self, paths: Sequence[Reading], decoding: Decoding) -> Hypothesis:
        """The best reading with its words, the others as texts; `avg_logprob` is the mean over the units."""
        best = paths[0]
        words = self.words(best)
        scores = {"avg_logprob": float(np.mean(best.logprobs))} if best.tokens else {}
        if decoding.n_best > 1 or decoding.lm:
            for k, path in enumerate(paths[: decoding.n_best], 1):
                end = f"_{k}" if k > 1 else ""
                scores |= {f"acoustic{end}": path.acoustic, f"lm{end}": self._language(path, decoding)}
        others = tuple(self.units.text([t - 1 for t in p.tokens]) for p in paths[1 : decoding.n_best])
        text = " ".join(w.text for w in words)
        return Hypothesis(text, words if decoding.word_times else None, None, best.tokens, best.logprobs, scores, others)

    def _language(self, path: Reading, decoding: Decoding) -> float:
        """log P(W) of the words (or characters) of a reading, over all language models."""
        text = self.units.text([t - 1 for t in path.tokens])
        letters = [c for word in text.split() for c in text_units.SPACE + word]
        return float(sum(one.model.logprob(text.split() if one.over == "words" else letters) for one in decoding.lm))


@dataclass(frozen=True, eq=False)
class Heard:
    """A stream so far: the encoder's state, the search and its paths, and the frames that it read."""

    encoder: _stepping.Heard
    search: Search
    paths: tuple[Reading, ...]
    frames: int


@final
class TransducerRecognizer(Recognizer):
    """A transducer whose encoder hears whole recordings alone."""

    held = True

    def __init__(self, card: Card, graph: SoundGraph, writer: Writer) -> None:
        self.card, self._graph, self._writer = card, graph, writer

    def close(self) -> None:
        """The session goes with the object."""

    def recognize(
        self, samples: np.ndarray, lengths: np.ndarray, decoding: Decoding, speech: Sequence[np.ndarray] | None = None
    ) -> list[Hypothesis]:
        if decoding.lookahead is not None:
            raise UsageError(
                f"{self.card.name} has no lookahead", where="--lookahead", fix="Train with --encoder chunked_conformer"
            )
        return [_read(self._writer, row, decoding) for row in self._graph.rows(samples, lengths)]


@final
class TransducerTranscriber(Transcriber):
    """A transducer that also writes while it hears."""

    held = True

    def __init__(self, card: Card, graph: SoundGraph, stream: _stepping.Stream, writer: Writer) -> None:
        self.card, self._graph, self._stream, self._writer = card, graph, stream, writer

    def close(self) -> None:
        """The sessions go with the object."""

    def recognize(
        self, samples: np.ndarray, lengths: np.ndarray, decoding: Decoding, speech: Sequence[np.ndarray] | None = None
    ) -> list[Hypothesis]:
        if decoding.lookahead is None:
            rows = self._graph.rows(samples, lengths)
        else:
            rows = [self._stream.whole(row[: int(n)], decoding.lookahead) for row, n in zip(samples, lengths, strict=True)]
        return [_read(self._writer, row, decoding) for row in rows]

    def start(self, decoding: Decoding) -> Heard:
        search = self._writer.search(decoding)
        return Heard(self._stream.start(decoding.lookahead), search, search.start(), 0)

    def step(self, state: Any, samples: np.ndarray) -> tuple[Any, Written]:
        encoder, frames = self._stream.step(state.encoder, samples)
        state = _stepped(replace(state, encoder=encoder), frames)
        words = self._writer.words(state.paths[0])
        return state, Written(words, state.frames * self._stream.sizes.step, self._writer.fixed(state.paths))

    def finish(self, state: Any) -> Written:
        state = _stepped(state, self._stream.finish(state.encoder))
        words = self._writer.words(state.search.finished(state.paths)[0])
        return Written(words, state.frames * self._stream.sizes.step, len(words))

    def settled(self, state: Any, words: int, whole: bool) -> Any:
        if whole:
            return replace(state, paths=state.search.start())
        best = state.paths[0]
        spans = self._writer.spans(best)
        gone = spans[words][1] if words < len(spans) else len(best.tokens)
        kept = replace(best, tokens=best.tokens[gone:], frames=best.frames[gone:], logprobs=best.logprobs[gone:])
        return replace(state, paths=(kept,))


def _stepped(state: Heard, frames: np.ndarray) -> Heard:
    paths = state.search.step(state.paths, frames, state.frames)
    return replace(state, paths=paths, frames=state.frames + len(frames))


def _read(writer: Writer, frames: np.ndarray, decoding: Decoding) -> Hypothesis:
    """What is said in the frames [F, J] of a whole recording."""
    search = writer.search(decoding)
    return writer.told(search.finished(search.step(search.start(), frames, 0)), decoding)


def open(folder: Path, card: Card, runtime: Runtime) -> Model:
    """The recognizer of a model folder. Raises: ModelRefused for files that are damaged or do not fit."""
    units = text_units.read(folder / UNITS)
    searching = OneAFrame if card.calibration.get(ONE) else Search
    writer = Writer(_joint.read(folder, len(units.pieces) + 1), units, card.hop or 0.0, searching)
    graph = SoundGraph(card, runtime.session(folder / GRAPH), runtime)
    if not (folder / _stepping.GRAPH).is_file():
        return TransducerRecognizer(card, graph, writer)
    return TransducerTranscriber(card, graph, _stepping.opened(folder, runtime), writer)
