"""Groups as text, CSV, JSON and a page: whole, sorted, harmless."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import numpy as np
import pytest

from aural.errors import UsageError
from aural.pictures.groups import FORMATS, Group, Groups, Member

EVIL = "</script><img src=x onerror=alert(1)>.wav"
GROUPS = Groups(
    (Member("a.wav", 1, 0.5, 1.25, ("dog",), b"ID3sound"), Member(EVIL, 1, 0.25, 2.0), Member("c, \"d\".wav", 2, 0.0, 3.0)),
    (Group(1, ("dog", "dark"), 2, "a.wav"), Group(2, ("rain",), 1, "c")),
    {"neighbors": np.array([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]]), "main axes": np.zeros((3, 2))},
    0.25, {"tagger": "yamnet"}, {"broken.wav": "it is no sound"},
)  # fmt: skip


def test_text_names_groups_members_and_what_is_left_out() -> None:
    assert str(GROUPS).splitlines()[:2] == ["1  dog, dark  (2)", "     a.wav"]
    assert str(GROUPS).splitlines()[-1] == "left out  broken.wav: it is no sound"


def test_csv_and_json_hold_the_same() -> None:
    rows = list(csv.DictReader(io.StringIO(GROUPS.as_format("csv"))))
    told = json.loads(GROUPS.as_format("json"))
    assert [r["name"] for r in rows] == [m["name"] for m in told["members"]] == ["a.wav", EVIL, 'c, "d".wav']
    assert [int(r["group"]) for r in rows] == [m["group"] for m in told["members"]]
    assert float(rows[1]["neighbors y"]) == told["members"][1]["places"]["neighbors"][1] == 3.0
    assert "audio" not in GROUPS.as_format("json")


def test_the_page_is_whole_and_names_stay_text() -> None:
    page = GROUPS.as_format("html")
    assert "{{" not in page and "<img" not in page and page.count("</script>") == 2
    inside = json.loads(re.search(r'id="data">(.*?)</script>', page, re.DOTALL)[1])  # type: ignore[index]
    assert inside["maps"] == ["neighbors", "main axes"] and inside["members"][1]["name"] == EVIL
    assert "default-src 'none'" in page and not re.search(r"(src|href)\s*=\s*[\"']?https?:", page)


def test_files_are_written_by_their_ending(tmp_path: Path) -> None:
    for name in FORMATS:
        assert GROUPS.save(tmp_path / f"g.{name}").read_text(encoding="utf-8") == GROUPS.as_format(name)
    with pytest.raises(UsageError, match="pdf"):
        GROUPS.save(tmp_path / "g.pdf")
