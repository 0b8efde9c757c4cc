"""The clips that the shipped model `digits` learned from: three recorded voices, synthetic ones, and digits cut out of sentences.

    python -m bench.digit_clips --corpora corpora --noises data/noises --work runs/digits

leaves learn.jsonl, tune.jsonl (every sixteenth take of the recorded voices and every sixteenth synthetic voice: they choose the
epoch), valid.jsonl (a voice of whom nothing is learned) and noise.jsonl in the work folder, and prints the command that learns.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from bench import digit_readings, digit_words, manifests
from bench.digit_readings import WORDS

SENTENCES = ("speechocean762", "librispeech_some", "kathleen")
READ = 4  # rounds of readings by synthetic voices
KEPT = 16
LONGEST = 60.0  # s of a noise
FLAGS = (
    "--sample-rate 8000 --set n_mels=40 --epochs 20 --augment speed,gain,noise,shift,warp,specaugment "
    "--noise noise.jsonl --threads 1"
)


def rows(manifest: Path) -> list[manifests.Row]:
    """The rows of a manifest, each with the whole path of its recording and the digit as its label."""
    found = manifests.placed(manifest)
    for row in found:
        if row.get("text") in WORDS:
            row["label"] = str(WORDS.index(row["text"]))
    return found


def write(work: Path, name: str, found: list[manifests.Row], keys: tuple[str, ...]) -> None:
    """A manifest with these keys of the rows."""
    manifests.write(work / f"{name}.jsonl", ({key: row[key] for key in keys} for row in found))


def main() -> None:
    """Read, cut, part."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--noises", type=Path, required=True, help="a folder with train.jsonl")
    parser.add_argument("--work", type=Path, required=True)
    args = parser.parse_args()
    recorded = rows(args.corpora / "fsdd" / "train.jsonl")
    read = rows(digit_readings.write(args.work / "data" / "read", READ))
    cut = rows(digit_words.write([args.corpora / name for name in SENTENCES], args.work / "data" / "cut"))
    tuned = set(sorted({voice(row) for row in read})[::KEPT])
    kept = [row for row in recorded if take(row) % KEPT == 0] + [row for row in read if voice(row) in tuned]
    chosen = {row["audio"] for row in kept}
    write(args.work, "tune", kept, _KEYS)
    write(args.work, "learn", [row for row in [*recorded, *read, *cut] if row["audio"] not in chosen], _KEYS)
    write(args.work, "valid", rows(args.corpora / "fsdd" / "valid.jsonl"), _KEYS)
    noises = [*rows(args.noises / "train.jsonl"), *rows(args.corpora / "noise_beds" / "train.jsonl")]
    write(
        args.work, "noise", [row | {"duration": min(LONGEST, row["duration"])} for row in noises], ("audio", "duration", "licence")
    )
    print(f"aural train classify --manifest learn.jsonl --valid tune.jsonl {FLAGS}")


_KEYS = ("audio", "duration", "label", "speaker")


def voice(row: manifests.Row) -> str:
    """Who reads: a voice between two counts as the first."""
    return str(row["speaker"]).split("+")[0]


def take(row: manifests.Row) -> int:
    """The number of a recording among those of one digit by one voice."""
    return int(Path(row["audio"]).stem.split("_")[2])


if __name__ == "__main__":
    main()
