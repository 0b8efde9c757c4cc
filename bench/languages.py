"""Is the language told right, and what does the multilingual recognizer write?

python -m bench.languages --data ../shared/data [--json bench/receipts/languages.json] [--split valid] [--most 48]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from aural.metrics.intervals import bootstrap
from aural.metrics.words import word_errors
from aural.models import store
from aural.models.face import Decoding
from aural.models.runtime import Runtime
from aural.sound.sound import load
from aural.text.scoring import normalize
from bench import manifests
from bench.report import Finding, Table, publish


def rows(data: Path, folder: str, part: str, most: int) -> Iterator[dict[str, Any]]:
    """Manifest rows, evenly taken, with samples [1, T] at 16 kHz."""
    found = manifests.placed(data / folder / f"{part}.jsonl")
    for row in found[:: max(1, -(-len(found) // most))]:
        yield row | {"samples": load(row["audio"]).mono().resample(16_000).samples}


def told(data: Path, part: str, most: int) -> Table:
    """Top-1 of all languages, by source."""
    found: dict[str, list[bool]] = {}
    wrong: list[str] = []
    with store.open_model("whisper-base", "language", Runtime("cpu", 1)) as model:
        for row in rows(data, "languages", part, most):
            chances = model.languages(row["samples"], np.array([row["samples"].shape[1]]))[0]  # type: ignore[attr-defined]
            best = max(chances, key=lambda code: chances[code])
            found.setdefault(row["source"], []).append(best == row["label"])
            if best != row["label"]:
                wrong.append(f"{row['label']} heard as {best} ({chances[best]:.2f}, {row['duration']:.1f} s)")
    everything = [hit for hits in found.values() for hit in hits]
    out = [(name, len(hits), sum(hits)) for name, hits in sorted(found.items())] + [("all", len(everything), sum(everything))]
    notes = ("asterisk: telephone prompts, one voice for each language.", *wrong)
    return Table(f"Languages, {part}: right among 99", ("clips of", "clips", "right"), tuple(out), notes)


def words(data: Path, part: str, most: int) -> Table:
    """WER of each recognizer on the same English clips, fed whole."""
    out = []
    for name in ("whisper-base", "whisper-tiny.en", "moonshine-base", "moonshine-tiny"):
        counts, cpu, seconds = [], 0.0, 0.0
        with store.open_model(name, "recognizer", Runtime("cpu", 1)) as model:
            for row in rows(data, "librispeech_mini", part, most):
                samples = row["samples"]
                before = time.process_time()
                asked = Decoding("en", word_times=False)
                answer = model.recognize(samples, np.array([samples.shape[1]]), asked)[0]  # type: ignore[attr-defined]
                cpu, seconds = cpu + time.process_time() - before, seconds + samples.shape[1] / 16_000
                found = word_errors(normalize(row["text"]), normalize(answer.text))
                counts.append((found.total, found.length))
        table = np.array(counts)
        rate = bootstrap(lambda d, t=table: 100 * float(t[d, 0].sum() / t[d, 1].sum()), len(table), np.random.default_rng(0))
        out.append((name, len(table), f"{rate.value:.1f} [{rate.low:.1f}, {rate.high:.1f}]", round(cpu / seconds, 3)))
    return Table(f"librispeech_mini {part}, each clip whole", ("recognizer", "clips", "WER %", "CPU s per s"), tuple(out))


def main() -> None:
    """Print the tables; keep them with --json."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--split", default="valid")
    parser.add_argument("--most", type=int, default=48)
    args = parser.parse_args()
    tables = (told(args.data, args.split, 10 * args.most), words(args.data, args.split, args.most))
    publish(Finding("Is the language told right, and what does the multilingual recognizer write?", tables), args.json)


if __name__ == "__main__":
    main()
