"""Word times of the Whisper engine."""

from __future__ import annotations

import numpy as np

from aural.models.engines._whisper import _core


def test_a_word_that_took_what_was_left_out_lies_where_it_is_followed() -> None:
    fit = np.full((2, 400), 0.02)
    fit[0, 100:110], fit[1, 110:118] = 0.8, 0.5
    assert _core(fit, 90, 380) == (100, 118)


def test_a_word_that_is_followed_nowhere_keeps_its_frames() -> None:
    assert _core(np.full((1, 300), 0.01), 20, 250) == (20, 250)
