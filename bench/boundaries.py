"""Do roads that learn by themselves where words lie agree with each other, and with the truth?

    python -m bench.boundaries --manifest strings.jsonl --models runs/ctc,runs/hmm --json bench/receipts/boundaries.json

Each recording of a manifest whose rows tell the true times of all words is heard by every model. Strings whose words all models
have right count: how far each start and end is from the truth, and from that of every other model.
"""

from __future__ import annotations

import argparse
import itertools
from pathlib import Path

import numpy as np

import aural
from bench.manifests import placed
from bench.report import Finding, Table, publish

Edges = list[tuple[float, float]]


def heard(audio: str, words: list[str], model: str) -> Edges | None:
    """Start and end (s) of each word, None where other words were written."""
    told = list(aural.transcribe(audio, model=model, threads=1).words())
    return [(w.start, w.end) for w in told] if [w.text.lower() for w in told] == words else None


def apart(one: list[Edges], two: list[Edges]) -> tuple[float, ...]:
    """Median and 90 % (ms) of how far starts, then ends, of the same words are apart."""
    gaps = 1000 * np.abs(np.concatenate([np.array(a) - np.array(b) for a, b in zip(one, two, strict=True)]))
    return tuple(float(np.percentile(gaps[:, side], share)) for side in (0, 1) for share in (50, 90))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--manifest", type=Path, required=True)
    parser.add_argument("--models", required=True, help="names or run folders, with commas between them")
    parser.add_argument("--limit", type=int, default=120)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    edges: dict[str, list[Edges]] = {name: [] for name in ("truth", *args.models.split(","))}
    rows = placed(args.manifest)[: args.limit]
    for row in rows:
        words = [w["text"] for w in row["words"]]
        told = {m: heard(row["audio"], words, m) for m in args.models.split(",")}
        if all(told.values()):
            edges["truth"].append([(w["start"], w["end"]) for w in row["words"]])
            for model, own in told.items():
                edges[model].append(own or [])
    names = {name: Path(name).name for name in edges}
    table = [(names[a], names[b], *apart(edges[a], edges[b])) for a, b in itertools.combinations(edges, 2)]
    columns = ("one", "other", "starts: median ms", "starts: 90 % ms", "ends: median ms", "ends: 90 % ms")
    count = sum(map(len, edges["truth"]))
    notes = (f"{count} words of {len(edges['truth'])} strings of {len(rows)}, those whose words all models have right",)
    title = "Strings of digits of a voice that nothing was learned from, gaps of 0 to 600 ms, true times known"
    question = "Do CTC and the classical pipeline agree on where words lie?"
    publish(Finding(question, (Table(title, columns, tuple(table), notes),)), args.json)


if __name__ == "__main__":
    main()
