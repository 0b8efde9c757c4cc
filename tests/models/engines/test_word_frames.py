"""The frames of words, by where a decoder looked and by CTC."""

from __future__ import annotations

import numpy as np

from aural.models.engines._word_frames import _core, spiked
from aural.text.pieces import Piece


def test_a_word_that_took_what_was_left_out_lies_where_it_is_followed() -> None:
    fit = np.full((2, 400), 0.02)
    fit[0, 100:110], fit[1, 110:118] = 0.8, 0.5
    assert _core(fit, 90, 380) == (100, 118)


def test_a_word_that_is_followed_nowhere_keeps_its_frames() -> None:
    assert _core(np.full((1, 300), 0.01), 20, 250) == (20, 250)


def test_words_lie_where_ctc_is_sure_and_nowhere_without_room() -> None:
    chances = np.full((8, 4), 0.01)
    for frame, unit in enumerate((0, 1, 2, 0, 0, 1, 3, 0)):  # blank, space, a, blank, blank, space, b, blank
        chances[frame, unit] = 0.97
    pieces = [Piece("a", 0, 2, 2), Piece("b", 2, 4, 4)]
    text = {0: "", 1: "a", 2: "b"}
    found = spiked(np.log(chances), (0, 1, 0, 2), pieces, lambda tokens: "".join(text[t] for t in tokens))
    assert found == [(2, 3), (6, 7)], "the spaces before them are no part of the words"
    assert spiked(np.log(chances[:3]), (0, 1, 0, 2), pieces, lambda tokens: "x") is None
