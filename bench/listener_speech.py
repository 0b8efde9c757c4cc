"""Two minutes of other people's speech for the listener's folder: against it `aural train spot` sets the border of --confirm.

    python -m bench.listener_speech --readings librispeech_some/train.jsonl [--without rows.jsonl] --listener FOLDER

Three seconds each of forty readers of LibriSpeech (CC BY 4.0), drawn once; `--without`: rows that false alarms are counted on;
the folder is aural/models/shipped/listener.
"""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path

import numpy as np

from aural.files import sha256_of
from aural.learn.spotting.again import SPEECH
from aural.models import card as cards
from aural.sound.sound import Sound, load
from bench.manifests import placed

RATE, READERS, FIRST, LASTS = 16000, 40, 1.0, 3.0  # Hz, people, s from where and how long each is heard
LEVEL, LEAST, BITS = 0.08, 5.0, 16_000  # root of the mean square, shortest reading (s), bit/s


def readings(manifest: Path, without: Path | None) -> list[str]:
    """One reading each of so many readers, drawn once."""
    known = {Path(row["audio"]).name for row in placed(without)} if without else set()
    rows = [
        r for r in placed(manifest) if "train-clean" in r["audio"] and Path(r["audio"]).name not in known and r["duration"] > LEAST
    ]
    first = {row["speaker"]: row["audio"] for row in reversed(rows)}
    names = sorted(first)
    return [first[names[k]] for k in np.random.default_rng(0).permutation(len(names))[:READERS]]


def main() -> None:
    """Draw, join, write, put into the card."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--readings", type=Path, required=True)
    parser.add_argument("--without", type=Path)
    parser.add_argument("--listener", type=Path, required=True)
    args = parser.parse_args()
    parts = [
        load(path, rate=RATE, mono=True, start=FIRST, end=FIRST + LASTS).samples for path in readings(args.readings, args.without)
    ]
    joined = np.concatenate([part * (LEVEL / np.sqrt(np.mean(part**2))) for part in parts], 1)
    Sound(np.clip(joined, -1, 1).astype(np.float32), RATE).save(args.listener / SPEECH, bitrate=BITS)
    card = cards.read(args.listener / "card.json")
    files = {**card.files, SPEECH: sha256_of(args.listener / SPEECH)}
    cards.write(dataclasses.replace(card, files=files), args.listener / "card.json")
    print(f"{joined.shape[1] / RATE:.0f} s of {len(parts)} readers, {(args.listener / SPEECH).stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
