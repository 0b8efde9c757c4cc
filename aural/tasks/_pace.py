"""How a live text comes, what gives one promises, and when a speaker's turn is over."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import final

import numpy as np

from aural.results import Span, Update, grid_span
from aural.settings import option


@dataclass(frozen=True)
class Pace:
    """How a live text comes."""

    every: float = option(0.5, "a partial text after so much new sound; 0 = finals only", unit="s", least=0, most=60)
    pause: float = option(0.5, "silence that ends a phrase", unit="s", least=0.1, most=86_400)
    turn: float = option(0.0, "silence that ends a speaker's turn; 0 = turns are not told", unit="s", least=0, most=86_400)


USUAL = Pace()


class Listener(ABC):
    """Takes sound as it comes and gives updates, in order; a final never changes. `dropped`: partials left out for want of time."""

    dropped: int

    @property
    @abstractmethod
    def heard(self) -> float:
        """Seconds that were heard."""

    @abstractmethod
    def push(self, samples: np.ndarray, behind: bool = False) -> list[Update]:
        """Hear [C, t] or [t]. `behind`: more sound waits already, so no time is spent on partials."""

    @abstractmethod
    def commit(self) -> list[Update]:
        """End the phrase that is open, whether or not its speaker has."""

    @abstractmethod
    def finish(self) -> list[Update]:
        """The sound has ended."""


@final
class Turns:
    """A turn is over when nobody speaks for `silence` s after speech, or when the sound ends; 0 = it is never told.

    `end` is when somebody spoke last, None while somebody does, or where the turn was told.
    """

    def __init__(self, silence: float) -> None:
        self._silence = silence
        self._end: float | None = None

    def starts(self) -> None:
        """Somebody speaks."""
        self._end = None

    def ends(self, at: float) -> None:
        """Nobody speaks any more, since a moment (s)."""
        self._end = at

    def told(self, now: float, last: bool = False) -> list[Update]:
        """The end of the turn, once it is over; `last`: no more sound will come."""
        if not self._silence or self._end is None or (now - self._end < self._silence and not last):
            return []
        span = Span(*grid_span(self._end, max(now, self._end + 0.001)))
        self._end = None
        return [Update("turn_end", span)]
