"""Live words of a recognizer that writes while it hears: what it has written is told at once, and stays after a pause.

Two things end a phrase: the voice gate's pause, and the net, which must have heard what the gate calls the end and a little more,
since it may look ahead and writes a word somewhat after it was said. What is written costs nothing more to tell, so no partial is
left out when work lags. Sound goes through gate and net in steps of 32 ms, so that
the cutting of what comes in changes nothing.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, final

import numpy as np

from aural.models.face import Decoding, Scorer, Transcriber, Written
from aural.results import Span, Update, Word, grid_span, on_grid
from aural.sound.resample import Resampler
from aural.tasks._edges import snapped
from aural.tasks._gate import FRAME, HOP, RATE, Heard
from aural.tasks._pace import USUAL, Listener, Pace, Turns
from aural.tasks._phrases import Ends, Found, Phrases
from aural.tasks._words import in_order

BEHIND = 0.24  # s that the net hears behind a phrase before it is final
_ALONE = 1.0  # s: words that the gate heard nobody say are forgotten after so long


@final
class LiveWritten(Listener):
    """A gate, a recognizer that writes while it hears, and updates."""

    def __init__(self, gate: Scorer, recognizer: Transcriber, decoding: Decoding, threshold: float, pace: Pace = USUAL,
                 sample_rate: int = RATE) -> None:  # fmt: skip
        self._recognizer, self._pace = recognizer, pace
        self._phrases = Phrases(gate, Ends(onset=threshold, release=min(Ends.release, threshold), pause=pace.pause))
        self._mover, self._own = Resampler(sample_rate, RATE), Resampler(RATE, recognizer.card.sample_rate)
        self._left = np.zeros(0, np.float32)
        self._decoding = decoding
        self._state: Any = recognizer.start(decoding)
        self._frames, self._base = 0, 0.0  # that the net was given; where its own time begins (s)
        self._written = Written((), 0.0)
        self._speaking = False
        self._since: float | None = None  # s: the start of the phrase that is open
        self._over: float | None = None  # s: the end of one that is not final yet
        self._sound: Heard | None = None
        self._told: tuple[str, ...] = ()
        self._sent, self._last = 0, 0.0
        self._turns = Turns(pace.turn)
        self.dropped = 0

    @property
    def heard(self) -> float:
        return self._phrases.heard

    def push(self, samples: np.ndarray, behind: bool = False) -> list[Update]:
        mono = samples if samples.ndim == 1 else samples.mean(axis=0)
        moved = self._mover.push(np.ascontiguousarray(mono, np.float32)[None])[0]
        self._left = np.concatenate([self._left, moved])
        updates: list[Update] = []
        while len(self._left) >= FRAME:
            frame, self._left = self._left[:FRAME], self._left[FRAME:]
            updates += self._step(frame)
        return updates

    def commit(self) -> list[Update]:
        updates = self._events(self._phrases.commit())
        if self._over is None:
            return updates
        # What the net still owes is told now, and it begins anew.
        self._written = self._placed(self._recognizer.finish(self._state))
        updates += self._final(None, last=True)
        self._state, self._base = self._recognizer.start(self._decoding), self._frames * HOP
        return updates

    def finish(self) -> list[Update]:
        rest = np.concatenate([self._left, self._mover.finish()[0]])
        self._left = np.zeros(0, np.float32)
        whole = len(rest) // FRAME * FRAME
        updates = [u for at in range(0, whole, FRAME) for u in self._step(rest[at : at + FRAME])]
        events = self._phrases.push(rest[whole:]) + self._phrases.finish()
        self._state, _ = self._recognizer.step(self._state, self._own.push(rest[None, whole:])[0])
        self._state, _ = self._recognizer.step(self._state, self._own.finish()[0])
        self._written = self._placed(self._recognizer.finish(self._state))
        updates += self._events(events)
        if self._over is not None:
            updates += self._final(None, last=True)
        return updates + self._turns.told(self.heard, last=True)

    def _step(self, frame: np.ndarray) -> list[Update]:
        updates = self._events(self._phrases.push(frame))
        self._state, written = self._recognizer.step(self._state, self._own.push(frame[None])[0])
        self._written, self._frames = self._placed(written), self._frames + 1
        if self._over is not None and self._written.heard >= self._over + BEHIND:
            updates += self._final(self._since)
        elif self._since is None and self._over is None and self._stale():
            self._state = self._recognizer.settled(self._state, len(self._written.words), whole=True)
            self._written = Written((), self._written.heard)
        elif self._speaking:
            updates += self._partial()
        return updates + (self._turns.told(self.heard) if self._over is None else [])

    def _placed(self, written: Written) -> Written:
        """What the net says, in the time of the stream."""
        words = tuple(dataclasses.replace(w, start=w.start + self._base, end=w.end + self._base) for w in written.words)
        return Written(words, written.heard + self._base, written.fixed)

    def _stale(self) -> bool:
        words = self._written.words
        return bool(words) and words[-1].end < self.heard - _ALONE

    def _events(self, found: Sequence[Found]) -> list[Update]:
        updates: list[Update] = []
        for one in found:
            if one.kind == "start":
                self._speaking, self._since = True, one.at
                self._turns.starts()
                updates.append(Update("speech_start", Span(*grid_span(one.at, one.at + HOP))))
            elif one.kind == "part":
                self._sound = one.heard
                if self._phrases.open is not None:  # somebody speaks on without a pause
                    updates += self._cut()
            else:
                self._speaking, self._since, self._over = False, None, one.at
                self._turns.ends(one.at)
                updates.append(Update("speech_end", Span(*grid_span(max(0.0, one.at - HOP), one.at))))
        return updates

    def _partial(self) -> list[Update]:
        """What is written of the phrase so far, where it is news."""
        words = [w for w in self._written.words if self._over is None or w.start > self._over]
        text = tuple(w.text for w in words)
        if not text or text == self._told or not self._pace.every:
            return []
        self._told = text
        told = tuple(on_grid(w) for w in in_order(words, max(self.heard, words[-1].end)))
        span = Span(told[0].start, max(w.end for w in told))
        update = Update("partial", span, told, self._sent, " ".join(text), min(self._written.fixed, len(text)))
        self._sent += 1
        return [update]

    def _cut(self) -> list[Update]:
        """All words but the last become final, while the phrase goes on."""
        words = self._written.words[:-1]
        self._state = self._recognizer.settled(self._state, len(words), whole=False)
        updates = self._update(words, self.heard)
        self._written = Written(self._written.words[len(words) :], self._written.heard)
        return updates

    def _final(self, next_start: float | None, last: bool = False) -> list[Update]:
        """The words of the phrase that has ended become final; those behind the start of the next one stay open."""
        words = [w for w in self._written.words if next_start is None or w.start < next_start]
        rest = self._written.words[len(words) :]
        if not last:
            self._state = self._recognizer.settled(self._state, len(words), whole=not rest)
        end = max([self._over or self.heard, *(w.end for w in words)])
        self._over = None
        updates = self._update(words, end)
        self._written = Written(rest, self._written.heard)
        return updates

    def _update(self, words: Sequence[Word], end: float) -> list[Update]:
        revised, self._sent, self._told = self._sent, 0, ()
        sound, self._sound = self._sound, None
        if not words:
            at = Span(*grid_span(max(0.0, end - HOP), end))
            return [Update("final", at, revises=revised)] if revised else []
        if sound is not None:
            words = snapped(words, sound.samples, sound.start)
        kept = [dataclasses.replace(w, start=max(w.start, self._last), end=max(w.end, self._last + HOP)) for w in words]
        ordered = tuple(on_grid(w) for w in in_order(kept, max(end, kept[-1].end)))
        self._last = ordered[-1].end
        span = Span(ordered[0].start, max(w.end for w in ordered))
        return [Update("final", span, ordered, revised, " ".join(w.text for w in ordered))]
