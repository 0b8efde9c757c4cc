"""When a keyword is said: a small model that always listens, and --then transcribe or intent for what follows"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import final

import numpy as np

from aural.errors import UsageError
from aural.models.card import Card
from aural.models.face import Scorer, StreamingScorer
from aural.models.shelf import Shelf
from aural.progress import Progress, Quiet
from aural.results import Event, Question, Result, Segment, Word, clock, grid_span, on_grid
from aural.settings import option
from aural.sound.source import Source
from aural.tasks import intent, transcribe
from aural.tasks._clips import Wanted, choose
from aural.tasks._heard_again import SECOND, Cascade, HeardAgain, readable, rule_of
from aural.tasks._spotting import Hit, Spotter, length_of, wanted
from aural.tasks._task import Task

LAYER = "keyword"
_ROLE = "spotter"
_BLOCK = 0.5  # s between two looks: what a listener waits at most, beside the 0.2 s in which a hit settles
_WANTED = Wanted("spot", ("wake_words",), "there is no model that listens for a phrase on this machine")
_LEAST = 0.5  # score of an order that is understood
_WAIT, _PAUSE = 3.0, 1.0  # s: an order begins so soon behind its phrase, and ends with a pause of that length


@dataclass(frozen=True)
class Options:
    """Which phrases, and how sure."""

    keyword: tuple[str, ...] = option((), "only these phrases, with commas; not set = all that the model knows", also=("-k",))
    threshold: float | None = option(
        None, "score that a phrase reaches; lower hears more and errs more; not set = what the card says of each", least=0, most=1
    )
    apart: float = option(1.0, "the same phrase again counts after this time", unit="s", least=0)
    then: str = option(
        "", "what happens with the words that follow a phrase: they are recognized, or understood as orders of --grammar, too",
        choices=("", "transcribe", "intent"),
    )  # fmt: skip
    grammar: str | None = option(None, "with --then intent: a file that says how orders are said", file="named")
    most: float = option(8.0, "longest order behind a phrase that is recognized", unit="s", least=0.5)
    confirm: bool = option(False, "the recognizer hears each hit again and decides: far fewer are missed at the same false alarms")
    scores: bool = option(False, "tell the scores over time too, as curves")


@final
class _Orders:
    """Keeps the sound behind each phrase, up to `most` s; what lies between is forgotten."""

    def __init__(self, rate: int, most: float) -> None:
        self._rate, self._most = rate, round(most * rate)
        self._recent = np.zeros(0, np.float32)  # what a hit, told a little late, may reach back to
        self._heard = 0
        self._open: list[tuple[int, list[np.ndarray]]] = []
        self.parts: list[tuple[float, np.ndarray]] = []

    def push(self, samples: np.ndarray, ends: list[float]) -> None:
        """The next samples [t], and where (s) phrases were over in what was heard so far, these included."""
        self._recent = np.concatenate([self._recent, samples])
        self._heard += len(samples)
        for _, held in self._open:
            held.append(samples)
        for end in ends:
            back = min(len(self._recent), max(0, self._heard - round(end * self._rate)))
            self._open.append((self._heard - back, [self._recent[len(self._recent) - back :]]))
        self._recent = self._recent[max(0, len(self._recent) - 2 * self._rate) :]
        self._close(self._most)

    def finish(self) -> None:
        """The recording ends: so do all orders."""
        self._close(0)

    def _close(self, least: int) -> None:
        for part in [p for p in self._open if sum(map(len, p[1])) >= least]:
            self._open.remove(part)
            self.parts.append((part[0] / self._rate, np.concatenate(part[1])[: self._most]))


def run(source: Source, shelf: Shelf, options: Options, progress: Progress) -> Result:
    """Events of layer "keyword" in a recording of any length, and segments of the orders behind them."""
    reader = _reader(options)
    choose(shelf, _ROLE, _WANTED)
    with shelf.open(_ROLE) as model, _second_stage(shelf, model, options) as again:
        card = model.card
        rule = rule_of(card, options.threshold, options.apart, options.confirm)
        spotter = Spotter(model, wanted(card, options.keyword), rule, options.scores)
        cascade = Cascade(spotter, again)
        orders, hits, busy = _Orders(card.sample_rate, options.most), list[Hit](), 0.0
        for block in source.blocks(_BLOCK, rate=card.sample_rate):
            samples = np.asarray(block.samples[0], np.float32)
            begun = time.process_time()
            found = cascade.push(samples)
            busy += time.process_time() - begun
            hits += found
            if options.then:
                orders.push(samples, [hit.time for hit in found])
            progress.step(block.start + block.duration, source.encoding.promised, "spot")
        last = cascade.finish()
        if options.then:
            orders.push(np.zeros(0, np.float32), [hit.time for hit in last])
            orders.finish()
    recording = source.recording
    duration = recording.duration or 0.0
    events = _events([*hits, *last], card, duration)
    curves = spotter.curves() if options.scores else None
    if not options.then:
        return Result(recording, dict(shelf.made_by), events=events, curves=curves)
    begun = time.process_time()
    segments = tuple(s for part in orders.parts for s in _recognized(*part, card.sample_rate, shelf, duration))
    seconds = sum(len(samples) for _, samples in orders.parts) / card.sample_rate
    note = _saved(seconds, duration, busy, time.process_time() - begun)
    made_by = dict(shelf.made_by) | {"note": note}
    if reader is None:
        return Result(recording, made_by, language="en", events=events, segments=segments, curves=curves)
    understood = [intent.told(recording, Result(recording, segments=(s,)), reader, _LEAST, None) for s in segments]
    meant = [e for one in understood for e in one.events or ()]
    labels = tuple(dict.fromkeys(label for one in understood for label in one.labels or ()))
    return Result(
        recording, made_by, language="en", events=tuple(sorted([*events, *meant], key=lambda e: e.start)), segments=segments,
        curves=curves, labels=labels,
    )  # fmt: skip


def _reader(options: Options) -> intent.Reader | None:
    """What understands orders, where they are to be understood. Raises: UsageError, FormatError."""
    if options.then == "intent":
        return intent.reader_of(options.grammar, None)
    if options.grammar is not None:
        raise UsageError("a grammar is for orders", where="--grammar", fix="Add --then intent")
    return None


def _events(hits: list[Hit], card: Card, duration: float) -> tuple[Event, ...]:
    return tuple(
        Event(*grid_span(max(0.0, hit.time - length_of(card, hit.label)), hit.time, duration), card.labels[hit.label],
              score=round(min(1.0, hit.score), 4), layer=LAYER)
        for hit in sorted(hits, key=lambda h: (h.time, h.label))
    )  # fmt: skip


@contextlib.contextmanager
def _second_stage(shelf: Shelf, model: Scorer, options: Options) -> Iterator[HeardAgain | None]:
    """What hears hits again, where that is asked for."""
    _check(model)
    if not options.confirm:
        yield None
        return
    with shelf.open("recognizer") as recognizer:
        yield HeardAgain(readable(recognizer), model.card, options.apart)


def _check(model: Scorer) -> None:
    if not isinstance(model, StreamingScorer) or model.card.hop is None:
        raise UsageError(
            f"the model {model.card.name} does not hear a stream", where="--model",
            fix="Train it with `aural train spot`; for whole clips use `aural classify`",
        )  # fmt: skip


def _recognized(start: float, samples: np.ndarray, rate: int, shelf: Shelf, duration: float) -> list[Segment]:
    """What was said in the sound behind a phrase that was over at `start` (s), up to the first long pause."""
    if not len(samples):
        return []
    told = transcribe.run(Source.from_samples(samples, rate), shelf, transcribe.Options(), Quiet())
    words = [w for s in told.segments or () for w in s.words or ()]
    kept: list[Word] = []
    for word in words:
        if word.start - (kept[-1].end if kept else 0.0) > (_PAUSE if kept else _WAIT):
            break
        kept.append(replace(word, start=word.start + start, end=word.end + start))
    if not kept:
        return []
    return [on_grid(Segment(kept[0].start, kept[-1].end, " ".join(w.text for w in kept), words=tuple(kept)), duration)]


def _saved(seconds: float, duration: float, listening: float, recognizing: float) -> str:
    """What the two stages cost, in one line."""
    share = seconds / duration if duration else 0.0
    return (f"recognition heard {seconds:.1f} s of {duration:.1f} s ({share:.1%}); the small model took "
            f"{listening:.2f} CPU s, recognition {recognizing:.2f}")  # fmt: skip


def show(result: Result) -> str:
    """One line a phrase with what was said behind it, or the sentence that none was said."""
    lines = []
    hits = [e for e in result.events or () if e.layer == LAYER]
    meant = [e for e in result.events or () if e.layer != LAYER]
    for event in hits:
        lines.append(f"{clock(event.end):>10}  {event.label}  {event.score:.2f}")
        limit = min((e.end for e in hits if e.end > event.end), default=float("inf"))
        lines += [f"{'':>12}{s.text}" for s in result.segments or () if event.end - 0.5 <= s.start < limit]
        lines += [f"{'':>14}{e.label}" for e in meant if event.end - 0.5 <= e.start < limit]
    return "\n".join([*lines, *_note(result)]) or "No keyword was said."


def _note(result: Result) -> list[str]:
    return [str(result.made_by["note"])] if "note" in result.made_by and result.events else []


TASK = Task(
    "source", Options, run, show, {_ROLE: "", "vad": "silero-vad", "recognizer": SECOND}, _ROLE,
    Question("clip", "class"), learned_by="phrases",
)  # fmt: skip
