"""What `aural info` tells of sounds whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from aural import settings
from aural.models.runtime import Runtime
from aural.models.shelf import Shelf
from aural.progress import Quiet
from aural.results import Report
from aural.sound import tones
from aural.sound.source import Source
from aural.tasks.info import TASK, Options


def told(sound: np.ndarray, rate: int = 44100, **options: object) -> Report:
    chosen = settings.build(Options, options)
    report = TASK.run(Source.from_samples(sound, rate), Shelf({}, Runtime("cpu", 1), Quiet()), chosen, Quiet())
    assert isinstance(report, Report)
    return report


def test_ten_seconds_of_200_hz_at_44100() -> None:
    report = told(tones.tone(200, seconds=10, amplitude=0.5))
    assert (report["samples"], report["rate"], report["seconds"], report["channels"]) == (441000, 44100, 10.0, 1)
    assert report["highest frequency"] == 22050
    assert report["fundamental"] == pytest.approx(200, abs=0.01)
    assert report["period"] == pytest.approx(5.0, abs=1e-3)
    assert report["peak"] == pytest.approx(0.5, abs=1e-4)
    assert report["RMS"] == pytest.approx(0.5 / np.sqrt(2), abs=1e-4)
    text = TASK.show(report)
    assert "441000" in text
    assert "period                 5 ms" in text


def test_harmonics_of_a_note() -> None:
    report = told(tones.note(200, seconds=2, harmonics=(1, 0.5, 0.25)))
    assert [report[f"harmonic {k}"] for k in (1, 2, 3)] == pytest.approx([200, 400, 600], abs=0.1)
    with pytest.raises(KeyError):
        report["harmonic 4"]


def test_noise_snr_clipping_and_silence() -> None:
    rng = np.random.default_rng(0)
    bursts = np.repeat(np.tile([1.0, 0.0, 0.7, 0.0], 10), 8000) * rng.standard_normal(320000) * 0.1
    noise = rng.standard_normal(320000) * np.sqrt(np.mean(bursts**2) / 100)
    report = told((bursts + noise).astype(np.float32), 16000, pitch=False)
    assert report["blind SNR"] == pytest.approx(20, abs=1)
    assert report["fundamental"] is None
    clipped = told(np.clip(3 * tones.note(220, seconds=1), -0.8, 0.8), pitch=False)
    assert 20 < float(str(clipped["clipped"])) < 90
    assert told(bursts.astype(np.float32), 16000, pitch=False)["silent"] == pytest.approx(50, abs=2)


def test_timbre_tells_bright_from_dark() -> None:
    dark, bright = (told(tones.note(220, seconds=1, harmonics=h)) for h in ((1, 0.1), (0.2, 0.5, 0.7, 1, 1, 1)))
    assert float(str(bright["centroid"])) > 2 * float(str(dark["centroid"]))
    assert float(str(bright["slope"])) > float(str(dark["slope"]))


@pytest.mark.parametrize("rate", [1000, 8000, 48000])
@pytest.mark.parametrize("sound", [np.zeros(4000), np.ones(1), np.zeros((3, 700))])
def test_odd_sounds_give_a_report(rate: int, sound: np.ndarray) -> None:
    report = told(sound.astype(np.float32), rate)
    assert "unknown" in str(report)
    assert report["rate"] == rate


def test_curves_and_a_part() -> None:
    report = told(tones.tone(300, seconds=4, sample_rate=16000), 16000, start=1.0, end=3.0)
    names = {c.name: c for c in report.curves}
    assert names["pitch"].start == 1.0
    assert np.nanmedian(names["pitch"].values) == pytest.approx(300, abs=0.5)
    assert len(names["loudness"].values) == 17
    assert report["samples"] == 64000
