"""The page of DNSMOS: equal to the package's own answers, its batch, and that noise costs marks."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import aural
from aural.models import store
from aural.models.borrowed import dnsmos
from aural.models.runtime import Runtime
from aural.sound.sound import Sound

HERE = Path(__file__).parents[2] / "golden" / "quality"
GOLDEN = json.loads((HERE / "dnsmos.json").read_text(encoding="utf-8"))
sys.path.insert(0, str(HERE))
from clips import clips  # noqa: E402

CLIPS = clips()


def told(sound: object) -> dict[str, float]:
    return {c.name: float(c.values[0]) for c in aural.quality(sound).curves or ()}


@pytest.fixture(scope="module")
def model() -> Iterator[dnsmos.Dnsmos]:
    with store.open_model("dnsmos", "quality", Runtime("cpu", 1)) as opened:
        assert isinstance(opened, dnsmos.Dnsmos)
        yield opened


def test_a_short_clip_is_doubled_until_it_is_long_enough() -> None:
    sound = np.arange(50_000, dtype=np.float32)
    again = dnsmos.repeated(sound)
    assert len(again) == 200_000 and np.array_equal(again[50_000:100_000], sound)
    assert len(dnsmos.repeated(sound[:0])) == dnsmos.LENGTH
    assert len(dnsmos.repeated(np.ones(dnsmos.LENGTH, np.float32))) == dnsmos.LENGTH


def test_its_mel_is_what_the_net_was_taught() -> None:
    mel = dnsmos._mel(CLIPS["13.2 s of noise"][: dnsmos.LENGTH])
    assert mel.shape == (900, 120) and mel.max() == pytest.approx(1.0) and mel.min() >= -1.0


@pytest.mark.weights
@pytest.mark.parametrize("name", sorted(CLIPS))
def test_equal_to_the_package_on_clips_of_formulas(name: str) -> None:
    assert told(Sound(CLIPS[name][None], 16000, 0.0)) == pytest.approx(GOLDEN["formulas"][name], abs=1e-3)


@pytest.mark.weights
@pytest.mark.parametrize("name", sorted(GOLDEN["recordings"]))
def test_equal_to_the_package_on_recordings(name: str, data: Path) -> None:
    assert told(data / name) == pytest.approx(GOLDEN["recordings"][name], abs=1e-3)


@pytest.mark.weights
def test_rows_of_a_batch_answer_as_they_do_alone(model: dnsmos.Dnsmos) -> None:
    rows = np.stack([c[: dnsmos.LENGTH] for c in CLIPS.values() if len(c) >= dnsmos.LENGTH])
    lengths = np.array([dnsmos.LENGTH, 30_000, dnsmos.LENGTH][: len(rows)])
    both = model.score(rows, lengths)
    alone = [model.score(rows[i : i + 1, :n], np.array([n]))[0] for i, n in enumerate(lengths)]
    assert both.shape == (len(rows), 4) and np.allclose(both, alone, atol=1e-4)


@pytest.mark.weights
def test_noise_costs_marks(data: Path) -> None:
    from aural.sound.sound import load

    clean = load(data / sorted(GOLDEN["recordings"])[0]).mono().resample(16000)
    noise = np.random.default_rng(0).standard_normal(clean.samples.shape) * 0.3 * np.abs(clean.samples).std()
    noisy = Sound(np.asarray(clean.samples + noise, np.float32), 16000, 0.0)
    quiet, loud = told(clean), told(noisy)
    assert all(quiet[name] > loud[name] for name in ("overall", "speech", "background", "p808"))
    assert quiet["background"] - loud["background"] > 0.5
