"""Words of several windows as one text: seams merged by word times, sentences cut at their ends."""

from __future__ import annotations

import dataclasses
import itertools
import math
import re
from collections.abc import Sequence

import numpy as np

from aural.results import Word
from aural.tasks._gate import HOP

_ENDS = re.compile(r"""[.!?…。！？][\"'”’)\]]*$""")
_ABBREVIATION = re.compile(r"^[\"'“(]*([A-Za-z]|Mr|Mrs|Ms|Dr|St|Mt|Jr|Sr|Prof|Rev|Gen|Col|Capt|Lt|Hon|vs|etc|No|e\.g|i\.e)\.$")
NEAR = 0.4  # s: the same word, heard in two windows, is not further apart than this
PAUSE, LONGEST, CLAUSE = 1.5, 30.0, 0.3


def shifted(words: Sequence[Word], seconds: float) -> list[Word]:
    """Words moved by `seconds`; none moves before 0."""
    moved = []
    for word in words:
        start = max(word.start + seconds, 0.0)
        moved.append(dataclasses.replace(word, start=start, end=max(word.end + seconds, start + 0.001)))
    return moved


def merged(before: Sequence[Word], after: Sequence[Word], seam: float) -> tuple[list[Word], list[Word]]:
    """The words of two overlapping windows, cut so that each stands there once.

    The cut goes through a pair of equal words that both windows heard at the same time, the one next
    to `seam` (s); without such a pair each window keeps what lies on its own side of the seam, and what
    only it heard.
    """
    pairs = [
        (abs((a.start + a.end) / 2 - seam) + 3 * abs(a.start - b.start), i, j)
        for i, a in enumerate(before)
        for j, b in enumerate(after)
        if abs(a.start - b.start) < NEAR and plain(a.text) == plain(b.text) != ""
    ]
    if pairs:
        _, i, j = min(pairs)
        return list(before[: i + 1]), list(after[j + 1 :])
    left = [w for w in before if (w.start + w.end) / 2 < seam or not _met(w, after)]
    right = [w for w in after if not _met(w, left) and ((w.start + w.end) / 2 >= seam or not _met(w, before))]
    return left, right


def in_order(words: Sequence[Word], duration: float) -> list[Word]:
    """Words whose starts never go back and that end inside the recording, behind their start.

    A word ends where the next one begins at the latest: one voice says one word at a time.
    """
    found: list[Word] = []
    last = 0.0
    for word in words:
        start = min(max(word.start, last), max(duration - 0.001, 0.0))
        end = min(max(word.end, start + 0.001), max(duration, start + 0.001))
        found.append(dataclasses.replace(word, start=start, end=end))
        last = start
    return [until(w, f.start) if w.start < f.start < w.end else w for w, f in itertools.pairwise([*found, *found[-1:]])]


def until(word: Word, following: float) -> Word:
    """A word that ends where the next one begins (s), on the grid of a Result, whose ends round up and starts down.

    It is not under 1 ms: on the grid a shorter word would begin before the one in front of it.
    """
    border = math.floor(following * 1000 + 1e-6) / 1000
    return dataclasses.replace(word, end=min(word.end, max(border, word.start + 0.001)))


def sentences(words: Sequence[Word]) -> list[list[Word]]:
    """Words cut where a sentence ends, where a long pause is, and in long ones at the longest pause."""
    groups: list[list[Word]] = []
    for i, word in enumerate(words):
        if not groups or _splits(words[i - 1], word):
            groups.append([])
        groups[-1].append(word)
    return [part for group in groups for part in _shortened(group)]


def guessed(text: str, voice: np.ndarray) -> list[Word]:
    """Times for a text that came without: even shares, by letters, of the frames with a voice. A floor only."""
    parts = text.split()
    if not parts or not len(voice):
        return []
    voiced = np.flatnonzero(voice >= 0.5)
    frames = voiced if len(voiced) >= 2 else np.arange(len(voice))
    sizes = np.array([len(p) + 1 for p in parts], float)
    edges = np.concatenate([[0.0], np.cumsum(sizes) / sizes.sum()]) * len(frames)
    found = []
    for part, low, high in zip(parts, edges[:-1], edges[1:], strict=True):
        start = (frames[min(int(low), len(frames) - 1)] + low % 1) * HOP
        end = (frames[min(int(np.ceil(high)) - 1, len(frames) - 1)] + (high % 1 or 1.0)) * HOP
        found.append(Word(float(start), float(max(end, start + 0.001)), text=part, timed="guessed"))
    return found


def kept_in_voice(words: Sequence[Word], spans: Sequence[tuple[float, float]]) -> list[Word]:
    """Words moved out of silence: what reaches into a span of speech (s) begins or ends at its border; what
    lies in silence altogether is moved to the nearest border and counts as guessed."""
    if not spans:
        return list(words)
    edges = np.array(spans)
    found = []
    for word in words:
        shared = np.minimum(edges[:, 1], word.end) - np.maximum(edges[:, 0], word.start)
        best = int(np.argmax(shared))
        low, high = float(edges[best, 0]), float(edges[best, 1])
        if shared[best] > 0:
            inside = np.flatnonzero(shared > 0)
            low, high = float(edges[inside[0], 0]), float(edges[inside[-1], 1])
            found.append(dataclasses.replace(word, start=max(word.start, low), end=min(word.end, high)))
            continue
        length = min(word.end - word.start, high - low)
        start = high - length if word.start >= high else low
        found.append(dataclasses.replace(word, start=start, end=start + length, timed="guessed"))
    return found


def plain(text: str) -> str:
    """A word without case and marks, for comparing."""
    return "".join(c for c in text.casefold() if c.isalnum())


def _met(word: Word, others: Sequence[Word]) -> bool:
    """Whether one of the others is said at the same time: more than half of the shorter one is shared."""
    return any(2 * word.overlap(o) > min(word.duration, o.duration) for o in others)


def _splits(word: Word, following: Word) -> bool:
    gap = following.start - word.end
    if gap >= PAUSE:
        return True
    if not _ENDS.search(word.text) or _ABBREVIATION.match(word.text):
        return False
    return following.text[:1].isupper() or not following.text[:1].isalpha() or gap >= CLAUSE


def _shortened(group: list[Word]) -> list[list[Word]]:
    """A group of more than 30 s in parts: behind the clause mark or word with the longest pause of its middle."""
    if group[-1].end - group[0].start <= LONGEST or len(group) < 4:
        return [group]
    inner = range(len(group) // 4, max(3 * len(group) // 4, len(group) // 4 + 1))
    at = max(inner, key=lambda i: (group[i + 1].start - group[i].end) + (0.3 if group[i].text[-1:] in ",;:-" else 0.0))
    return [*_shortened(group[: at + 1]), *_shortened(group[at + 1 :])]
