"""Many varied readings of one phrase: other speakers, speeds, pitches and melodies, one after the other."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from aural.errors import UsageError
from aural.models import store
from aural.models.face import Prosody, Speller, Synthesizer, Utterance
from aural.models.runtime import Runtime
from aural.progress import Progress
from aural.results import Word

SPEEDS, PITCHES = (0.75, 1.35), (0.88, 1.14)  # of a reading, drawn evenly on a scale of ratios
BLENDED = 0.5  # share of readings by a speaker who lies between two voices, where the synthesizer can
MARKS = (".", ".", "", "!", "?")  # what stands behind the phrase: mostly a statement
MOST_PAUSE = 0.15  # s, between the words of one reading in three


@dataclass(frozen=True, eq=False)
class Rendering:
    """One reading: samples [T], its words in time (s), and what made it: (model, utterance, prosody) is a key to keep it by."""

    samples: np.ndarray
    sample_rate: int
    words: tuple[Word, ...]
    model: str
    utterance: Utterance
    prosody: Prosody


def utterance_of(phrase: str, phonemes: str | None = None, speller: Speller | None = None) -> Utterance:
    """A phrase of words between blanks. `phonemes`, if given, has as many, between blanks; else `speller` tells them.

    Raises: UsageError when the counts differ, or for a word that the speller does not know.
    """
    words = tuple(phrase.split())
    if phonemes is not None:
        spelled = tuple(phonemes.split())
        if len(spelled) != len(words):
            what = f"{len(words)} words have {len(spelled)} groups of phonemes"
            raise UsageError(what, where=phrase, fix="Put a blank between words, and none inside one")
        return Utterance(words, spelled)
    if not words or speller is None:
        return Utterance(words)
    return Utterance(words, speller.spell(words))


def render(
    phrase: str,
    count: int,
    *,
    model: str = "default",
    phonemes: str | None = None,
    seed: int = 0,
    runtime: Runtime | None = None,
    progress: Progress | None = None,
) -> Iterator[Rendering]:
    """`count` readings of a phrase, each another one; reading n depends on the seed and n alone.

    The first readings go through all English voices of the model before one comes twice. `model` is a
    synthesizer's name; its files are fetched when they are not here.
    Raises: ModelMissing, UsageError (a word that the lexicon does not know: give `phonemes`).
    """
    if count < 0:
        raise UsageError(f"count is {count}", fix="It takes a whole number from 0")
    utterance = utterance_of(phrase, phonemes)
    if phonemes is None:
        with store.open_model("default", "speller", runtime, progress) as speller:
            assert isinstance(speller, Speller)
            utterance = utterance_of(phrase, None, speller)
    with store.open_model(model, "synthesizer", runtime, progress) as voice:
        assert isinstance(voice, Synthesizer)
        for said, prosody in plans(utterance, voice.card.voices, count, seed, blends=voice.blends):
            yield spoken(voice, said, prosody)


def spoken(voice: Synthesizer, utterance: Utterance, prosody: Prosody) -> Rendering:
    """One reading as a whole."""
    blocks = list(voice.speak(utterance, prosody))
    words = tuple(itertools.chain.from_iterable(b.words for b in blocks))
    samples = np.concatenate([b.samples for b in blocks])
    return Rendering(samples, voice.card.sample_rate, words, voice.card.name, utterance, prosody)


def plans(
    utterance: Utterance, voices: Mapping[str, str], count: int, seed: int = 0, *, blends: bool = False
) -> Iterator[tuple[Utterance, Prosody]]:
    """What is said and how in each of `count` readings. `voices` as in a card; those of other languages are left out.

    `blends`: the synthesizer takes "a+b" for a speaker between two.
    """
    english = [name for name, told in voices.items() if told.startswith("en")] or list(voices)
    for n in range(count):
        round_of, turn = divmod(n, len(english))
        voice = _dealt(english, seed, round_of)[turn]
        rng = np.random.default_rng([seed, n])
        other = english[int(rng.integers(len(english)))]
        if blends and round_of and rng.random() < BLENDED and other != voice:
            voice = f"{voice}+{other}"
        speed, pitch = (float(np.exp(rng.uniform(*np.log(span)))) for span in (SPEEDS, PITCHES))
        prosody = Prosody(voice, round(speed, 4), round(pitch, 4), round(float(rng.random()), 4), int(rng.integers(1 << 31)))
        yield _said(utterance, rng), prosody


def _dealt(voices: Sequence[str], seed: int, round_of: int) -> list[str]:
    """The voices in another order each round."""
    order = np.random.default_rng([seed, 0xD, round_of]).permutation(len(voices))
    return [voices[int(i)] for i in order]


def _said(utterance: Utterance, rng: np.random.Generator) -> Utterance:
    """The utterance with a mark behind it, and in one reading of three with short pauses between its words."""
    count = len(utterance.words)
    mark = MARKS[int(rng.integers(len(MARKS)))]
    apart = rng.uniform(0, MOST_PAUSE, count - 1) if rng.random() < 1 / 3 else np.zeros(count - 1)
    pauses = (*(round(float(p), 3) for p in apart), 0.0)
    return Utterance(utterance.words, utterance.phonemes, ("",) * (count - 1) + (mark,), pauses)
