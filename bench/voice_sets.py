"""Makes what the shipped voice gate (models/shipped/voice) learns from: speech in noise and rooms, and sounds that are no speech.

    python -m bench.voice_sets --data DATA --corpora CORPORA -o runs/voice_sets --train 1800 --valid 200
    aural train vad runs/voice_sets/train.jsonl --valid runs/voice_sets/valid.jsonl -o runs/voice

Where somebody speaks is told by the borrowed gate, which hears the clean speech; what is learned hears it in noise. Speakers,
recordings of noises, notes and pieces of music of valid are not in train.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import aural
from bench.made_sets import RATE, Made, rows, samples, write

SECONDS = 8
SPEECH = ("librispeech_some", "speechocean762", "kathleen", "fsdd", "speech_commands")  # of the corpora, by the weight below
SHARES = (0.4, 0.3, 0.1, 0.1, 0.1)
SILENT = 0.35  # share of clips without any speech
ECHO, NOISY = 0.3, 0.8  # shares of speech in a room, and in noise
_VOICES = ("babble", "baby_cry", "crying", "laugh")  # sounds that are or hold voices: in no part of the set


@dataclass
class Pool:
    """What a part of the set is drawn from."""

    speech: list[list[dict[str, Any]]]
    sounds: list[list[dict[str, Any]]]  # kinds, each drawn equally often
    rooms: list[np.ndarray]


def pool(data: Path, corpora: Path, split: str) -> Pool:
    """The rows of a part; music clips have one part, whose last three pieces are kept for valid."""
    speech = [_there(corpora, name, split) for name in SPEECH]
    music = rows(data, "music_clips", "train")
    tunes = music[:-3] if split == "train" else music[-3:]
    kinds = [rows(data, name, split) for name in ("noises", "esc10", "instrument_notes", "drums_and_loops")]
    sounds = [[r for r in kind if not any(v in str(r.get("label")) for v in _VOICES)] for kind in [*kinds, tunes]]
    responses = [samples(r) for r in rows(data, "rooms", split)]
    return Pool([s for s in speech if s], sounds, [r / np.sqrt(np.sum(r**2)) for r in responses])


def _there(corpora: Path, name: str, split: str) -> list[dict[str, Any]]:
    return rows(corpora, name, split) if (corpora / name / f"{split}.jsonl").is_file() else []


def clips(drawn: Pool, count: int, seed: int) -> Iterator[Made]:
    """Eight seconds each: readings with pauses at -5 to 30 dB, or no speech at all; -45 to -12 dB below full scale."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        other = _sound(drawn, rng)
        if rng.random() < SILENT:
            yield _level(other, rng.uniform(-45, -12)), {"events": []}
            continue
        voice = _readings(drawn, rng)
        spans = aural.vad((voice[None].astype(np.float32), RATE), pad=0.0).speech
        events = [{"start": s.start, "end": s.end, "label": "speech"} for s in spans]
        if rng.random() < ECHO:
            response = drawn.rooms[int(rng.integers(len(drawn.rooms)))]
            first = int(np.argmax(np.abs(response)))
            voice = np.convolve(voice, response)[first : first + len(voice)]
        whole = voice + _level(other, -23 - rng.uniform(-5, 30)) if rng.random() < NOISY else voice
        yield _level(whole, rng.uniform(-45, -12)), {"events": events}


def _readings(drawn: Pool, rng: np.random.Generator) -> np.ndarray:
    """Pieces of one to four seconds by any speakers, each at a level of its own, with pauses of almost nothing."""
    parts, size = [_hush(rng, 0.0, 2.0)], 0
    while size < SECONDS * RATE:
        corpus = drawn.speech[int(rng.choice(len(drawn.speech), p=_shares(len(drawn.speech))))]
        read = samples(corpus[int(rng.integers(len(corpus)))])
        at = int(rng.integers(0, max(1, len(read) - 3 * RATE)))
        parts += [_level(read[at : at + int(rng.uniform(1, 4) * RATE)], -23 + rng.uniform(-6, 6)), _hush(rng, 0.2, 2.5)]
        size = sum(map(len, parts))
    return np.concatenate(parts)[: SECONDS * RATE]


def _shares(count: int) -> np.ndarray:
    weights = np.array(SHARES[:count])
    return np.asarray(weights / weights.sum())


def _sound(drawn: Pool, rng: np.random.Generator) -> np.ndarray:
    """Eight seconds that hold no speech: one long sound, or short ones behind one another."""
    kind = drawn.sounds[int(rng.integers(len(drawn.sounds)))]
    parts, size = [], 0
    while size < SECONDS * RATE:
        sound = samples(kind[int(rng.integers(len(kind)))])
        at = int(rng.integers(0, max(1, len(sound) - SECONDS * RATE)))
        parts += [_level(sound[at:], -23 + rng.uniform(-6, 6)), _hush(rng, 0.0, 0.7)]
        size = sum(map(len, parts))
    return np.concatenate(parts)[: SECONDS * RATE]


def _hush(rng: np.random.Generator, least: float, most: float) -> np.ndarray:
    return np.asarray(10 ** rng.uniform(-5, -3) * rng.standard_normal(int(rng.uniform(least, most) * RATE)))


def _level(sound: np.ndarray, decibels: float) -> np.ndarray:
    """The sound with its loud half second at a level in dB below full scale."""
    step = RATE // 2
    power = [float(np.mean(np.square(sound[at : at + step], dtype=np.float64))) for at in range(0, max(len(sound) - step, 1), step)]
    return np.asarray(sound * (10 ** (decibels / 20) / max(np.sqrt(max(power)), 1e-6)), np.float64)


def main() -> None:
    """Both parts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--train", type=int, default=1800)
    parser.add_argument("--valid", type=int, default=200)
    args = parser.parse_args()
    for seed, (split, count) in enumerate((("train", args.train), ("valid", args.valid))):
        drawn = pool(args.data, args.corpora, split)
        print(write(args.output, split, clips(drawn, count, seed)), sum(map(len, drawn.speech)), "rows of speech")


if __name__ == "__main__":
    main()
