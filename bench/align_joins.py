"""How exact is `aural align` where the truth is known: at the joins of readings put one after the other?

    python -m bench.align_joins --data data/librispeech_mini --split valid --minutes 60 [--json bench/receipts/align_joins.json]

Readings are cut where their sound begins and ends (30 ms that are within 22 dB of the loud ones: breath is softer) and joined
with 0.2 to 1.2 s of noise as soft as the room, so that the first word of each begins, and the last one ends, at a time that is
known exactly. The text is that of all readings in one line; in the second row, a sixth of the length, one word in twenty is
another one, and one in fifty is left out.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import aural
from aural.results import Word
from aural.sound.encode import Writer
from aural.sound.source import Source
from bench.joined import RATE
from bench.manifests import placed
from bench.report import Finding, Table, publish

STEP, DEEP, RUN = RATE // 100, 22.0, 3


@dataclass(frozen=True)
class Reading:
    """The words of a reading, and when its sound begins and ends (s)."""

    words: tuple[str, ...]
    start: float
    end: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--split", default="valid")
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--model", help="a recognizer; not set = the default")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    found, lines = placed(args.data / f"{args.split}.jsonl"), []
    for name, minutes, change in (("as read", args.minutes, False), ("with wrong words", args.minutes / 6, True)):
        rng = np.random.default_rng(0)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "joined.flac"
            readings = joined(found, minutes * 60, path, rng)
            words = [spoilt(r.words, rng) if change else list(r.words) for r in readings]
            begun = time.process_time()
            told = list(aural.align(path, " ".join(" ".join(w) for w in words), model=args.model, threads=1).words())
            spent = time.process_time() - begun
        lines.append((name, minutes, *figures(readings, words, told), spent / (minutes * 60), peak()))
    columns = ("text", "minutes", "readings", "words", "guessed %", "starts: median ms", "starts: 90 % ms", "ends: median ms",
               "ends: 90 % ms", "over 1 s off %", "real-time factor", "peak MiB")  # fmt: skip
    title = f"Joined readings ({args.data.name}, {args.split}), {args.model or 'default'}"
    notes = (
        "starts of the first and ends of the last word of each reading; processor time of one core",
        "peak: the whole process with its models",
    )
    publish(Finding("How exact is align at joins that are known?", (Table(title, columns, tuple(lines), notes),)), args.json)


def joined(found: Sequence[dict[str, object]], seconds: float, path: Path, rng: np.random.Generator) -> list[Reading]:
    """Write readings one after the other, in a new order in each round; gives when each begins and ends."""
    sounds = [trimmed(Source(row["audio"]).load(rate=RATE, mono=True).samples[0]) for row in found]
    floor = np.float32(np.median([quietest(s) for s in sounds]))
    readings: list[Reading] = []
    at = 0.0
    with Writer(path, RATE, 1) as out:
        while at < seconds:
            for k in rng.permutation(len(found)):
                if at >= seconds:
                    break
                gap = floor * rng.standard_normal(int(rng.uniform(0.2, 1.2) * RATE)).astype(np.float32)
                out.write(np.concatenate([gap, sounds[k]])[None])
                start = at + len(gap) / RATE
                at = start + len(sounds[k]) / RATE
                readings.append(Reading(tuple(str(found[k]["text"]).lower().split()), start, at))
    return readings


def trimmed(samples: np.ndarray) -> np.ndarray:
    """From the first to the last run of 10 ms frames that are loud enough to be speech."""
    frames = samples[: len(samples) // STEP * STEP].reshape(-1, STEP)
    level = 10 * np.log10(np.mean(frames.astype(np.float64) ** 2, axis=1) + 1e-12)
    runs = np.lib.stride_tricks.sliding_window_view(level > np.percentile(level, 95) - DEEP, RUN).all(axis=1)
    loud = np.flatnonzero(runs)
    return samples[loud[0] * STEP : (loud[-1] + RUN) * STEP]


def quietest(samples: np.ndarray) -> float:
    """The amplitude of the quietest twentieth of 10 ms frames: the room."""
    return float(np.percentile(np.sqrt(np.mean(samples[: len(samples) // STEP * STEP].reshape(-1, STEP) ** 2, axis=1)), 5))


def spoilt(words: Sequence[str], rng: np.random.Generator) -> list[str]:
    """Between the first and the last word one in twenty is another one, one in fifty is missing."""
    found = []
    for k, word in enumerate(words):
        draw = rng.random() if 0 < k < len(words) - 1 else 1.0
        if draw >= 0.02:
            found.append(words[int(rng.integers(len(words)))] if draw < 0.07 else word)
    return found


def figures(readings: Sequence[Reading], words: Sequence[Sequence[str]], told: Sequence[Word]) -> tuple[float, ...]:
    """Errors at the joins, in ms, and the shares (%) of guessed words and of joins that are lost."""
    starts, ends = [], []
    at = 0
    for reading, own in zip(readings, words, strict=True):
        starts.append(told[at].start - reading.start)
        at += len(own)
        ends.append(told[at - 1].end - reading.end)
    assert at == len(told)
    first, last = 1000 * np.abs(starts), 1000 * np.abs(ends)
    lost = 100 * float(np.mean(np.concatenate([first, last]) > 1000))
    guessed = 100 * float(np.mean([w.timed == "guessed" for w in told]))
    return (len(readings), len(told), guessed, float(np.median(first)), float(np.percentile(first, 90)),
            float(np.median(last)), float(np.percentile(last, 90)), lost)  # fmt: skip


def peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main()
