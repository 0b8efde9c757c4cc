"""The roles that a model can fill: one abstract class each, over a padded batch with true lengths.

Letters: B batch, T samples, F frames, K classes, D width, N sources. Samples are float32 at
`card.sample_rate`, mono, nominally -1..1. A model keeps no state between calls.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from aural.beams.fusion import Language
from aural.errors import UsageError
from aural.models.card import Card
from aural.progress import Progress, Quiet
from aural.results import Event, Word
from aural.text.pronunciation.phonemes import STRESS

MARKS: tuple[str, ...] = (",", ";", ":", ".", "!", "?")
LONGEST_PAUSE = 10.0  # s


@dataclass(frozen=True)
class Decoding:
    """How a recognizer is asked. Times are relative to the start of each row.

    `lm` holds language models for recognizers that take some, `words` the only ones that may be written (none given = any).
    `allow_empty` False: somebody is known to speak, so nothing is no answer (where a model can be told). `lookahead` (s): how far
    a model that hears in chunks may look ahead. For models whose decoder CTC hears along with: the weight of `ctc` (None = as it
    was trained), and what each unit (`unit_bonus`) and each frame that was looked at enough (`coverage`) adds to a reading.
    `lm_weight` and `word_bonus` weigh a language model that is the recognizer's own (None = as it was trained).
    """

    language: str | None = None
    task: str = "transcribe"
    hotwords: tuple[str, ...] = ()
    beam: int = 1
    n_best: int = 1
    word_times: bool = True
    lm: tuple[Language, ...] = ()
    allow_empty: bool = True
    lookahead: float | None = None
    ctc: float | None = None
    unit_bonus: float = 0.0
    coverage: float = 0.0
    words: tuple[str, ...] = ()
    lm_weight: float | None = None
    word_bonus: float | None = None


@dataclass(frozen=True)
class Hypothesis:
    """One reading of one row. `words` carry times (s) from the row's start; `scores`: avg_logprob, no_speech_prob,
    language_probability, repetition ..., acoustic and lm (with _2, _3 ... those of the alternatives); `tokens` and their
    `logprobs` where there are any."""

    text: str
    words: tuple[Word, ...] | None = None
    language: str | None = None
    tokens: tuple[int, ...] = ()
    logprobs: tuple[float, ...] = ()
    scores: Mapping[str, float] = field(default_factory=dict)
    alternatives: tuple[str, ...] = ()


@dataclass(frozen=True)
class Utterance:
    """What a voice is to say, word by word; the last three hold one entry a word, or none at all.

    `words` as spoken ("one fifty", not "150"); `phonemes` in the letters of the voice's card, none = the voice
    spells by itself, where it can; `marks` what stands after each word ("", or one of , ; : . ! ?); `pauses` silence (s)
    after each word, 0 = what the mark brings. Raises: UsageError when that does not hold.
    """

    words: tuple[str, ...]
    phonemes: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    pauses: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if not self.words or not all(word.strip() for word in self.words):
            raise UsageError("there is no word to say", fix="Give at least one word, and no empty one")
        for name in ("phonemes", "marks", "pauses"):
            if getattr(self, name) and len(getattr(self, name)) != len(self.words):
                raise UsageError(f"{len(self.words)} words have {len(getattr(self, name))} {name}", fix="Give one for each word")
        mute = next((w for w, p in zip(self.words, self.phonemes, strict=False) if not set(p) - {*STRESS, " "}), None)
        if mute is not None:
            raise UsageError("a word has no phonemes", where=mute, fix="Tell how it sounds, or leave it out")
        if not {*self.marks} <= {*MARKS, ""}:
            raise UsageError(f"marks are {self.marks}", fix=f"Each is nothing or one of {' '.join(MARKS)}")
        if not all(0 <= pause <= LONGEST_PAUSE for pause in self.pauses):
            raise UsageError(f"pauses are {self.pauses}", fix=f"Each is 0 to {LONGEST_PAUSE:g} s")


_RANGES: Mapping[str, tuple[float, float]] = {
    "speed": (0.25, 4.0), "pitch": (0.5, 2.0), "timbre": (0.7, 1.4), "energy": (0.25, 4.0), "variation": (0.0, 1.0),
}  # fmt: skip


@dataclass(frozen=True)
class Prosody:
    """How a voice is to say it. The same prosody gives the same samples.

    `voice` is one of the card's voices, "" its first; where a voice can, "a+b" is a speaker between two.
    `speed` and `pitch` are factors; a voice that has no pitch leaves it. `timbre` is a factor on the resonances (1.1 as a
    smaller head would sound), `energy` one on how strongly it is said, both 1 for voices that cannot change it.
    `variation` 0..1 moves timing, pitch and intonation as another reading by the same speaker would; `seed` says which
    reading that is.
    """

    voice: str = ""
    speed: float = 1.0
    pitch: float = 1.0
    variation: float = 0.0
    seed: int = 0
    timbre: float = 1.0
    energy: float = 1.0

    def __post_init__(self) -> None:
        for name, (least, most) in _RANGES.items():
            if not least <= getattr(self, name) <= most:
                raise UsageError(f"{name} is {getattr(self, name)!r:.40}", fix=f"It takes a number from {least:g} to {most:g}")
        if self.seed < 0:
            raise UsageError(f"seed is {self.seed}", fix="It takes a whole number from 0")


@dataclass(frozen=True, eq=False)
class Spoken:
    """A block of speech: samples [T] at card.sample_rate, and the words in it, timed from the utterance's start (s).

    `made` tells how, where a voice has something to tell: one line for each sentence.
    """

    samples: np.ndarray
    words: tuple[Word, ...]
    made: tuple[str, ...] = ()


class Model(ABC):
    """Anything with a card that can be opened and closed."""

    card: Card

    def __enter__(self) -> Model:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @abstractmethod
    def close(self) -> None:
        """Free what the model holds; it cannot be used afterwards."""


class Scorer(Model):
    """Answers a card's question with probabilities or values: [B, K] over clips, [B, F, K] over frames."""

    @abstractmethod
    def score(self, samples: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        """samples [B, T], lengths [B] -> [B, K] or [B, F, K]; frame f stands at f * card.hop seconds."""


class StreamingScorer(Scorer):
    """A scorer that also runs block by block, with its state passed in and out."""

    @abstractmethod
    def start(self) -> Any:
        """The state before the first sample."""

    @abstractmethod
    def step(self, state: Any, samples: np.ndarray) -> tuple[Any, np.ndarray]:
        """Consumes `state` and any number of samples [T]; gives the next state and the new frames [F, K]."""

    @abstractmethod
    def finish(self, state: Any) -> np.ndarray:
        """The frames [F, K] still owed when the recording ends (the last one padded with zeros)."""


class Embedder(Model):
    """Turns sound into vectors of unit length."""

    @abstractmethod
    def embed(self, samples: np.ndarray, lengths: np.ndarray, weights: Sequence[np.ndarray] | None = None) -> np.ndarray:
        """samples [B, T] -> [B, D], unit length. `weights`: per row, values in 0..1 on any even grid over the row."""


class FrameEmbedder(Embedder):
    """An embedder that runs its net once over a stretch and then pools any parts of it, which costs next to nothing."""

    @abstractmethod
    def frames(self, samples: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
        """samples [T] -> frames [F, W]; the middle of frame f stands at f * card.hop + card.calibration["center"] s.

        `weights`: values in 0..1 on any even grid over the samples; a front end that takes out the mean of the
        stretch takes that of these parts, so that silence between voices does not shift them.
        """

    @abstractmethod
    def pooled(self, frames: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """frames [F, W], weights [K, F] at least 0 -> [K, D], unit length."""


class Recognizer(Model):
    """Turns speech into text."""

    held: ClassVar[bool] = False  # it can write nothing but `Decoding.words`

    @abstractmethod
    def recognize(
        self, samples: np.ndarray, lengths: np.ndarray, decoding: Decoding, speech: Sequence[np.ndarray] | None = None
    ) -> list[Hypothesis]:
        """samples [B, T], lengths [B] -> one hypothesis a row.

        `speech`: per row, the voice probability of each 32 ms; it keeps words out of silence.
        """


@dataclass(frozen=True)
class Written:
    """What a stream says since the words that are final: the best reading, times (s) from the start of the stream.

    `heard` (s) is what the reading covers: a frame that may look ahead is told later than it was heard. `fixed` counts the
    leading words that will stay.
    """

    words: tuple[Word, ...]
    heard: float
    fixed: int = 0


class Transcriber(Recognizer):
    """A recognizer that also writes while sound comes, block by block, with its state passed in and out."""

    @abstractmethod
    def start(self, decoding: Decoding) -> Any:
        """The state before the first sample. Raises: UsageError for a lookahead that it does not have."""

    @abstractmethod
    def step(self, state: Any, samples: np.ndarray) -> tuple[Any, Written]:
        """Consumes `state` and any number of samples [T]; gives the next state and what is said so far."""

    @abstractmethod
    def finish(self, state: Any) -> Written:
        """What is said in the end."""

    @abstractmethod
    def settled(self, state: Any, words: int, whole: bool) -> Any:
        """The state behind the first `words` words, which are final. `whole`: what comes next is a new utterance."""


class Aligner(Recognizer):
    """A recognizer that also tells where the words of a known text lie."""

    @abstractmethod
    def align(
        self, samples: np.ndarray, text: str, speech: np.ndarray | None = None, language: str | None = None
    ) -> tuple[Word, ...]:
        """Times for every word of `text` (parted by spaces) in one row [T]; `timed` is guessed where nothing was measured.

        `speech`: the voice probability of each 32 ms; `language`: its code, for models that know several.
        """


@dataclass(frozen=True, eq=False)
class Looks:
    """Where in the sound each unit was looked for while it was written: weights [L, F], frame f at f * hop s."""

    units: tuple[str, ...]
    weights: np.ndarray
    hop: float


class Attending(Recognizer):
    """A recognizer that writes one unit after the other and tells where it looks for each."""

    @abstractmethod
    def looks(self, samples: np.ndarray, decoding: Decoding) -> Looks:
        """The looks of the best reading of one row [T]."""


class PhoneAligner(Aligner):
    """An aligner that also tells where the phones of the words lie."""

    @abstractmethod
    def lay(self, samples: np.ndarray, text: str) -> tuple[tuple[Word, ...], tuple[Event, ...]]:
        """The words as `align` gives them, and the phones in order: events of layer "phone" from the start of the row (s)."""


class TextScorer(Aligner):
    """An aligner that also tells how likely texts are, whatever it would have written itself."""

    @abstractmethod
    def log_probs(self, samples: np.ndarray, texts: Sequence[str]) -> np.ndarray:
        """ln P(text and nothing behind it | samples [T]) of each text: [K]; -inf for no samples."""


class LanguageGuesser(Model):
    """Tells the language of speech."""

    @abstractmethod
    def languages(self, samples: np.ndarray, lengths: np.ndarray) -> list[dict[str, float]]:
        """Per row: language code -> probability, all languages of the card."""


class Synthesizer(Model):
    """Says words. Its speakers stand in card.voices, the phonemes that it knows in card.labels.

    `blends`: it takes "a+b" for a speaker between the voices a and b. `progress` shows how far a speaker's files are, where they
    are fetched when that one is asked for.
    """

    blends: bool
    progress: Progress = Quiet()

    @abstractmethod
    def speak(self, utterance: Utterance, prosody: Prosody) -> Iterator[Spoken]:
        """Speech in blocks, one after the other without a gap, so that the first can be heard before the last is made.

        Raises: UsageError for a voice, a word or a phoneme that it does not have.
        """


class LetterReader(Synthesizer):
    """A synthesizer that reads letters by itself: the phonemes of an utterance are not looked at.

    `follows` names what of a prosody it can change: speed, pitch, or nothing.
    """

    follows: frozenset[str]

    @abstractmethod
    def check(self, text: str) -> None:
        """Raises: UsageError for a text in a script that it does not read."""

    @abstractmethod
    def read(self, word: str) -> str:
        """The word in the letters that it knows; "" where too little is left of it."""

    @abstractmethod
    def notes(self, voice: str) -> tuple[str, ...]:
        """What somebody should know who chose this voice, a line each."""


def check_rate(card: Card, sample_rate: int) -> None:
    """Raises: UsageError when a vocoder was made for another rate."""
    if sample_rate != card.sample_rate:
        what = f"the vocoder {card.name} makes sound at {card.sample_rate} Hz, the voice at {sample_rate} Hz"
        raise UsageError(what, where="--vocoder", fix="Take one that was trained at that rate, or griffin-lim")


class Vocoder(Model):
    """Turns a log-mel spectrogram, as card.input tells it, into sound."""

    @abstractmethod
    def sound(self, log_mel: np.ndarray, sample_rate: int) -> np.ndarray:
        """log_mel [M, F] of sound at `sample_rate` (Hz) -> samples [F * hop]. Raises: UsageError for a rate it is not made for."""


class Speller(Model):
    """Tells how words are pronounced, in the phonemes of card.labels."""

    @abstractmethod
    def spell(self, words: Sequence[str]) -> tuple[str, ...]:
        """The words of one sentence, as spoken -> the phonemes of each. Raises: UsageError that names a word it cannot spell."""

    @abstractmethod
    def readings(self, word: str) -> Mapping[str, str]:
        """The phonemes of one word, as it is written, by part of speech; the usual one as DEFAULT, first. Empty = unknown."""
