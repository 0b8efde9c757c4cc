"""Which phones are said, and when"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from aural.beams.ctc_paths import best_path as align_path
from aural.beams.viterbi import best_path
from aural.errors import UsageError
from aural.models.engines.phones import PhoneScorer
from aural.models.face import Model, Speller
from aural.models.shelf import Shelf
from aural.progress import Progress
from aural.results import Event, Question, Result, Segment, Span, Word, grid_span
from aural.settings import option
from aural.sound.source import Source
from aural.tasks import transcribe, vad
from aural.tasks._task import Task
from aural.text.pronunciation import graphemes
from aural.text.pronunciation.pronounce import Pronouncer

LAYER = "phone"
SILENCE = 0  # the class of the model that is no phone
HOP = 0.02  # s
_BEFORE = 1.0  # s before a word that the model hears, too, to know where it is
_LONG = 30.0  # s, the longest stretch that is read at once


@dataclass(frozen=True)
class Options:
    """How phones are read."""

    free: bool = option(False, "hear phones alone, without the words of a recognizer and how they are pronounced")
    prior: float = option(
        0.6, "free: weight of how frequent a phone is that is taken off: rare phones are heard more", least=0, most=1
    )
    order: float = option(0.5, "free: weight of which phones follow one another in English", least=0, most=10)
    change: float = option(1.5, "free: cost of a change of phone; more = fewer, longer phones", unit="nats", least=0, most=20)
    gate: float = option(0.5, "probability of a voice at which speech begins; lower lets more noise pass", least=0, most=1)


def run(source: Source, shelf: Shelf, options: Options, progress: Progress) -> Result:
    """Events of layer "phone", and a segment for each stretch of speech or sentence whose text are its phones, blanks between.

    Words are recognized and pronounced, and their phones laid over the sound; with `free` the likeliest phones are read from the
    sound alone. What the voice gate takes for silence holds no phones. Raises: UsageError for a model that names no phones.
    """
    if options.free:
        return _free(source, shelf, options, progress)
    return of_words(transcribe.run(source, shelf, transcribe.Options(gate=options.gate), progress), source, shelf)


def of_words(heard: Result, source: Source, shelf: Shelf) -> Result:
    """The words that were heard in a recording as phones with their times."""
    for role in ("speller", "phones"):
        shelf.choices.setdefault(role, ROLES[role])
    limit = heard.recording.duration or 0.0
    events: list[Event] = []
    segments: list[Segment] = []
    with shelf.open("speller") as speller, shelf.open("phones") as model:
        assert isinstance(speller, Speller)
        named = _named(model)
        pronouncer = Pronouncer(speller.readings, rules=graphemes.shipped().phonemes)
        for segment in heard.segments or ():
            words = segment.words or ()
            said = pronouncer.sentence([_bare(word.text) for word in words])
            own: list[Event] = []
            for word, pronounced in zip(words, said, strict=True):
                own += laid(source, word, [p for p in pronounced.phonemes if p in named.card.labels], named, limit)
            if own:
                segments.append(_segment(own))
                events += own
    return Result(heard.recording, dict(shelf.made_by), heard.language, heard.speech, tuple(segments), events=tuple(events))


def laid(source: Source, word: Word, phones: Sequence[str], model: PhoneScorer, limit: float) -> list[Event]:
    """The phones of a word on the best way through the sound of its time; evenly where it is too short for them."""
    if not phones:
        return []
    hop = model.card.hop or HOP
    first = max(0.0, word.start - _BEFORE)
    sound = source.load(rate=model.card.sample_rate, mono=True, start=first, end=word.end)
    samples = np.asarray(sound.samples, np.float32)
    chances = model.score(samples, np.array([samples.shape[1]]))[0][round((word.start - first) / hop) :]
    numbers = [model.card.labels.index(phone) for phone in phones]
    try:
        spans = np.asarray(align_path(chances, numbers)[0], np.float64)
        spans[1:, 0] = spans[:-1, 1] = np.round((spans[1:, 0] + spans[:-1, 1]) / 2)  # no silence inside a word
        spans[0, 0], spans[-1, 1] = 0, len(chances)
        sure = [
            float(np.exp(chances[int(a) : max(int(b), int(a) + 1), n]).mean()) for (a, b), n in zip(spans, numbers, strict=True)
        ]
        edges = word.start + spans * hop
    except ValueError:
        steps = np.linspace(word.start, word.end, len(phones) + 1)
        edges, sure = np.stack([steps[:-1], steps[1:]], axis=1), [0.0] * len(phones)
    return [
        Event(*grid_span(float(a), min(float(b), word.end), limit), phone, score=round(min(1.0, s), 4), layer=LAYER)
        for (a, b), phone, s in zip(edges, phones, sure, strict=True)
    ]


def _named(model: Model) -> PhoneScorer:
    if not isinstance(model, PhoneScorer):
        raise UsageError(f"the model {model.card.name} does not name phones", where="--model", fix="Leave --model out")
    return model


def _bare(word: str) -> str:
    """A word without marks around it."""
    return re.sub(r"^\W+|\W+$", "", word)


def _segment(events: Sequence[Event]) -> Segment:
    """Phones in sequence as a segment, as sure as they are in the mean."""
    sure = float(np.mean([e.score or 0.0 for e in events]))
    return Segment(events[0].start, events[-1].end, " ".join(e.label for e in events), confidence=round(sure, 4))


def _free(source: Source, shelf: Shelf, options: Options, progress: Progress) -> Result:
    speech = (
        vad.TASK.run(source, shelf, vad.Options(threshold=options.gate, release=min(options.gate, 0.35)), progress).speech or ()
    )
    recording = source.recording
    limit = recording.duration or 0.0
    events: list[Event] = []
    segments: list[Segment] = []
    with shelf.open("phones") as model:
        for number, (start, end) in enumerate(_stretches(speech)):
            found = [e for e in read(source, start, end, _named(model), options) if e.start < limit]
            own = [Event(*grid_span(e.start, e.end, limit), e.label, score=e.score, layer=LAYER) for e in found]
            if own:
                events += own
                segments.append(_segment(own))
            progress.step(number + 1, None, "phones", "stretches")
    return Result(recording, dict(shelf.made_by), speech=tuple(speech), segments=tuple(segments), events=tuple(events))


def read(source: Source, start: float, end: float, model: PhoneScorer, options: Options) -> list[Event]:
    """The phones of one stretch, their times those of the recording."""
    sound = source.load(rate=model.card.sample_rate, mono=True, start=start, end=end)
    samples = np.asarray(sound.samples, np.float32)
    chances = model.score(samples, np.array([samples.shape[1]]))[0]
    hop = model.card.hop or HOP
    events = []
    for number, first, last in runs(path_of(chances, model, options)):
        if number == SILENCE:
            continue
        sure = float(np.exp(chances[first:last, number]).mean())
        events.append(Event(start + first * hop, start + last * hop, model.card.labels[number], score=round(sure, 4), layer=LAYER))
    return events


def path_of(chances: np.ndarray, model: PhoneScorer, options: Options) -> np.ndarray:
    """The phone of each frame [F] on the best path through log-probabilities [F, K]."""
    if not len(chances):
        return np.zeros(0, np.intp)
    costs = options.order * model.costs + options.change
    np.fill_diagonal(costs, 0.0)
    return best_path(chances - options.prior * model.prior, costs)


def runs(path: np.ndarray) -> Iterator[tuple[int, int, int]]:
    """Class, first and last + 1 frame of every run of one class."""
    edges = np.flatnonzero(np.diff(path, prepend=-1, append=-1))
    for first, last in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        yield int(path[first]), first, last


def _stretches(speech: Sequence[Span]) -> Iterator[tuple[float, float]]:
    """Start and end of every stretch of speech, long ones in equal parts."""
    for span in speech:
        parts = int(np.ceil(span.duration / _LONG))
        for part in range(parts):
            yield span.start + span.duration * part / parts, span.start + span.duration * (part + 1) / parts


def show(result: Result) -> str:
    """A line for each stretch of speech, or the sentence that nobody speaks."""
    return "\n".join(f"{s.start:9.3f} {s.end:9.3f}  {s.text}" for s in result.segments or ()) or "No speech was found."


ROLES = {"phones": "phones", "recognizer": "moonshine-base", "speller": "misaki-lexicon", "vad": "silero-vad"}
TASK = Task("source", Options, run, show, ROLES, "phones", Question("sequence", "class"))
