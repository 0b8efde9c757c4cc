"""Both Moonshines on a few seconds of a real voice: words, times, batches, hotwords, given text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from aural.corpora.samples import sample
from aural.models import store
from aural.models.engines._moonshine import Moonshine
from aural.models.face import Decoding
from aural.models.runtime import Runtime
from aural.progress import Quiet
from aural.sound.source import Source

pytestmark = pytest.mark.weights
OPENING = "it was the best of times it was the worst of times"


@pytest.fixture(scope="module")
def voice() -> np.ndarray:
    """The first seconds of a reading of A Tale of Two Cities."""
    return Source(sample("reading", Quiet())).load(rate=16000, mono=True, end=5.0).samples[0]


@pytest.fixture(scope="module", params=["moonshine-tiny", "moonshine-base"])
def model(request: Any) -> Iterator[Moonshine]:
    opened = store.open_model(request.param, "recognizer", Runtime("cpu", 1))
    assert isinstance(opened, Moonshine)
    with opened:
        yield opened


def plain(text: str) -> str:
    return " ".join("".join(c for c in w if c.isalnum()) for w in text.lower().split())


def test_words_and_their_times(model: Moonshine, voice: np.ndarray) -> None:
    told = model.recognize(voice[None], np.array([len(voice)]), Decoding())[0]
    assert OPENING in plain(told.text)
    assert told.words is not None and " ".join(w.text for w in told.words) == told.text
    starts = [w.start for w in told.words]
    assert starts == sorted(starts)
    assert all(0 <= w.start < w.end <= len(voice) / 16000 for w in told.words)
    assert all(w.confidence is not None and 0 < w.confidence <= 1 for w in told.words)
    assert {w.timed for w in told.words} == {"measured"}
    assert -0.5 < told.scores["avg_logprob"] <= 0


def test_times_change_no_words_and_a_batch_is_its_rows(model: Moonshine, voice: np.ndarray) -> None:
    rows = np.stack([voice, np.concatenate([voice[:40000], np.zeros(len(voice) - 40000, np.float32)])])
    both = model.recognize(rows, np.array([len(voice), 40000]), Decoding())
    for i, length in enumerate((len(voice), 40000)):
        alone = model.recognize(rows[i : i + 1, :length], np.array([length]), Decoding())[0]
        assert both[i] == alone
        untimed = model.recognize(rows[i : i + 1, :length], np.array([length]), Decoding(word_times=False))[0]
        assert untimed.text == alone.text and untimed.words is None


def test_a_shift_in_time_shifts_the_words(model: Moonshine, voice: np.ndarray) -> None:
    quiet = np.zeros(16000, np.float32)
    early = model.align(voice, "It was the best of times,")
    late = model.align(np.concatenate([quiet, voice]), "It was the best of times,", np.r_[np.zeros(31), np.ones(220)])
    assert [w.text for w in early] == ["It", "was", "the", "best", "of", "times,"]
    moved = np.array([b.start - a.start for a, b in zip(early[1:], late[1:], strict=True)])
    assert np.median(np.abs(moved - 1.0)) < 0.1


def test_more_readings_and_wanted_words(model: Moonshine, voice: np.ndarray) -> None:
    part = voice[: 4 * 16000]
    told = model.recognize(part[None], np.array([len(part)]), Decoding(beam=3, n_best=3, word_times=False))[0]
    assert 1 <= len(told.alternatives) <= 2 and told.text not in told.alternatives
    wanted, bonus = ("time", 6) if model.card.name == "moonshine-tiny" else ("wurst", 14)
    forced = model.recognize(part[None], np.array([len(part)]), Decoding(hotwords=(f"{wanted}^{bonus}",), word_times=False))[0]
    assert wanted not in plain(told.text).split() and wanted in plain(forced.text).split()


def test_the_smallest_inputs(model: Moonshine) -> None:
    for count in (0, 1, 800):
        told = model.recognize(np.zeros((1, count), np.float32), np.array([count]), Decoding())[0]
        assert all(w.end <= max(count / 16000, 0.002) for w in told.words or ())


def test_silence_may_be_answered_with_nothing_or_must_not(voice: np.ndarray) -> None:
    with store.open_model("moonshine-base", "recognizer", Runtime("cpu", 1)) as base:
        assert isinstance(base, Moonshine)
        silent = np.zeros((1, 16000), np.float32)
        assert base.recognize(silent, np.array([16000]), Decoding())[0].text == ""
        assert base.recognize(silent, np.array([16000]), Decoding(allow_empty=False))[0].text != ""
