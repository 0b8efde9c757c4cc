"""Several fetches show one sum, and one bar that runs over it."""

from __future__ import annotations

from pathlib import Path

import pytest

from aural.archives import Address, Archive, Member, Place, Wanted
from aural.cli.fetching import Whole, missing
from aural.progress import Progress

WHEEL = Archive("carrier", "1.0", "carrier-1.0-py3-none-any.whl", "0" * 64, 5000)


class _Steps(Progress):
    def __init__(self) -> None:
        self.told: list[tuple[float, float | None, str, str]] = []

    def step(self, done: float, total: float | None, stage: str, unit: str = "s") -> None:
        self.told.append((done, total, stage, unit))

    def close(self) -> None:
        self.told.append((0, None, "closed", ""))


def _place(name: str, folder: Path, source: Member | Address) -> Place:
    return Place(Wanted(name, "0" * 64, 100, (source,)), folder)


def test_stages_add_up_to_the_whole() -> None:
    steps = _Steps()
    whole = Whole(steps, 300)
    for done in (50, 100):
        whole.step(done, 100, "one", "B")
    for done in (0, 200):
        whole.step(done, 200, "two", "B")
    assert steps.told == [(50, 300, "one", "B"), (100, 300, "one", "B"), (100, 300, "two", "B"), (300, 300, "two", "B")]


def test_more_than_was_promised_never_passes_the_total() -> None:
    steps = _Steps()
    Whole(steps, 10).step(40, 40, "one", "B")
    assert steps.told == [(40, 40, "one", "B")]


def test_other_units_and_unknown_lengths_pass() -> None:
    steps = _Steps()
    whole = Whole(steps, 10)
    whole.step(3, 9, "hear", "s")
    whole.step(0, None, "waiting", "B")
    whole.close()
    assert steps.told == [(3, 9, "hear", "s"), (0, None, "waiting", "B"), (0, None, "closed", "")]


def test_an_archive_counts_once_and_what_is_here_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AURAL_HOME", str(tmp_path / "home"))
    places = [_place(n, tmp_path / "m", Member(WHEEL, n)) for n in ("a", "b")]
    apart = _place("c", tmp_path / "m", Address("https://example.org/c"))
    assert missing([*places, apart]) == (5100, 2)
    (tmp_path / "m").mkdir()
    for place in places:
        place.path.write_bytes(bytes(100))
    assert missing([*places, apart]) == (100, 1)
    assert missing(places) == (0, 0)


def test_what_was_laid_by_hand_is_not_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AURAL_HOME", str(tmp_path / "home"))
    (tmp_path / "home" / "archives").mkdir(parents=True)
    (tmp_path / "home" / "archives" / WHEEL.filename).write_bytes(b"")
    assert missing([_place("a", tmp_path / "m", Member(WHEEL, "a"))]) == (0, 0)
