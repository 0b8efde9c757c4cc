"""Checkpoints of the transformers library that speak, behind aural's face; the nets themselves are loaded by `hub`."""

from __future__ import annotations

import contextlib
import itertools
import unicodedata
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np

from aural import find
from aural.errors import LimitReached, UsageError
from aural.models.card import Card
from aural.models.face import LetterReader, Prosody, Spoken, Utterance
from aural.models.hub_errors import no_warnings, translated
from aural.models.pauses import QUIET, with_pauses
from aural.models.peaks import bounded
from aural.models.sentences import in_turn
from aural.results import Word

_LONGEST_LETTER = 1.0  # s a letter in the mean, and so much at least: behind that a net has lost its way
_LEAST = 10.0
_CEDILLAS = str.maketrans("țșȚȘ", "ţşŢŞ")  # Romanian letters as older texts write them


@dataclass(frozen=True, eq=False)
class Parts:
    """What a voice is made of: torch, the net, the tokenizer, and what the checkpoint's settings say."""

    torch: Any
    net: Any
    tokenizer: Any
    card: Card


class Voice(LetterReader):
    """A net with its tokenizer. A sentence is one block, or some where it is longer than `longest` letters."""

    longest: ClassVar[int] = 1000

    def __init__(self, parts: Parts) -> None:
        self.card, self.blends, self.follows = parts.card, False, frozenset()
        self._torch, self._net, self._tokenizer = parts.torch, parts.net, parts.tokenizer
        self._pieces = frozenset(self._tokenizer.get_vocab())

    def close(self) -> None:
        del self._net

    def check(self, text: str) -> None:
        """Any text will do: what is not known is left out, and named."""

    def notes(self, voice: str) -> tuple[str, ...]:
        """Nothing."""
        return ()

    def read(self, word: str) -> str:
        """The word as it is where the tokenizer knows it, else letter by letter; "" for less than half of it."""
        for form in (word, unicodedata.normalize("NFC", word)):
            if self._known(form):
                return form
        letters = unicodedata.normalize("NFC", word)
        kept = "".join(self._letter(letter) for letter in letters)
        sounds = [sum(one.isalnum() for one in text) for text in (kept, letters)]
        return kept if 2 * sounds[0] >= sounds[1] and kept.strip() and self._known(kept) else ""

    def _letter(self, letter: str) -> str:
        bare = unicodedata.normalize("NFD", letter)[0]
        forms = (letter, letter.lower(), letter.translate(_CEDILLAS).lower(), bare, bare.lower())
        return next((form for form in forms if self._known(form)), "")

    def _known(self, text: str) -> bool:
        """True when the tokenizer has all letters of a word."""
        return all(letter in self._pieces for letter in text)

    def speak(self, utterance: Utterance, prosody: Prosody) -> Iterator[Spoken]:
        """Raises: UsageError for a voice that it does not have, and for a word without a letter that it knows."""
        self._check(prosody.voice)
        words = [self.read(word) for word in utterance.words]
        mute = next((word for word, read in zip(utterance.words, words, strict=True) if not read), None)
        if mute is not None:
            raise UsageError(f"{self.card.name} knows no letter of {mute!r:.40}", fix="Write it in the letters of its language")
        blocks = (self._block(utterance, words, span, prosody) for span in self._spans(utterance, words))
        yield from in_turn(blocks, self.card.sample_rate)

    def _spans(self, utterance: Utterance, words: Sequence[str]) -> Iterator[slice]:
        """The words that go to the net in one go: all, or as many as it bears, cut behind a mark where there is one."""
        marks = utterance.marks or ("",) * len(words)
        begin = 0
        while begin < len(words):
            sizes = np.cumsum([len(word) + 1 for word in words[begin:]])
            end = begin + max(1, int(np.searchsorted(sizes, self.longest, side="right")))
            if end < len(words):
                end = next((n for n in range(end, begin, -1) if marks[n - 1]), end)
            yield slice(begin, end)
            begin = end

    def _block(self, utterance: Utterance, words: Sequence[str], span: slice, prosody: Prosody) -> Spoken:
        written = utterance.words[span]
        text, places = self._laid(words[span], utterance.marks[span])
        with translated(self.card.name, "it could not say this"), self._drawing(prosody.seed):
            samples, spans = self._made(text, prosody)
        rate = self.card.sample_rate
        pairs = [spans[a:b] for a, b in places] if spans else []
        if pairs and all(pairs):
            times = tuple(Word(p[0][0], max(p[-1][1], p[0][0] + 0.001), w) for w, p in zip(written, pairs, strict=True))
        else:
            times = guessed(written, samples, rate)
        if utterance.pauses:
            samples, times = with_pauses(samples, times, utterance.pauses[span], rate)
        return Spoken(bounded(samples), times)

    def _check(self, voice: str) -> None:
        """Raises: UsageError for a voice that it does not have."""
        if voice and voice not in self.card.voices:
            near = find.nearest(voice, self.card.voices)
            has = f"It has {', '.join(list(self.card.voices)[:4])}" if self.card.voices else "It has one: leave it out"
            raise UsageError(
                f"{self.card.name} has no voice {voice!r:.40}", where="--voice", fix=f"Did you mean {near!r}?" if near else has
            )

    def _laid(self, words: Sequence[str], marks: Sequence[str]) -> tuple[str, list[tuple[int, int]]]:
        """The text of an utterance with the marks that the tokenizer knows, and where in it each word stands."""
        text, places = "", []
        for word, mark in itertools.zip_longest(words, marks, fillvalue=""):
            text += " " if text else ""
            places.append((len(text), len(text) + len(word)))
            text += word + (mark if mark and self._known(mark) else "")
        return text, places

    @contextlib.contextmanager
    def _drawing(self, seed: int) -> Iterator[None]:
        """Draws that hang on the seed alone and leave those of others as they are."""
        devices = [self._net.device] if self._net.device.type == "cuda" else []
        with self._torch.random.fork_rng(devices), self._torch.inference_mode(), no_warnings():
            self._torch.manual_seed(seed)
            yield

    @abstractmethod
    def _made(self, text: str, prosody: Prosody) -> tuple[np.ndarray, list[tuple[float, float]]]:
        """samples [T], and from when to when (s) each letter of the text is said; none where the net does not tell."""


