"""Who said what, when, and what else was heard: everything about a recording in one go"""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from aural.errors import UsageError
from aural.models import store
from aural.models.shelf import Shelf
from aural.progress import Progress
from aural.results import Event, Result, Segment, Span, Speaker, clock
from aural.settings import option
from aural.sound.source import Source
from aural.tasks import detect, diarize, gender, segment, transcribe
from aural.tasks._assumed import remark
from aural.tasks._frames import by_frames
from aural.tasks._hearing import mono_blocks
from aural.tasks._said_by import with_speakers
from aural.tasks._task import Task
from aural.tasks._witness import Witness

T = TypeVar("T")
_WORDS, _CLASSES = "recognizer", "classifier"
_GENDERS = frozenset({"female", "male"})
_ROLES = {
    "vad": "silero-vad",
    "recognizer": "moonshine-base",
    "speaker_segmentation": "community-segmentation",
    "speaker_embedding": "community-embedding",
    "tagger": "yamnet",
    "speech_music": "ina-speech-music",
    "gender": "ina-gender",
}


@dataclass(frozen=True)
class Options:
    """What to hear: words, speakers and sounds by default."""

    language: str | None = option(
        None, "language spoken, as a code or a name: de or German; not set = told by the model, or English", also=("--lang",)
    )
    task: str = option("transcribe", "write what is said, or translate it to English", choices=("transcribe", "translate"))
    hotwords: str | None = option(
        None, "names and terms to favor: a,b,c or a file with one on each line, phrase^2 for more", file="maybe"
    )
    beam: int = option(1, "readings kept at once; 1 is fastest, 5 gains little", also=("--beam-size",), least=1, most=32)
    clip: str | None = option(
        None, "words of this part only, as start-end in seconds or m:ss (0:30-1:15)", also=("--clip-timestamps",)
    )
    gate: float = option(0.5, "probability of a voice at which speech begins; lower lets more noise pass", least=0, most=1)
    numerals: bool = option(False, "numbers, dates, times and money in figures: $1.50 for one dollar fifty (English)")
    who: bool = option(True, "tell the speakers apart")
    speakers: int | None = option(None, "exactly so many speak; not set = found out", also=("--num-speakers",), least=1)
    min_speakers: int | None = option(None, "at least so many speak", least=1)
    max_speakers: int | None = option(None, "at most so many speak", least=1)
    traits: bool = option(False, "say of each speaker whether the voice sounds female or male")
    sounds: bool = option(True, "tell sounds that are not speech, and where music is")
    keep: bool = option(True, "keep what was heard of voices (not the sound) under AURAL_HOME/embeddings", file="left")
    threshold: float | None = option(
        None, "a sound begins when its score reaches this; not set = 0.4, or what the model's card says of each", least=0, most=1
    )
    watch: tuple[str, ...] = option((), "only these sounds, such as Glass,Siren; a general name stands for all its kinds")


def run(source: Source, shelf: Shelf, options: Options, progress: Progress) -> Result:
    """Words with times and speakers, turns, sounds, and where speech, music and silence are.

    The models are opened one after the other, so the peak of memory is the largest of them, not their sum.
    """
    return growing(source, shelf, options, progress, None)


def growing(source: Source, shelf: Shelf, options: Options, progress: Progress, told: transcribe.Told | None) -> Result:
    """As `run`; told([segment ...]) gets the words while they are found, before anybody knows who said them."""
    _refuse(shelf, options)
    with contextlib.ExitStack() as stack:
        witness = Witness(shelf, "tagger", stack) if options.sounds else None
        result = transcribe.growing(source, shelf, _same(options, transcribe.Options), progress, told, witness)
    events: tuple[Event, ...] = ()
    if options.sounds:
        events = _sounds(source, shelf, options, None if options.clip else result.speech or (), progress)
    if options.who and result.speech:
        found = diarize.answer(source, shelf, _same(options, diarize.Options), progress)
        result = with_speakers(result, found)
        events += found.result.events or ()
    if (options.traits or shelf.choices["gender"] != _ROLES["gender"]) and result.turns:
        result = dataclasses.replace(result, speakers=_traits(source, shelf, result, progress))
    asked = options.sounds or options.who
    heard = tuple(sorted(events, key=lambda e: (e.start, e.end, e.layer, e.label))) if asked else None
    return dataclasses.replace(result, events=heard, made_by=dict(shelf.made_by))


def _refuse(shelf: Shelf, options: Options) -> None:
    """Raise now what would be found out only after the words are written: an hour may lie between."""
    if options.who:
        diarize.wanted_of(_same(options, diarize.Options))
    if options.sounds and options.watch:
        with shelf.open(_tagger(shelf)) as tagger:
            detect.Ear(tagger, _wanted(options))


def places(source: Source, shelf: Shelf, options: Options, progress: Progress) -> dict[str, tuple[tuple[float, float], ...]]:
    """Where the voices lie on a map, from what `run` kept of the recording."""
    again = dataclasses.replace(_same(options, diarize.Options), recluster=True, name_speakers=False)
    return diarize.voice_map(diarize.answer(source, shelf, again, progress)) if options.who else {}


def part(name: str) -> str:
    """The role of a model that --model names: words, speakers, sounds ..., whatever it answers.

    Raises: UsageError for a model that answers nothing that is heard here; ModelMissing, ModelRefused.
    """
    if store.is_hub_name(name):
        return _WORDS
    try:
        store.entry_of(name, _WORDS)
        return _WORDS
    except UsageError:
        entry = store.entry_of(name)
    if _CLASSES in entry.roles:
        return "gender" if entry.card.labels and {label.lower() for label in entry.card.labels} <= _GENDERS else _CLASSES
    found = next((role for role in entry.roles if role in _ROLES), None)
    if found is None:
        what = f"{entry.card.name} is a model for {entry.card.role!r}, which is no part of listen"
        raise UsageError(what, where="--model", fix=f"Parts are: {', '.join(sorted({*_ROLES, _CLASSES}))}")
    return found


