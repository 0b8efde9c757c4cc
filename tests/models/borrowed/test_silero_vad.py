"""The voice gate: streamed equals whole, for every size of block; silence is silent."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from aural.models import store
from aural.models.borrowed.silero_vad import FRAME, SileroVad
from aural.models.runtime import Runtime


@pytest.fixture(scope="module")
def gate() -> Iterator[SileroVad]:
    model = store.open_model("silero-vad", "vad", Runtime("cpu", 1))
    assert isinstance(model, SileroVad)
    with model:
        yield model


def sweep(count: int) -> np.ndarray:
    rng = np.random.default_rng(3)
    t = np.arange(count) / 16000
    return (0.3 * np.sin(2 * np.pi * 140 * t) * np.sin(2 * np.pi * 3 * t) ** 2 + 0.02 * rng.normal(size=count)).astype(np.float32)


@pytest.mark.weights
@pytest.mark.parametrize("size", [1, 160, 512, 700, 16000])
def test_streamed_equals_whole(gate: SileroVad, size: int) -> None:
    samples = sweep(5000 if size == 1 else 40001)
    state, parts = gate.start(), []
    for first in range(0, len(samples), size):
        state, frames = gate.step(state, samples[first : first + size])
        parts.append(frames)
    parts.append(gate.finish(state))
    streamed = np.concatenate(parts)
    whole = gate.score(samples[None], np.array([len(samples)]))[0]
    assert streamed.shape == whole.shape == (-(-len(samples) // FRAME), 1)
    assert np.allclose(streamed, whole, atol=1e-5)


@pytest.mark.weights
def test_a_batch_gives_what_single_rows_give(gate: SileroVad) -> None:
    rows = [sweep(9000), sweep(16000)]
    filled = np.zeros((2, 16000), np.float32)
    filled[0, :9000], filled[1] = rows
    both = gate.score(filled, np.array([9000, 16000]))
    for i, row in enumerate(rows):
        alone = gate.score(row[None], np.array([len(row)]))[0]
        assert np.array_equal(both[i, : len(alone)], alone)
        assert not both[i, len(alone) :].any()


@pytest.mark.weights
def test_silence_and_nothing(gate: SileroVad) -> None:
    assert gate.score(np.zeros((1, 16000), np.float32), np.array([16000])).max() < 0.1
    assert gate.score(np.zeros((1, 0), np.float32), np.array([0])).shape == (1, 0, 1)
