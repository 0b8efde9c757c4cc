"""An utterance sentence by sentence, as the phones that voices of our own are made of; and the times of its words."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from aural.errors import UsageError
from aural.models.card import Card
from aural.models.face import Prosody, Spoken, Utterance
from aural.models.pauses import with_pauses
from aural.models.peaks import bounded
from aural.results import Word
from aural.text.pronunciation.context import KINDS
from aural.text.pronunciation.phones import Phone, phones_of, sequence

NEAREST = frozenset({"units", "parametric"})  # the kinds of voices that say what is most like a phone they never heard
_ENDS = (".", "!", "?")
_MOST = 60  # words said in one go
# What a full variation moves, as the standard deviation of a natural logarithm, as in the default voice.
TIMING, TUNE = 0.10, 0.05


@dataclass(frozen=True)
class Sentence:
    """Words, their phones with a silence at both ends and at each mark, and the pause (s) that each word asks for."""

    words: tuple[str, ...]
    phones: tuple[Phone, ...]
    pauses: tuple[float, ...]


def sentences(utterance: Utterance, card: Card) -> Iterator[Sentence]:
    """The sentences of an utterance. Raises: UsageError for words without phonemes, and for letters that are no phone."""
    if not utterance.phonemes:
        fix = "Spell the words first, with misaki-lexicon or by hand"
        raise UsageError(f"{card.name} says phonemes, not written words", where=" ".join(utterance.words), fix=fix)
    marks = utterance.marks or ("",) * len(utterance.words)
    pauses = utterance.pauses or (0.0,) * len(utterance.words)
    begin = 0
    for n, mark in enumerate(marks):
        if mark in _ENDS or n + 1 == len(marks) or n + 1 - begin == _MOST:
            own = slice(begin, n + 1)
            phones = sequence(utterance.phonemes[own], marks[own])
            yield Sentence(utterance.words[own], _known(phones, utterance.words[own], card), pauses[own])
            begin = n + 1


def _known(phones: Sequence[Phone], words: Sequence[str], card: Card) -> tuple[Phone, ...]:
    """The phones, those that the voice never heard replaced by what is most like them. Raises: UsageError where nothing is."""
    return tuple(
        p if p.silent or p.name in card.labels else dataclasses.replace(p, name=_nearest(p.name, words[p.word], card))
        for p in phones
    )


def stand_ins(phonemes: Sequence[str], card: Card) -> dict[str, str]:
    """Phone -> what is said in its place, for those that the voice never heard. Raises: UsageError where nothing is like it."""
    if card.kind not in NEAREST:
        return {}
    heard = [(p.name, group) for group in phonemes for p in phones_of(group)]
    return {name: _nearest(name, group, card) for name, group in heard if name not in card.labels}


def _nearest(name: str, word: str, card: Card) -> str:
    own = [name[0] in letters for letters in KINDS.values()]
    if not any(own):
        raise UsageError(f"{name!r} is no phone of {card.name}", where=word, fix=f"It knows {' '.join(card.labels)}")

    def apart(other: str) -> tuple[int, bool, str]:
        kinds = sum((other[0] in letters) != mine for letters, mine in zip(KINDS.values(), own, strict=True))
        return kinds, other != name[0], other  # the same sound without the mark before one of its kind

    return min(card.labels, key=apart)


def check_voice(card: Card, prosody: Prosody) -> None:
    """Raises: UsageError for a voice that the card does not have."""
    if prosody.voice and prosody.voice not in card.voices:
        raise UsageError(f"{card.name} has no voice {prosody.voice!r:.40}", fix=f"It has {', '.join(card.voices)}")


def spoken(samples: np.ndarray, sentence: Sentence, ends: np.ndarray, sample_rate: int) -> Spoken:
    """A block with its words timed from where each phone ends (s) [L], and the pauses that were asked for put in."""
    starts = np.concatenate([[0.0], ends[:-1]])
    words = []
    for number, word in enumerate(sentence.words):
        own = [n for n, p in enumerate(sentence.phones) if p.word == number]
        words.append(Word(float(starts[own[0]]), float(max(ends[own[-1]], starts[own[0]] + 0.001)), word))
    samples, timed = with_pauses(bounded(samples), words, sentence.pauses, sample_rate)
    return Spoken(samples, timed)


def in_turn(blocks: Iterator[Spoken], sample_rate: int) -> Iterator[Spoken]:
    """Blocks, each with the times of its words moved behind those before it."""
    at = 0.0
    for block in blocks:
        words = tuple(dataclasses.replace(w, start=w.start + at, end=w.end + at) for w in block.words)
        yield Spoken(block.samples, words, block.made)
        at += len(block.samples) / sample_rate