def _tagger(shelf: Shelf) -> str:
    """The role that tells sounds: a model of classes, where one was named, names what is heard in stretches."""
    return _CLASSES if _CLASSES in shelf.choices else "tagger"


def _wanted(options: Options) -> detect.Options:
    keep = None if options.threshold is None else options.threshold / 2
    return detect.Options(threshold=options.threshold, keep=keep, watch=options.watch, speech=False)


def _sounds(source: Source, shelf: Shelf, options: Options, speech: Sequence[Span] | None, progress: Progress) -> tuple[Event, ...]:
    """Sounds that are not speech, and the segments of speech, music, noise and silence; in one pass where both models
    hear the same samples."""
    with shelf.open(_tagger(shelf)) as tagger, shelf.open("speech_music") as kinds:
        cutter = segment.Cutter(kinds, segment.Options())
        both = not by_frames(tagger.card) and tagger.card.sample_rate == kinds.card.sample_rate
        ear = detect.Ear(tagger, _wanted(options)) if both else None
        for samples in mono_blocks(source, kinds.card.sample_rate, progress, "sounds"):
            cutter.push(samples)
            if ear is not None:
                ear.push(samples)
        duration = source.recording.duration
        assert duration is not None
        found = ear.finish(duration) if ear is not None else detect.heard(source, tagger, _wanted(options), progress)
        return found + cutter.finish(duration, speech, ear.music if ear is not None else None)


def _traits(source: Source, shelf: Shelf, result: Result, progress: Progress) -> tuple[Speaker, ...]:
    """Each speaker with what the voice sounds like, heard where nobody else speaks as far as there is such a place."""
    with shelf.open(gender.role_of(shelf)) as model:
        voices = gender.Voices(model)
        for samples in mono_blocks(source, model.card.sample_rate, progress, "voices"):
            voices.push(samples)
        voices.finish()
    turns = result.turns or ()
    told = []
    for speaker in result.speakers or ():
        own = [t for t in turns if t.speaker == speaker.label]
        alone = [t for t in own if not any(o.overlap(t) for o in turns if o.speaker != speaker.label)]
        best = voices.over(alone or own)
        told.append(dataclasses.replace(speaker, traits=best[:1] if best else ()))
    return tuple(told)


def _same(options: Options, kind: type[T]) -> T:
    """The options that another task shares with `listen`, as its own."""
    names = {f.name for f in dataclasses.fields(kind)}  # type: ignore[arg-type]
    return kind(**{f.name: getattr(options, f.name) for f in dataclasses.fields(options) if f.name in names})


def show(result: Result) -> str:
    """Segments and sounds in the order of time, then one line that sums up."""
    rows: list[tuple[float, str]] = []
    names = {s.label: s.name or s.label for s in result.speakers or ()}
    width = max([len(n) for n in names.values()], default=0)
    for said in result.segments or ():
        who = names.get(said.speaker or "", said.speaker or "") if result.turns is not None else ""
        rows.append((said.start, f"{_times(said)}  {who:<{width}}{'  ' if width else ''}{said.text}"))
    for event in result.events or ():
        if event.layer == "sound":
            rows.append((event.start, f"{_times(event)}  {'':<{width}}  * {event.label} ({event.score:.2f})"))
    lines = [text for _, text in sorted(rows, key=lambda r: r[0])]
    return "\n".join([*lines, *([""] if lines else []), _summary(result, list(names.values()))])


def _times(span: Segment | Event) -> str:
    return f"{clock(span.start):>10} - {clock(span.end):>10}"


def _summary(result: Result, names: list[str]) -> str:
    words = sum(1 for _ in result.words())
    parts = [f"{words} words" if words else "no speech found"]
    if result.turns is not None and names:
        traits = [", ".join(t.label for t in s.traits) for s in result.speakers or ()]
        named = [f"{name}: {trait}" if trait else name for name, trait in zip(names, traits, strict=True)]
        parts.append(f"{len(names)} speaker{'s' if len(names) != 1 else ''} ({', '.join(named)})")
    if result.events is not None:
        parts += _shares(result)
        counted: dict[str, int] = {}
        for event in result.events:
            if event.layer == "sound":
                counted[event.label] = counted.get(event.label, 0) + 1
        told = [f"{label} x{n}" if n > 1 else label for label, n in sorted(counted.items(), key=lambda x: (-x[1], x[0]))]
        parts.append("sounds: " + ", ".join(told) if told else "no other sounds")
    return "; ".join(parts)


def _shares(result: Result) -> list[str]:
    """How much of the recording is speech, music, noise and silence, the most first."""
    lengths: dict[str, float] = {}
    for event in result.events or ():
        if event.layer == segment.LAYER:
            lengths[event.label] = lengths.get(event.label, 0.0) + event.duration
    whole = sum(lengths.values())
    told = [f"{kind} {length / whole:.0%}" for kind, length in sorted(lengths.items(), key=lambda x: -x[1])]
    return [", ".join(told)] if told else []


TASK = Task(
    takes="source",
    options=Options,
    run=run,
    show=show,
    roles=_ROLES,
    main_role=_WORDS,
    part=part,
    places=places,
    growing=growing,
    note=transcribe.note,
    assumes=remark,
)
