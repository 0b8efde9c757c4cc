"""Single digits read by synthetic voices, so that a recognizer of digits meets more speakers than the recordings at hand have.

    python -m bench.digit_readings --work runs/digits/read [--rounds 2]

Each round goes once through all English voices of Kokoro (from the second one on partly through voices between two); flite reads
each digit with its own voices. The manifest is laid out as that of the recordings.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from aural.models import store
from aural.models.face import Speller, Synthesizer
from aural.models.renderings import plans, spoken, utterance_of
from aural.models.runtime import Runtime
from aural.sound.resample import resample
from aural.sound.sound import Sound

WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
RATE = 16000
_EDGE = 0.02  # s, left before and behind the word
MODELS = {"kokoro": 1, "flite": 3}  # how many readings by each voice are made in a round


def readings(model: str, rounds: int) -> Iterator[tuple[np.ndarray, str, str]]:
    """Samples [T] at RATE, the word, and who reads it."""
    with store.open_model("default", "speller") as speller:
        assert isinstance(speller, Speller)
        utterances = [utterance_of(word, None, speller if model == "kokoro" else None) for word in WORDS]
    with store.open_model(model, "synthesizer", Runtime("cpu", 1)) as voice:
        assert isinstance(voice, Synthesizer)
        english = sum(told.startswith("en") for told in voice.card.voices.values())
        for seed, utterance in enumerate(utterances):
            for said, prosody in plans(utterance, voice.card.voices, english * rounds, seed, blends=voice.blends):
                told = spoken(voice, said, prosody)
                first, last = told.words[0].start - _EDGE, told.words[-1].end + _EDGE
                part = told.samples[max(0, round(first * told.sample_rate)) : round(last * told.sample_rate)]
                yield resample(part[None], told.sample_rate, RATE)[0], WORDS[seed], prosody.voice


def write(folder: Path, rounds: int) -> Path:
    """The manifest of all readings, which are made where they are not there yet."""
    manifest = folder / "train.jsonl"
    if manifest.is_file():
        return manifest
    (folder / "read").mkdir(parents=True, exist_ok=True)
    lines: list[str] = []
    for model, times in MODELS.items():
        for samples, word, who in readings(model, rounds * times):
            audio = f"read/{word}_{model}-{who}_{len(lines):05}.wav"
            Sound(np.clip(samples, -1, 1).astype(np.float32)[None], RATE).save(folder / audio)
            row = {"audio": audio, "duration": len(samples) / RATE, "text": word, "speaker": f"{model}-{who}"}
            lines.append(json.dumps(row, sort_keys=True) + "\n")
    manifest.write_text("".join(lines), encoding="utf-8")
    return manifest


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=Path("runs/digits/read"))
    parser.add_argument("--rounds", type=int, default=2)
    args = parser.parse_args()
    print(write(args.work, args.rounds))


if __name__ == "__main__":
    main()
