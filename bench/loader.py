"""How fast do clips come to a net in training: decoded, from memory, augmented, with workers?

    python -m bench.loader --corpora corpora [--corpus esc10] [--wall] [--json bench/receipts/loader.json]

An epoch of the training clips of a corpus through the loader that `fit` uses, in batches of 16. With workers the first epoch
starts them and decodes in each; the second is what a training sees from then on. Without workers CPU time is told, which does not
depend on what else runs; `--wall` is for a quiet machine: it tells times by the clock as well, and those of 1 and 2 workers.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from aural.corpora.manifest import Clip, read_manifest
from aural.learn.augment import Effects
from aural.learn.loading import Clips, Feed, Truth, order
from bench.report import Finding, Table, publish

BATCH, RATE = 16, 16000
WAYS = (
    ("decoded", (), 0),
    ("from memory", (), 0),
    ("gain, shift", ("gain", "shift"), 0),
    ("gain, shift, noise", ("gain", "shift", "noise"), 0),
    ("gain, shift, speed", ("gain", "shift", "speed"), 0),
    ("gain, shift, pitch", ("gain", "shift", "pitch"), 0),
    ("gain, shift, speed", ("gain", "shift", "speed"), 1),
    ("gain, shift, speed", ("gain", "shift", "speed"), 2),
)


def timed(clips: list[Clip], effects: tuple[str, ...], workers: int, first: bool) -> tuple[float, float]:
    """Wall and CPU seconds of the first epoch of a new loader, or of its second, for which all is decoded and started."""
    labels = tuple(sorted({c.label or "" for c in clips}))
    made = Clips(clips, RATE, Truth("clip_class", labels, 160, RATE), change=Effects(effects, None, None) if effects else None)
    feed, plan = Feed(made, workers), order([c.duration or 1.0 for c in clips], BATCH, 0, 0)
    if not first:
        list(feed.batches(plan, 0))
    begun, busy = time.perf_counter(), time.process_time()
    list(feed.batches(plan, 1))
    return time.perf_counter() - begun, time.process_time() - busy


def main() -> None:
    """Every way once."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--corpus", default="esc10")
    parser.add_argument("--clips", type=int, default=96)
    parser.add_argument("--wall", action="store_true")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    clips = read_manifest(args.corpora / args.corpus / "train.jsonl")[: args.clips]
    seconds = sum(c.duration or 0.0 for c in clips)
    rows = []
    for name, effects, workers in WAYS if args.wall else [way for way in WAYS if not way[2]]:
        wall, busy = timed(clips, effects, workers, name == "decoded")
        told = (name, *((None, None) if workers else (round(len(clips) / busy, 1), round(1000 * busy / seconds, 3))))
        rows.append((*told, workers, round(len(clips) / wall, 1)) if args.wall else told)
        print(rows[-1], flush=True)
    table = Table(
        f"{len(clips)} clips of {args.corpus}, {seconds / len(clips):.1f} s each, to {RATE} Hz, batches of {BATCH}",
        ("what is done", "clips a CPU second", "CPU ms per second of sound", *(("workers", "clips a second") if args.wall else ())),
        tuple(rows),
        ("decoded: the first epoch, from its files; all others: a later one, from memory; an effect is drawn for half "
         "of the clips",),
    )  # fmt: skip
    publish(Finding("How fast do clips come to a net in training?", (table,)), args.json)


if __name__ == "__main__":
    main()
