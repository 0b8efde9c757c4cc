"""Clips as the listener hears them: where a phrase is over."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from aural.corpora.manifest import Clip
from aural.learn.spotting.hearing import RATE, end_of


def test_the_end_of_a_phrase_is_where_it_fades() -> None:
    samples = np.concatenate([np.zeros(RATE // 2), 0.3 * np.ones(RATE // 2), 1e-4 * np.ones(RATE)])
    assert end_of(Clip(Path("x"), "x"), samples) == pytest.approx(1.0, abs=0.03)
