"""The page of Smart Turn: its window, its batch, and that a cut clip is less finished than a whole one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from aural.models import store
from aural.models.borrowed import smart_turn
from aural.models.runtime import Runtime
from aural.sound.sound import load


@pytest.fixture(scope="module")
def model() -> Iterator[smart_turn.SmartTurn]:
    with store.open_model("smart-turn", "turn_end", Runtime("cpu", 1)) as opened:
        assert isinstance(opened, smart_turn.SmartTurn)
        yield opened


def test_the_window_is_the_end_with_zeros_in_front() -> None:
    window = smart_turn._window(np.ones(1000, np.float32))
    assert window.shape == (128_000,)
    assert len(np.unique(window[:-1000])) == 1 and len(np.unique(window[-1000:])) == 1
    assert window[-1] > window[0]
    assert abs(window.mean()) < 1e-3 and abs(window.std() - 1) < 1e-3
    long = np.arange(200_000, dtype=np.float32)
    assert np.argmax(smart_turn._window(long)) == 127_999


@pytest.mark.weights
def test_rows_of_a_batch_answer_as_they_do_alone(model: smart_turn.SmartTurn) -> None:
    samples = np.random.default_rng(0).normal(0, 0.05, (3, 60_000)).astype(np.float32)
    lengths = np.array([60_000, 30_000, 0])
    both = model.score(samples, lengths)
    alone = [model.score(samples[i : i + 1, :n], np.array([n]))[0] for i, n in enumerate(lengths)]
    assert both.shape == (3, 1) and ((both >= 0) & (both <= 1)).all()
    assert np.allclose(both, alone, atol=1e-4)


@pytest.mark.weights
def test_a_whole_sentence_is_more_finished_than_a_cut_one(model: smart_turn.SmartTurn, data: Path) -> None:
    folder = data / "allison_prompts_tts"
    rows = [json.loads(line) for line in (folder / "train.jsonl").read_text(encoding="utf-8").splitlines()]
    whole, cut = [], []
    for row in [r for r in rows if r["duration"] > 2][:12]:
        sound = load(folder / row["audio"]).mono().resample(16_000).samples
        whole.append(float(model.score(sound, np.array([sound.shape[1]]))[0, 0]))
        cut.append(float(model.score(sound, np.array([int(0.55 * sound.shape[1])]))[0, 0]))
    assert np.mean(whole) > np.mean(cut) + 0.2
