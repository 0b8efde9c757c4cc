"""Conditions: names, seeds, exact ratios, folders."""

from __future__ import annotations

from pathlib import Path

import judge_fake
import numpy as np
import pytest

from aural.errors import UsageError
from aural.judge.rooms import conditions
from aural.sound.sound import Sound


@pytest.fixture
def sound() -> Sound:
    time = np.arange(16000) / 8000
    return Sound((0.2 * np.sin(2 * np.pi * 300 * time) * (time % 0.5 < 0.3)).astype(np.float32), 8000)


def test_names_in_order(tmp_path: Path) -> None:
    judge_fake.wav(tmp_path / "n" / "a.wav")
    found = conditions([20, 0], tmp_path / "n", tmp_path / "n", True)
    assert [c.name for c in found] == ["clean", "snr 20", "snr 0", "room", "room, snr 20", "room, snr 0", "telephone"]
    assert [c.clean for c in found] == [True] + [False] * 6


def test_the_ratio_is_reached(sound: Sound) -> None:
    _, loud, faint = conditions([0, 20])
    differences = [c.apply(sound, "x").samples - sound.samples for c in (loud, faint)]
    powers = [float((d**2).mean()) for d in differences]
    assert 10 * np.log10(powers[0] / powers[1]) == pytest.approx(20, abs=0.05)
    # the same noise at every ratio, so that a curve compares like with like
    assert np.corrcoef(differences[0][0], differences[1][0])[0, 1] == pytest.approx(1, abs=1e-3)


def test_clip_and_seed_alone_decide(sound: Sound) -> None:
    one, other = conditions([10], seed=1)[1], conditions([10], seed=2)[1]
    assert one.apply(sound, "a").same(one.apply(sound, "a"))
    assert not one.apply(sound, "a").same(one.apply(sound, "b"))
    assert not one.apply(sound, "a").same(other.apply(sound, "a"))


def test_room_and_telephone_keep_the_length(tmp_path: Path, sound: Sound) -> None:
    judge_fake.wav(tmp_path / "r" / "room.wav", seconds=0.1)
    for condition in conditions([5], None, tmp_path / "r", True)[1:]:
        told = condition.apply(sound, "a")
        assert told.samples.shape == sound.samples.shape and np.isfinite(told.samples).all()
        assert not np.array_equal(told.samples, sound.samples)


def test_complaints(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--noise needs --snr"):
        conditions([], tmp_path)
    with pytest.raises(UsageError, match="no recordings"):
        conditions([10], tmp_path)
    with pytest.raises(UsageError, match="no recordings"):
        conditions([], None, tmp_path / "missing")