@final
class Vits(Voice):
    """VITS, and MMS which is of its kind: the net tells how long each letter takes."""

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts)
        self.follows = frozenset({"speed"})

    def check(self, text: str) -> None:
        """Raises: UsageError for a text in another script, where the checkpoint learned from romanized ones."""
        if not getattr(self._tokenizer, "is_uroman", False):
            return
        foreign = [one for one in text if one.isalpha() and not one.isascii() and not {one, one.lower()} & self._pieces]
        if foreign:
            fix = "Romanize it first, with uroman (https://github.com/isi-nlp/uroman)"
            what = f"{self.card.name} reads texts that uroman romanized, and {foreign[0]!r} is none of its letters"
            raise UsageError(what, fix=fix)

    def _made(self, text: str, prosody: Prosody) -> tuple[np.ndarray, list[tuple[float, float]]]:
        told = self._tokenizer(text, return_tensors="pt").to(self._net.device)
        chosen = {"speaker_id": list(self.card.voices).index(prosody.voice or "0")} if self.card.voices else {}
        rate = float(self._net.config.speaking_rate) * prosody.speed
        heard: list[np.ndarray] = []

        def measured(_: Any, __: Any, logs: Any) -> None:
            frames = self._torch.ceil(self._torch.exp(logs[0, 0]) * (1.0 / rate)).double().cpu().numpy()  # as the net does
            seconds = frames.sum() * hop
            if not seconds < max(_LEAST, len(frames) * _LONGEST_LETTER) / min(prosody.speed, 1.0):
                what = f"{self.card.name} would take {seconds:.0f} s for this"
                raise LimitReached(what, where=text[:40], fix="Use another voice")
            heard.append(frames)

        hop = float(np.prod(self._net.config.upsample_rates)) / self.card.sample_rate
        hook = self._net.duration_predictor.register_forward_hook(measured)
        self._net.speaking_rate = rate
        try:
            samples = self._net(**told, **chosen).waveform[0].float().cpu().numpy()
        finally:
            hook.remove()
        pieces = self._tokenizer.convert_ids_to_tokens(told["input_ids"][0].tolist())
        return samples, letter_spans(text, pieces, np.concatenate([[0.0], np.cumsum(heard[0]) * hop]))


def letter_spans(text: str, pieces: Sequence[str], edges: np.ndarray) -> list[tuple[float, float]]:
    """From when to when (s) each letter of the text is said: piece k from edges[k] to edges[k + 1]; none where they do not match.

    What stands between two letters (the blanks of the net) belongs to neither; a space may be no piece.
    """
    spans, at = [], 0
    for letter in text:
        if letter == " " and letter not in pieces:
            spans.append((float(edges[at]), float(edges[at])))
            continue
        while at < len(pieces) and pieces[at] != letter:
            at += 1
        if at == len(pieces):
            return []
        spans.append((float(edges[at]), float(edges[at + 1])))
        at += 1
    return spans


def guessed(words: Sequence[str], samples: np.ndarray, sample_rate: int) -> tuple[Word, ...]:
    """Words in proportion to their letters, between the first and the last moment that is not silent."""
    loud = np.flatnonzero(np.abs(samples) > QUIET)
    begin, end = (loud[0] / sample_rate, (loud[-1] + 1) / sample_rate) if len(loud) else (0.0, len(samples) / sample_rate)
    shares = begin + (end - begin) * np.cumsum([0, *(len(word) for word in words)]) / sum(map(len, words))
    return tuple(
        Word(float(a), float(max(b, a + 0.001)), word, timed="guessed")
        for word, (a, b) in zip(words, itertools.pairwise(shares), strict=True)
    )
