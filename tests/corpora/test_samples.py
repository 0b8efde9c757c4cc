"""Samples: real recordings out of the packages that carry weights, pinned by hash."""

from __future__ import annotations

import re
import wave
from pathlib import Path

import pytest

from aural import archives
from aural.corpora import samples
from aural.errors import ModelMissing, UsageError


def test_names_are_plain_and_all_is_pinned() -> None:
    assert len(set(samples.names())) == len(samples.SAMPLES) == 6
    for one in samples.SAMPLES:
        assert re.fullmatch(r"[a-z]+", one.name) and one.about and one.licence
        assert re.fullmatch(r"[0-9a-f]{64}", one.wanted.sha256)


def test_an_unknown_sample_names_the_nearest() -> None:
    with pytest.raises(UsageError, match="Did you mean 'dialogue'"):
        samples.sample("dialog")
    with pytest.raises(UsageError, match="There are: dialogue"):
        samples.sample("xyzzy")


def test_offline_and_not_here_says_what_to_lay_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AURAL_HOME", str(tmp_path))
    monkeypatch.setenv("AURAL_OFFLINE", "1")
    with pytest.raises(ModelMissing, match=r"moonshine_voice-0\.1\.0"):
        samples.sample("reading")


@pytest.mark.weights
@pytest.mark.parametrize("one", samples.SAMPLES, ids=samples.names())
def test_a_sample_is_the_recording_that_is_told(one: samples.Sample) -> None:
    path = samples.sample(one.name)
    with wave.open(str(path)) as file:
        assert file.getnframes() / file.getframerate() == pytest.approx(one.seconds, abs=0.01)
    assert path.stat().st_size == one.wanted.size
    assert path.parent == archives.home() / "samples"
