"""Flite: small, quick voices of a program that may lie on this machine (Black and Lenzo 2001; Black 2006)."""

from __future__ import annotations

import itertools
import tempfile
import wave
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from aural import find
from aural.archives import Wanted
from aural.errors import ModelRefused, UsageError
from aural.models.card import Card, Licences
from aural.models.face import Prosody, Spoken, Synthesizer, Utterance
from aural.models.pauses import with_pauses
from aural.models.programs import Program
from aural.models.runtime import Runtime
from aural.results import Question, Word

PROGRAM = Program("flite", "apt install flite, or brew install flite")
FILES: tuple[Wanted, ...] = ()

# Mean pitch (Hz) of each voice, which the program takes in place of a factor; rms listens to no pitch.
_PITCH = {"slt": 180.0, "rms": None, "awb": 130.0, "kal16": 100.0}

# Misaki's letters as the program's phones; what is not here makes no sound of its own.
PHONES = {
    "A": "ey", "I": "ay", "O": "ow", "Q": "ow", "W": "aw", "Y": "oy", "a": "aa", "i": "iy", "u": "uw", "æ": "ae", "ɑ": "aa",
    "ɒ": "aa", "ɐ": "ax", "ɔ": "ao", "ə": "ax", "ɛ": "eh", "ɜ": "er", "ɪ": "ih", "ʊ": "uh", "ʌ": "ah", "ᵊ": "ax", "ᵻ": "ih",
    "b": "b", "d": "d", "f": "f", "h": "hh", "j": "y", "k": "k", "l": "l", "m": "m", "n": "n", "p": "p", "s": "s", "t": "t",
    "v": "v", "w": "w", "z": "z", "ð": "dh", "ŋ": "ng", "ɡ": "g", "ɹ": "r", "ɾ": "t", "T": "t", "ʃ": "sh", "ʒ": "zh",
    "ʔ": "t", "ʤ": "jh", "ʧ": "ch", "θ": "th",
}  # fmt: skip
_VOWELS = frozenset("AIOQWYaiuæɑɒɐɔəɛɜɪʊʌᵊᵻ")
_SILENT, _STRESS, _SOUNDLESS = "pau", "ˈ", "ˌː"
_ER = "ɜ"  # with or without an r behind it, one phone

CARD = Card(
    name="flite",
    role="synthesizer",
    kind="borrowed",
    licences=Licences(
        code="the program is run, not carried: BSD-like (Carnegie Mellon University)",
        weights="BSD-like (Carnegie Mellon University: free to use and distribute without restriction)",
        data="CMU ARCTIC, free of use",
        commercial=True,
        told_by="copyright file of Debian's package flite 2.2",
    ),
    source="the program flite 2.1 or later",
    question=Question("sequence", "number"),
    sample_rate=16_000,
    input="written words, or phonemes of misaki",
    languages=("en",),
    aliases=("small", "fast"),
    voices={
        "slt": "en-US, female",
        "rms": "en-US, male",
        "awb": "en-GB (Scottish), male",
        "kal16": "en-US, male (diphones)",
    },
    labels=tuple(PHONES) + (_STRESS, *_SOUNDLESS),
    batch="one",
)

_SYLLABLES = ("zvb", "aeiou", "bdfgkmnprstvz", "aeiou", "bdfgkmnprstvz", "o")  # 9,750 names
_TIMING, _TUNE = 0.10, 0.05  # what a full variation moves, as in the default voice
_FULL = 32768.0


def open(folder: Path, runtime: Runtime) -> Flite:
    """The voices of the program; neither `folder` nor `runtime` is needed. Raises: ModelMissing."""
    PROGRAM.found()
    return Flite()


class Flite(Synthesizer):
    """Speech at 16 kHz, the whole utterance as one block; words are measured with phonemes, guessed without."""

    def __init__(self) -> None:
        self.card = CARD
        self.blends = False

    def speak(self, utterance: Utterance, prosody: Prosody) -> Iterator[Spoken]:
        """One block. Raises: UsageError for a voice, a phoneme or a word that it does not have."""
        voice = prosody.voice or next(iter(CARD.voices))
        if voice not in CARD.voices:
            near = find.nearest(voice, CARD.voices)
            hint = f"Did you mean {near!r}? " if near else ""
            raise UsageError(f"flite has no voice {voice!r:.40}", fix=f"{hint}It has {', '.join(CARD.voices)}")
        rng = np.random.default_rng(prosody.seed)
        sway, tune = np.exp(prosody.variation * np.array([_TIMING, _TUNE]) * rng.standard_normal(2))
        manner = ["-voice", voice, "--setf", f"duration_stretch={sway / prosody.speed:.4f}"]
        mean = _PITCH[voice]
        if mean is not None:
            manner += ["--setf", f"int_f0_target_mean={mean * prosody.pitch * tune:.2f}"]
        said = [phones_of(w, p) for w, p in zip(utterance.words, utterance.phonemes, strict=False)]
        keys = keys_of(utterance) if said else list(utterance.words)
        marks = utterance.marks or ("",) * len(keys)
        with tempfile.TemporaryDirectory(prefix="aural-") as place:
            out, lexicon = Path(place) / "speech.wav", Path(place) / "words.txt"
            lexicon.write_text(
                "".join(f"{key} nil : {' '.join(p)}\n" for key, p in zip(keys, said, strict=False)), encoding="ascii"
            )
            text = " ".join(readable(key) + mark for key, mark in zip(keys, marks, strict=True))
            told = PROGRAM.run([*manner, "-psdur", "-add_lex", str(lexicon), "-t", text, "-o", str(out)])
            samples = read_samples(out)
        words = words_of(utterance.words, [len(word) for word in said], read_phones(told), len(samples))
        if utterance.pauses:
            samples, words = with_pauses(samples, words, utterance.pauses, CARD.sample_rate)
        yield Spoken(samples, words)

    def close(self) -> None:
        """There is nothing to free: each utterance is a process of its own."""


