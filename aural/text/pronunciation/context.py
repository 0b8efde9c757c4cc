"""What surrounds each phone, as numbers that trees and nets ask for: neighbors and their kinds, stress, places in word and phrase.

Source: H. Zen, K. Tokuda and A. Black, "Statistical parametric speech synthesis", Speech Communication 51, 2009 (contexts).
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from aural.text.pronunciation.phonemes import VOWELS
from aural.text.pronunciation.phones import SILENCE, Phone

REACH = 2  # neighbors on either side
KINDS: dict[str, str] = {
    "vowel": VOWELS, "front": "iæɛɪA", "back": "uɔɑɒʊOW", "high": "iuɪʊᵻ", "low": "æɑɒɐaIW", "central": "əɜʌɐᵊᵻ",
    "glide": "AIOQWY", "reduced": "əɐᵊᵻ", "stop": "pbtdkɡTʔ", "fricative": "fvθðszʃʒh", "affricate": "ʧʤ", "nasal": "mnŋ",
    "liquid": "lɹɾ", "semivowel": "wj", "voiced": "bdɡvðzʒʤmnŋlɹwjɾT", "sibilant": "szʃʒʧʤ", "lips": "pbmfvw",
    "ridge": "tdnszlɾTɹ", "palate": "ʃʒʧʤj", "velum": "kɡŋ", "teeth": "θðfv",
}  # fmt: skip
_MARKS = {"": 0, ",": 1, ";": 1, ":": 1, ".": 2, "!": 3, "?": 4}
_COUNTS = (
    "stress", "stress of the vowel before", "stress of the next vowel", "place in the word", "place from its end",
    "phones of the word", "vowels of the word", "stressed word", "stressed word before", "stressed word next", "place of the word",
    "place of the word from the end", "words of the phrase", "phones from the silence before", "phones to the next silence",
    "mark before", "mark behind", "begin of the text", "end of the text",
)  # fmt: skip
_MOST = 12.0  # of any count


def inventory(sentences: Sequence[Sequence[Phone]]) -> tuple[str, ...]:
    """The names of all phones in some sentences, silence first."""
    return (SILENCE, *sorted({p.name for s in sentences for p in s} - {SILENCE}))


def names(phones: Sequence[str]) -> tuple[str, ...]:
    """What each column of `context` asks, for an inventory of phones."""
    near = [f"{at:+d}" for at in range(-REACH, REACH + 1)]
    return (*(f"{at} is {p}" for at in near for p in phones), *(f"{at} is {k}" for at in near for k in KINDS), *_COUNTS)


def context(sentence: Sequence[Phone], phones: Sequence[str]) -> np.ndarray:
    """[L, Q] float32: yes or no for neighbors and kinds, counts of at most 12 behind them. Phones that the inventory does not
    have are of their kinds, and otherwise nothing."""
    place = {name: n for n, name in enumerate(phones)}
    own = np.array([place.get(p.name, -1) for p in sentence])
    kinds = np.array([[p.name[0] in letters and not p.silent for letters in KINDS.values()] for p in sentence], np.float32)
    ones = np.zeros((len(sentence), len(phones)), np.float32)
    known = own >= 0
    ones[np.flatnonzero(known), own[known]] = 1.0
    parts = [_moved(ones, at) for at in range(-REACH, REACH + 1)] + [_moved(kinds, at) for at in range(-REACH, REACH + 1)]
    return np.concatenate([*parts, np.minimum(_counts(sentence), _MOST)], axis=1)


def _moved(rows: np.ndarray, by: int) -> np.ndarray:
    """Row n + by in the place of row n; nothing where there is none."""
    out = np.zeros_like(rows)
    if by < 0:
        out[-by:] = rows[:by]
    else:
        out[: len(rows) - by] = rows[by:]
    return out


def _counts(sentence: Sequence[Phone]) -> np.ndarray:
    count = len(sentence)
    out = np.zeros((count, len(_COUNTS)), np.float32)
    phrases = _phrases(sentence)
    for first, last in phrases:
        _in_phrase(sentence, first, last, out)
    silent = [n for n, p in enumerate(sentence) if p.silent]
    for n, phone in enumerate(sentence):
        before = max((s for s in silent if s <= n), default=-1)
        behind = min((s for s in silent if s >= n), default=count)
        out[n, 13], out[n, 14] = n - before, behind - n
        out[n, 15] = _MARKS.get(sentence[before].mark, 0) if before >= 0 else 0
        out[n, 16] = _MARKS.get(sentence[behind].mark, 0) if behind < count else 0
        out[n, 17], out[n, 18] = before <= 0, behind >= count - 1
        if phone.silent:
            out[n, 13:15] = 0
    return out


def _phrases(sentence: Sequence[Phone]) -> list[tuple[int, int]]:
    """[first, last) of what stands between two silences."""
    edges = [-1, *(n for n, p in enumerate(sentence) if p.silent), len(sentence)]
    return [(a + 1, b) for a, b in itertools.pairwise(edges) if b > a + 1]


def _in_phrase(sentence: Sequence[Phone], first: int, last: int, out: np.ndarray) -> None:
    """Places of the phones of one phrase, written into their rows of `out`."""
    words = sorted({sentence[n].word for n in range(first, last)})
    spans = {w: [n for n in range(first, last) if sentence[n].word == w] for w in words}
    stressed = [any(sentence[n].stress == 1 for n in spans[w]) for w in words]
    vowels = [n for n in range(first, last) if sentence[n].name[0] in VOWELS]
    for number, word in enumerate(words):
        own = spans[word]
        for place, n in enumerate(own):
            out[n, 0] = sentence[n].stress
            out[n, 1] = next((sentence[v].stress for v in reversed(vowels) if v < n), 0)
            out[n, 2] = next((sentence[v].stress for v in vowels if v > n), 0)
            out[n, 3:6] = place, len(own) - 1 - place, len(own)
            out[n, 6] = sum(v in own for v in vowels)
            out[n, 7] = stressed[number]
            out[n, 8] = number > 0 and stressed[number - 1]
            out[n, 9] = number + 1 < len(words) and stressed[number + 1]
            out[n, 10:13] = number, len(words) - 1 - number, len(words)
