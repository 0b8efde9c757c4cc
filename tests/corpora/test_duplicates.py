"""Copies are found whatever was done to them; what only sounds alike is not."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from aural.corpora.duplicates import SHIFT, alike, least, near_duplicates, placed, print_of, remarks
from aural.corpora.manifest import Clip
from aural.corpora.split import split
from aural.sound.sound import Sound

RATE = 16000


def voice(rng: np.random.Generator, seconds: float = 1.5) -> np.ndarray:
    """Noise in syllables: bands and loudness change every 80 ms, as in speech."""
    parts = []
    for _ in range(round(seconds / 0.08)):
        spectrum = np.fft.rfft(rng.standard_normal(1280))
        hz = np.fft.rfftfreq(1280, 1 / RATE)
        shape = sum(np.exp(-(((hz - f) / 250) ** 2)) for f in rng.uniform(200, 3400, 3))
        parts.append(np.fft.irfft(spectrum * shape) * rng.uniform(0.2, 1.0))
    whole = np.concatenate(parts)
    return (0.3 * whole / np.abs(whole).max()).astype(np.float32)


def changed(kind: str, x: np.ndarray) -> tuple[np.ndarray, str, int | None]:
    cut = round(0.3 * RATE)
    return {
        "louder": (2.5 * x, "wav", None),
        "coded": (x, "opus", 24000),
        "mp3": (x, "mp3", 64000),
        "later": (np.concatenate([np.zeros(cut, np.float32), x]), "wav", None),
        "cut": (x[cut:], "wav", None),
        "all": (0.2 * x[cut:], "opus", 24000),
    }[kind]


@pytest.fixture(scope="module")
def originals(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Clip], list[np.ndarray]]:
    folder, rng = tmp_path_factory.mktemp("originals"), np.random.default_rng(0)
    sounds = [voice(rng) for _ in range(20)]
    clips = []
    for k, x in enumerate(sounds):
        Sound(x[None], RATE).save(folder / f"{k}.wav")
        clips.append(Clip(folder / f"{k}.wav", f"{k}.wav", label="a", labels=("a",), split="train"))
    return clips, sounds


@pytest.mark.parametrize("kind", ["louder", "coded", "mp3", "later", "cut", "all"])
def test_copies_are_found(kind: str, originals: tuple[list[Clip], list[np.ndarray]], tmp_path: Path) -> None:
    clips, sounds = originals
    copies = []
    for k in (3, 11):
        x, ending, bitrate = changed(kind, sounds[k])
        Sound(x[None], RATE).save(tmp_path / f"copy{k}.{ending}", bitrate=bitrate)
        copies.append(Clip(tmp_path / f"copy{k}.{ending}", f"copy{k}", label="b", labels=("b",), split="valid"))
    found = near_duplicates([*clips, *copies])
    assert {(t.first.id, t.second.id) for t in found} == {("3.wav", "copy3"), ("11.wav", "copy11")}
    assert all(t.across and 0.6 <= t.similarity <= 1 for t in found)
    shift = {"later": -0.3, "cut": 0.3, "all": 0.3}.get(kind, 0.0)
    assert all(abs(t.shift - shift) <= 0.06 for t in found)
    assert remarks(found)[0].startswith("2 pairs of near-duplicates stand in two splits: ")
    assert remarks(found)[1].startswith("2 pairs of near-duplicates have different labels: ")


def test_nothing_is_found_where_nothing_is(originals: tuple[list[Clip], list[np.ndarray]], tmp_path: Path) -> None:
    clips, _ = originals
    (tmp_path / "broken.wav").write_bytes(b"RIFF")
    Sound(np.zeros((1, RATE), np.float32), RATE).save(tmp_path / "silent.wav")
    odd = [Clip(tmp_path / name, name) for name in ("broken.wav", "silent.wav", "silent.wav")]
    assert near_duplicates([*clips, *odd]) == [] and remarks([]) == ()
    assert near_duplicates(clips[:1]) == [] and near_duplicates([]) == []


def test_similarity_is_that_of_a_correlation() -> None:
    rng = np.random.default_rng(1)
    for _ in range(20):
        a, b = (print_of(voice(rng, rng.uniform(0.1, 2))[::2]) for _ in range(2))
        similarity, frames = alike(a, b)
        assert -1 <= similarity <= 1.001 and abs(frames) * 0.016 <= SHIFT
        assert similarity < least(min(a.heard, b.heard) * 0.016)
        assert alike(a, a)[0] == pytest.approx(1, abs=1e-3) or a.heard < 3


def test_twins_are_split_to_one_side() -> None:
    clips = [Clip(Path(f"{k}.wav"), f"{k}.wav", label="ab"[k % 2], labels=("ab"[k % 2],)) for k in range(40)]
    pairs = [(clips[k], clips[k + 20]) for k in range(20)]
    for seed in range(4):
        parts = split(clips, {"train": 0.8, "valid": 0.2}, seed, together=pairs).clips
        sides = {c.id: name for name, part in parts.items() for c in part}
        assert all(sides[a.id] == sides[b.id] for a, b in pairs) and 4 <= len(parts["valid"]) <= 12
    named = [dataclasses.replace(c, group=f"g{k}") for k, c in enumerate(clips)]
    assert split(named, {"train": 0.8, "valid": 0.2}, together=[(named[0], named[1])]).by == "group"


def test_a_recording_that_is_given_for_both_splits_stands_in_both(originals: tuple[list[Clip], list[np.ndarray]]) -> None:
    learned = [dataclasses.replace(clip, split=None) for clip in originals[0][:3]]
    validated = [dataclasses.replace(learned[0])]
    twins = placed(near_duplicates([*learned, *validated]), {"train": learned, "valid": validated})
    assert [t.across for t in twins] == [True] and "stand in two splits" in remarks(twins)[0]
