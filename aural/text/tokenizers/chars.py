"""Single characters, and one for the space in front of a word: nothing is out of vocabulary."""

from __future__ import annotations

from collections.abc import Mapping

from aural.text.units import SPACE, Units


def train(counts: Mapping[str, int], size: int) -> Units:
    """Every character, whatever `size` says; the space comes first."""
    return Units("chars", (SPACE, *sorted({c for word in counts for c in word} - {SPACE})))


def cut(units: Units, word: str) -> list[str]:
    """Its characters that are known."""
    return [c for c in word if c in units.numbers]
