"""What do shifts in time, pitch and tempo cost a net that sees log-mel, and one that hears samples?

    python -m bench.shifts --corpora corpora --work runs/encoders [--json bench/receipts/shifts.json]

The nets are those of `python -m bench.encoders`: the log-mel CNN and the raw 1-D CNN (M5), each learned from plain clips and from
augmented ones. The valid digits (a voice that none of them heard) are changed in known ways and heard again.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from aural.metrics.intervals import bootstrap
from aural.models import store
from aural.models.runtime import Runtime
from aural.sound.effects import pitch, speed
from aural.sound.effects.pitch import stretched
from aural.sound.sound import Sound, load
from bench import manifests
from bench.report import Finding, Table, publish

RATE, WINDOW, BATCH = 8000, 512, 50
NETS = ("cnn", "m5")


def later(sound: Sound, seconds: float) -> Sound:
    """Silence before, and as much less behind as there is: the word begins later."""
    return Sound(np.pad(sound.samples, ((0, 0), (round(seconds * RATE), 0))), RATE)


def longer(sound: Sound, factor: float) -> Sound:
    """As long times `factor`, at the same pitch."""
    return Sound(stretched(sound.samples[0], factor, WINDOW)[None], RATE)


CHANGES: Mapping[str, Callable[[Sound], Sound]] = {
    "as they are": lambda s: s,
    "0.1 s later": lambda s: later(s, 0.1),
    "0.3 s later": lambda s: later(s, 0.3),
    "2 semitones lower": lambda s: pitch.apply(s, pitch.Params(-2)),
    "4 semitones lower": lambda s: pitch.apply(s, pitch.Params(-4)),
    "2 semitones higher": lambda s: pitch.apply(s, pitch.Params(2)),
    "4 semitones higher": lambda s: pitch.apply(s, pitch.Params(4)),
    "0.8 times as long": lambda s: longer(s, 0.8),
    "1.25 times as long": lambda s: longer(s, 1.25),
    "1.5 times as long": lambda s: longer(s, 1.5),
    "played at 0.9 times the speed": lambda s: speed.apply(s, speed.Params(0.9)),
    "played at 1.1 times the speed": lambda s: speed.apply(s, speed.Params(1.1)),
}


def right(model: Any, clips: list[Sound], labels: list[str]) -> np.ndarray:
    """Which clips [N] are told right."""
    order = np.argsort([c.length for c in clips], kind="stable")
    told = np.zeros(len(clips), bool)
    for part in np.array_split(order, -(-len(clips) // BATCH)):
        lengths = np.array([clips[k].length for k in part])
        samples = np.zeros((len(part), lengths.max()), np.float32)
        for row, k in enumerate(part):
            samples[row, : lengths[row]] = clips[k].samples[0]
        best = model.score(samples, lengths).argmax(axis=1)
        told[part] = [model.card.labels[b] == labels[k] for b, k in zip(best, part, strict=True)]
    return told


def shown(told: np.ndarray) -> str:
    found = bootstrap(lambda k: float(told[k].mean()), len(told), rng=np.random.default_rng(0))
    return f"{100 * found.value:.1f} [{100 * found.low:.1f}, {100 * found.high:.1f}]"


def lost(before: np.ndarray, after: np.ndarray) -> str:
    """Points lost of what was right before, over the same clips."""
    gap = before.astype(float) - after
    found = bootstrap(lambda k: float(gap[k].mean()), len(gap), rng=np.random.default_rng(0))
    return f"{100 * found.value:+.1f} [{100 * found.low:+.1f}, {100 * found.high:+.1f}]"


def table(corpora: Path, work: Path, more: str) -> Table:
    source = corpora / "fsdd"
    rows = manifests.placed(source / "valid.jsonl")
    plain = [load(row["audio"]).mono().resample(RATE) for row in rows]
    labels = [row["label"] for row in rows]
    models = [store.open_model(str(work / "fsdd" / (name + more)), "classifier", Runtime("cpu", 1)) for name in NETS]
    lines: list[tuple[Any, ...]] = []
    first: list[np.ndarray] = []
    for name, change in CHANGES.items():
        clips = [change(sound) for sound in plain]
        told = [right(model, clips, labels) for model in models]
        first = first or told
        cells = [cell for before, after in zip(first, told, strict=True)
                 for cell in (shown(after), "" if after is before else lost(before, after))]  # fmt: skip
        lines.append((name, *cells))
        print(lines[-1], flush=True)
    columns = ("digits of an unseen voice", "log-mel CNN: accuracy %", "points lost", "raw 1-D CNN: accuracy %", "points lost")
    return Table(f"learned from {'augmented' if more else 'plain'} clips", columns, tuple(lines))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--work", type=Path, default=Path("runs/encoders"))
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    tables = [table(args.corpora, args.work, more) for more in ("", "+")]
    notes = (
        "500 clips of one voice that was not learned from: intervals are over clips, and say nothing of other voices.",
        "Augmented: `--augment pitch,speed,gain,shift`, so these nets have met shifts and speeds, though not stretched clips.",
    )
    last = Table(tables[1].title, tables[1].columns, tables[1].rows, notes)
    publish(Finding("What do shifts in time, pitch and tempo cost log-mel and raw samples?", (tables[0], last)), args.json)


if __name__ == "__main__":
    main()
