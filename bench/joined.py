"""Long recordings made by joining real ones, for the benches that ask about hours."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from aural.sound.encode import Writer
from aural.sound.source import Source
from bench.manifests import Row, placed

RATE = 16000


def conversation(manifests: list[Path], seconds: float, target: Path, pause: float = 0.5, seed: int = 0) -> list[Row]:
    """Write `seconds` of joined recordings, shuffled anew in each round; gives the rows in their order."""
    generator = np.random.default_rng(seed)
    told: list[Row] = []
    silence = np.zeros((1, round(pause * RATE)), np.float32)
    at = 0.0
    with Writer(target, RATE, 1) as out:
        for row in _shuffled([r for m in manifests for r in placed(m)], generator):
            if at >= seconds:
                break
            begun = at
            for block in Source(row["audio"]).blocks(rate=RATE):
                out.write(block.samples)
                at += block.duration
            told.append({**row, "start": begun, "end": at})
            out.write(silence)
            at += pause
    return told


def _shuffled(found: list[Row], generator: np.random.Generator) -> Iterator[Row]:
    for _ in itertools.count():
        yield from (found[i] for i in generator.permutation(len(found)))
