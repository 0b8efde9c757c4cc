"""What a training makes of the rows before it learns: copies come to one side, labels in time become clips."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from aural.corpora.manifest import read_manifest
from aural.errors import CorpusError
from aural.learn.train import Ask, Trained, train
from aural.sound.sound import Sound

RATE = 16000
CHEAP = {"features": "statistics", "folds": 2}  # the classical road takes no time


def syllables(rng: np.random.Generator, height: float, seconds: float = 1.6) -> np.ndarray:
    """Samples [T] of noise around a frequency (Hz), in pieces of their own level and place."""
    hz = np.fft.rfftfreq(1600, 1 / RATE)
    parts = []
    for _ in range(round(seconds * 10)):
        shape = np.exp(-(((hz - height * rng.uniform(0.6, 1.6)) / 250) ** 2)) + 0.2 * np.exp(
            -(((hz - rng.uniform(200, 3400)) / 250) ** 2)
        )
        parts.append(np.fft.irfft(np.fft.rfft(rng.standard_normal(1600)) * shape) * rng.uniform(0.2, 1.0))
    whole = np.concatenate(parts)
    return (0.3 * whole / np.abs(whole).max()).astype(np.float32)


def learned(data: Path, run: Path, valid: Path | None = None) -> tuple[Trained, list[str]]:
    told: list[str] = []
    ask = Ask("classify", data, run, valid, method="classical", given=CHEAP, share=0.4)
    return train(ask, say=told.append), told


def saved(x: np.ndarray, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Sound(x[None], RATE).save(path)


def test_copies_come_to_one_side(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for label, height in (("low", 500.0), ("high", 2500.0)):
        for k in range(6):
            sound = syllables(rng, height)
            saved(sound, tmp_path / "sounds" / label / f"{k}.wav")
            saved(0.3 * sound[3000:], tmp_path / "sounds" / label / f"{k}_again.wav")
    learned(tmp_path / "sounds", tmp_path / "run")
    side = {
        c.audio.stem + c.audio.parent.name: part
        for part in ("train", "valid")
        for c in read_manifest(tmp_path / "run" / f"{part}.jsonl")
    }
    assert len(side) == 24 and len(set(side.values())) == 2
    assert [name for name in side if "_again" in name and side[name] != side[name.replace("_again", "")]] == []


def test_copies_in_two_given_splits_are_named(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    for part, count in (("train", 4), ("valid", 2)):
        for label, height in (("low", 500.0), ("high", 2500.0)):
            for k in range(count):
                saved(syllables(rng, height), tmp_path / part / label / f"{k}.wav")
    copied = tmp_path / "train" / "low" / "0.wav"
    (tmp_path / "valid" / "low" / "same.wav").write_bytes(copied.read_bytes())
    _, told = learned(tmp_path / "train", tmp_path / "run", tmp_path / "valid")
    notes = [line for line in told if "near-duplicates stand in two splits" in line]
    assert len(notes) == 1 and "0.wav" in notes[0] and "same.wav" in notes[0]


@pytest.mark.parametrize("form", ["audacity", "ctm"])
def test_labels_of_long_recordings_become_clips(form: str, tmp_path: Path) -> None:
    rng, folder = np.random.default_rng(2), tmp_path / "long"
    folder.mkdir()
    for name in ("a", "b", "c", "d", "e"):
        order = [("low", 500.0), ("high", 2500.0)] * 3
        saved(np.concatenate([syllables(rng, height, 0.5) for _, height in order]), folder / f"{name}.wav")
        times = [(0.5 * k, label) for k, (label, _) in enumerate(order)]
        if form == "audacity":
            text = "".join(f"{at:.3f}\t{at + 0.5:.3f}\t{label}\n" for at, label in times)
        else:
            text = "".join(f"{name} 1 {at:.3f} 0.500 {label}\n" for at, label in times)
        (folder / f"{name}.{'txt' if form == 'audacity' else 'ctm'}").write_text(text)
    made, told = learned(folder, tmp_path / "run")
    assert any("labels of 5 recordings were cut into 30 clips" in line for line in told)
    parts = [read_manifest(tmp_path / "run" / f"{part}.jsonl") for part in ("train", "valid")]
    assert {c.audio for c in parts[0]}.isdisjoint(c.audio for c in parts[1]), "one recording stands on both sides"
    assert made.card.labels == ("high", "low") and made.receipt is not None and made.receipt.metrics["accuracy"].value > 0.9


def test_a_bare_folder_is_normal_where_that_is_enough(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    for k in range(8):
        saved(syllables(rng, 800.0), tmp_path / "pump" / f"{k}.wav")
    told: list[str] = []
    made = train(Ask("anomaly", tmp_path / "pump", tmp_path / "run", given={"features": "statistics"}), say=told.append)
    assert made.card.kind == "outlier" and any("8 recordings in no folder of their own: taken as normal" in x for x in told)
    with pytest.raises(CorpusError, match="nothing tells the labels"):
        learned(tmp_path / "pump", tmp_path / "other")
