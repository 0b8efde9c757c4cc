"""Finding pages by their file names."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from aural import find
from aural.errors import UsageError

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    "room", ["tasks", "formats", "sound/effects", "models/borrowed", "metrics", "cli/commands", "text/spoken_forms"]
)
def test_every_page_on_the_disk_is_found(room: str) -> None:
    on_disk = sorted(p.stem for p in (ROOT / "aural" / room).glob("*.py") if not p.stem.startswith("_"))
    assert list(find.names(room)) == on_disk
    assert len(on_disk) >= 2
    assert all(find.first_line(room, name) for name in on_disk)


def test_an_unknown_page_gives_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"no 'jsn' among the formats. Did you mean 'json'"):
        find.page("formats", "jsn")


def test_a_word_that_looks_like_no_name_has_no_nearest() -> None:
    assert find.nearest("transcrib", ("detect", "transcribe")) == "transcribe"
    assert find.nearest("xyz", ("detect", "transcribe")) is None
    assert find.alike("dog", iter(("dog bark", "dogs", "rain")), 2) == ["dogs", "dog bark"]


def test_the_index_serves_where_sources_cannot_be_listed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    index = json.loads((ROOT / "aural" / "pages.json").read_text())
    monkeypatch.setattr(find, "_ROOT", tmp_path)
    find.names.cache_clear()
    try:
        assert list(find.names("formats")) == sorted(index["formats"])
    finally:
        monkeypatch.undo()
        find.names.cache_clear()
