"""Lays a known text over what was heard: the same words hold both together, the rest is measured between them."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from aural.beams.anchors import anchors
from aural.models.face import Aligner, PhoneAligner
from aural.results import Event, Word
from aural.sound.resample import resample
from aural.tasks._gate import HOP, RATE, Heard, without_breath
from aural.tasks._words import guessed, plain, shifted

WHOLE = ("ctc", "hmm")  # the kinds of models that are exact enough to measure every word anew
PAUSE = 0.08  # s between two words: enough to cut there
FAR = 0.5  # s: a word that is moved so far to fit between its neighbors was not measured


@dataclass(frozen=True)
class Limits:
    """A stretch to measure: cut where it can be from `good` s on, given up beyond `most` s."""

    good: float
    most: float


@dataclass(frozen=True)
class Stretch:
    """Words [first, last) of the text, said between two times (s)."""

    first: int
    last: int
    start: float
    end: float


def tokens_of(text: str) -> list[str]:
    """The words of a text; marks that stand alone go with the word before them."""
    found: list[str] = []
    for part in text.split():
        if found and not plain(part):
            found[-1] += f" {part}"
        else:
            found.append(part)
    return found


def matched(text: Sequence[str], heard: Sequence[Word]) -> list[tuple[int, int]]:
    """Pairs (place in the text, place in what was heard) of the same words, in order."""
    return anchors([plain(w) for w in text], [plain(w.text) for w in heard])


def stretches(pairs: Sequence[tuple[int, int]], heard: Sequence[Word], words: int, seconds: float, limits: Limits) -> list[Stretch]:
    """The text in stretches, cut between neighbors that both were heard, at the longest pause that is in reach."""
    cuts = [(0, 0.0, np.inf)]
    for (i, j), (after, later) in itertools.pairwise(pairs):
        gap = heard[later].start - heard[j].end
        if (after, later) == (i + 1, j + 1) and gap >= PAUSE:
            cuts.append((after, (heard[j].end + heard[later].start) / 2, gap))
    cuts.append((words, seconds, np.inf))
    found: list[Stretch] = []
    at = 0
    while at < len(cuts) - 1:
        reach = [k for k in range(at + 1, len(cuts)) if cuts[k][1] - cuts[at][1] <= limits.most] or [at + 1]
        far = [k for k in reach if cuts[k][1] - cuts[at][1] >= limits.good] or reach[-1:]
        to = reach[-1] if reach[-1] == len(cuts) - 1 else max(far, key=lambda k: cuts[k][2])
        if cuts[to][0] > cuts[at][0]:
            found.append(Stretch(cuts[at][0], cuts[to][0], cuts[at][1], cuts[to][1]))
        at = to
    return found


def measured(
    stretch: Stretch, text: Sequence[str], sound: Heard, aligner: Aligner, most: float, language: str | None = None
) -> tuple[list[Word], list[Event]]:
    """Times for all words of a stretch by the model itself, or even shares of the voice where it is too long for it; and
    the phones, from a model that tells them."""
    voice = without_breath(sound.voice, sound.level)
    asked = " ".join(text[stretch.first : stretch.last])
    parts = [part for word in text[stretch.first : stretch.last] for part in word.split()]
    words: Sequence[Word] = ()
    phones: Sequence[Event] = ()
    if sound.end - sound.start <= most:
        samples = resample(sound.samples[None], RATE, aligner.card.sample_rate)[0]
        if isinstance(aligner, PhoneAligner):
            words, phones = aligner.lay(samples, asked)
        else:
            words = aligner.align(samples, asked, voice, language)
    if len(words) != len(parts):  # too long, or pieces of a word that the model writes apart
        words = guessed(asked, voice) or [Word(0.0, max(len(voice) * HOP, 0.001), text=p, timed="guessed") for p in parts]
    moved = iter(shifted(words, sound.start))
    found = []
    for word in text[stretch.first : stretch.last]:
        own = [next(moved) for _ in word.split()]
        found.append(dataclasses.replace(own[0], end=max(own[-1].end, own[0].start + 0.001), text=word))
    return found, [dataclasses.replace(p, start=p.start + sound.start, end=p.end + sound.start) for p in phones]


def filled(text: Sequence[str], pairs: Sequence[tuple[int, int]], heard: Sequence[Word]) -> list[Word | None]:
    """The words that were heard with their own times, None for the others."""
    found: list[Word | None] = [None] * len(text)
    for i, j in pairs:
        found[i] = dataclasses.replace(heard[j], text=text[i])
    return found


def between(known: Sequence[Word | None], own: Sequence[Word]) -> list[Word]:
    """Words of a stretch: those that were heard stay, the others lie between them, as far as their own times allow."""
    found: list[Word] = []
    ahead = [np.inf] * (len(known) + 1)
    for k in range(len(known) - 1, -1, -1):
        word = known[k]
        ahead[k] = ahead[k + 1] if word is None else word.start
    low = 0.0
    for k, (word, mine) in enumerate(zip(known, own, strict=True)):
        if word is None:
            start = min(max(mine.start, low), max(ahead[k] - 0.001, low))
            end = max(min(mine.end, max(ahead[k], start + 0.001)), start + 0.001)
            off = max(abs(start - mine.start), abs(end - mine.end)) > FAR
            word = dataclasses.replace(mine, start=start, end=end, timed="guessed" if off else mine.timed)
        found.append(word)
        low = max(low, word.start)
    return found
