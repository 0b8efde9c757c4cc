"""Runs Moonshine recognizers: waveform in, text with word times out (Jeffries et al. 2024)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from aural.beams.bias import PhraseTree
from aural.beams.held import MARKS, WIDTH, Held, WordTree, ways
from aural.beams.loops import repetition
from aural.beams.path import token_path
from aural.beams.search import Reading, Step, beam, greedy, log_softmax
from aural.errors import ModelRefused
from aural.models import graph, moonshine_graphs
from aural.models.card import Card
from aural.models.face import Attending, Decoding, Hypothesis, Looks, TextScorer
from aural.models.moonshine_weights import Changes, changed
from aural.models.runtime import Runtime, Session
from aural.results import Word
from aural.text.pieces import Pieces

ENCODER, DECODER, VOCABULARY = "encoder_model.ort", "decoder_model_merged.ort", "tokenizer.bin"
START, END = 1, 2
STRIDE, RATE = 384, 16000  # samples from one encoder frame to the next
SHORTEST = 1600  # shorter rows are filled up with zeros; the encoder needs 895 samples
TOKENS_A_SECOND = 6.5  # more than anyone says: what goes beyond is no speech
VOICE_HOP = 0.032  # s, of the voice probabilities given beside the samples
LOOK_AHEAD = 0.048  # s, from a word's start to the sound that its first frame stands for
_ATTENTION = re.compile(r"/layers\.(\d+)/encoder_attn/Softmax$")


@dataclass(frozen=True)
class Timing:
    """How word times are read from cross-attention: (layer, head) pairs, offsets (s) of starts and ends,
    and what a frame without voice gives to the silence before a word."""

    heads: tuple[tuple[int, int], ...]
    start: float
    end: float
    silence: float

    @staticmethod
    def of(card: Card) -> Timing:
        """Read from the card's calibration: head_<layer>_<head>, start, end, silence."""
        found = [k.split("_")[1:] for k in card.calibration if k.startswith("head_")]
        heads = tuple((int(layer), int(head)) for layer, head in found)
        return Timing(heads, card.calibration["start"], card.calibration["end"], card.calibration["silence"])

    @property
    def layers(self) -> tuple[int, ...]:
        return tuple(sorted({layer for layer, _ in self.heads}))


def open(folder: Path, card: Card, runtime: Runtime, changes: Changes | None = None, mark: str = "") -> Moonshine:
    """The recognizer from a folder with the encoder, the decoder and the vocabulary; `changes` of its matrices, where there
    are any, are put into what is derived, which is kept under `mark`."""
    changes = changes or {}
    encoder = graph.derived(folder / ENCODER, f"encoder{mark}", lambda out: prepare_encoder(folder / ENCODER, out, changes))
    timing = Timing.of(card)
    key = "decoder-once-" + "-".join(str(n) for n in timing.layers) + mark
    decoder = graph.derived(folder / DECODER, key, lambda out: prepare_decoder(folder / DECODER, out, timing.layers, changes))
    steps = [runtime.single.session(decoder / f"{n}.onnx") for n in ("first", "step")]
    sessions = [runtime.session(encoder / "encoder.onnx"), *steps]
    return Moonshine(card, timing, sessions, Pieces.read((folder / VOCABULARY).read_bytes()))


def prepare_encoder(source: Path, out: Path, changes: Changes) -> None:
    """Derive the encoder: plain ONNX, with products on its 8-bit weights."""
    graph.as_onnx(source, out / "encoder.onnx")
    model = graph.read(out / "encoder.onnx")
    changed(model, changes)
    graph.integer_products(model)
    graph.write(graph.prune(model), out / "encoder.onnx")


