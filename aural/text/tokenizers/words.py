"""Whole words: for a vocabulary of a few dozen, such as digits or commands."""

from __future__ import annotations

from collections.abc import Mapping

from aural.text.units import Units


def train(counts: Mapping[str, int], size: int) -> Units:
    """Every word, whatever `size` says: none can be put together from others."""
    return Units("words", tuple(sorted(counts)))


def cut(units: Units, word: str) -> list[str]:
    """The word itself, or nothing where it is not known."""
    return [word] if word in units.numbers else []
