"""Voices that go step by step: they end where they say so, or where the last symbol was said long enough; broken sizes are told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aural.errors import ModelRefused
from aural.models.card import Card, Licences
from aural.models.face import Prosody, Utterance
from aural.models.runtime import Runtime
from aural.models.stepwise import SIZES, Sizes, Stepwise, opened
from aural.models.through import VOICE
from aural.sound.voice_mel import at_rate

RATE = 22050
CARD = Card("v", "synthesizer", "tacotron2", Licences("x", "x", "x", None, "a test"), "a test", sample_rate=RATE)
SYMBOLS = ("_", "_.", "s", "i1")
TOLD: dict[str, Any] = {"before": 2, "step": 4, "states": {"looks_now": [0], "looks_summed": [0]}, "longest": [3, 2, 2, 3]}


class Graph:
    """Frames of one level; goes on a symbol each step, and then stays; says that it is done after `done` steps."""

    def __init__(self, done: int) -> None:
        self.done, self.steps = done, 0

    def run(self, feeds: dict[str, np.ndarray], names: list[str]) -> list[np.ndarray]:
        if names == ["memory"]:
            return [np.zeros((*feeds["symbols"].shape, 2), np.float32)]
        if names == ["refined"]:
            return [feeds["mel"]]
        count = feeds["most"].shape[1]
        looks = np.eye(count, dtype=np.float32)[None, min(self.steps, count - 1)]
        self.steps += 1
        frames = np.full((1, at_rate(RATE).n_mels, 4), -5, np.float32)
        return [frames, np.array([float(self.steps >= self.done)], np.float32), looks, feeds["looks_summed"] + looks]


@pytest.mark.parametrize(("done", "steps"), [(4, 4), (999, 3 + 2)])
def test_it_ends_where_it_says_so_or_where_the_last_symbol_was_said_long_enough(done: int, steps: int) -> None:
    graph = Graph(done)
    voice = Stepwise(CARD, (graph, graph, graph), SYMBOLS, Sizes.of(TOLD, 4))  # type: ignore[arg-type]
    mel, words = voice.spectrogram(Utterance(("see",), ("sˈi",), (".",), (0.2,)), Prosody())
    assert graph.steps == steps and mel.shape[1] == 4 * steps and [w.text for w in words] == ["see"]


@pytest.mark.parametrize(
    "wrong", [{"longest": [1, 2]}, {"longest": ["a"] * 4}, {"before": 0}, {"states": {}}, {"states": [1]}, {"step": None}]
)
def test_broken_sizes_are_refused(wrong: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / VOICE).write_text(json.dumps({"symbols": SYMBOLS}))
    (tmp_path / SIZES).write_text(json.dumps(TOLD | wrong))
    with pytest.raises(ModelRefused, match="this voice cannot be read"):
        opened(tmp_path, CARD, Runtime("cpu", 1))
