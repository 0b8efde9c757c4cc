"""What a recognizer writes with: words, characters, or pieces of words found in a text; trained, saved and shown.

Every unit is a piece of text; one that begins a word begins with U+2581. A page of `text/tokenizers` finds units in texts
(`train`) and cuts a word into them (`cut`).
"""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from aural import find
from aural.errors import DataError, FormatError, reason
from aural.files import write_text

SPACE = "\u2581"
MOST_WORDS = 100  # up to so many different words a recognizer writes whole words, where nothing else is asked


@dataclass(frozen=True)
class Units:
    """The units of a kind, in the order of their numbers; `scores` are log-probabilities, where the kind has them."""

    kind: str
    pieces: tuple[str, ...]
    scores: tuple[float, ...] = ()

    @cached_property
    def numbers(self) -> dict[str, int]:
        """Piece -> number."""
        return {piece: i for i, piece in enumerate(self.pieces)}

    @property
    def labels(self) -> tuple[str, ...]:
        """The units as a model card names them: words as they are written, pieces with their mark."""
        return tuple(p.removeprefix(SPACE) for p in self.pieces) if self.kind == "words" else self.pieces

    @cached_property
    def logprobs(self) -> dict[str, float]:
        """Piece -> log-probability; empty for a kind that has none."""
        return dict(zip(self.pieces, self.scores, strict=False))

    def cut(self, word: str) -> list[str]:
        """A word as pieces. Characters that no unit has are left out."""
        found: list[str] = find.page("text/tokenizers", self.kind).cut(self, SPACE + word)
        return found

    def encode(self, text: str) -> list[int]:
        """The numbers of a text's pieces."""
        return [self.numbers[piece] for word in text.split() for piece in self.cut(word)]

    def text(self, numbers: Sequence[int]) -> str:
        """The text of numbers: what `encode` was given, with single spaces."""
        return " ".join("".join(self.pieces[n] for n in numbers).replace(SPACE, " ").split())

    def words(self, numbers: Sequence[int]) -> list[tuple[str, int, int]]:
        """(text, first, last + 1) of each word in a list of numbers; those of a lone space are left out."""
        begins = [i for i, n in enumerate(numbers) if i == 0 or self.pieces[n].startswith(SPACE)]
        told = [(self.text(numbers[a:b]), a, b) for a, b in itertools.pairwise([*begins, len(numbers)])]
        return [(text, a, b) for text, a, b in told if text]

    def spelled(self, text: str) -> str:
        """A text in the letters of the units."""
        return spelled(text, frozenset(c for piece in self.pieces for c in piece))

    def shown(self, text: str) -> str:
        """A text with its pieces apart, such as "_he _ho ped"."""
        return " ".join(piece for word in text.split() for piece in self.cut(word)).replace(SPACE, "_")


def train(kind: str, texts: Iterable[str], size: int) -> Units:
    """Units of a kind, at most about `size`; every character of the texts is among them. Raises: DataError without a text."""
    counts = Counter(word for text in texts for word in text.split())
    if not counts:
        raise DataError("there is no text to find units in")
    found: Units = find.page("text/tokenizers", kind).train({SPACE + word: n for word, n in sorted(counts.items())}, size)
    return found


def spelled(text: str, letters: Set[str]) -> str:
    """A text in letters of a set: upper or lower case where it has one alone, signs that it lacks left out."""
    if not any(c.islower() for c in letters):
        text = text.upper()
    elif not any(c.isupper() for c in letters):
        text = text.lower()
    return " ".join(part for word in text.split() if (part := "".join(c for c in word if c in letters)))


def usual(texts: Iterable[str]) -> str:
    """The kind that is taken where none is asked: words where there are few different ones, else characters."""
    return "words" if len({w for text in texts for w in text.split()}) <= MOST_WORDS else "chars"


def write(units: Units, path: Path) -> None:
    """Save units as JSON."""
    plain: dict[str, Any] = {"kind": units.kind, "pieces": units.pieces}
    if units.scores:
        plain["scores"] = [round(s, 6) for s in units.scores]
    write_text(path, json.dumps(plain, ensure_ascii=False, indent=0) + "\n")


def read(path: Path) -> Units:
    """Units from a file that `write` wrote. Raises: FormatError."""
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
        units = Units(str(plain["kind"]), tuple(map(str, plain["pieces"])), tuple(map(float, plain.get("scores", ()))))
        if units.kind not in find.names("text/tokenizers") or len(units.scores) not in (0, len(units.pieces)):
            raise ValueError(units.kind)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise FormatError(f"this file holds no units ({reason(error)})", where=str(path)) from error
    return units
