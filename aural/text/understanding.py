"""What an order means: the intent of a grammar that the heard words are nearest to, and what its slots hold.

Words may be wrong, missing or too many, as recognizers and people make them: the cheapest way through an intent's net is sought
(Dijkstra 1959 over states and places in the words), where a word of another spelling costs the share of letters that differ, a
word of the grammar that was not heard 1, and a heard word that the grammar has not 0.6 (a filler 0.1).
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import final

from aural.text._spoken_numbers import CARDINALS, SCALES, digits
from aural.text.grammar import NUMBER, TEXT, Arc, Grammar, Intent

MISSED, SURPLUS, FILLER = 1.0, 0.6, 0.1
_FREE, _COUNTED = 0.05, 0.01  # a word that `text` or `number` takes, so that words of the grammar come first
_NEAR, _JOINED = 0.4, 0.1  # share of letters from which on two words are strangers; two words and one of the grammar ("bed room")
_APART = 0.05  # what such a gap costs
_VOWELS, _ALIKE, _HALF = "aeiouy", ("bp", "dt", "gkcq", "szc", "fv", "mn"), 0.5
_LETTERS = 3
_FILLERS = frozenset("uh um er erm hmm ah oh please thanks thank you well so ok okay hey hi hello just like".split())
_NUMBERS = frozenset({*CARDINALS, *SCALES, "hundred", "and", "point", "oh"})


@final
@dataclass(frozen=True)
class Slot:
    """One slot: its name, its value, and the heard words [first, last) that filled it."""

    name: str
    value: str
    first: int
    last: int


@final
@dataclass(frozen=True)
class Understood:
    """An intent, how well the words fit it (0..1), and its slots in the order in which they were said."""

    intent: str
    score: float
    slots: tuple[Slot, ...] = ()

    @property
    def values(self) -> Mapping[str, str]:
        """Slot name -> value; the last one where a slot was filled twice."""
        return {slot.name: slot.value for slot in self.slots}


def understand(grammar: Grammar, words: Sequence[str], least: float = 0.5) -> Understood | None:
    """The nearest intent for words as `grammar.tokens_of` gives them; None where none has a score of `least`."""
    found = [_nearest(intent, tuple(words)) for intent in grammar.intents] if words else []
    best = max(found, key=lambda u: u.score, default=None)
    return best if best is not None and best.score >= least else None


@lru_cache(maxsize=50_000)
def difference(a: str, b: str) -> float:
    """The share of letters that must change to make one word of the other, 0 to 1; vowels, and consonants that are made at the
    same place, count half. Words of one or two letters are the same or strangers."""
    if a == b:
        return 0.0
    if min(len(a), len(b)) < _LETTERS:
        return 1.0
    above = [0.0]
    for letter in b:
        above.append(above[-1] + _price(letter, ""))
    for letter in a:
        row = [above[0] + _price(letter, "")]
        for j, other in enumerate(b, 1):
            changed = above[j - 1] + (0.0 if letter == other else _price(letter, other))
            row.append(min(row[-1] + _price(other, ""), above[j] + _price(letter, ""), changed))
        above = row
    return above[-1] / max(len(a), len(b))


def _price(letter: str, other: str) -> float:
    """What it costs to put one letter for another, or to leave it out."""
    alike = any(letter in kind and (other or letter) in kind for kind in (_VOWELS, *_ALIKE))
    return _HALF if alike and (other or letter in _VOWELS) else 1.0


@dataclass(frozen=True)
class _Step:
    """How a node (state, place) was reached: from where, over which arc (None = a heard word was passed over)."""

    state: int
    place: int
    arc: Arc | None


@dataclass(frozen=True)
class _Way:
    """The slots along a way, the words of the grammar on it, heard words that are free, and those that are too many."""

    slots: tuple[Slot, ...]
    said: int
    free: int
    surplus: int


def _nearest(intent: Intent, words: tuple[str, ...]) -> Understood:
    """The cheapest way through one intent."""
    goal = (intent.last, len(words))
    came: dict[tuple[int, int], _Step] = {}
    costs = {(0, 0): 0.0}
    queue = [(0.0, 0, 0, 0)]
    done: set[tuple[int, int]] = set()
    count = 0
    while queue:
        cost, _, state, place = heapq.heappop(queue)
        if (state, place) in done:
            continue
        done.add((state, place))
        if (state, place) == goal:
            break
        for more, to, at, arc in _onward(intent.arcs[state], words, state, place):
            if cost + more < costs.get((to, at), float("inf")):
                count += 1
                costs[to, at] = cost + more
                came[to, at] = _Step(state, place, arc)
                heapq.heappush(queue, (cost + more, count, to, at))
    way = _Way(*_walked(came, goal, words))
    # Words that any other would do for, and fillers, say nothing for or against the intent; a surplus word counts whole.
    count = max(len(words) - way.free, way.said, 1)
    cost = costs.get(goal, float("inf")) + (1 - SURPLUS) * way.surplus
    return Understood(intent.name, max(0.0, 1 - cost / count), way.slots)


def _onward(arcs: Sequence[Arc], words: tuple[str, ...], state: int, place: int) -> Iterator[tuple[float, int, int, Arc | None]]:
    """Cost, state, place and arc of every step from here."""
    if place < len(words):
        yield FILLER if words[place] in _FILLERS else SURPLUS, state, place + 1, None
    for arc in arcs:
        if arc.takes:
            if place < len(words) and (arc.takes == TEXT or words[place] in _NUMBERS):
                yield _COUNTED if arc.takes == NUMBER else _FREE, arc.to, place + 1, arc
        elif not arc.word:
            yield 0.0, arc.to, place, arc
        else:
            yield MISSED, arc.to, place, arc
            if place < len(words) and (apart := difference(arc.word, words[place])) < _NEAR:
                yield apart, arc.to, place + 1, arc
            if place + 1 < len(words) and (apart := difference(arc.word, words[place] + words[place + 1])) < _JOINED:
                yield apart + _APART, arc.to, place + 2, arc


def _walked(
    came: Mapping[tuple[int, int], _Step], goal: tuple[int, int], words: tuple[str, ...]
) -> tuple[tuple[Slot, ...], int, int, int]:
    """As `_Way` holds it, along the way to the goal."""
    way: list[tuple[_Step, int]] = []
    node = goal
    while node in came:
        step = came[node]
        way.append((step, node[1]))
        node = step.state, step.place
    slots: list[Slot] = []
    open_: list[tuple[str, list[str], list[int]]] = []
    said = free = surplus = 0
    for step, place in reversed(way):
        arc = step.arc
        if arc is None:
            free += words[step.place] in _FILLERS
            surplus += words[step.place] not in _FILLERS
        elif arc.opens:
            open_.append((arc.opens, [], []))
        elif arc.closes:
            slots += _closed(*open_.pop(), arc)
        elif arc.word or arc.takes:
            free += arc.takes == TEXT
            said += arc.takes != TEXT
            for _, own, heard in open_:
                own.append(arc.word or words[step.place])
                heard += range(step.place, place)
    return tuple(sorted(slots, key=lambda s: (s.first, s.name))), said, free, surplus


def _closed(name: str, own: list[str], heard: list[int], arc: Arc) -> list[Slot]:
    """A slot that closes; none where not one of its words was heard."""
    if not heard:
        return []
    value = arc.value if arc.closes == "value" else " ".join(digits(own) if arc.closes == NUMBER else own)
    return [Slot(name, value, heard[0], heard[-1] + 1)]
