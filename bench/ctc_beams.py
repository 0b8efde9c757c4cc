"""How fast is our prefix beam search, and does it answer what others answer?

    python -m bench.ctc_beams --peer-python peers/bin/python [--json bench/receipts/ctc_beams.json]

Posteriors of 40 made recordings (240 frames, a blank and 31 units): random units, each a few frames long, with doubt between two or
three classes in a third of the frames. All search with a width of 16 over all classes and no language model; the peers run in
a Python that has fast-ctc-decode and flashlight-text. Processor time of one core, the best of three passes.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from aural.beams.ctc import search
from aural.beams.ctc_paths import collapse, log_probability
from bench.report import Finding, Table, publish

ROWS, FRAMES, CLASSES, WIDTH = 40, 240, 32, 16
HOP = 0.04  # s: what a frame of such nets stands for


def made(seed: int = 0) -> np.ndarray:
    """Log-probabilities [ROWS, FRAMES, CLASSES]."""
    rng = np.random.default_rng(seed)
    chances = np.full((ROWS, FRAMES, CLASSES), 0.0)
    for row in chances:
        f = 0
        while f < FRAMES:
            unit, length = int(rng.integers(1, CLASSES)), int(rng.integers(2, 6))
            row[f : f + length, 0] = 1.0
            row[f : f + int(rng.integers(1, 3)), unit] = 3.0
            f += length
        doubt = rng.random(FRAMES) < 0.33
        row[doubt] += 2.5 * (rng.random((int(doubt.sum()), CLASSES)) < 0.06)
    chances = chances * 2.5 + 0.4 * rng.standard_normal(chances.shape)
    return np.asarray(chances - np.log(np.exp(chances).sum(-1, keepdims=True)), np.float32)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer-python", required=True, help="a Python with fast-ctc-decode and flashlight-text")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    scores = made()
    lengths = [FRAMES] * ROWS
    ours, spent = timed(lambda: [search(row[None], [FRAMES], width=WIDTH, likely=CLASSES)[0][0].tokens for row in scores])
    batched, less = timed(lambda: [r[0].tokens for r in search(scores, lengths, width=WIDTH, likely=CLASSES)])
    few, least = timed(lambda: [r[0].tokens for r in search(scores, lengths, width=WIDTH, likely=6)])
    greedy, nothing = timed(lambda: [tuple(collapse(row.argmax(1).tolist(), 0)) for row in scores])
    found = {
        "ours, one by one": (ours, spent), f"ours, {ROWS} at once": (batched, less),
        f"ours, {ROWS} at once, 6 classes a frame": (few, least), "greedy": (greedy, nothing),
    }  # fmt: skip
    found |= by_peers(scores, args.peer_python)
    best = [max(np.array([log_probability(row, t[k]) for t, _ in found.values()])) for k, row in enumerate(scores)]
    lines = []
    for name, (told, seconds) in found.items():
        own = [log_probability(row, t) for row, t in zip(scores, told, strict=True)]
        same = 100 * float(np.mean([a == b for a, b in zip(told, ours, strict=True)]))
        lost = float(np.mean(np.array(best) - own))
        lines.append((name, ROWS / seconds, ROWS * FRAMES * HOP / seconds, same, lost))
    columns = ("search", "recordings a second", "times faster than sound", "same answer as ours %", "log P lost to the best")
    notes = ("log P: the sum over all paths of the answer, exactly; 0 = no search here found a likelier one",
             f"sound: frames of {1000 * HOP:.0f} ms")  # fmt: skip
    publish(
        Finding("How fast is the CTC beam search?", (Table("CTC prefix beam search", columns, tuple(lines), notes),)), args.json
    )


def timed(call: Callable[[], list[tuple[int, ...]]]) -> tuple[list[tuple[int, ...]], float]:
    """What it gives, and processor seconds, the best of three."""
    spent = []
    for _ in range(3):
        begun = time.process_time()
        told = call()
        spent.append(time.process_time() - begun)
    return told, min(spent)


def by_peers(scores: np.ndarray, python: str) -> dict[str, tuple[list[tuple[int, ...]], float]]:
    """The same of the packages, from their own Python."""
    with tempfile.TemporaryDirectory() as folder:
        np.save(Path(folder) / "scores.npy", scores)
        script = Path(__file__).parent / "ctc_beams_peer.py"
        asked = [python, str(script), str(Path(folder) / "scores.npy"), str(WIDTH)]
        done = subprocess.run(asked, capture_output=True, text=True, check=True)
    plain = json.loads(done.stdout)
    return {name: ([tuple(t) for t in told], seconds) for name, (told, seconds) in plain.items()}


if __name__ == "__main__":
    main()
