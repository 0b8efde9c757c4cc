"""Every task over hostile but legal recordings: silence, one sample, NaN, stereo, 8 and 48 kHz."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import aural
from aural import find
from aural.cli import outputs
from aural.errors import AuralError
from aural.results import Result

VERBS = [v for v in find.names("tasks") if find.page("tasks", v).TASK.takes == "source"]
GENERATOR = np.random.default_rng(0)
TONE = 0.1 * np.sin(2 * np.pi * 440 * np.arange(24000) / 8000).astype(np.float32)
SOUNDS: dict[str, tuple[np.ndarray, int]] = {
    "silence": (np.zeros((1, 32000), np.float32), 16000),
    "one sample": (np.full((1, 1), 0.5, np.float32), 16000),
    "NaN": (np.where(np.arange(32000) % 100 == 0, np.nan, 0.01).astype(np.float32)[None], 16000),
    "stereo at 48 kHz": ((0.01 * GENERATOR.standard_normal((2, 96000))).astype(np.float32), 48000),
    "a tone at 8 kHz": (TONE[None], 8000),
}


def test_the_tasks_are_found() -> None:
    assert len(VERBS) >= 10, VERBS


@pytest.mark.weights
@pytest.mark.parametrize("name", sorted(SOUNDS))
@pytest.mark.parametrize("verb", VERBS)
def test_an_answer_or_our_own_error(verb: str, name: str) -> None:
    try:
        answer: Any = getattr(aural, verb)(SOUNDS[name])
    except AuralError as error:
        assert str(error)
        return
    assert answer is not None
    assert find.page("tasks", verb).TASK.show(answer) is not None
    if isinstance(answer, Result):
        assert not answer.text, f"words out of {name}"
        assert not answer.turns, f"speakers out of {name}"
        for form in find.names("formats"):
            assert outputs.render(answer, form) is not None
