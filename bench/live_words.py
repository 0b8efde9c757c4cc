"""How long after speech begins do the first words come, and how long after it ends the last, by the clock of the processor?

python -m bench.live_words --data DATA --json bench/receipts/live_words.json

Sound comes in as it is said, 0.1 s at a time; work takes as long as the CPU time that it cost in one thread. On an idle core that
is what a clock would show, whatever else runs on the machine. The rules are those of server/hearing.py.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from aural.metrics.words import wer
from aural.models.runtime import Runtime
from aural.models.shelf import Shelf
from aural.progress import Quiet
from aural.sound.source import Source
from aural.tasks import _live, transcribe
from aural.text.scoring import normalize
from bench.joined import conversation
from bench.report import Finding, Table, publish

RATE, BLOCK = 16000, 1600
ONCE, BEHIND = 1.0, 0.3  # s, as in the server


def paced(samples: np.ndarray, shelf: Shelf) -> list[tuple[float, Any]]:
    """(when, update) of all that was told, on a clock that stands while other programs run."""
    told: list[tuple[float, Any]] = []
    now, at = 0.0, 0  # s on that clock, samples heard
    with _live.opened(shelf, transcribe.Options()) as live:
        while at < len(samples):
            now = max(now, min(at + BLOCK, len(samples)) / RATE)
            come = min(len(samples), int(now * RATE) // BLOCK * BLOCK or BLOCK)
            block = samples[at : min(come, at + round(ONCE * RATE))]
            at += len(block)
            begun = time.process_time()
            updates = live.push(block, (come - at) / RATE > BEHIND)
            now += time.process_time() - begun
            told += [(now, update) for update in updates]
        begun = time.process_time()
        updates = live.finish()
        now += time.process_time() - begun
    return told + [(now, update) for update in updates]


def delays(told: list[tuple[float, Any]]) -> tuple[list[float], list[float]]:
    """(from the beginning of speech to its first words, from the end of a phrase's words to its final), s each."""
    first, last = [], []
    begun: float | None = None
    for when, update in told:
        if update.kind == "speech_start":
            begun = update.span.start
        elif update.kind in ("partial", "final") and update.text and begun is not None:
            first.append(when - begun)
            begun = None
        if update.kind == "final" and update.text:
            last.append(when - update.span.end)
    return first, last


def main() -> None:
    """One conversation, each recognizer."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--models", default="moonshine-base,moonshine-tiny")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as name:
        talk = Path(name) / "talk.wav"
        said = conversation([args.data / "librispeech_mini/valid.jsonl"], args.seconds, talk, seed=1)
        reference = normalize(" ".join(str(row["text"]) for row in said))
        samples = Source(talk).load(rate=RATE, mono=True).samples[0]
        for model in args.models.split(","):
            shelf = Shelf({**transcribe.TASK.roles, "recognizer": model}, Runtime("cpu", 1), Quiet(), keep=True)
            paced(samples[: 10 * RATE], shelf)  # opens models
            told = paced(samples, shelf)
            shelf.close()
            first, last = delays(told)
            text = " ".join(u.text for _, u in told if u.kind == "final")
            middle = [*np.percentile(first, [50, 90]).tolist(), *np.percentile(last, [50, 90]).tolist()]
            rows.append((model, len(first), *middle, 100 * wer(reference, normalize(text))))
    columns = ("recognizer", "phrases", "first words, s", "9 of 10 within", "final, s", "9 of 10 within", "word error rate live, %")
    title = f"{len(samples) / RATE:.0f} s of joined readings, as they are said"
    note = (
        "First words: after the beginning of speech. Final: after the end of its words, with the pause of 0.5 s that ends a phrase."
    )
    publish(Finding("How soon do live words come, on an idle core?", (Table(title, columns, tuple(rows), (note,)),)), args.json)


if __name__ == "__main__":
    main()
