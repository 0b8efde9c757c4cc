"""Who spoke when: the turns of each speaker, however many there are"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from aural.errors import UsageError
from aural.models.shelf import Shelf
from aural.progress import Progress
from aural.results import Question, Result, Span, Speaker, Turn, clock, grid_span
from aural.settings import option
from aural.sound.source import Source
from aural.tasks import _diarize_kept as store
from aural.tasks._book import named
from aural.tasks._diarize_explain import explain
from aural.tasks._diarize_hear import Heard, hear
from aural.tasks._diarize_map import centers_of, voice_map_of
from aural.tasks._diarize_turns import PAUSE, Frames, frames_of, overlaps_of, runs, turns_of
from aural.tasks._diarize_voices import LIKENESS, Voices, Wanted, voices_of
from aural.tasks._task import Task
from aural.tasks._voice import model_of


@dataclass(frozen=True)
class Options:
    """How many speak, and what one turn is."""

    speakers: int | None = option(None, "exactly so many speak; not set = found out", also=("--num-speakers",), least=1)
    min_speakers: int | None = option(None, "at least so many speak", least=1)
    max_speakers: int | None = option(None, "at most so many speak", least=1)
    pause: float = option(PAUSE, "a turn goes on over a shorter pause of its speaker", unit="s", least=0)
    likeness: float = option(
        LIKENESS, "mean cosine above which voices are one speaker; lower finds fewer speakers", least=-1, most=1
    )
    recluster: bool = option(False, "use what was heard of this recording before: another number of speakers takes seconds")
    keep: bool = option(True, "keep what was heard (not the sound) under AURAL_HOME/embeddings for --recluster", file="left")
    book: str | None = option(None, "voice book that suggests names; not set = the one that `aural enroll` fills", file="named")
    name_speakers: bool = option(True, "suggest names from the voice book, where there is one")
    explain: str | None = option(None, "folder for what each stage gave: speech, slices, vectors, clusters, turns", file="named")


@dataclass(frozen=True, eq=False)
class Answer:
    """A result with what stands behind it: all that was heard, the voices found, every frame's shares, and
    the column of `frames` that belongs to each label."""

    result: Result
    heard: Heard
    voices: Voices
    frames: Frames
    columns: dict[str, int]


def run(source: Source, shelf: Shelf, options: Options, progress: Progress) -> Result:
    """Turns, speakers and overlaps of a recording. The cost grows linearly with its length."""
    return answer(source, shelf, options, progress).result


def answer(source: Source, shelf: Shelf, options: Options, progress: Progress) -> Answer:
    """As `run`, with every frame's shares, from which words find their speaker (tasks/_speakers_of_words.py).

    Raises: UsageError when the numbers of speakers contradict one another.
    """
    wanted = wanted_of(options)
    heard, model = _heard(source, shelf, options, progress)
    recording = source.recording
    duration = recording.duration or heard.duration
    voices = voices_of(heard, wanted, options.likeness)
    frames = frames_of(heard, voices, options.pause, wanted.least)
    turns, order = turns_of(frames, duration)
    columns = {f"SPEAKER_{i:02}": k for i, k in enumerate(order)}
    speakers = tuple(Speaker(label) for label in columns)
    if options.name_speakers and speakers:
        speakers = named(speakers, voices.centers[order], model, Path(options.book) if options.book else None)
    result = Result(
        recording,
        dict(shelf.made_by),
        speech=_speech(frames, duration),
        turns=turns,
        speakers=speakers,
        events=overlaps_of(frames, duration),
    )
    found = Answer(result, heard, voices, frames, columns)
    if options.explain is not None:
        explain(result, heard, voices, columns, Path(options.explain))
    return found


def voice_map(found: Answer) -> dict[str, tuple[tuple[float, float], ...]]:
    """Label -> points of the two-dimensional map of its voice vectors, for the page and for `explain`."""
    return voice_map_of(found.heard, found.voices, found.columns)


def voice_centers(found: Answer) -> dict[str, np.ndarray]:
    """Label -> the mean direction [D] of its voice, which `enroll` writes into the book."""
    return centers_of(found.voices, found.columns)


def _heard(source: Source, shelf: Shelf, options: Options, progress: Progress) -> tuple[Heard, str]:
    """What both models say of the recording, from what was kept where that is asked for; and the voice model's hash."""
    with shelf.open("speaker_segmentation") as segmenter, shelf.open("speaker_embedding") as embedder:
        model = model_of(embedder.card)
        both = hashlib.sha256((model_of(segmenter.card) + model).encode()).hexdigest()
        if options.recluster and (found := _kept(source, both)) is not None:
            return found, model
        heard = hear(source, segmenter, embedder, progress)
    if options.keep and (name := source.recording.sha256):
        store.keep(heard, store.place(name, both))
    return heard, model


def _kept(source: Source, both: str) -> Heard | None:
    name = source.recording.sha256
    return store.kept(store.place(name, both)) if name else None


def wanted_of(options: Options) -> Wanted:
    """How many speakers to find. Raises: UsageError when the numbers contradict one another."""
    for name in ("speakers", "min_speakers", "max_speakers"):
        value = getattr(options, name)
        if value is not None and value < 1:
            raise UsageError(f"--{name.replace('_', '-')} is {value}", fix="Ask for 1 or more")
    if options.speakers is not None:
        if (options.min_speakers or 1) > options.speakers or (options.max_speakers or options.speakers) < options.speakers:
            raise UsageError("--speakers lies outside --min-speakers and --max-speakers", fix="Leave two of them out")
        return Wanted(options.speakers, options.speakers)
    if options.min_speakers and options.max_speakers and options.min_speakers > options.max_speakers:
        raise UsageError(f"--min-speakers {options.min_speakers} is above --max-speakers {options.max_speakers}", fix="Swap them")
    return Wanted(options.min_speakers, options.max_speakers)


def _speech(frames: Frames, duration: float) -> tuple[Span, ...]:
    """Where anybody speaks."""
    firsts, lasts = runs(np.asarray(frames.active.any(axis=1)))
    edges = [(frames.edge(a), min(frames.edge(b), duration)) for a, b in zip(firsts.tolist(), lasts.tolist(), strict=True)]
    return tuple(Span(*grid_span(start, end, duration)) for start, end in edges if end > start)


def show(result: Result) -> str:
    """One line a turn, then how long each speaker spoke."""
    turns = result.turns or ()
    if not turns:
        return "no speech found"
    names = {s.label: s.name or s.label for s in result.speakers or ()}
    lines = [f"{clock(t.start):>10} - {clock(t.end):>10}  {names.get(t.speaker, t.speaker)}" for t in turns]
    shares = [f"{names[s.label]} {clock(_spoke(turns, s.label))}{_sure(s)}" for s in result.speakers or ()]
    return "\n".join([*lines, "", f"{len(shares)} speaker{'s' if len(shares) != 1 else ''}: {', '.join(shares)}"])


def _spoke(turns: tuple[Turn, ...], label: str) -> float:
    return sum(t.duration for t in turns if t.speaker == label)


def _sure(speaker: Speaker) -> str:
    return f" ({speaker.label}, likeness {speaker.score:.2f})" if speaker.name and speaker.score is not None else ""


TASK = Task(
    takes="source",
    options=Options,
    run=run,
    show=show,
    roles={"speaker_segmentation": "community-segmentation", "speaker_embedding": "community-embedding"},
    main_role="speaker_embedding",
    question=Question("frame", "set"),
)
