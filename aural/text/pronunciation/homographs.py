"""Words that are spelled alike and said differently (read, lead, wind): which one it is, by the words around it.

A linear model over words and endings nearby, learned by `bench/homographs.py` from WikipediaHomographData (Gorman,
Mazovetskiy and Nikolaev 2018; Apache-2.0). Weights are hashed, so that the file stays small and needs no list of words.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import final

import numpy as np

PLACE = Path(__file__).with_name("homographs.npz")
_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|[^\w\s]")
_NEAR, _FAR = 3, 8  # words to each side whose place counts, and up to which they count without a place
_NONE = "<>"
# A comma before one of these ends a clause, as a semicolon does; "has" of one clause says nothing of the verb of the next.
_JOINING = frozenset("and but or that so because while when which who if as although though nor yet".split())
# "I read it every day" tells what is done again and again, unless something else in the sentence lies in the past.
_SUBJECT = re.compile(
    r"\b(?:I|you|we|they)(?: (?:often|always|usually|sometimes|rarely|seldom|regularly|still|also))? $", re.IGNORECASE
)
_AGAIN = re.compile(
    r"\b(?:often|always|usually|sometimes|rarely|seldom|regularly|daily|weekly|nowadays|these days"
    r"|(?:every|each) (?:other )?\w+|(?:once|twice|times|\w+s) (?:a|per) (?:day|night|week|month|year))\b",
    re.IGNORECASE,
)
_PAST = re.compile(
    r"\b(?:yesterday|ago|last|then|when|until|till|for \w+s|as a \w+|used to|was|were|had|has|have|did|could|would|\w{2,}ed|went"
    r"|came|wrote|said|told|got|made|took|saw|knew|found|gave|left|felt|began|(?:in|since) \d{4})\b|n't\b|'ve\b|'d\b",
    re.IGNORECASE,
)
# Classes of little words: what is learned of "would" holds for "will" and "'ll", too.
_CLASSES = {
    word: name
    for name, words in {
        "modal": "will would can could shall should may might must to do does did don't doesn't didn't won't wouldn't can't"
        " couldn't cannot shouldn't let please i'll you'll he'll she'll we'll they'll it'll i'd you'd he'd she'd we'd they'd",
        "have": "have has had having haven't hasn't hadn't i've you've we've they've",
        "be": "is are was were be been being am isn't aren't wasn't weren't i'm you're he's she's it's we're they're get gets got",
        "who": "i you he she it we they who",
        "whom": "me him her us them it",
        "the": "the a an this that these those my your his her its our their every each some any no another",
        "by": "of in on at by for with from into onto over under between through about after before during",
        "and": "and or but nor , ;",
        "when": "yesterday ago last then once already never ever always often usually today tomorrow",
    }.items()
    for word in words.split()
}


@final
@dataclass(frozen=True)
class Reading:
    """One of the words behind a spelling: its name, its kind (verb, noun, ...) and its phonemes."""

    name: str
    kind: str
    phonemes: str


@final
class Homographs:
    """The learned model: `readings` by spelling in small letters, one weight for each hash."""

    def __init__(self, readings: dict[str, tuple[Reading, ...]], weights: np.ndarray, scale: float) -> None:
        self.readings, self._weights, self._scale = readings, weights, scale

    def __contains__(self, word: str) -> bool:
        return word.lower() in self.readings

    def choose(self, text: str, start: int, end: int) -> tuple[Reading, float]:
        """The reading of the word at [start, end) of a sentence, and its probability."""
        known = self.readings[text[start:end].lower()]
        if {one.kind for one in known} == {"past tense verb", "verb"} and _is_habit(text, start):
            return next(one for one in known if one.kind == "verb"), 1.0
        seen = features(*context(text, start))
        size = len(self._weights)
        scores = np.array([self._weights[places(one, seen, size)].sum(dtype=np.int64) * self._scale for one in known])
        chances = np.exp(scores - scores.max())
        best = int(scores.argmax())
        return known[best], float(chances[best] / chances.sum())


@cache
def shipped() -> Homographs:
    """The model that comes with aural."""
    with np.load(PLACE, allow_pickle=False) as held:
        told = json.loads(held["readings"].tobytes().decode("utf-8"))
        readings = {word: tuple(Reading(*one) for one in many) for word, many in told.items()}
        return Homographs(readings, held["weights"], float(held["scale"]))


def _is_habit(text: str, start: int) -> bool:
    """Whether the verb at `start` tells of the present: I, you, we or they do it, again and again, and nothing is past."""
    told = _SUBJECT.search(text[:start]) is not None and _AGAIN.search(text) is not None
    return told and not _PAST.search(text.replace("’", "'"))


def context(text: str, start: int) -> tuple[list[str], int]:
    """Words and marks of the clause around the character `start`, and which of them begins there (or holds it)."""
    words: list[str] = []
    at = 0
    for match in _TOKEN.finditer(text):
        if match.start() <= start < match.end():
            at = len(words)
        words.append(match[0])
    ends = [k + 1 for k in range(len(words)) if _ends(words, k)]
    first = max((end for end in ends if end <= at), default=0)
    return words[first : min((end for end in ends if end > at), default=len(words))], at - first


def _ends(words: Sequence[str], at: int) -> bool:
    """Whether a clause ends with this mark."""
    return words[at] == ";" or (words[at] == "," and at + 1 < len(words) and words[at + 1].lower() in _JOINING)


def features(words: Sequence[str], at: int) -> list[str]:
    """What is seen around the word number `at`: neighbors by place, their endings, pairs, words farther off."""
    small = [word.lower() for word in words]

    def near(offset: int) -> str:
        return small[at + offset] if 0 <= at + offset < len(small) else _NONE

    sides = [k for k in range(-_NEAR, _NEAR + 1) if k]
    found = ["always", "first" if at == 0 else "capital" if words[at][:1].isupper() else "small"]
    found += [f"{k}={near(k)}" for k in sides]
    found += [f"{k}~{near(k)[-size:]}" for k in (-2, -1, 1, 2) for size in (2, 3)]
    found += [f"{k}^{_shape(words[at + k])}" for k in (-2, -1, 1, 2) if 0 <= at + k < len(words)]
    found += [f"{a}{b}={near(a)} {near(b)}" for a, b in ((-1, 1), (-2, -1), (1, 2))]
    found += [f"{k}:{_CLASSES[near(k)]}" for k in sides if near(k) in _CLASSES]
    found += [f"{_CLASSES.get(near(-1), _NONE)} {_CLASSES.get(near(1), _NONE)}"]
    helper = next((_CLASSES[near(-k)] for k in range(1, 5) if _CLASSES.get(near(-k)) in ("modal", "have", "be")), _NONE)
    found += [f"helped by {helper}"]
    around = [near(k) for k in range(-_FAR, _FAR + 1) if k]
    found += [f"w={word}" for word in around if word.isalpha() and len(word) > 2]
    return list(dict.fromkeys(found))


def _shape(word: str) -> str:
    """A name, a number, a mark, or a plain word that ends in s or not."""
    if not word[0].isalpha():
        return "number" if word[0].isdigit() else "mark"
    return "name" if word[0].isupper() else "many" if word.endswith("s") and not word.endswith("ss") else "plain"


def places(reading: Reading, seen: Sequence[str], size: int) -> np.ndarray:
    """Where the weights of a reading's features lie: those of the word itself, and those of its kind, shared by all words."""
    return np.array([zlib.crc32(f"{who}|{one}".encode()) % size for one in seen for who in (reading.name, reading.kind)])