def prepare_decoder(source: Path, out: Path, layers: Sequence[int], changes: Changes) -> None:
    """Derive two graphs from the decoder: `first` reads a whole text and shows the attention of
    `layers` to the sound, `step` adds one token to what was read before."""
    graph.as_onnx(source, out / "whole.onnx")
    whole = graph.read(out / "whole.onnx")
    first = graph.only_branch(whole, "else_branch")
    found = {
        int(m[1]): n.texts(graph.NODE_OUTPUTS)[0]
        for n in graph.nodes(first.child(graph.MODEL_GRAPH))
        if (m := _ATTENTION.search(n.text(graph.NODE_NAME)))
    }
    if not set(layers) <= set(found):
        raise ModelRefused("the decoder hides its attention", where=str(source))
    changed(first, changes)
    graph.integer_products(first)
    moonshine_graphs.simplify(first)
    graph.add_outputs(first, [found[n] for n in layers])
    step = graph.prune(graph.only_branch(whole, "then_branch"), keep=lambda name: ".encoder." not in name)
    changed(step, changes)
    graph.integer_products(step)
    moonshine_graphs.simplify(step)
    moonshine_graphs.keep_sound(first, step)
    for name, made in (("first", first), ("step", step)):
        graph.write(graph.prune(made), out / f"{name}.onnx")
    (out / "whole.onnx").unlink()


