"""Finds phrases in sound that is still coming: frame by frame, so that the cutting of what comes in changes nothing."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any, Literal, final

import numpy as np

from aural.errors import UsageError
from aural.models.face import Scorer, StreamingScorer
from aural.tasks._gate import FLOOR, FRAME, HOP, LOUD, MOST_GAIN, Heard, levels
from aural.tasks._windows import Cuts, best_cut


@dataclass(frozen=True)
class Ends:
    """When a phrase begins and ends. It begins after `sure` s at `onset` or more, `lead` s before that (a soft
    beginning lies before the net is sure), and ends after `pause` s below `release`, of which `tail` s are kept.
    One of `longest` s is cut between `shortest` and `longest` where the least voice is; where even there somebody
    speaks, both parts keep `overlap` s around the cut.
    """

    onset: float = 0.5
    release: float = 0.35
    sure: float = 2 * HOP
    lead: float = 0.32
    pause: float = 0.5
    tail: float = 0.2
    shortest: float = 6.0
    longest: float = 15.0
    overlap: float = 1.2


@dataclass(frozen=True, eq=False)
class Found:
    """What happened: speech began, a part of a phrase is whole (`seam` s: the part before overlaps it there), speech ended."""

    kind: Literal["start", "part", "end"]
    at: float
    heard: Heard | None = None
    seam: float | None = None
    overlapped: bool = False


@final
class Phrases:
    """`push` any number of samples [T] at 16 kHz; gives what was found in them. `open` is the phrase that goes on."""

    def __init__(self, gate: Scorer, ends: Ends = Ends()) -> None:
        if not isinstance(gate, StreamingScorer):
            raise UsageError(f"{gate.card.name} does not run along with a recording", where="vad", fix="Take one like silero-vad")
        self._gate, self._ends = gate, ends
        self._state: Any = gate.start()
        self._left = np.zeros(0, np.float32)
        self._levels: deque[float] = deque(maxlen=round(30 / HOP))
        self._held: list[tuple[np.ndarray, float, float]] = []  # samples, voice, level of each frame
        self._at = 0  # frames heard
        self._speaking = False
        self._loud = self._quiet = 0  # frames in a row
        self._seam: float | None = None

    @property
    def heard(self) -> float:
        """Seconds that were heard."""
        return self._at * HOP

    @property
    def open(self) -> Heard | None:
        """The phrase that is being said, None where nobody speaks."""
        return self._joined() if self._speaking else None

    def push(self, samples: np.ndarray) -> list[Found]:
        """Hear samples; gives what happened, in order."""
        self._left = np.concatenate([self._left, samples])
        found: list[Found] = []
        whole = len(self._left) // FRAME
        for n in range(whole):
            found += self._step(self._left[n * FRAME : (n + 1) * FRAME])
        self._left = self._left[whole * FRAME :]
        return found

    def commit(self) -> list[Found]:
        """What is open counts as whole, though it may go on."""
        return self._ended() if self._speaking else []

    def finish(self) -> list[Found]:
        """The sound has ended: what is open is whole."""
        found = self._step(np.pad(self._left, (0, FRAME - len(self._left)))) if len(self._left) else []
        self._left = np.zeros(0, np.float32)
        return found + self.commit()

    def _step(self, samples: np.ndarray) -> list[Found]:
        level = float(levels(samples)[0])
        self._levels.append(level)
        gain = float(np.clip(LOUD - np.percentile(self._levels, 95), 0.0, MOST_GAIN))
        self._state, frames = self._gate.step(self._state, samples * np.float32(10 ** (gain / 20)))
        voice = float(frames[0, 0]) if level > FLOOR and len(frames) else 0.0
        self._held.append((samples, voice, level))
        self._at += 1
        self._loud = self._loud + 1 if voice >= self._ends.onset else 0
        self._quiet = 0 if voice >= self._ends.release else self._quiet + 1
        return self._going_on() if self._speaking else self._waiting()

    def _waiting(self) -> list[Found]:
        if self._loud * HOP < self._ends.sure:
            del self._held[: max(0, len(self._held) - _frames(self._ends.lead) - self._loud)]
            return []
        self._speaking = True
        return [Found("start", (self._at - self._loud) * HOP)]

    def _going_on(self) -> list[Found]:
        if self._quiet * HOP >= self._ends.pause:
            return self._ended()
        if len(self._held) * HOP < self._ends.longest:
            return []
        whole = self._joined()
        at, hard = best_cut(whole.voice, whole.level, Cuts(shortest=self._ends.shortest, longest=self._ends.longest))
        over = _frames(self._ends.overlap) if hard else 0
        found = Found("part", whole.start + at * HOP, whole.part(0, at + over), self._seam, hard)
        self._seam = whole.start + at * HOP if hard else None
        del self._held[: at - over]
        return [found]

    def _ended(self) -> list[Found]:
        whole = self._joined()
        kept = min(len(whole.voice), len(whole.voice) - self._quiet + _frames(self._ends.tail))
        end = (self._at - self._quiet) * HOP
        found = [Found("part", end, whole.part(0, kept), self._seam), Found("end", max(end, whole.start + HOP))]
        del self._held[: max(kept, len(self._held) - _frames(self._ends.lead))]
        self._speaking, self._loud, self._seam = False, 0, None
        return found

    def _joined(self) -> Heard:
        samples, voice, level = zip(*self._held, strict=True)
        start = (self._at - len(self._held)) * HOP
        return Heard(start, np.concatenate(samples), np.array(voice, np.float32), np.array(level, np.float32))


def _frames(seconds: float) -> int:
    return round(seconds / HOP)
