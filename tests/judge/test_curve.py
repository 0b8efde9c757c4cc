"""The picture of a figure against SNR."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from aural.judge import curve
from aural.judge.figures import Figure
from aural.receipts import Metric


def test_a_curve_with_intervals(tmp_path: Path) -> None:
    conditions = {
        "clean": {"wer": Metric(0.05, 0.04, 0.06, 10)},
        "snr 20": {"wer": Metric(0.06, 0.05, 0.08, 10)},
        "snr 0": {"wer": Metric(0.4, 0.3, 0.5, 10)},
        "room, snr 0": {"wer": Metric(0.6, None, None, 10)},
        "telephone": {"wer": Metric(0.09, 0.08, 0.1, 10)},
    }
    path = tmp_path / "snr.svg"
    assert curve.draw(path, "wer", Figure(part="errors", whole="words"), conditions)
    text = path.read_text()
    ElementTree.fromstring(text)
    for told in ("wer (%)", "signal-to-noise ratio (dB)", "clean 5.0", "telephone 9.0", ">20<", ">0<", "room"):
        assert told in text


def test_nothing_to_draw(tmp_path: Path) -> None:
    assert not curve.draw(tmp_path / "x.svg", "wer", Figure(part="e", whole="w"), {"clean": {"wer": Metric(0.1)}})
    assert not (tmp_path / "x.svg").exists()
