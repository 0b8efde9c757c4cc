"""Intents from examples: what words say which intent (term frequencies and a linear model), and what fills a slot."""

from __future__ import annotations

import dataclasses
import itertools
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn, final

import numpy as np

from aural.errors import FormatError, reason
from aural.patterns.linear import Linear, logistic
from aural.text import grammar, terms
from aural.text.grammar import Grammar, tokens_of
from aural.text.understanding import Slot, Understood, understand

_L2 = 0.1
_START = "^"  # what stands before the first word


@dataclass(frozen=True)
class Example:
    """One order: its words, its intent, and the words of each slot."""

    words: tuple[str, ...]
    intent: str
    slots: Mapping[str, str]


@final
@dataclass(frozen=True, eq=False)
class Learned:
    """A linear model over n-grams for the intent, a grammar of any slots in any order for each intent, and how often a word
    stands before a slot."""

    intents: tuple[str, ...]
    counted: terms.Terms
    layer: Linear | None
    slots: Mapping[str, Grammar]
    before: Mapping[tuple[str, str], int]
    values: Mapping[str, frozenset[str]]

    @property
    def words(self) -> tuple[str, ...]:
        """The values of all slots, for a recognizer to favor."""
        return tuple(sorted({w for g in self.slots.values() for w in g.words}))

    def understand(self, words: Sequence[str], least: float = 0.5) -> Understood | None:
        """The likeliest intent, its probability, and its slots; None below `least`, or where no word of an example is heard."""
        vector = self.counted.vector(words)
        if not vector.any():
            return None
        chances = np.ones(1) if self.layer is None else self.layer.predict(vector[None])[0]
        best = int(np.argmax(chances))
        if chances[best] < least:
            return None
        name = self.intents[best]
        found = understand(self.slots[name], words, 0.0) if name in self.slots else None
        slots = tuple(self._placed(slot, words, self.slots[name]) for slot in found.slots) if found else ()
        return Understood(name, float(chances[best]), slots)

    def _placed(self, slot: Slot, words: Sequence[str], own: Grammar) -> Slot:
        """The slot, of those of its intent that may hold its value the one that most often stands behind the word before it."""
        able = sorted(n for n, values in self.values.items() if slot.value in values and n in own.slots)
        last = words[slot.first - 1] if slot.first else _START
        name = max(able, key=lambda n: (self.before.get((n, last), 0), n == slot.name), default=slot.name)
        return dataclasses.replace(slot, name=name)


def learned(path: Path) -> Learned:
    """What the examples of a file teach. Raises: FormatError with the line that is wrong."""
    examples = read(path)
    intents = tuple(sorted({e.intent for e in examples}))
    counted = terms.of([e.words for e in examples])
    layer = None
    if len(intents) > 1:
        points = np.stack([counted.vector(e.words) for e in examples])
        layer = logistic(points, np.array([intents.index(e.intent) for e in examples]), len(intents), l2=_L2, balanced=True)
    names: dict[str, set[str]] = {}
    values: dict[str, set[str]] = {}
    before: Counter[tuple[str, str]] = Counter()
    for e in examples:
        for name, value in e.slots.items():
            names.setdefault(e.intent, set()).add(name)
            values.setdefault(name, set()).add(value)
            at = _place(e.words, value.split())
            if at is not None:
                before[name, e.words[at - 1] if at else _START] += 1
    shared = _shared(values)
    slots = {intent: grammar.of_lists(intent, {n: sorted(shared[n]) for n in sorted(own)}) for intent, own in names.items()}
    return Learned(intents, counted, layer, slots, dict(before), shared)


def _shared(values: Mapping[str, set[str]]) -> dict[str, frozenset[str]]:
    """The values of each slot, with those of slots that have one in common with it: a city to come from is one to go to."""
    found = {name: set(own) for name, own in values.items()}
    grown = True
    while grown:
        grown = False
        for a, b in itertools.permutations(sorted(found), 2):
            if found[a] & found[b] and found[b] - found[a]:
                found[a] |= found[b]
                grown = True
    return {name: frozenset(own) for name, own in found.items()}


def read(path: Path) -> list[Example]:
    """The examples of a file of JSON lines {"text", "intent", "slots"}. Raises: FormatError."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise FormatError(f"these examples cannot be read ({reason(error)})", where=str(path), fix="Give JSON lines") from None
    found = [_example(line, f"{path}:{number}") for number, line in enumerate(lines, 1) if line.strip()]
    if not found:
        _fail(str(path), "there are no examples")
    return found


def _example(line: str, place: str) -> Example:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        _fail(place, f"this line is no JSON ({reason(error)})")
    if not isinstance(row, dict) or not all(isinstance(row.get(k), str) and row[k].strip() for k in ("text", "intent")):
        _fail(place, "this example has no text, or no intent")
    slots = row.get("slots") or {}
    if not isinstance(slots, dict) or not all(isinstance(v, str) and tokens_of(v) for v in slots.values()):
        _fail(place, "the slots of this example are no names with words")
    words = tuple(tokens_of(row["text"]))
    if not words:
        _fail(place, "the text of this example has no words")
    return Example(words, row["intent"], {name: " ".join(tokens_of(value)) for name, value in slots.items()})


def _place(words: Sequence[str], part: Sequence[str]) -> int | None:
    """Where a part begins in words."""
    return next((i for i in range(len(words) - len(part) + 1) if list(words[i : i + len(part)]) == list(part)), None)


def _fail(place: str, what: str) -> NoReturn:
    raise FormatError(what, where=place, fix='Write {"text": "a large latte", "intent": "order", "slots": {"size": "large"}}')
