"""Words while somebody speaks: phrases by the voice gate, partial texts with a stable beginning, finals that never change."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, final

import numpy as np

from aural.errors import UsageError
from aural.models.face import Decoding, Recognizer, Scorer, Transcriber
from aural.models.shelf import Shelf
from aural.results import Span, Update, Word, grid_span, on_grid
from aural.sound.resample import Resampler
from aural.tasks import transcribe
from aural.tasks._gate import HOP, RATE, Heard, Rule, frame_spans
from aural.tasks._live_written import LiveWritten
from aural.tasks._pace import USUAL, Listener, Pace, Turns
from aural.tasks._phrases import Ends, Found, Phrases
from aural.tasks._windows import trimmed
from aural.tasks._words import guessed, in_order, kept_in_voice, merged, plain, shifted

_UNSPACED = frozenset({"zh", "ja", "yue", "th", "lo", "km", "my"})
_SOON = 0.3  # s of a phrase until its first words are looked for, and between looks until there are any


@final
class Live(Listener):
    """`push` samples [C, t] at `sample_rate` as they come; gives updates, in order. The cutting changes no final.

    A partial text is what the recognizer makes of the phrase so far. Words on which two readings in a row agree are
    `stable`: later partials keep them. The final is one reading of the whole phrase, with the times of its words; it
    comes once and stays. Of phrases that have no pause the part before the quietest place becomes final.
    """

    def __init__(self, gate: Scorer, recognizer: Recognizer, options: transcribe.Options, pace: Pace = USUAL,
                 sample_rate: int = RATE) -> None:  # fmt: skip
        self._recognizer, self._threshold, self._pace = recognizer, options.gate, pace
        self._decoding = transcribe.decoding_of(options, recognizer)
        self._phrases = Phrases(gate, Ends(onset=options.gate, release=min(Ends.release, options.gate), pause=pace.pause))
        self._mover = Resampler(sample_rate, RATE)
        self._next = 0.0  # s: when the next partial is due
        self._stable: list[str] = []
        self._last: list[str] = []
        self._sent = 0  # partials of this phrase
        self._pending: list[Word] = []  # words around a cut, which the next part may know better
        self._late = False  # a partial text was due when too much sound waited
        self._turns = Turns(pace.turn)
        self.dropped = 0

    @property
    def heard(self) -> float:
        return self._phrases.heard

    def push(self, samples: np.ndarray, behind: bool = False) -> list[Update]:
        mono = samples if samples.ndim == 1 else samples.mean(axis=0)
        moved = self._mover.push(np.ascontiguousarray(mono, np.float32)[None])[0]
        updates = self._updates(self._phrases.push(moved))
        phrase = self._phrases.open
        if phrase is not None and self._pace.every and self.heard >= self._next:
            first = not self._sent
            if behind:
                self.dropped += not (first and self._late)
            else:
                updates += self._partial(phrase)
            self._late = behind
            if not (behind and first):  # the first words of a phrase come as soon as nothing waits any more
                self._next = self.heard + (self._pace.every if self._sent else min(_SOON, self._pace.every))
        return updates + self._turns.told(self.heard)

    def commit(self) -> list[Update]:
        return self._updates(self._phrases.commit())

    def finish(self) -> list[Update]:
        rest = self._mover.finish()[0]
        updates = self._updates([*self._phrases.push(rest), *self._phrases.finish()])
        return updates + self._turns.told(self.heard, last=True)

    def _updates(self, found: Iterable[Found]) -> list[Update]:
        updates: list[Update] = []
        for one in found:
            if one.kind == "start":
                self._next = one.at + min(_SOON, self._pace.every)
                self._forget()
                self._turns.starts()
                updates.append(Update("speech_start", Span(*grid_span(one.at, one.at + HOP))))
            elif one.kind == "part":
                updates += self._final(one)
            else:
                self._turns.ends(one.at)
                updates.append(Update("speech_end", Span(*grid_span(max(0.0, one.at - HOP), one.at))))
        return updates

    def _final(self, found: Found) -> list[Update]:
        heard = found.heard
        assert heard is not None
        words = self._read(heard)
        if found.seam is not None:
            before, words = merged(self._pending, words, found.seam)
            words = [*before, *words]
        self._pending = []
        if found.overlapped:
            words, self._pending = _split(words, found.at)
        revised = self._sent
        self._forget()
        if not words:
            return [Update("final", self._span(heard, found.at), revises=revised)] if revised else []
        ordered = tuple(on_grid(w) for w in in_order(words, heard.end))
        span = Span(ordered[0].start, max(w.end for w in ordered))
        return [Update("final", span, ordered, revised, self._joined([w.text for w in ordered]))]

    def _read(self, heard: Heard) -> list[Word]:
        """The words of a whole part, kept inside the voice."""
        told = transcribe.recognize(trimmed(heard), self._recognizer, self._decoding, self._threshold)
        words = [w for h in told for w in (h.words if h.words is not None else guessed(h.text, heard.voice))]
        spans = frame_spans(heard.voice, Rule(onset=self._threshold, release=min(Rule.release, self._threshold)))
        return kept_in_voice(words, [(heard.start + a * HOP, heard.start + b * HOP) for a, b in spans])

    def _partial(self, heard: Heard) -> list[Update]:
        asked: Decoding = dataclasses.replace(self._decoding, word_times=False)
        told = transcribe.recognize(trimmed(heard), self._recognizer, asked, self._threshold, depth=3)
        said = " ".join(h.text for h in told).split()
        self._agree(said)
        text = [*self._stable, *said[len(self._stable) :]]
        if not text or (self._sent and text == self._last_text()):
            self._last = said
            return []
        self._last = said
        words = tuple(on_grid(w) for w in shifted(guessed(" ".join(text), heard.voice), heard.start))
        update = Update("partial", self._span(heard, heard.end), words, self._sent, self._joined(text), len(self._stable))
        self._sent += 1
        return [update]

    def _last_text(self) -> list[str]:
        return [*self._stable, *self._last[len(self._stable) :]]

    def _agree(self, said: Sequence[str]) -> None:
        """Words become stable when two readings in a row have them; the last word of a reading may be half said."""
        alike = 0
        for a, b in zip(self._last, said[:-1], strict=False):
            if plain(a) != plain(b):
                break
            alike += 1
        kept = [plain(w) for w in self._stable]
        if alike > len(kept) and [plain(w) for w in said[: len(kept)]] == kept:
            self._stable += said[len(kept) : alike]

    def _forget(self) -> None:
        self._stable, self._last, self._sent = [], [], 0

    def _joined(self, words: Sequence[str]) -> str:
        return ("" if self._decoding.language in _UNSPACED else " ").join(words)

    @staticmethod
    def _span(heard: Heard, end: float) -> Span:
        return Span(*grid_span(heard.start, max(end, heard.start + HOP)))


@contextlib.contextmanager
def opened(shelf: Shelf, options: transcribe.Options, pace: Pace = USUAL, sample_rate: int = RATE) -> Iterator[Listener]:
    """A live transcript with the models of `transcribe`: written while it is heard where the recognizer can, else read again and
    again. Raises: UsageError, ModelMissing."""
    refuse(options)
    transcribe.choose_model(shelf, options)
    with shelf.open("vad") as gate, shelf.open("recognizer") as recognizer:
        decoding = transcribe.decoding_of(options, recognizer)
        if isinstance(recognizer, Transcriber):
            yield LiveWritten(gate, recognizer, decoding, options.gate, pace, sample_rate)
        else:
            yield Live(gate, recognizer, options, pace, sample_rate)


def refuse(options: transcribe.Options) -> None:
    """Raises: UsageError for options that need the whole recording."""
    if options.clip:
        raise UsageError("a stream has no parts", where="--clip", fix="Leave it out")
    if options.units != "words":
        raise UsageError("a stream is told in words", where="--units", fix="Leave it out")


def message(update: Update) -> dict[str, Any]:
    """An update as the JSON object that a pipe and a web socket carry."""
    found: dict[str, Any] = {"type": update.kind, "start": update.span.start, "end": update.span.end}
    if update.kind in ("partial", "final"):
        found["text"] = update.text
    if update.kind == "partial":
        found["stable"] = update.stable
    if update.kind == "final":
        found["words"] = [{"word": w.text, "start": w.start, "end": w.end, "probability": w.confidence, "timed": w.timed}
                          for w in update.words]  # fmt: skip
    return found


def _split(words: Sequence[Word], seam: float) -> tuple[list[Word], list[Word]]:
    """Words before the overlap around a cut, and those inside it."""
    edge = seam - Ends.overlap
    first = next((i for i, w in enumerate(words) if w.end > edge), len(words))
    return list(words[:first]), list(words[first:])
