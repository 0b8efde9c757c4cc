"""Features by name: what is known, what is refused, and each part as it is alone."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from aural.errors import UsageError
from aural.models.features import Ear, embedders, joined, parts_of, words_of
from aural.sound.sound import load
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


def test_labels_that_cannot_be_said_are_named() -> None:
    assert words_of(["turn it off", "7"]) == "words:turn it off|7"
    for label in ("", "--", "a|b", "a+b"):
        with pytest.raises(UsageError, match="cannot be said"):
            words_of(["yes", label])


@pytest.mark.weights
def test_words_are_told_by_how_likely_they_are(data: Path) -> None:
    rows = [json.loads(line) for line in (data / "speech_commands_mini" / "valid.jsonl").read_text().splitlines()]
    ear = Ear(words_of(["down", "happy", "three"]))
    try:
        for row in [r for r in rows if r["label"] in ("down", "happy", "three")][:3]:
            sound = load(data / "speech_commands_mini" / row["audio"], rate=16000, mono=True).samples[0]
            *shares, best = ear.hear(sound)
            assert ["down", "happy", "three"][int(np.argmax(shares))] == row["label"] and np.exp(shares).sum() == pytest.approx(1)
            assert best > ear.hear(NOISE)[-1], "noise is none of them"
    finally:
        ear.close()
