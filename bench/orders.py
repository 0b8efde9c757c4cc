"""How well are spoken orders understood: the intent, each slot, and the order as a whole?

    python -m bench.orders --data data/intents --json bench/receipts/orders.json

The grammar, bench/orders.txt, was written by looking at the train part; the bonus for its phrases was chosen on it (--split train).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.report import Finding, Table, publish

GRAMMAR = Path(__file__).with_name("orders.txt")
FIGURES = ("intent_accuracy", "slot_f1", "slot_recall", "slot_precision", "whole_orders")
NOTES = (
    "orders of coffee by more than 50 people, six slots; a slot is right where its name and all of its words are",
    "intervals: 95 %, bootstrap over recordings (who speaks is not known)",
)


def row(manifest: Path, model: str, favor: float, limit: int | None) -> tuple[str | float, ...]:
    """One line of the table."""
    with tempfile.TemporaryDirectory() as folder:
        receipt = Path(folder) / "r.json"
        words = ["evaluate", "intent", "--manifest", str(manifest), "-m", model, "--set", f"grammar={GRAMMAR}",
                 "--set", f"favor={favor:g}", "--json", str(receipt), "--threads", "1", "--progress", "none"]  # fmt: skip
        words += ["--limit", str(limit)] if limit else []
        done = subprocess.run([sys.executable, "-m", "aural", *words], capture_output=True, text=True)
        print(done.stdout[-6000:], done.stderr[-1000:], flush=True)
        found = json.loads(receipt.read_text(encoding="utf-8"))["metrics"]
    cells = [f"{100 * m['value']:.1f} [{100 * m['low']:.1f}, {100 * m['high']:.1f}]" for m in (found[n] for n in FIGURES)]
    return (model, favor, found[FIGURES[0]]["n"], *cells)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--split", default="valid")
    parser.add_argument("--favor", default="0")
    parser.add_argument("--models", default="moonshine-base,moonshine-tiny")
    parser.add_argument("--limit", type=int)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    rows = [row(args.data / f"{args.split}.jsonl", model, float(favor), args.limit)
            for model in args.models.split(",") for favor in args.favor.split(",")]  # fmt: skip
    columns = ("recognizer", "favor", "orders", *(f"{name.replace('_', ' ')} %" for name in FIGURES))
    publish(Finding("How well are spoken orders understood?", (Table("Orders", columns, tuple(rows), NOTES),)), args.json)


if __name__ == "__main__":
    main()
