"""Saved sets of the datasets library, where pyarrow is installed: rows with embedded sounds come back as files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aural.corpora.rows import rows
from aural.errors import CorpusError
from aural.sound.encode import encode
from aural.sound.sound import Sound, load

pyarrow: Any = pytest.importorskip("pyarrow")


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    monkeypatch.setenv("AURAL_HOME", str(tmp_path / "home"))
    sounds = [encode(Sound(np.full((1, 800), 0.1 * k, np.float32), 8000), "wav") for k in range(1, 4)]
    columns = {
        "audio": [{"bytes": data, "path": f"{k}.wav"} for k, data in enumerate(sounds)],
        "label": [1, 0, 1],
        "speaker_id": [7, 8, 7],
        "age": [20, 30, 40],
    }
    features = {"label": {"names": ["cat", "dog"], "_type": "ClassLabel"}}
    told = {b"huggingface": json.dumps({"info": {"features": features}}).encode()}
    return pyarrow.Table.from_pydict(columns).replace_schema_metadata(told)


@pytest.mark.parametrize("kind", ["parquet", "arrow"])
def test_rows_come_back(kind: str, table: Any, tmp_path: Path) -> None:
    place = tmp_path / "set" / "data"
    place.mkdir(parents=True)
    if kind == "parquet":
        pytest.importorskip("pyarrow.parquet").write_table(table, place / "validation-00000-of-00001.parquet")
    else:
        (place.parent / "validation").mkdir()
        with pyarrow.ipc.new_stream(str(place.parent / "validation" / "data-00000-of-00001.arrow"), table.schema) as out:
            out.write_table(table)
    found = rows(place.parent)
    told = [(c.label, c.speaker, c.split, c.extra) for c in found]
    assert told[:2] == [("dog", "7", "valid", {"age": 20}), ("cat", "8", "valid", {"age": 30})]
    assert [round(float(load(c.audio).samples[0, 5]), 2) for c in found] == [0.1, 0.2, 0.3]
    assert [c.label for c in rows(place.parent, "age")] == ["20", "30", "40"]
    assert [c.audio for c in rows(place.parent)] == [c.audio for c in found]


def test_a_damaged_file_is_told(table: Any, tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "train.parquet").write_bytes(b"PAR1 and nothing else")
    with pytest.raises(CorpusError, match="damaged"):
        rows(tmp_path / "set")
