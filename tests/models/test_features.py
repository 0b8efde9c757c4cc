"""Features by name: what is known, what is refused, and each part as it is alone."""

from __future__ import annotations

import numpy as np
import pytest

from aural.errors import UsageError
from aural.models.features import Ear, embedders, joined, parts_of
from aural.sound.statistics import statistics

NOISE = np.random.default_rng(0).normal(0, 0.1, 20_000).astype(np.float32)


def test_names() -> None:
    assert parts_of("quarters + yamnet") == ("quarters", "yamnet") == parts_of(joined("quarters", "yamnet"))
    assert {"yamnet", "community-embedding"} <= set(embedders())
    for text in ("", "loudness", "statistics + statistics", "silero-vad", "../yamnet", "org/name"):
        with pytest.raises(UsageError):
            parts_of(text)


def test_statistics_are_those_of_the_sound_room() -> None:
    ear = Ear("statistics")
    assert np.array_equal(ear.hear(NOISE), statistics(NOISE))
    ear.close()


@pytest.mark.parametrize("text", ["statistics", "quarters"])
def test_odd_clips_give_finite_numbers(text: str) -> None:
    ear = Ear(text)
    lengths = {len(ear.hear(np.array(samples, np.float32))) for samples in ([], [0.5], [np.nan] * 3000, [0.0] * 3000)}
    assert len(lengths) == 1
    assert np.isfinite(ear.hear(np.full(3000, np.inf, np.float32))).all()


@pytest.mark.weights
def test_embeddings_stand_beside_statistics() -> None:
    ear = Ear("yamnet + community-embedding + statistics")
    heard = ear.hear(NOISE)
    ear.close()
    assert len(heard) == 2048 + 256 + len(statistics(NOISE)) and np.isfinite(heard).all()
    assert np.linalg.norm(heard[2048:2304]) == pytest.approx(1, abs=1e-4)
