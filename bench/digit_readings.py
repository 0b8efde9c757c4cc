"""Single digits read by synthetic voices, so that a recognizer of digits meets more speakers than the recordings at hand have.

    python -m bench.digit_readings --work runs/digits/read [--rounds 2]

Each round goes once through the English voices of Kokoro and, with an accent, through those of other languages (from the second one
on partly through voices between two); flite reads each digit with its own voices. An accent: sounds of English that other languages
lack are said as their speakers say them. The manifest is laid out as that of the recordings.
"""

from __future__ import annotations

import argparse
import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from aural.models import store
from aural.models.face import Speller, Synthesizer, Utterance
from aural.models.renderings import plans, spoken, utterance_of
from aural.models.runtime import Runtime
from aural.sound.resample import resample
from aural.sound.sound import Sound
from bench import manifests

WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
RATE = 16000
_EDGE = 0.02  # s, left before and behind the word
READERS = (("kokoro", True, 1), ("flite", True, 3), ("kokoro", False, 1))  # model, English voices or others, times in a round
# What is said in place of a sound (misaki's letters) where it is not of the speaker's language, or not of the speaker's English.
# Source: M. Swan and B. Smith, "Learner English", 2001; J. C. Wells, "Accents of English", 1982.
ACCENTS = (
    ("θ", ("s", "t", "f")), ("ɔɹ$", ("ɔː", "oɹ", "ɔɾ")), ("ɹ", ("ɾ", "ʁ", "ɻ")),
    ("w", ("v", "β")), ("v$", ("f", "")), ("(?<!^)v", ("w", "b")), ("z", ("s", "ʦ", "ʤ")), ("O", ("o", "Q")),
    ("A", ("e", "ɛ")), ("I", ("a", "ɔɪ")), ("ɪ", ("i",)), ("ɛ", ("e", "æ")), ("ʌ", ("a", "ɔ", "ʊ")),
    ("u", ("y", "ʊ")), ("ə", ("ɛ", "ɪ")),
)  # fmt: skip


def readings(model: str, english: bool, times: int) -> Iterator[tuple[np.ndarray, str, str]]:
    """Samples [T] at RATE, the word, and who reads it: English voices as they do, the others with accents."""
    with store.open_model("default", "speller") as speller:
        assert isinstance(speller, Speller)
        utterances = [utterance_of(word, None, speller if model == "kokoro" else None) for word in WORDS]
    with store.open_model(model, "synthesizer", Runtime("cpu", 1)) as voice:
        assert isinstance(voice, Synthesizer)
        voices = {name: told for name, told in voice.card.voices.items() if told.startswith("en") == english}
        for seed, utterance in enumerate(utterances):
            for n, (said, prosody) in enumerate(plans(utterance, voices, len(voices) * times, seed, blends=voice.blends)):
                said = said if english else accented(said, np.random.default_rng([seed, n, 1]))
                told = spoken(voice, said, prosody)
                first, last = told.words[0].start - _EDGE, told.words[-1].end + _EDGE
                part = told.samples[max(0, round(first * told.sample_rate)) : round(last * told.sample_rate)]
                yield resample(part[None], told.sample_rate, RATE)[0], WORDS[seed], prosody.voice


def accented(said: Utterance, rng: np.random.Generator) -> Utterance:
    """An utterance in which each sound of `ACCENTS` is said otherwise by a chance of one half."""
    assert said.phonemes
    phonemes = said.phonemes
    for sound, others in ACCENTS:
        if rng.random() < 0.5:
            other = others[int(rng.integers(len(others)))]
            phonemes = tuple(re.sub(sound, other, word) for word in phonemes)
    return dataclasses.replace(said, phonemes=phonemes)


def write(folder: Path, rounds: int) -> Path:
    """The manifest of all readings, which are made where they are not there yet."""
    manifest = folder / "train.jsonl"
    if manifest.is_file():
        return manifest
    (folder / "read").mkdir(parents=True, exist_ok=True)
    found: list[manifests.Row] = []
    for model, english, times in READERS:
        for samples, word, who in readings(model, english, times * rounds):
            audio = f"read/{word}_{model}-{who}_{len(found):05}.wav"
            Sound(np.clip(samples, -1, 1).astype(np.float32)[None], RATE).save(folder / audio)
            found.append({"audio": audio, "duration": len(samples) / RATE, "text": word, "speaker": f"{model}-{who}"})
    return manifests.write(manifest, found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=Path("runs/digits/read"))
    parser.add_argument("--rounds", type=int, default=2)
    args = parser.parse_args()
    print(write(args.work, args.rounds))


if __name__ == "__main__":
    main()
