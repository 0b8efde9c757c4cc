"""What an order means: its intent and its slots, by a grammar or by examples"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from aural.errors import UsageError
from aural.models.shelf import Shelf
from aural.progress import Progress
from aural.results import Event, Label, Recording, Report, Result, Word, clock, grid_span
from aural.settings import option
from aural.sound.source import Source
from aural.tasks import _intent_examples as examples
from aural.tasks import transcribe
from aural.tasks._task import Task
from aural.text import grammar
from aural.text.grammar import Grammar, tokens_of
from aural.text.understanding import Understood, understand

INTENT, SLOT = "intent", "slot"
_MARK = "="  # between a slot's name and its value
_MOST_WORDS = 2000  # phrases that a recognizer is told to favor


@dataclass(frozen=True)
class Options:
    """What may be said, and how near it must come."""

    grammar: str | None = option(None, "a file that says which intents there are and how they are said", file="named")
    examples: str | None = option(None, "JSON lines with text, intent and slots, to learn from instead", file="named")
    text: str | None = option(None, "understand this text; no recording is needed")
    least: float = option(0.5, "score below which an order is not understood", least=0, most=1)
    pause: float | None = option(None, "a pause that parts two orders; not set = a recording is one order", unit="s", least=0.1)
    favor: float = option(
        0.0, "bonus of the phrases in the grammar's lists while the order is recognized; 0 = none", unit="nats", least=0, most=20
    )


class Reader(Protocol):
    """What understands words: a grammar, or what examples taught."""

    @property
    def words(self) -> tuple[str, ...]:
        """Phrases for a recognizer to favor."""

    def understand(self, words: Sequence[str], least: float = 0.5) -> Understood | None:
        """Words to an intent with slots; None where none is near enough."""


@dataclass(frozen=True)
class _ByGrammar:
    grammar: Grammar

    @property
    def words(self) -> tuple[str, ...]:
        return self.grammar.words

    def understand(self, words: Sequence[str], least: float = 0.5) -> Understood | None:
        return understand(self.grammar, words, least)


def reader_of(by_grammar: str | None, by_examples: str | None) -> Reader:
    """What was given, read. Raises: UsageError unless it is one of both; FormatError."""
    if (by_grammar is None) == (by_examples is None):
        fix = "Give --grammar FILE or --examples FILE (docs/tasks/intent.md shows both)"
        raise UsageError("what may be said is told by a grammar or by examples", where="--grammar, --examples", fix=fix)
    return _ByGrammar(grammar.read(Path(by_grammar))) if by_grammar else examples.learned(Path(by_examples or ""))


def run(source: Source | None, shelf: Shelf, options: Options, progress: Progress) -> Result | Report:
    """Events of layer "intent" over each order and of layer "slot" ("size=large") over the words that fill it; labels are the
    intents. With `text` a Report. Raises: UsageError without a grammar, or with a recording and a text; FormatError."""
    reader = reader_of(options.grammar, options.examples)
    if options.text is not None:
        if source is not None:
            raise UsageError("there is a recording and a text", where="--text", fix="Give one of them")
        return _report(reader.understand(tokens_of(options.text), options.least))
    if source is None:
        raise UsageError("there is nothing to understand", where=INTENT, fix="Give a recording, or --text")
    favored = ",".join(f"{w}^{options.favor:g}" for w in reader.words[:_MOST_WORDS]) if options.favor else None
    heard = transcribe.run(source, shelf, transcribe.Options(hotwords=favored), progress)
    return told(heard.recording, heard, reader, options.least, options.pause)


def told(recording: Recording, heard: Result, reader: Reader, least: float, pause: float | None) -> Result:
    """The words of a result with what they mean."""
    words, events = list(heard.words()), list[Event]()
    for order in orders(words, pause):
        tokens = [(token, word) for word in order for token in tokens_of(word.text)]
        found = reader.understand([token for token, _ in tokens], least)
        if found is None:
            continue
        span = grid_span(order[0].start, order[-1].end, recording.duration)
        events.append(Event(*span, found.intent, score=round(found.score, 4), layer=INTENT))
        for slot in found.slots:
            own = [word for _, word in tokens[slot.first : slot.last]]
            span = grid_span(own[0].start, own[-1].end, recording.duration)
            events.append(Event(*span, f"{slot.name}{_MARK}{slot.value}", score=round(found.score, 4), layer=SLOT))
    intents = {e.label: e.score for e in sorted(events, key=lambda e: e.score or 0.0) if e.layer == INTENT}
    labels = tuple(Label(name, score) for name, score in sorted(intents.items(), key=lambda i: (-(i[1] or 0.0), i[0])))
    return Result(
        recording, heard.made_by, language=heard.language, speech=heard.speech, segments=heard.segments, labels=labels,
        events=tuple(events),
    )  # fmt: skip


def orders(words: Sequence[Word], pause: float | None) -> Iterator[list[Word]]:
    """Words in sequence, parted where nothing is said for `pause` s."""
    own: list[Word] = []
    for word in words:
        if own and pause is not None and word.start - own[-1].end >= pause:
            yield own
            own = []
        own.append(word)
    if own:
        yield own


def slots_of(result: Result) -> dict[str, str]:
    """Slot name -> value of a result."""
    pairs = (e.label.partition(_MARK) for e in result.events or () if e.layer == SLOT)
    return {name: value for name, _, value in pairs}


def _report(found: Understood | None) -> Report:
    if found is None:
        return Report("not understood", {})
    slots = tuple((s.name, s.value, "") for s in found.slots)
    return Report(found.intent, {"intent": ((INTENT, found.intent, ""), ("score", round(found.score, 4), "")), "slots": slots})


def show(answer: Result | Report) -> str:
    """A line an order and one for each of its slots, or the sentence that nothing was understood."""
    if isinstance(answer, Report):
        return str(answer) if answer.sections else "No order was understood."
    lines = []
    for event in answer.events or ():
        if event.layer == INTENT:
            lines.append(f"{clock(event.start):>10}  {event.label}  {event.score:.2f}")
        else:
            name, _, value = event.label.partition(_MARK)
            lines.append(f"{clock(event.start):>10}      {name}: {value}")
    return "\n".join(lines) or "No order was understood."


def note(answer: Result | Report) -> str:
    """What was heard, where nothing was understood."""
    if isinstance(answer, Report) or answer.labels:
        return ""
    return f"heard {answer.text!r}" if answer.text else "nothing was said"


TASK = Task(
    takes="source", options=Options, run=run, show=show, roles={"vad": "silero-vad", "recognizer": "moonshine-base"},
    main_role="recognizer", note=note, spare="text",
)  # fmt: skip
