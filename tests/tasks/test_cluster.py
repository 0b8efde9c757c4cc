"""Recordings into groups: like ones together, words, names, what cannot be heard, and files."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import aural
from aural.errors import SoundError, UsageError
from aural.metrics.clustering import purity
from aural.sound.sound import Sound
from aural.tasks._cluster_heard import Heard, _pulse
from aural.tasks._cluster_words import words_of
from aural.tasks.cluster import Options, _by_size, grouped, points_of

RATE = 16000


def kinds(folder: Path, each: int = 4) -> tuple[list[Path], list[str]]:
    """Tones, noise and clicks."""
    rng, t = np.random.default_rng(0), np.arange(2 * RATE) / RATE
    paths, names = [], []
    for k in range(each):
        clicks = np.zeros(len(t))
        clicks[:: RATE // 2] = 0.8
        made = {"tone": 0.2 * np.sin(2 * np.pi * rng.uniform(400, 500) * t), "noise": 0.1 * rng.standard_normal(len(t)),
                "clicks": np.convolve(clicks, np.exp(-np.arange(200) / 30))[: len(t)]}  # fmt: skip
        for name, sound in made.items():
            paths.append(folder / f"{name}{k}.wav")
            Sound(sound[None].astype(np.float32), RATE).save(paths[-1])
            names.append(name)
    return paths, names


@pytest.mark.weights
@pytest.mark.parametrize("method", ["kmeans", "agglomerative"])
@pytest.mark.parametrize("by", ["sounds", "statistics"])
def test_like_sounds_come_together(tmp_path: Path, method: str, by: str) -> None:
    paths, names = kinds(tmp_path)
    found = aural.cluster(*paths, k=3, method=method, by=by, preview=0.5)
    assert purity(names, [m.group for m in found.members]) == 1.0
    assert [m.name for m in found.members] == [p.name for p in paths]
    assert [g.size for g in found.groups] == [4, 4, 4] and all(g.words for g in found.groups)
    assert all(len(m.preview) > 500 for m in found.members) and found.fit > 0.3
    assert found.maps["main axes"].shape == (12, 2) == found.maps["neighbors"].shape


@pytest.mark.weights
def test_the_number_of_groups_is_found_and_files_are_written(tmp_path: Path) -> None:
    paths, names = kinds(tmp_path)
    (tmp_path / "broken.wav").write_bytes(b"RIFF nothing")
    found = aural.cluster(*paths, tmp_path / "broken.wav", preview=0.0, write=str(tmp_path / "groups.json"))
    assert len(found.groups) == 3 and purity(names, [m.group for m in found.members]) == 1.0
    assert list(found.left_out) == ["broken.wav"] and not any(m.preview for m in found.members)
    told = json.loads((tmp_path / "groups.json").read_text())
    assert [m["group"] for m in told["members"]] == [m.group for m in found.members]
    again = aural.cluster(*paths, preview=0.0)
    assert [m.group for m in again.members] == [m.group for m in found.members]


def test_what_makes_no_groups_is_said_before_anything_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aural.tasks.cluster._hear", lambda *given: pytest.fail("it was heard first"))
    sound = (np.zeros((1, 100), np.float32), RATE)
    with pytest.raises(UsageError, match="2 recordings make no groups"):
        aural.cluster(sound, sound)
    with pytest.raises(UsageError, match="3 recordings cannot make 99 groups"):
        aural.cluster(sound, sound, sound, k=99)
    with pytest.raises(UsageError, match="ends in no format"):
        aural.cluster(sound, sound, sound, write="groups.pdf")


@pytest.mark.weights
def test_odd_recordings_end_well(tmp_path: Path) -> None:
    silent, one = (np.zeros((1, RATE), np.float32), RATE), (np.full((1, 1), 0.5, np.float32), RATE)
    bad = (np.tile(np.linspace(-1, 1, 400, dtype=np.float32), (2, 9)), 8000)
    found = aural.cluster(silent, one, bad, silent, k=2)
    assert sum(g.size for g in found.groups) == 4
    assert len({m.name for m in found.members}) == 4
    with pytest.raises(UsageError, match="cannot make 9 groups"):
        aural.cluster(silent, one, bad, k=9)
    for k in range(3):
        (tmp_path / f"{k}.wav").write_bytes(b"")
    with pytest.raises((UsageError, SoundError)):
        aural.cluster(*sorted(tmp_path.glob("*.wav")))


def heard(tags: list[float], brightness: float, pulse: float = 0.0) -> Heard:
    facts = {
        "brightness": brightness,
        "loudness": -20.0,
        "noisiness": 0.1,
        "change": 3.0,
        "length": 0.0,
        "pulse": pulse,
        "tempo": 121.0,
    }
    return Heard(np.zeros(0), np.zeros(0), np.array(tags), facts, 1.0, b"")


def test_words_are_what_the_others_have_not() -> None:
    names = ("Animal", "Dog, hound", "Rain (heavy)", "Silence")
    group = [heard([0.6, 0.7, 0.0, 0.9], 1.0 + 0.01 * k) for k in range(4)]
    other = [heard([0.6, 0.0, 0.8, 0.9], 4.0 + 0.01 * k, 0.8) for k in range(4)]
    labels = np.repeat([0, 1], 4)
    assert words_of(group + other, labels, names) == [("dog", "dark"), ("rain", "bright", "about 120 beats a minute")]
    lone = words_of(group, np.zeros(4, int), names)
    assert lone[0][0] == "dog"


def test_a_steady_beat_has_a_tempo_and_noise_has_none() -> None:
    clicks = np.zeros(8 * RATE, np.float32)
    clicks[:: RATE // 2] = 1.0
    pulse, tempo = _pulse(np.convolve(clicks, np.exp(-np.arange(400) / 80))[: len(clicks)].astype(np.float32))
    assert pulse > 0.5 and tempo == pytest.approx(120, abs=1)
    assert _pulse(0.1 * np.random.default_rng(0).standard_normal(8 * RATE).astype(np.float32))[0] < 0.2
    assert _pulse(np.zeros(100, np.float32)) == (0.0, 0.0) == _pulse(np.zeros(8 * RATE, np.float32))


def test_groups_are_numbered_by_size_and_heaps_are_counted() -> None:
    assert _by_size(np.array([5, 5, 2, 9, 9, 9])).tolist() == [1, 1, 2, 0, 0, 0]
    rng = np.random.default_rng(1)
    points = np.concatenate([m + 0.1 * rng.standard_normal((6, 3)) for m in 5 * np.eye(3)])
    for method in ("kmeans", "agglomerative"):
        assert len(set(grouped(points, Options(method=method)).tolist())) == 3
    rows = [Heard(np.abs(rng.standard_normal(8)), rng.standard_normal(5), np.zeros(1), {}, 1.0, b"") for _ in range(5)]
    assert np.allclose(np.linalg.norm(points_of(rows, "sounds"), axis=1), 1)
    assert points_of(rows, "statistics").shape == (5, 5)
