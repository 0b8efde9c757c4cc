"""Checkpoints of the transformers library behind aural's faces; the nets themselves are run by `hub`."""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import final

import numpy as np

from aural.beams.loops import loop_at, repetition
from aural.beams.search import log_softmax
from aural.errors import UsageError
from aural.models.card import Card
from aural.models.face import Decoding, Embedder, Hypothesis, LanguageGuesser, Recognizer, Scorer
from aural.models.gathering import Gathering
from aural.results import Word

_SHORTEST = 0.5  # s: what is shorter is filled up, or the nets' first layers would be left with nothing
_LONGEST = 30.0  # s that an embedder hears at once; the cost of attention grows with the square
_LOOPED = 0.5  # share of word triples that stood there before
_SPACES = ("\u2581", "\u0120")  # how SentencePiece and byte-level vocabularies show a space before a word
_VOICED = 0.5  # weight from which samples count as voice


class Net(ABC):
    """One net with its front end: rows of samples in, arrays out."""

    @abstractmethod
    def run(self, rows: Sequence[np.ndarray]) -> Mapping[str, np.ndarray]:
        """Rows of samples -> the outputs by name, padded to the longest row."""

    @abstractmethod
    def write(self, row: np.ndarray, most: int, beam: int) -> tuple[list[int], list[float]]:
        """One row -> ids that the net writes about it, `most` at most, and the log-probability of each."""

    @abstractmethod
    def walk(self, row: np.ndarray) -> tuple[list[int], list[int]]:
        """One row -> ids, blanks included, and how many frames the net went on with each."""

    @abstractmethod
    def close(self) -> None:
        """Free the net."""


@dataclass(frozen=True)
class Vocabulary:
    """How ids become text. `pieces` shows each id; `silent` ids write nothing; `space` is the piece that stands
    between words where there is one ("|"), else a word begins with the piece that begins with a mark for a space."""

    pieces: Sequence[str]
    silent: frozenset[int]
    blank: int
    space: str | None
    spell: Callable[[Sequence[int]], str]

    def words(self, tokens: Sequence[int]) -> list[list[int]]:
        """The places in `tokens` of each word's ids."""
        found: list[list[int]] = [[]]
        for place, token in enumerate(tokens):
            piece = self.pieces[token] if token < len(self.pieces) else ""
            if token in self.silent:
                continue
            if piece == self.space or piece.startswith(_SPACES):
                found.append([])
            if piece != self.space:
                found[-1].append(place)
        return [places for places in found if places]


@final
class Spelled(Recognizer):
    """A CTC net read greedily: the best token of each frame, repeats and blanks left out; words get the times of their frames."""

    def __init__(self, card: Card, net: Net, vocabulary: Vocabulary, together: int = 1) -> None:
        self.card, self._net, self._vocabulary = card, net, vocabulary
        self._gathering = Gathering(self._logits, together if card.batch == "exact" else 1)

    def close(self) -> None:
        self._net.close()

    def recognize(
        self, samples: np.ndarray, lengths: np.ndarray, decoding: Decoding, speech: Sequence[np.ndarray] | None = None
    ) -> list[Hypothesis]:
        """samples [B, T], lengths [B] -> one hypothesis a row. Raises: UsageError for what a greedy reading cannot do."""
        _check(self.card, decoding, greedy=True)
        rate = self.card.sample_rate
        rows = _rows(samples, lengths, rate)
        found: list[Hypothesis] = []
        for row, logits, length in zip(rows, self._gathering.run(rows), lengths, strict=True):
            hop = self.card.hop or len(row) / rate / max(len(logits), 1)
            found.append(self._hypothesis(log_softmax(logits.astype(np.float64)), hop, int(length) / rate, decoding))
        return found

    def _logits(self, rows: Sequence[np.ndarray]) -> list[np.ndarray]:
        """What the net tells of each row's real frames [F, K]."""
        if self.card.batch != "exact":
            return [self._net.run([row])["logits"][0] for row in rows]
        return [told[: self._frames(len(row))] for row, told in zip(rows, self._net.run(rows)["logits"], strict=True)]

    def _frames(self, size: int) -> int:
        """Frames of a row of `size` samples in a batch; a card that claims exact batches tells window and hop."""
        assert self.card.window is not None and self.card.hop is not None
        rate = self.card.sample_rate
        return 1 + (size - round(self.card.window * rate)) // round(self.card.hop * rate)

    def _hypothesis(self, chances: np.ndarray, hop: float, seconds: float, decoding: Decoding) -> Hypothesis:
        blank = self._vocabulary.blank
        best = chances.argmax(-1)
        edges = np.flatnonzero(np.diff(best, prepend=-1, append=-1)).tolist()
        runs = [(int(best[a]), a, b) for a, b in itertools.pairwise(edges) if best[a] != blank]
        tokens = tuple(token for token, _, _ in runs)
        sure = tuple(float(chances[a:b, token].max()) for token, a, b in runs)
        words = _words(self._vocabulary, tokens, [(a * hop, b * hop) for _, a, b in runs], seconds, sure)
        text = " ".join(self._vocabulary.spell(tokens).split())
        return Hypothesis(
            text, words if decoding.word_times else None, decoding.language, tokens, sure,
            {"avg_logprob": float(np.mean(sure)) if sure else 0.0, "repetition": repetition(text.split())},
        )  # fmt: skip


