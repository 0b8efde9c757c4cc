"""Put a trained model beside the package's code: its files, and a card that says from what it learned and what it reaches where.

    python -m bench.ship runs/sounds --name sounds --figure "fold 4=valid.json" --figure "others=other.json" --weights CC-BY-4.0
        --data "ESC-10" --trained-on "238 clips" --command "aural train classify esc10/ --recipe sounds"

A figure is a title and a receipt of `aural evaluate`; at least one must be of another source than was learned from.
"""

from __future__ import annotations

import argparse
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

from aural.models import card as cards
from aural.models.store import shipped

_TOLD = ("accuracy", "balanced_accuracy", "frame_accuracy", "map", "wer")


def figures(told: list[str]) -> dict[str, dict[str, Any]]:
    """{title: {metric: value, low, high, n}} of title=receipt pairs."""
    found = {}
    for text in told:
        title, _, place = text.rpartition("=")
        metrics = json.loads(Path(place).read_text(encoding="utf-8"))["metrics"]
        keep = {name: {k: metrics[name].get(k) for k in ("value", "low", "high", "n")} for name in _TOLD if name in metrics}
        found[title] = {name: {k: round(v, 4) if isinstance(v, float) else v for k, v in m.items()} for name, m in keep.items()}
    return found


def main() -> None:
    """Copy and describe."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("--name", required=True)
    parser.add_argument("--figure", action="append", default=[])
    parser.add_argument("--data", required=True)
    parser.add_argument("--weights", required=True)
    parser.add_argument("--trained-on", required=True)
    parser.add_argument("--command", required=True)
    args = parser.parse_args()
    model, home = args.run / "model", shipped(args.name)
    card = cards.read(model / "card.json")
    licences = replace(card.licences, weights=args.weights, data=args.data, commercial=True, told_by="READMEs of the data sets")
    card = replace(card, name=args.name, figures=figures(args.figure), licences=licences, trained_on=args.trained_on,
                   source=f"trained with aural: {args.command}",
                   voices=dict(zip([args.name], card.voices.values(), strict=False)))  # fmt: skip
    home.mkdir(parents=True, exist_ok=True)
    for name in card.files:
        shutil.copyfile(model / name, home / name)
    cards.write(card, home / "card.json")
    print(f"{args.name}: {sum((home / n).stat().st_size for n in card.files) / 1e6:.2f} MB in {home}")


if __name__ == "__main__":
    main()
