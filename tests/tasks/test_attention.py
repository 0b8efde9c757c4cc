"""The picture of where a recognizer looks: rows are units, columns frames of the part that was asked for."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from aural import settings
from aural.errors import EmptySound, UsageError
from aural.models.face import Attending, Decoding, Hypothesis, Looks
from aural.models.runtime import Runtime
from aural.models.shelf import Shelf
from aural.pictures.picture import Picture
from aural.pictures.png import decode
from aural.progress import Quiet
from aural.sound.source import Source
from aural.tasks.attention import TASK, Options


class Looker(Attending):
    """Writes a unit each half second of what it hears, and looks there."""

    card: Any = SimpleNamespace(name="looker", sample_rate=16000, longest_input=None)

    def recognize(self, samples: np.ndarray, lengths: np.ndarray, decoding: Decoding, speech: Any = None) -> list[Hypothesis]:
        return []

    def looks(self, samples: np.ndarray, decoding: Decoding) -> Looks:
        frames = -(-len(samples) // 800)
        units = tuple(f"\u2581u{k}" for k in range(frames // 10))
        weights = np.zeros((len(units), frames))
        weights[np.arange(len(units)), np.arange(len(units)) * 10 + 4] = 1.0
        return Looks(units, weights, 0.05)

    def close(self) -> None:
        """Nothing is open."""


def drawn(model: Any, seconds: float = 2.0, **options: object) -> Picture:
    @contextlib.contextmanager
    def opened(name: str, role: str) -> Iterator[Any]:
        yield model

    source = Source.from_samples(0.1 * np.random.default_rng(0).standard_normal(int(16000 * seconds)).astype(np.float32), 16000)
    shelf = Shelf({"recognizer": "x"}, Runtime("cpu", 1), Quiet(), opened=opened)
    picture = TASK.run(source, shelf, settings.build(Options, options), Quiet())
    assert isinstance(picture, Picture)
    return picture


def test_units_go_up_and_frames_go_right() -> None:
    picture = drawn(Looker())
    table = picture.numbers["attention"]
    assert table.columns == ("time (s)", "1 _u0", "2 _u1", "3 _u2", "4 _u3") and table.rows.shape == (40, 5)
    assert table.rows[table.rows[:, 3].argmax(), 0] == pytest.approx(1.2)
    assert "u0 u1 u2 u3" in picture.title and decode(picture.png()).shape[:2] == (picture.height, picture.width)


def test_a_part_keeps_its_place_in_the_recording() -> None:
    rows = drawn(Looker(), start=0.5, end=1.5).numbers["attention"].rows
    assert rows[0, 0] == pytest.approx(0.5) and len(rows) == 20


def test_nothing_written_is_a_picture_too() -> None:
    picture = drawn(Looker(), seconds=0.2)
    assert picture.numbers["attention"].columns == ("time (s)", "1 (nothing)") and "no word is written" in picture.svg()


def test_who_does_not_write_looks_nowhere() -> None:
    with pytest.raises(UsageError, match="looks nowhere"):
        drawn(SimpleNamespace(card=Looker.card))
    with pytest.raises(EmptySound, match="behind 9"):
        drawn(Looker(), start=9.0)