@final
class Stepped(Recognizer):
    """A transducer read greedily: frame by frame it writes tokens and goes on; words get the times of their frames."""

    def __init__(self, card: Card, net: Net, vocabulary: Vocabulary) -> None:
        self.card, self._net, self._vocabulary = card, net, vocabulary

    def close(self) -> None:
        self._net.close()

    def recognize(
        self, samples: np.ndarray, lengths: np.ndarray, decoding: Decoding, speech: Sequence[np.ndarray] | None = None
    ) -> list[Hypothesis]:
        """samples [B, T], lengths [B] -> one hypothesis a row. Raises: UsageError for what a greedy reading cannot do."""
        _check(self.card, decoding, greedy=True)
        rows = _rows(samples, lengths, self.card.sample_rate)
        return [self._row(row, int(n) / self.card.sample_rate, decoding) for row, n in zip(rows, lengths, strict=True)]

    def _row(self, row: np.ndarray, seconds: float, decoding: Decoding) -> Hypothesis:
        ids, steps = self._net.walk(row)
        hop = self.card.hop or 0.0
        starts = np.cumsum(steps) - steps
        said = [i for i, token in enumerate(ids) if token != self._vocabulary.blank and token not in self._vocabulary.silent]
        tokens = tuple(ids[i] for i in said)
        times = [(starts[i] * hop, (starts[i] + max(steps[i], 1)) * hop) for i in said]
        words = _words(self._vocabulary, tokens, times, seconds) if decoding.word_times else None
        begin = loop_at(tokens)
        scores = {"repetition": repetition(tokens), "looped": float(begin is not None or repetition(tokens) > _LOOPED)}
        text = " ".join(self._vocabulary.spell(tokens).split())
        return Hypothesis(text, words, decoding.language, tokens, (), scores)


@final
class Written(Recognizer):
    """A net that writes one token after the other (Moonshine and its like). It gives no times of words."""

    def __init__(self, card: Card, net: Net, spell: Callable[[Sequence[int]], str], tokens_a_second: float) -> None:
        self.card, self._net, self._spell, self._rate = card, net, spell, tokens_a_second

    def close(self) -> None:
        self._net.close()

    def recognize(
        self, samples: np.ndarray, lengths: np.ndarray, decoding: Decoding, speech: Sequence[np.ndarray] | None = None
    ) -> list[Hypothesis]:
        """samples [B, T], lengths [B] -> one hypothesis a row, without word times.

        Raises: UsageError for hot words and translation, which these nets do not know.
        """
        _check(self.card, decoding)
        return [self._row(row, decoding) for row in _rows(samples, lengths, self.card.sample_rate)]

    def _row(self, row: np.ndarray, decoding: Decoding) -> Hypothesis:
        seconds = len(row) / self.card.sample_rate
        tokens, logprobs = self._net.write(row, 12 + int(self._rate * seconds), decoding.beam)
        begin = loop_at(tokens)
        kept = tokens if begin is None else tokens[:begin]
        scores = {
            "avg_logprob": float(np.mean(logprobs)) if logprobs else 0.0,
            "repetition": repetition(kept),
            "looped": float(begin is not None or repetition(kept) > _LOOPED),
            "tokens_per_second": len(kept) / max(seconds, 0.1),
        }
        text = " ".join(self._spell(kept).split())
        return Hypothesis(text, None, decoding.language, tuple(kept), tuple(logprobs[: len(kept)]), scores)


