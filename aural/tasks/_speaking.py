"""Says a text sentence by sentence: the front end, the voice, and the times of the written words."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, final

import numpy as np

from aural import find
from aural.errors import UsageError
from aural.models import store
from aural.models.card import Card
from aural.models.face import LetterReader, Prosody, Speller, Synthesizer, Utterance
from aural.models.sentences import stand_ins
from aural.models.shelf import Shelf
from aural.models.through import Through
from aural.results import Segment, Word, grid_span
from aural.tasks._leveled import leveled
from aural.tasks._spoken_check import TRIES, Listener
from aural.text import front_end, ssml
from aural.text.as_letters import Letters
from aural.text.front_end import Front, Line, Token
from aural.text.pronunciation import graphemes, homographs, lexicon
from aural.text.pronunciation.pronounce import Pronouncer
from aural.text.script import PLAIN, Script, of_phonemes

if TYPE_CHECKING:
    from aural.tasks.speak import Options

VOCODER = "griffin-lim"  # where none is named


@dataclass(frozen=True, eq=False)
class Piece:
    """One sentence as said: samples float32 [T], its segment timed from its own start (s), and what was left out.

    `segment` is None where there was nothing to say; `end` is the place in the text up to which all is done. `remark`
    tells how it was heard where that was not what it should say.
    """

    samples: np.ndarray
    segment: Segment | None
    dropped: tuple[str, ...]
    end: int
    remark: str = ""


@final
class Reader:
    """A voice with its front end, opened for one text."""

    def __init__(
        self, written: Written, pronouncer: Front, voice: Synthesizer, prosody: Prosody, listener: Listener | None = None,
        show_units: bool = False, loudness: float | None = None,
    ) -> None:  # fmt: skip
        self._show_units, self._loudness = show_units, loudness
        self.text, self._script = written
        self.sample_rate, self.model = voice.card.sample_rate, voice.card.name
        self.voice = prosody.voice if prosody.voice in voice.card.voices else Path(prosody.voice).name  # of a file, no path
        self.language = language_of(voice.card, prosody.voice)
        self._pronouncer, self._voice, self._prosody, self._listener = pronouncer, voice, prosody, listener

    @property
    def notes(self) -> tuple[str, ...]:
        """What was asked for and is not done."""
        return self._script.notes

    def pieces(self, skip: int = 0, *, early: bool = False) -> Iterator[Piece]:
        """The sentences of the text, said; the first `skip` are left out. Raises: UsageError.

        `early`: a long first sentence comes in two, so that somebody who waits hears its begin the sooner.
        """
        for line in itertools.islice(front_end.lines(self.text, self._pronouncer, self._script), skip, None):
            for part in front_end.parted(line) if early and line.tokens else (line,):
                yield self._said(part)
            early = early and not line.tokens

    def _said(self, line: Line) -> Piece:
        dropped = tuple(self.text[a:b] for a, b in line.dropped)
        if not line.tokens:
            return Piece(np.zeros(0, np.float32), None, dropped, line.end)
        speed, pitch = self._prosody.speed * line.speed, self._prosody.pitch * line.pitch
        prosody = replace(self._prosody, speed=min(max(speed, 0.25), 4.0), pitch=min(max(pitch, 0.5), 2.0))
        samples, times, remark = self._checked(utterance_of(line), prosody)
        samples = leveled(samples, self.sample_rate, self._loudness)
        samples = np.concatenate([np.zeros(round(line.before * self.sample_rate), np.float32), samples])
        times = [replace(w, start=w.start + line.before, end=w.end + line.before) for w in times]
        segment = segment_of(self.text, line, times, len(samples) / self.sample_rate)
        return Piece(samples, segment, dropped, line.end, remark)

    def _checked(self, utterance: Utterance, prosody: Prosody) -> tuple[np.ndarray, list[Word], str]:
        """Say an utterance; with a listener say it again, varied and slower, while it is not understood, and keep the best."""
        best: tuple[float, np.ndarray, list[Word], str] | None = None
        for attempt in range(TRIES if self._listener else 1):
            varied = min(1.0, prosody.variation + 0.3 * attempt)
            manner = replace(prosody, seed=prosody.seed + attempt, variation=varied, speed=max(0.25, prosody.speed * 0.95**attempt))
            blocks = list(self._voice.speak(utterance, manner))
            samples, times = np.concatenate([b.samples for b in blocks]), [w for b in blocks for w in b.words]
            made = "; ".join(line for b in blocks for line in b.made) if self._show_units else ""
            if self._listener is None:
                return samples, times, made
            count = sum(map(len, utterance.phonemes))
            verdict = self._listener.judge(samples, self.sample_rate, utterance.words, count, manner.speed)
            if verdict.right:
                return samples, times, made
            remark = f"not understood: {' '.join(utterance.words)!r:.80} was heard as {verdict.heard!r:.80}"
            if best is None or verdict.badness < best[0]:
                best = (verdict.badness, samples, times, remark)
        assert best is not None, "there is at least one try"
        return best[1:]


Written = tuple[str, Script]


def written(text: str, options: Options) -> Written:
    """A text with how it is to be said: plain, SSML where it begins with <speak, or as --phonemes tells.

    Raises: FormatError for broken SSML, UsageError.
    """
    if options.phonemes is not None:
        return of_phonemes(options.phonemes, text)
    if text.lstrip().startswith(("<speak", "<?xml")):
        return ssml.parse(text.lstrip())
    return text, PLAIN


@contextlib.contextmanager
def reader(text: str, shelf: Shelf, options: Options) -> Iterator[Reader]:
    """Open what is needed to say `text`. Raises: UsageError for a voice that cannot, FormatError (SSML), ModelMissing."""
    told = written(text, options)
    prosody = Prosody(options.voice or "", options.speed, options.pitch, 0.0, options.seed, options.timbre, options.energy)
    choose(shelf, options.voice)
    with contextlib.ExitStack() as stack:
        voice = stack.enter_context(shelf.open("synthesizer"))
        if not prosody.voice:
            prosody = replace(prosody, voice=next(iter(voice.card.voices), ""))
        _check_voice(voice.card, prosody.voice, spelled=options.phonemes is not None or isinstance(voice, LetterReader))
        _check_controls(voice.card, prosody, options.show_units)
        front: Front
        if isinstance(voice, LetterReader):
            told = _read_by(voice, told, prosody, options)
            front = Letters(voice.read, language_of(voice.card, prosody.voice) == "en")
        else:
            front = stack.enter_context(pronouncer(shelf, options))
            told = _with_stand_ins(told, voice.card)
        with _heard_through(voice, shelf, options.vocoder) as heard:
            if not options.verify:
                yield Reader(told, front, heard, prosody, None, options.show_units, options.loudness)
                return
            with shelf.open("recognizer") as recognizer:
                yield Reader(told, front, heard, prosody, Listener(recognizer), options.show_units, options.loudness)


def language_of(card: Card, voice: str) -> str:
    """The language that a voice speaks, as far as its card tells; else English."""
    return card.voices.get(voice, next(iter(card.languages), "en")).partition(",")[0].partition("-")[0]


def _read_by(voice: LetterReader, told: Written, prosody: Prosody, options: Options) -> Written:
    """A text for a voice that reads letters, with notes of what that voice does not do. Raises: UsageError."""
    (text, script), name = told, voice.card.name
    for option, value in (("--phonemes", options.phonemes), ("--lexicon", options.lexicon)):
        if value is not None:
            raise UsageError(f"{name} reads letters, not phonemes", where=option, fix="Leave it out, or take another voice")
    for way in ("speed", "pitch"):
        if getattr(prosody, way) != 1.0 and way not in voice.follows:
            raise UsageError(f"{name} has one {way}", where=f"--{way}", fix="Leave it out, or take another voice")
    voice.check(text)
    notes = [*script.notes, *voice.notes(prosody.voice)]
    notes += [f"{name} reads letters: phonemes in the text are not followed"] if any(g.phonemes for g in script.given) else []
    lost = [way for way in ("speed", "pitch") if way not in voice.follows and any(getattr(m, way) != 1 for m in script.manners)]
    notes += [f"{name} has one {' and one '.join(lost)}: what the text asks for is not done"] if lost else []
    return text, replace(script, notes=tuple(notes))


def _with_stand_ins(told: Written, card: Card) -> Written:
    """With a note of the phones that were given by hand and that the voice says otherwise. Raises: UsageError for what is none."""
    text, script = told
    taken = stand_ins([one for given in script.given for one in given.phonemes], card)
    if not taken:
        return told
    named = ", ".join(f"{name!r} as {other!r}" for name, other in taken.items())
    return text, replace(script, notes=(*script.notes, f"{card.name} says {named}: it never heard such a phone"))


@contextlib.contextmanager
def _heard_through(voice: Synthesizer, shelf: Shelf, vocoder: str | None) -> Iterator[Synthesizer]:
    """The voice with the vocoder of the shelf behind it, where it has two stages.

    Raises: UsageError for one that has not, and for two vocoders.
    """
    if vocoder is not None:
        if (other := shelf.choices.get("vocoder", VOCODER)) not in (VOCODER, vocoder):
            what = f"--vocoder {vocoder} and --models vocoder={other} both name the vocoder"
            raise UsageError(what, where="--vocoder", fix="Leave one of them out")
        shelf.choices["vocoder"] = vocoder
    if isinstance(voice, Through):
        with shelf.open("vocoder") as behind:
            yield voice.through(behind)
        return
    if vocoder is not None:
        raise UsageError(f"{voice.card.name} makes its sound by itself", where="--vocoder", fix="Leave it out")
    yield voice


def _check_controls(card: Card, prosody: Prosody, show_units: bool) -> None:
    """Raises: UsageError for what the voice cannot change, or tell of itself."""
    if show_units and card.kind != "units":
        fix = "Leave it out, or take a voice of stretches of recordings: aural train speak --method units"
        raise UsageError(f"{card.name} is not put together from units", where="--show-units", fix=fix)
    ways = {"timbre": "parametric", "energy": "fastspeech"}
    for name, method in ways.items():
        if getattr(prosody, name) != 1.0 and name not in card.controls:
            fix = f"Leave it out, or take a voice that can: aural train speak --method {method}"
            raise UsageError(f"{card.name} has one {name}", where=f"--{name}", fix=fix)


@contextlib.contextmanager
def pronouncer(shelf: Shelf, options: Options) -> Iterator[Pronouncer]:
    """The front end's pronunciations: the user's lexicon before the tables."""
    own = lexicon.read(Path(options.lexicon)) if options.lexicon else {}
    with shelf.open("speller") as speller:
        assert isinstance(speller, Speller)
        yield Pronouncer(speller.readings, own, homographs.shipped(), graphemes.shipped().phonemes)


def choose(shelf: Shelf, voice: str | None) -> None:
    """Take the model that has the voice, where nobody named a model and the default does not have it."""
    if not voice or "synthesizer" in shelf.named or shelf.choices["synthesizer"] != "kokoro":
        return
    first = voice.split("+")[0]
    if first not in store.entry_of("kokoro").card.voices and (owner := _owner(first)):
        shelf.choices["synthesizer"] = owner


def _owner(voice: str) -> str | None:
    """The model that has a voice of this name."""
    owners = (e.card.name for e in store.entries() if "synthesizer" in e.roles and voice in e.card.voices)
    return next(owners, None)


def _check_voice(card: Card, voice: str, spelled: bool) -> None:
    """Raises: UsageError for a voice that is none, or whose language has no pronunciations here."""
    for name in voice.split("+") if card.voices else ():
        if name not in card.voices:
            near, owner = find.nearest(name, card.voices), _owner(name)
            fix = f"Did you mean {near!r}?" if near else "`aural voices` lists them"
            if owner and owner != card.name:
                way = "only voices of one model are joined" if "+" in voice else f"-m {owner}, or no -m"
                fix = f"It is one of {owner}: {way}"
            raise UsageError(f"{card.name} has no voice {name!r:.40}", where="--voice", fix=fix)
        told = card.voices.get(name, "en").partition(",")[0]
        if not spelled and not told.startswith("en"):
            fix = "Say how the words sound with --phonemes, or take an English voice: `aural voices` lists them"
            raise UsageError(f"the voice {name} speaks {told}, and aural has no pronunciations for it", where="--voice", fix=fix)


def utterance_of(line: Line) -> Utterance:
    """A sentence as the voice takes it: marks behind the last word of their token, silence behind the last of all."""
    words, phonemes, marks, pauses = [], [], [], []
    for token in line.tokens:
        for n, one in enumerate(token.said):
            last = n + 1 == len(token.said)
            words.append(one.word)
            phonemes.append(one.phonemes)
            marks.append(token.mark if last else "")
            pauses.append(token.pause if last else 0.0)
    pauses[-1] = line.pause
    return Utterance(tuple(words), tuple(phonemes), tuple(marks), tuple(pauses))


def segment_of(text: str, line: Line, times: Sequence[Word], duration: float) -> Segment:
    """The sentence with its written words, each from where its first spoken word begins to where the last one ends."""
    words, at, last = [], 0, 0.0
    for token, written in zip(line.tokens, written_words(text, line), strict=True):
        spans = times[at : at + len(token.said)]
        at += len(token.said)
        start, end = grid_span(max(last, spans[0].start), max(spans[-1].end, last + 0.001), duration)
        last = start
        spoken = " ".join(one.word for one in token.said)
        words.append(
            Word(start, end, written, spoken=None if spoken == text[token.start : token.end] else spoken, timed=spans[0].timed)
        )
    whole = " ".join(text[line.start : line.end].split())
    return Segment(words[0].start, max(w.end for w in words), whole, words=tuple(words))


def written_words(text: str, line: Line) -> list[str]:
    """What is written for each token: from where it begins to the next one, so that together they are the sentence."""
    starts = [line.start, *(token.start for token in line.tokens[1:]), line.end]
    return [" ".join(text[a:b].split()) for a, b in itertools.pairwise(starts)]


def moved(segment: Segment, shift: float) -> Segment:
    """The segment `shift` s later, on the 1 ms grid."""

    def later(seconds: float) -> float:
        return round(seconds + shift, 3)

    words = tuple(replace(w, start=later(w.start), end=later(w.end)) for w in segment.words or ())
    return replace(segment, start=later(segment.start), end=later(segment.end), words=words)


def explained(tokens: Sequence[Token], text: str) -> list[tuple[str, ...]]:
    """Rows for people: what is written, its kind, how it is said, phonemes with the mark, and where they come from."""
    rows: list[tuple[str, ...]] = []
    for token in tokens:
        origins = ", ".join(dict.fromkeys(one.origin for one in token.said))
        phonemes = " ".join(one.phonemes for one in token.said) + token.mark
        rows.append((text[token.start : token.end], token.category, " ".join(one.word for one in token.said), phonemes, origins))
    return rows
