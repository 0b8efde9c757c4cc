"""What all tests share: the data folder beside the checkout, and one home for fetched weights."""

from __future__ import annotations

from pathlib import Path

import pytest

import aural
from aural.sound.sound import load

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real recordings beside the checkout; tests that need it are skipped without it."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the recordings beside the checkout are not here")
    return folder


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two voices, 3.4 s: "Do you hear me?" and "Yes."."""
    path = tmp_path_factory.mktemp("clips") / "clip.wav"
    load(aural.sample("dialogue")).cut(2.0, 5.4).mono().resample(16000).save(path)
    return path
