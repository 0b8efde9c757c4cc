"""Embedding: the whole, stretches, and what has no voice."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import aural
from aural.errors import SoundError, UsageError
from aural.sound.sound import load
from aural.tasks import embed


@pytest.mark.weights
def test_whole_and_stretches(data: Path) -> None:
    sound = load(data / "librispeech_mini" / "audio" / "1688-142285-0001.opus", rate=16000, mono=True, end=8.0)
    whole = aural.embed(sound, threads=1)
    assert whole.values.shape == (1, 256) and np.linalg.norm(whole.values) == pytest.approx(1, abs=1e-5)
    assert (whole.spans[0].start, whole.spans[0].end) == (0.0, 8.0)
    parts = aural.embed(sound, window=2.0, step=1.0, threads=1)
    starts = [s.start for s in parts.spans]
    assert starts == [float(i) for i in range(7)]
    assert all(s.end - s.start == pytest.approx(2.0) for s in parts.spans)
    assert np.allclose(np.linalg.norm(parts.values, axis=1), 1, atol=1e-5)
    assert (parts.values @ whole.values[0]).min() > 0.4
    assert parts.model == whole.model
    assert "256 numbers" in embed.TASK.show(whole)


@pytest.mark.weights
def test_nobody_speaks() -> None:
    silence = (np.zeros(48000, np.float32), 16000)
    with pytest.raises(SoundError):
        aural.embed(silence, threads=1)
    assert aural.embed(silence, window=1.0, threads=1).spans == ()


@pytest.mark.parametrize("options", [{"step": 1.0}, {"window": 0.1}, {"window": 2.0, "step": 3.0}, {"window": 2.0, "step": 0.0}])
def test_windows_that_cannot_be(options: dict[str, float]) -> None:
    with pytest.raises(UsageError):
        aural.embed((np.zeros(16000, np.float32), 16000), **options)
