"""Where each word of a known text is said in a recording"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from aural.errors import UsageError, reason
from aural.models.face import Aligner, PhoneAligner, Scorer
from aural.models.shelf import Shelf
from aural.progress import Progress
from aural.results import Event, Result, Segment, Word, on_grid
from aural.settings import option
from aural.sound.source import Source
from aural.tasks import transcribe
from aural.tasks._edges import snapped
from aural.tasks._gate import Heard, hear
from aural.tasks._laid import WHOLE, Limits, Stretch, between, filled, matched, measured, stretches, tokens_of
from aural.tasks._task import Task
from aural.tasks._words import in_order, sentences

# A model that attends is sure of its own words' times; one with posteriors measures all of them anew.
ATTENDING, POSTERIORS = Limits(8.0, 24.0), Limits(15.0, 120.0)
FEW = 3  # words of a stretch that were not heard, up to which those that were keep their times
STRANGE = 0.5  # share of the words heard below which the text is most likely another one
UNLIKELY = 0.1  # confidence of a word that was not heard: of another text 3 in 4 words or more lie below, of the right one 1 in 20


@dataclass(frozen=True)
class Options:
    """How the recording is heard."""

    language: str | None = option(None, "language spoken, as a code or a name; not set = the model's own", also=("--lang",))
    hotwords: str | None = option(None, "names and terms that the text holds: a,b,c or a file with one on each line", file="maybe")
    units: str = option("words", "what is told one by one; phones by a model that knows them", choices=("words", "phones"))
    gate: float = option(0.5, "probability of a voice at which speech begins; lower lets more noise pass", least=0, most=1)


def run(inputs: tuple[Source, str | Path], shelf: Shelf, options: Options, progress: Progress) -> Result:
    """A Result with every word of the text: heard, measured between its neighbors, or guessed, as `timed` says.

    The recording is recognized first; words that are the same in both texts are anchors, and what lies between two of them is
    cut out and laid over the text by the model. Memory holds one such stretch. Raises: UsageError for an empty text, or a model
    that cannot tell where the words of a text lie.
    """
    source, given = inputs
    lines = [tokens_of(line) for line in _text(given).splitlines()]
    text = [word for line in lines for word in line]
    if not text:
        raise UsageError(
            "there is no text to align", where="align", fix="Give a file with the text that is read, or the text itself"
        )
    heard = transcribe.run(source, shelf, _asked(options), progress)
    told = list(heard.words())
    pairs = matched(text, told)
    limit = heard.recording.duration or 0.0
    with shelf.open("recognizer") as recognizer, shelf.open("vad") as gate:
        if not isinstance(recognizer, Aligner):
            fix = "Use the default, whisper-base, or a model of your own (aural train transcribe)"
            raise UsageError(f"{recognizer.card.name} cannot lay a text over a recording", where="--model", fix=fix)
        whole, phonetic = recognizer.card.kind in WHOLE, isinstance(recognizer, PhoneAligner)
        limits = POSTERIORS if whole else ATTENDING
        if options.units == "phones" and not phonetic:
            fix = "Use a model with a lexicon (aural train transcribe --method hmm)"
            raise UsageError(f"{recognizer.card.name} knows no phones", where="--units", fix=fix)
        words: list[Word] = []
        phones: list[Event] = []
        known: list[Word | None] = [None] * len(text) if whole else filled(text, pairs, told)
        for stretch in stretches(pairs, told, len(text), limit, limits):
            own = known[stretch.first : stretch.last]
            sound = _sound(source, gate, stretch)
            laid = [w for w in own if w is not None]
            if len(laid) < len(own):
                forced, own_phones = measured(stretch, text, sound, recognizer, limits.most, heard.language)
                phones += own_phones
                sure = all(w.timed == "measured" for w in forced)
                # Where many words were missed, what was heard instead is spread over them.
                laid = forced if sure and len(own) - len(laid) > FEW else between(own, forced)
            # A model of phones has heard the silence around a word itself.
            words += laid if phonetic else snapped(laid, sound.samples, sound.start)
            progress.step(stretch.end, limit, "align")
    segments = tuple(on_grid(s, limit) for s in _segments(in_order(words, limit), [len(line) for line in lines if line], heard))
    events = tuple(on_grid(p, limit) for p in phones) if phonetic else None
    if options.units == "phones":
        segments = tuple(_said(s, events or ()) for s in segments)
    return dataclasses.replace(heard, segments=segments, events=events, made_by=dict(shelf.made_by))


def _said(segment: Segment, phones: Sequence[Event]) -> Segment:
    """A segment with its phones in the place of its words, for formats that know words alone."""
    own = [p for p in phones if segment.start <= (p.start + p.end) / 2 < segment.end]
    words = tuple(Word(p.start, p.end, p.label) for p in own)
    return dataclasses.replace(segment, words=words, text=" ".join(w.text for w in words))


def show(result: Result) -> str:
    """A word a line: start, end, the word, and "guessed" where its times are."""
    rows = []
    for word in result.words():
        rows.append(f"{word.start:9.3f} {word.end:9.3f}  {word.text}{'  (guessed)' if word.timed == 'guessed' else ''}")
    return "\n".join(rows)


def note(result: Result) -> str:
    """One line where times were guessed, or where the text does not seem to be what is said."""
    words = list(result.words())
    count = sum(w.timed == "guessed" for w in words)
    unheard = sum(w.timed == "guessed" or (w.confidence is not None and w.confidence < UNLIKELY) for w in words)
    if words and unheard > (1 - STRANGE) * len(words):
        return f"{unheard} of {len(words)} words were not heard: is this the text that is read?"
    return f"{count} of {len(words)} words could not be measured; their times are guessed" if count else ""


def _text(given: str | Path) -> str:
    """The text, or that of a file. Raises: UsageError."""
    if isinstance(given, str):
        return given
    try:
        return given.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise UsageError(f"this text cannot be read ({reason(error)})", where=str(given)) from error


def _asked(options: Options) -> transcribe.Options:
    return transcribe.Options(language=options.language, hotwords=options.hotwords, gate=options.gate)


def _sound(source: Source, gate: Scorer, stretch: Stretch) -> Heard:
    """What is said in a stretch. Raises: EmptySound when the recording is empty."""
    first, *rest = hear(source, gate, stretch.start, stretch.end)
    for block in rest:
        first = first.joined(block)
    return first


def _segments(words: Sequence[Word], sizes: Sequence[int], heard: Result) -> Iterator[Segment]:
    """A segment a line of the text; a text of one line is cut at the ends of sentences and long pauses."""
    groups = sentences(words) if len(sizes) == 1 else []
    at = 0
    for size in sizes if len(sizes) > 1 else ():
        groups.append(list(words[at : at + size]))
        at += size
    for group in groups:
        sure = [w.confidence for w in group if w.confidence is not None]
        yield Segment(
            group[0].start, max(w.end for w in group), " ".join(w.text for w in group), words=tuple(group),
            language=heard.language, confidence=float(np.mean(sure)) if sure else None,
        )  # fmt: skip


TASK = Task(
    takes="source and text",
    options=Options,
    run=run,
    show=show,
    roles={"vad": "silero-vad", "recognizer": "moonshine-base"},
    main_role="recognizer",
    note=note,
)
"""The answer is a Result whose words are those of the text."""