def phones_of(word: str, phonemes: str) -> list[str]:
    """The phones of a word, a stressed vowel marked with 1, others with 0. Raises: UsageError for an unknown letter."""
    phones, stress = [], 0
    for letter in phonemes.replace("əɹ", _ER).replace("ɜɹ", _ER):
        if letter == _STRESS:
            stress = 1
        elif letter in PHONES:
            vowel = letter in _VOWELS
            phones.append(f"{PHONES[letter]}{stress}" if vowel else PHONES[letter])
            stress = 0 if vowel else stress
        elif letter not in _SOUNDLESS:
            raise UsageError(f"{letter!r} is no phoneme of flite", where=f"{word} ({phonemes})", fix=f"It knows {''.join(PHONES)}")
    if not phones:
        raise UsageError("these phonemes make no sound", where=f"{word} ({phonemes})")
    return phones


def keys_of(utterance: Utterance) -> list[str]:
    """How each word is written in the program's lexicon: as it is, or by a made-up name where that could not be read
    or stands for other phonemes already.

    Names are made of syllables: what looks unlike a word is spelled out by the program before it asks its lexicon.
    """
    taken: dict[str, str] = {}
    words = {word.lower() for word in utterance.words}
    names = ("".join(parts) for parts in itertools.product(*_SYLLABLES) if "".join(parts) not in words)
    keys = []
    for word, phonemes in zip(utterance.words, utterance.phonemes, strict=True):
        plain = word.lower()
        sayable = plain.isascii() and plain.isalpha() and set(plain) & set("aeiouy")
        key = plain if sayable and taken.get(plain, phonemes) == phonemes else next(names)
        taken[key] = phonemes
        keys.append(key)
    return keys


def readable(word: str) -> str:
    """The word. Raises: UsageError when it holds letters that the program cannot read."""
    if not word.isascii() or not word.isprintable():
        raise UsageError(f"flite cannot read {word!r:.40}", fix="Give its phonemes, or write it in plain letters")
    return word


def read_phones(told: str) -> list[tuple[str, float]]:
    """What the program prints with -psdur -> (phone, end in s)."""
    pairs = [part.partition(":") for part in told.split()]
    return [(name, float(end)) for name, _, end in pairs if _number(end)]


def _number(text: str) -> bool:
    return text.replace(".", "", 1).isdigit()


def words_of(words: Sequence[str], counts: Sequence[int], phones: Sequence[tuple[str, float]], length: int) -> tuple[Word, ...]:
    """The words with their times: from their own phones where `counts` tells how many each has and that adds up,
    else guessed in proportion to their letters."""
    starts = [0.0, *(end for _, end in phones)]
    spans = [(a, end) for a, (name, end) in zip(starts, phones, strict=False) if name != _SILENT]
    total = length / CARD.sample_rate
    if counts and len(spans) == sum(counts):
        edges = np.concatenate([[0], np.cumsum(counts)])
        pairs = [(spans[a][0], spans[b - 1][1]) for a, b in itertools.pairwise(edges)]
        return tuple(Word(a, min(b, total), word) for word, (a, b) in zip(words, pairs, strict=True))
    begin, end = (spans[0][0], min(spans[-1][1], total)) if spans else (0.0, total)
    shares = begin + (end - begin) * np.cumsum([0, *(len(word) for word in words)]) / sum(len(word) for word in words)
    pairs = [(float(a), float(b)) for a, b in itertools.pairwise(shares)]
    return tuple(Word(a, b, word, timed="guessed") for word, (a, b) in zip(words, pairs, strict=True))


def read_samples(path: Path) -> np.ndarray:
    """The samples [T] that the program wrote. Raises: ModelRefused when it wrote none, or others than promised."""
    try:
        with wave.open(str(path), "rb") as file:
            plain = file.getnchannels() == 1 and file.getsampwidth() == 2 and file.getframerate() == CARD.sample_rate
            data = file.readframes(file.getnframes())
    except (OSError, EOFError, wave.Error) as error:
        raise ModelRefused("flite wrote no recording", where=str(PROGRAM.path())) from error
    if not plain or not data:
        raise ModelRefused("flite wrote another recording than 16 kHz, mono, 16 bits", where=str(PROGRAM.path()))
    return np.frombuffer(data, "<i2").astype(np.float32) / np.float32(_FULL)