@final
class Clips(Scorer):
    """Probabilities [B, K] of whole clips."""

    def __init__(self, card: Card, net: Net, together: int = 1) -> None:
        self.card, self._net = card, net
        self._gathering = Gathering(self._logits, together if card.batch == "exact" else 1)

    def close(self) -> None:
        self._net.close()

    def score(self, samples: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        """samples [B, T], lengths [B] -> [B, K]."""
        rows = _rows(samples, lengths, self.card.sample_rate)
        scores = [_chances(logits[None], self.card) for logits in self._gathering.run(rows)] if rows else []
        return np.concatenate([np.zeros((0, len(self.card.labels)), np.float32), *scores])

    def _logits(self, rows: Sequence[np.ndarray]) -> list[np.ndarray]:
        batches = [rows] if self.card.batch == "exact" else [[row] for row in rows]
        return [logits for batch in batches for logits in self._net.run(batch)["logits"]]


@final
class Frames(Scorer):
    """Probabilities [B, F, K] of the frames of clips."""

    def __init__(self, card: Card, net: Net) -> None:
        self.card, self._net = card, net

    def close(self) -> None:
        self._net.close()

    def score(self, samples: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        """samples [B, T], lengths [B] -> [B, F, K]; rows past a clip's end are 0."""
        rows = [_chances(self._net.run([row])["logits"][0], self.card) for row in _rows(samples, lengths, self.card.sample_rate)]
        out = np.zeros((len(rows), max(map(len, rows), default=0), len(self.card.labels)), np.float32)
        for i, row in enumerate(rows):
            out[i, : len(row)] = row
        return out


@final
class Tongues(LanguageGuesser):
    """Languages from a scorer of clips whose labels name them; labels that name the same language are added up."""

    def __init__(self, clips: Clips, codes: Sequence[str]) -> None:
        self.card = replace(clips.card, languages=tuple(dict.fromkeys(codes)))
        self._clips, self._codes = clips, tuple(codes)

    def close(self) -> None:
        self._clips.close()

    def languages(self, samples: np.ndarray, lengths: np.ndarray) -> list[dict[str, float]]:
        """Per row: language code -> probability."""
        found = []
        for row in self._clips.score(samples, lengths):
            told = dict.fromkeys(self.card.languages, 0.0)
            for code, chance in zip(self._codes, row.tolist(), strict=True):
                told[code] += chance
            found.append(told)
        return found


@final
class Voices(Embedder):
    """Vectors of voices: what an x-vector head gives for the voiced samples, or the mean of the net's voiced frames."""

    def __init__(self, card: Card, net: Net, output: str) -> None:
        self.card, self._net, self._output = card, net, output

    def close(self) -> None:
        self._net.close()

    def embed(self, samples: np.ndarray, lengths: np.ndarray, weights: Sequence[np.ndarray] | None = None) -> np.ndarray:
        """samples [B, T], lengths [B] -> [B, D], unit length; `weights`: per row, 0..1 on any even grid.

        A row of more than 30 s is heard in equal parts. Raises: UsageError when a row is empty.
        """
        found = []
        for i, length in enumerate(np.asarray(lengths).tolist()):
            if length < 1:
                raise UsageError("an empty recording has no voice", where=self.card.name)
            voiced = _spread(np.ones(1) if weights is None else np.asarray(weights[i], np.float64), length)
            parts = max(1, int(np.ceil(length / self.card.sample_rate / _LONGEST)))
            pairs = zip(np.array_split(samples[i, :length], parts), np.array_split(voiced, parts), strict=True)
            total = np.sum([self._part(*pair) * max(float(pair[1].sum()), 1e-6) for pair in pairs], axis=0)
            found.append(total / max(float(np.linalg.norm(total)), 1e-9))
        return np.asarray(found, np.float32)

    def _part(self, samples: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """The vector [D] of one part, unit length."""
        least = int(_SHORTEST * self.card.sample_rate)
        if self._output == "embeddings":
            kept = samples[weights >= _VOICED]
            kept = kept if len(kept) >= least else samples
            vector = self._net.run([np.resize(kept, max(len(kept), least))])["embeddings"][0]
        else:
            # A short row is said again and again, so that no silence is averaged in.
            size = max(len(samples), least)
            frames = self._net.run([np.resize(samples, size)])[self._output][0]
            heard = np.resize(weights, size)[((np.arange(len(frames)) + 0.5) / len(frames) * size).astype(int)]
            heard = heard if heard.sum() > 1e-6 else np.ones(len(frames))
            vector = heard @ frames / heard.sum()
        vector = np.asarray(vector, np.float64)
        return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-9))


def _words(
    vocabulary: Vocabulary, tokens: Sequence[int], times: Sequence[tuple[float, float]], seconds: float, sure: Sequence[float] = ()
) -> tuple[Word, ...]:
    """The words of tokens with `times` (s) each, inside [0, seconds); `sure`: log-probability of each token."""
    found = []
    for places in vocabulary.words(tokens):
        start = min(float(times[places[0]][0]), max(seconds - 0.001, 0.0))
        end = max(min(float(times[places[-1]][1]), seconds), start + 0.001)
        confidence = min(float(np.exp(np.mean([sure[p] for p in places]))), 1.0) if sure else None
        text = vocabulary.spell([tokens[p] for p in places]).strip()
        if text:
            found.append(Word(start, end, text=text, confidence=confidence))
    return tuple(found)


def _check(card: Card, decoding: Decoding, greedy: bool = False) -> None:
    """Raises: UsageError for what neither CTC nor transducers nor plain writing can do here."""
    if greedy and decoding.beam > 1:
        raise UsageError(f"{card.name} is read greedily", where="--beam", fix="Leave --beam out, or set it to 1")
    if decoding.task == "translate":
        raise UsageError(f"{card.name} does not translate", where="--task", fix="Use a Whisper checkpoint of many languages")
    if decoding.hotwords:
        raise UsageError(
            f"{card.name} takes no hot words here", where="--hotwords", fix="Use a Whisper checkpoint, or leave -m out"
        )


def _rows(samples: np.ndarray, lengths: np.ndarray, rate: int) -> list[np.ndarray]:
    """The rows without their padding, each at least 0.5 s long."""
    least = int(_SHORTEST * rate)
    rows = [np.asarray(row[:n], np.float32) for row, n in zip(samples, np.asarray(lengths).tolist(), strict=True)]
    return [np.pad(row, (0, max(0, least - len(row)))) for row in rows]


def _chances(logits: np.ndarray, card: Card) -> np.ndarray:
    """Probabilities from logits [..., K]: each label on its own for a set, one of all for a class."""
    if card.question is not None and card.question.answer == "set":
        return np.asarray(1 / (1 + np.exp(-np.clip(logits.astype(np.float64), -60, 60))), np.float32)
    return np.asarray(np.exp(log_softmax(logits.astype(np.float64))), np.float32)


def _spread(weights: np.ndarray, size: int) -> np.ndarray:
    """Weights on an even grid as one for each of `size` samples."""
    at = np.minimum(((np.arange(size) + 0.5) / size * len(weights)).astype(int), len(weights) - 1)
    return np.asarray(weights[at])