class Moonshine(TextScorer, Attending):
    """Rows are run one by one: without a mask, or quantized as it runs, no batch is exact."""

    held = True

    def __init__(self, card: Card, timing: Timing, sessions: Sequence[Session], pieces: Pieces) -> None:
        self.card, self._timing, self._pieces = card, timing, pieces
        self._encoder, self._first, self._step = sessions
        self._attention = tuple(n for n in self._first.outputs if n.endswith("Softmax_output_0"))
        self._grown = tuple(n for n in self._step.outputs if ".decoder." in n)

    @cached_property
    def _marks(self) -> list[int]:
        """The pieces that are a mark alone; found once, as the vocabulary is long."""
        return [t for t in range(len(self._pieces)) if self._pieces.bytes_of(t).decode("utf-8", "replace") in MARKS]

    def close(self) -> None:
        del self._encoder, self._first, self._step

    def recognize(
        self, samples: np.ndarray, lengths: np.ndarray, decoding: Decoding, speech: Sequence[np.ndarray] | None = None
    ) -> list[Hypothesis]:
        """samples [B, T] 16 kHz, lengths [B] -> one hypothesis a row; `speech`: voice probability each 32 ms."""
        found = []
        for i, length in enumerate(np.asarray(lengths).tolist()):
            found.append(self._recognize(samples[i, :length], decoding, None if speech is None else speech[i]))
        return found

    def align(
        self, samples: np.ndarray, text: str, speech: np.ndarray | None = None, language: str | None = None
    ) -> tuple[Word, ...]:
        """Times for a given text over one row [T], and how likely each word is there: measured in one forced pass."""
        return self._words(samples, self._encode(samples), self._pieces.tokens(text), None, speech)[0]

    def looks(self, samples: np.ndarray, decoding: Decoding) -> Looks:
        frames = self._encode(samples)
        best = self._read(samples, frames, decoding)[0]
        looked = self._forced(len(samples), frames, best.tokens)[0][: len(best.tokens)]
        return Looks(tuple(self._pieces.bytes_of(t).decode("utf-8", "replace") for t in best.tokens), looked, STRIDE / RATE)

    def log_probs(self, samples: np.ndarray, texts: Sequence[str]) -> np.ndarray:
        """The sums over the pieces of each text and its end, of one forced pass each over one encoding."""
        if not len(samples):
            return np.full(len(texts), -np.inf)
        frames, found = self._encode(samples), []
        for tokens in (self._pieces.tokens(text) for text in texts):
            logits = self._forced(len(samples), frames, tokens)[1]
            found.append(sum(log_softmax(row)[token] for row, token in zip(logits, [*tokens, END], strict=True)))
        return np.array(found, np.float64)

    def _recognize(self, samples: np.ndarray, decoding: Decoding, speech: np.ndarray | None) -> Hypothesis:
        if not len(samples):
            return Hypothesis("", ())
        frames = self._encode(samples)
        readings = self._read(samples, frames, decoding)
        best = readings[0]
        scores = {
            "avg_logprob": best.score,
            "repetition": repetition(best.tokens),
            "looped": float(best.looped),
            "tokens_per_second": len(best.tokens) * RATE / len(samples),
        }
        words: tuple[Word, ...] | None = None
        if decoding.word_times:
            sure = np.exp(np.minimum(best.logprobs, 0.0)).tolist()
            words, scores["alignment"] = self._words(samples, frames, best.tokens, sure, speech)
        others = tuple(self._pieces.text(r.tokens) for r in readings[1 : decoding.n_best])
        return Hypothesis(self._pieces.text(best.tokens), words, "en", best.tokens, best.logprobs, scores, others)

    def _encode(self, samples: np.ndarray) -> np.ndarray:
        """The encoder's states [1, F, D]."""
        filled = np.zeros((1, max(len(samples), SHORTEST)), np.float32)
        filled[0, : len(samples)] = samples
        return self._encoder.run(self._masked({"input_values": filled}, "attention_mask", filled.shape[1]))[0]

    def _masked(self, feeds: dict[str, np.ndarray], name: str, length: int) -> dict[str, np.ndarray]:
        """The feeds with a mask of ones over the samples where the graphs want one (tiny)."""
        session = self._encoder if name == "attention_mask" else self._first
        if name in session.inputs:
            feeds[name] = np.ones((1, length), np.int64)
        return feeds

    def _read(self, samples: np.ndarray, frames: np.ndarray, decoding: Decoding) -> list[Reading]:
        """The readings of one row, best first."""
        length = max(len(samples), SHORTEST)
        feeds = {"input_ids": np.array([[START]]), "encoder_hidden_states": frames}
        names = tuple(n for n in self._first.outputs if n not in self._attention)
        outputs = self._first.run(self._masked(feeds, "encoder_attention_mask", length), names)
        got = dict(zip(names, outputs, strict=True))
        first = log_softmax(got.pop("logits")[0, -1])
        if not decoding.allow_empty:
            first[END] = -np.inf
            first = log_softmax(first)  # how likely each word is, given that there is one
        past = {n.replace("present", "past_key_values"): v for n, v in got.items()}
        state = _State(past, {"encoder_attention_mask": np.ones((1, length), np.int64), "encoder_hidden_states": frames})
        limit = max(8, int(np.ceil(length / RATE * TOKENS_A_SECOND)))
        return self._written(first, lambda rows, ids: self._advance(state, rows, ids), limit, decoding)

    def _written(self, first: np.ndarray, step: Step, limit: int, decoding: Decoding) -> list[Reading]:
        """What a search writes, held to the only words where there are some."""
        tree, width = _tree(decoding, self._pieces), max(decoding.beam, decoding.n_best)
        if decoding.words:
            words = WordTree(ways(decoding.words, self._pieces.tokens, self._pieces.text), self._marks, END)
            held = Held(step, words)
            found = beam(held.first(first), held, width=max(width, WIDTH), end=END, limit=limit, tree=tree)
            return [words.cut(reading) for reading in found]
        if width > 1:
            return beam(first, step, width=width, end=END, limit=limit, tree=tree)
        return [greedy(first, step, end=END, limit=limit, tree=tree)]

    def _advance(self, state: _State, rows: np.ndarray, ids: np.ndarray) -> np.ndarray:
        """Log-probabilities [B, V] after `ids` were written, each going on from row `rows` of the state."""
        past = state.past
        if len(rows) > 1 or state.rows > 1:
            past = {n: v[rows] if ".decoder." in n else np.repeat(v[:1], len(rows), 0) for n, v in past.items()}
        fixed = {n: np.repeat(v, len(rows), 0) if len(rows) > 1 else v for n, v in state.fixed.items()}
        feeds = {n: v for n, v in (past | fixed).items() if n in self._step.inputs}
        feeds["input_ids"] = ids[:, None]
        logits, *grown = self._step.run(feeds, ("logits", *self._grown))
        state.rows = len(rows)
        state.past = past | {n.replace("present", "past_key_values"): v for n, v in zip(self._grown, grown, strict=True)}
        return log_softmax(logits[:, -1])

    def _forced(self, length: int, frames: np.ndarray, tokens: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
        """Where the heads that follow the sound look [L + 1, F]: row t tells where token t + 1 lies; the last row is the end of the
        text and takes what is left. And the logits [L + 1, V] of what comes in each of these places."""
        feeds = {"input_ids": np.array([[START, *tokens]]), "encoder_hidden_states": frames}
        feeds = self._masked(feeds, "encoder_attention_mask", max(length, SHORTEST))
        *layers, logits = self._first.run(feeds, (*self._attention, "logits"))
        order = {layer: i for i, layer in enumerate(self._timing.layers)}
        return np.asarray(np.mean([layers[order[layer]][0, head] for layer, head in self._timing.heads], axis=0)), logits[0]

    def _words(
        self,
        samples: np.ndarray,
        frames: np.ndarray,
        tokens: Sequence[int],
        sure: Sequence[float] | None,
        speech: np.ndarray | None,
    ) -> tuple[tuple[Word, ...], float]:
        """The words of a text with their times, and how sharply its attention follows the sound (0 to 1):
        one forced pass, then the best path through the attention. `sure`: the chance of each token, None = that of this pass."""
        pieces = self._pieces.words(tokens)
        if not pieces:
            return (), 0.0
        seconds = len(samples) / RATE
        fit, logits = self._forced(len(samples), frames, tokens)
        if sure is None:
            sure = [float(np.exp(log_softmax(row)[token])) for row, token in zip(logits, tokens, strict=False)]
        confidences = [float(np.exp(np.mean(np.log(np.maximum(sure[p.first : p.last], 1e-6))))) for p in pieces]
        if frames.shape[1] <= len(tokens):
            return _even_words([p.text for p in pieces], confidences, seconds), 0.0
        quiet = np.where(_voiced(speech, fit.shape[1], self._timing.start), -1.0, self._timing.silence)
        spans = token_path(fit, quiet, [p.first for p in pieces] + [len(tokens)])
        starts = spans[[p.first for p in pieces], 0] * STRIDE / RATE - self._timing.start
        ends = spans[[p.voiced - 1 for p in pieces], 1] * STRIDE / RATE - self._timing.end
        sharp = float(np.mean([fit[row, a:b].max() for row, (a, b) in enumerate(spans[: len(tokens)])]))
        return _timed([p.text for p in pieces], confidences, starts, ends, seconds), sharp


class _State:
    """The caches of a search: keys and values read so far, what never changes, and how many rows there are."""

    def __init__(self, past: dict[str, np.ndarray], fixed: dict[str, np.ndarray]) -> None:
        self.past, self.fixed, self.rows = past, fixed, 1


def _voiced(speech: np.ndarray | None, frames: int, offset: float) -> np.ndarray:
    """Per encoder frame: is there a voice where its heads look. Without a gate, everywhere.

    A frame looks 48 ms past the time that a word beginning with it gets (the gate lags as much): with the
    offset of its own heads tiny gets word starts behind pauses within 17 ms instead of 39 (train, median).
    """
    if speech is None or not len(speech):
        return np.ones(frames, bool)
    looked_at = np.maximum(np.arange(frames) * STRIDE / RATE - offset + LOOK_AHEAD, 0.0)
    at = np.minimum((looked_at / VOICE_HOP).astype(int), len(speech) - 1)
    return np.asarray(np.asarray(speech)[at] >= 0.5)


def _timed(texts: Sequence[str], sure: Sequence[float], starts: np.ndarray, ends: np.ndarray, seconds: float) -> tuple[Word, ...]:
    """Words with starts that never go back and ends behind them, inside the row."""
    last = max(seconds - 0.001, 0.0)
    begin = np.maximum.accumulate(np.clip(starts, 0.0, last))
    finish = np.minimum(np.maximum(ends, begin + 0.001), seconds)
    return tuple(
        Word(float(a), float(b), text=t, confidence=min(c, 1.0), timed="measured")
        for t, c, a, b in zip(texts, sure, begin, np.maximum(finish, begin + 1e-4), strict=True)
    )


def _even_words(texts: Sequence[str], sure: Sequence[float], seconds: float) -> tuple[Word, ...]:
    """Even shares of the row for words that no path can tell apart."""
    share = max(seconds, 0.001) / len(texts)
    return tuple(
        Word(i * share, (i + 1) * share, text=t, confidence=min(c, 1.0), timed="guessed")
        for i, (t, c) in enumerate(zip(texts, sure, strict=True))
    )


def _tree(decoding: Decoding, pieces: Pieces) -> PhraseTree | None:
    """The tree of the hotwords, each "phrase" or "phrase^bonus"."""
    phrases: list[tuple[Any, float]] = []
    for entry in decoding.hotwords:
        text, _, weight = entry.partition("^")
        phrases.append((pieces.tokens(text), float(weight or 1.0)))
    return PhraseTree(phrases) if phrases else None
