"""Does one causal core foretell samples, letters and notes?

python -m bench.foretell --data DATA [--minutes 1] --json bench/receipts/foretell.json

The same net (`nets/causal.py`, the core of WaveNet) learns from the symbols before what comes next: mu-law classes of a reader's
samples at 8 kHz, letters of sentences, notes of the sopranos of chorales. DATA holds librispeech_mini, sentences and chorales.
"""

from __future__ import annotations

import argparse
import gzip
import json
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from aural.nets import logistics
from aural.nets.causal import Config, Symbols
from aural.sound.sound import load
from bench import manifests
from bench.report import Finding, Table, publish

BATCH, LENGTH = 16, 192
LOOKS = 30  # steps from one look at the rows that choose to the next
SEEN = 0.1  # of the rows are kept to be foretold


@dataclass(frozen=True)
class Kind:
    """A kind of sequence: rows to learn from, rows to foretell, and how a row is shown."""

    name: str
    classes: int
    train: list[list[int]]
    valid: list[list[int]]
    shown: tuple[str, ...] = ()


def samples(data: Path) -> Kind:
    """Mu-law classes of one reader at 8 kHz, a row a clip."""
    folder = data / "librispeech_mini"
    rows = manifests.placed(folder / "train.jsonl")
    most = Counter(r["speaker"] for r in rows).most_common(1)[0][0]
    clips = [load(r["audio"], rate=8000, mono=True).samples[0] for r in rows if r["speaker"] == most]
    made = [logistics.to_classes(torch.from_numpy(c / np.abs(c).max())).tolist() for c in clips]
    return Kind("samples (mu-law, 8 kHz)", logistics.CLASSES, *parted(made))


def letters(data: Path) -> Kind:
    """Letters of sentences."""
    texts = [row["text"].lower() for row in manifests.rows(data / "sentences" / "train.jsonl")]
    known = sorted({c for t in texts for c in t})
    return Kind("letters", len(known) + 1, *parted([[known.index(c) for c in t] + [len(known)] for t in texts]), (*known, "\n"))


def notes(data: Path) -> Kind:
    """Sopranos of chorales, a step a sixteenth: pitches, and one symbol more where a note goes on."""
    rows = [[], []]
    for part, name in enumerate(("train", "valid")):
        with gzip.open(data / "chorales" / f"{name}.jsonl.gz", "rt") as lines:
            rows[part] = [json.loads(line)["voices"]["soprano"] for line in lines]
    known = sorted({n for part in rows for row in part for n in row})
    held = len(known)
    made = [[[known.index(n) if not t or n != row[t - 1] else held for t, n in enumerate(row)] for row in part] for part in rows]
    return Kind("notes", held + 1, made[0], made[1], (*(str(n) for n in known), "-"))


def parted(rows: Sequence[list[int]]) -> tuple[list[list[int]], list[list[int]]]:
    """The last tenth apart."""
    kept = max(1, round(SEEN * len(rows)))
    return list(rows[:-kept]), list(rows[-kept:])


def windows(rows: Sequence[Sequence[int]], rng: np.random.Generator) -> torch.Tensor:
    """A batch of stretches [B, L] of rows laid end to end."""
    line = [s for row in rows for s in row]
    starts = rng.integers(0, len(line) - LENGTH, BATCH)
    return torch.tensor([line[s : s + LENGTH] for s in starts])


def bits(net: Symbols, rows: Sequence[Sequence[int]]) -> float:
    """Bits a symbol over rows, each from its beginning."""
    total, count = 0.0, 0
    with torch.no_grad():
        for row in rows:
            piece = torch.tensor([list(row)[:4000]])
            total -= float(net.log_chances(piece).sum())
            count += piece.shape[1]
    return total / count / np.log(2)


def counted(kind: Kind, order: int) -> float:
    """Bits a symbol by counts of what followed the last `order` symbols, each symbol counted half a time more."""
    seen: dict[tuple[int, ...], Counter[int]] = {}
    for row in kind.train:
        for t in range(order, len(row)):
            seen.setdefault(tuple(row[t - order : t]), Counter())[row[t]] += 1
    total, count = 0.0, 0
    for row in kind.valid:
        for t in range(order, min(len(row), 4000)):
            told = seen.get(tuple(row[t - order : t]), Counter())
            total -= np.log2((told[row[t]] + 0.5) / (sum(told.values()) + 0.5 * kind.classes))
            count += 1
    return total / count


def taught(kind: Kind, minutes: float) -> tuple[Symbols, int]:
    """The net after at most so many CPU minutes, and its steps: the one that foretells a tenth of what it learns from best."""
    learned, choosing = parted(kind.train)
    best, kept, at = float("inf"), {}, 0
    torch.manual_seed(0)
    net, rng = Symbols(Config(), kind.classes), np.random.default_rng(0)
    stepper = torch.optim.AdamW(net.parameters(), 3e-3)
    begun, steps = time.process_time(), 0
    while (share := (time.process_time() - begun) / (60 * minutes)) < 1:
        for group in stepper.param_groups:
            group["lr"] = 3e-3 * min(1.0, 2 * (1 - share))
        stepper.zero_grad()
        (-net.log_chances(windows(learned, rng)).mean()).backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        stepper.step()
        steps += 1
        if steps % LOOKS == 0 and (told := bits(net, choosing[:8])) < best:
            best, at, kept = told, steps, {name: value.clone() for name, value in net.state_dict().items()}
    net.load_state_dict(kept or net.state_dict())
    return net, at or steps


def main() -> None:
    """Print the table; keep it with --json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=1.0, help="CPU minutes for each kind")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    torch.set_num_threads(1)
    rows, said = [], []
    for kind in (samples(args.data), letters(args.data), notes(args.data)):
        net, steps = taught(kind, args.minutes)
        own = (round(float(v), 2) for v in (np.log2(kind.classes), counted(kind, 0), counted(kind, 1), bits(net, kind.valid)))
        rows.append((kind.name, sum(map(len, kind.train)), kind.classes, *own, steps))
        print(*rows[-1], sep="\t", flush=True)
        if kind.shown:
            drawn = net.drawn(120, torch.Generator().manual_seed(0), temperature=0.7)
            gap = "" if all(len(s) == 1 for s in kind.shown) else " "
            said.append((kind.name, gap.join(kind.shown[k] for k in drawn).replace("\n", " / ")))
    notes_of = (
        f"one net for all: 10 layers of 64 channels that reach back 63 steps; at most {args.minutes:g} CPU minutes each",
        "steps: after which it foretold another tenth of what it learned from best; more steps learn 17,000 letters by heart",
        "bits a symbol on rows kept apart (the last tenth, or valid); counts: how often what followed the last symbol, or none",
    )
    columns = ("kind", "symbols learned from", "classes", "knowing nothing", "counts alone", "by the last one", "the core", "steps")
    tables = (
        Table("bits a symbol", columns, tuple(rows), notes_of),
        Table("drawn one after the other (temperature 0.7)", ("kind", "drawn"), tuple(said), ()),
    )
    publish(Finding("Does one causal core foretell samples, letters and notes?", tables), args.json)


if __name__ == "__main__":
    main()
