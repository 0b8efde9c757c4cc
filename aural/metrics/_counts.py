"""Hits, false alarms and misses, which add up over recordings before anything is divided."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Counts:
    """Hits, false alarms and misses; `swapped` counts misses that stand beside a false alarm. Counts add up with `+`."""

    hits: int = 0
    false_alarms: int = 0
    misses: int = 0
    swapped: int = 0

    @property
    def precision(self) -> float:
        return _share(self.hits, self.hits + self.false_alarms)

    @property
    def recall(self) -> float:
        return _share(self.hits, self.hits + self.misses)

    @property
    def f1(self) -> float:
        """2 hits / (2 hits + false alarms + misses); 1 when there was nothing to find and nothing was told."""
        return _share(2 * self.hits, 2 * self.hits + self.false_alarms + self.misses)

    @property
    def error_rate(self) -> float:
        """(swapped + only missed + only told) / true ones: below 1 is better than silence."""
        true = self.hits + self.misses
        wrong = self.false_alarms + self.misses - self.swapped
        return wrong / true if true else float(wrong)

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.hits + other.hits,
            self.false_alarms + other.false_alarms,
            self.misses + other.misses,
            self.swapped + other.swapped,
        )


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0
