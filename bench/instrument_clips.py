"""The notes that the shipped model `instruments` learned from: rendered ones of many programs, and a few recorded libraries.

    python -m bench.instrument_clips --corpora corpora --data data --work runs/instruments

leaves learn.jsonl in the work folder. The notes of instrument_notes, one program for each instrument, stand in it six times: among
the fifteen times as many of fluid_notes, with organs, saxophones and guitars of many programs, they would have no say. That
was found by leaving out groups of the training notes, as were the features (cross-validation in five parts, on the notes of
instrument_notes that were left out: mean loss 1.23 with YAMNet's embedding and each note once, 1.00 with statistics of the sound
beside it, 0.95 with these notes six times, 0.94 with twelve times).
"""

from __future__ import annotations

import argparse
from pathlib import Path

from bench import manifests

TIMES = 6
FLAGS = "--recipe instruments --set l2=10"
_KEYS = ("audio", "duration", "group", "label")


def rows(folder: Path) -> list[manifests.Row]:
    """The training rows of a corpus, each with the whole path of its recording."""
    return manifests.placed(folder / "train.jsonl")


def main() -> None:
    """Gather, write, print the command that learns."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    args = parser.parse_args()
    notes = rows(args.data / "instrument_notes")
    known = {row["label"] for row in notes}
    struck = [row for row in rows(args.corpora / "berklee") if row["label"] in known]
    piano = [row | {"label": "piano"} for row in rows(args.corpora / "salamander")]
    found = [*notes, *rows(args.corpora / "fluid_notes"), *struck, *piano, *notes * (TIMES - 1)]
    manifests.write(args.work / "learn.jsonl", ({key: row.get(key) or "salamander" for key in _KEYS} for row in found))
    print(f"aural train instrument --manifest learn.jsonl --valid {args.data}/instrument_notes/valid.jsonl {FLAGS}")


if __name__ == "__main__":
    main()
