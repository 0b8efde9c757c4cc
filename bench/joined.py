"""Long recordings made by joining real ones, for the benches that ask about hours."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from aural.sound.encode import Writer
from aural.sound.source import Source

RATE = 16000


def rows(manifest: Path) -> list[dict[str, object]]:
    """The rows of a manifest, each with the absolute path of its recording under "path"."""
    found = [json.loads(line) for line in manifest.read_text(encoding="utf-8").splitlines()]
    return [{**row, "path": manifest.parent / str(row["audio"])} for row in found]


def conversation(manifests: list[Path], seconds: float, target: Path, pause: float = 0.5, seed: int = 0) -> list[dict[str, object]]:
    """Write `seconds` of joined recordings, shuffled anew in each round; gives the rows in their order."""
    generator = np.random.default_rng(seed)
    told: list[dict[str, object]] = []
    silence = np.zeros((1, round(pause * RATE)), np.float32)
    at = 0.0
    with Writer(target, RATE, 1) as out:
        for row in _shuffled([r for m in manifests for r in rows(m)], generator):
            if at >= seconds:
                break
            begun = at
            for block in Source(row["path"]).blocks(rate=RATE):
                out.write(block.samples)
                at += block.duration
            told.append({**row, "start": begun, "end": at})
            out.write(silence)
            at += pause
    return told


def _shuffled(found: list[dict[str, object]], generator: np.random.Generator) -> Iterator[dict[str, object]]:
    for _ in itertools.count():
        yield from (found[i] for i in generator.permutation(len(found)))
