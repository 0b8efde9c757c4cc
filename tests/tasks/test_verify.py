"""Verification: the decision, the threshold, and what the level of a recording does to it (nothing)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import aural
from aural.errors import SoundError
from aural.results import Match
from aural.sound.sound import Sound, load
from aural.tasks import _voice, verify

SAME = ("1688-142285-0001.opus", "1688-142285-0003.opus")
OTHER = "1069-133699-0000.opus"


def _clip(data: Path, name: str, gain: float = 1.0) -> Sound:
    sound = load(data / "librispeech_mini" / "audio" / name, rate=16000, mono=True, end=4.0)
    return Sound(gain * sound.samples, 16000)


@pytest.mark.weights
def test_same_and_other(data: Path) -> None:
    one, two, other = (_clip(data, n) for n in (*SAME, OTHER))
    same, different = aural.verify(one, two, threads=1), aural.verify(one, other, threads=1)
    assert isinstance(same, Match) and same.accepted and same.score > 0.6
    assert not different.accepted and different.score < 0.3
    assert same.threshold == different.threshold == pytest.approx(0.42)
    assert aural.verify(two, one, threads=1).score == pytest.approx(same.score, abs=1e-6)
    assert not aural.verify(one, two, threshold=0.99, threads=1).accepted
    assert "the same voice" in verify.TASK.show(same) and "another voice" in verify.TASK.show(different)


@pytest.mark.weights
def test_level_does_not_matter(data: Path) -> None:
    one, two = (_clip(data, n) for n in SAME)
    soft = aural.verify(one, _clip(data, SAME[1], 0.05), threads=1)
    assert soft.score == pytest.approx(aural.verify(one, two, threads=1).score, abs=0.03)


@pytest.mark.weights
def test_silence_around_a_voice_does_not_matter(data: Path) -> None:
    one, two = (_clip(data, n) for n in SAME)
    framed = Sound(np.pad(two.samples, ((0, 0), (48000, 48000))), 16000)
    assert aural.verify(one, framed, threads=1).score > 0.6


@pytest.mark.weights
def test_where_nobody_speaks_there_is_no_voice(data: Path) -> None:
    with pytest.raises(SoundError, match="no voice"):
        aural.verify(_clip(data, OTHER), (np.zeros(32000, np.float32), 16000), threads=1)


def test_edges_of_a_voice_count_and_long_silence_does_not() -> None:
    voice = np.zeros(100, np.float32)
    voice[40:60] = 0.9
    weights = _voice._weights(voice)
    assert (weights[32:68] == 1).all() and weights[:30].max() < 0.2 and weights[70:].max() < 0.2


def test_threshold_comes_from_the_card() -> None:
    from aural.models.borrowed import community_embedding, silero_vad

    assert _voice.threshold_of(community_embedding.CARD) == 0.42
    assert _voice.threshold_of(silero_vad.CARD) == _voice.SAME
    assert len(_voice.model_of(community_embedding.CARD)) == 64
    assert _voice.model_of(community_embedding.CARD) != _voice.model_of(silero_vad.CARD)
