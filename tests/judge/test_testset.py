from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from aural.cli.main import main
from aural.corpora.manifest import Clip, read_manifest, write_manifest
from aural.errors import DataError, UsageError
from aural.judge import testset
from aural.results import Event
from aural.sound.sound import Sound, load


@pytest.fixture
def clean(tmp_path: Path) -> Path:
    """Three clips of two speakers, the last one a part of a recording, and a room and a noise."""
    rng = np.random.default_rng(0)
    for name, seconds in (("a", 1.0), ("b", 0.7)):
        tone = 0.2 * np.sin(np.arange(int(16000 * seconds)) / 10) * (rng.random(int(16000 * seconds)) > 0.2)
        Sound(tone.astype(np.float32)[None], 16000).save(tmp_path / f"{name}.wav")
    for folder, sound in (
        ("rooms", np.eye(1, 4000, 5) + 0.5 * np.eye(1, 4000, 900)),
        ("noises", 0.1 * rng.standard_normal((1, 8000))),
    ):
        (tmp_path / folder).mkdir()
        Sound(sound.astype(np.float32), 16000).save(tmp_path / folder / "one.wav")
    clips = [
        Clip(tmp_path / "a.wav", "a", text="one", speaker="s1", extra={"accent": "Scottish"}),
        Clip(tmp_path / "b.wav", "b", text="two", speaker="s2"),
        Clip(tmp_path / "a.wav", "a@0.5", start=0.5, duration=0.25, text="half", speaker="s1"),
    ]
    write_manifest(clips, tmp_path / "clean.jsonl")
    return tmp_path / "clean.jsonl"


def test_every_clip_in_every_cell(clean: Path, tmp_path: Path) -> None:
    matrix = testset.cells([10, 0], tmp_path / "noises", tmp_path / "rooms", True, 1)
    assert [c.name for c in matrix[:3]] == ["clean", "telephone", "snr 10"] and len({c.name for c in matrix}) == 12
    rows = read_manifest(testset.write(read_manifest(clean), matrix, tmp_path / "set"))
    assert len(rows) == 36 and {r.text for r in rows} == {"one", "two", "half"}
    assert {r.value("room") for r in rows} == {"dry", "room"} and {r.value("snr") for r in rows} == {"quiet", "10", "0"}
    assert [r.group for r in rows if r.text == "half"] == ["s1"] * 12 and rows[0].value("accent") == "Scottish"
    own = [r for r in rows if r.value("condition") == "clean"]
    np.testing.assert_allclose(load(own[0].audio).samples, load(tmp_path / "a.wav").samples, atol=1e-4)
    assert own[2].duration == 0.25 and load(own[2].audio).length == 4000
    noisy = next(r for r in rows if r.value("condition") == "snr 10" and r.text == "one")
    rest = load(noisy.audio).samples - load(tmp_path / "a.wav").samples
    assert 5 < 10 * np.log10(np.mean(load(tmp_path / "a.wav").samples ** 2) / np.mean(rest**2)) < 15


def test_dealt_clips_lie_in_one_cell_and_seeds_repeat(clean: Path, tmp_path: Path) -> None:
    matrix = testset.cells([10], seed=3)
    paths = [testset.write(read_manifest(clean), matrix, tmp_path / name, deal=True) for name in ("x", "y")]
    rows = read_manifest(paths[0])
    assert sorted(r.value("clean") for r in rows) == ["a.wav", "a.wav@0.5+0.25", "b.wav"]
    assert {r.value("condition") for r in rows} == {"clean", "snr 10"}
    files = [sorted((p.parent / "audio").iterdir()) for p in paths]
    assert [f.read_bytes() for f in files[0]] == [f.read_bytes() for f in files[1]]


def test_what_cannot_be_done_is_told(clean: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nothing is to be done"):
        testset.cells()
    for snr in (float("nan"), float("inf"), -300.0):
        with pytest.raises(UsageError, match="no ratio"):
            testset.cells([snr])
    with pytest.raises(UsageError, match="no seed"):
        testset.cells([10], seed=-1)
    clips = read_manifest(clean)
    with pytest.raises(UsageError, match="cannot be written"):
        testset.write(clips, testset.cells([10]), clean)
    with pytest.raises(UsageError, match="not empty"):
        testset.write(clips, testset.cells([10]), tmp_path)
    timed = [Clip(clips[2].audio, "c", start=0.5, duration=0.2, events=(Event(0.0, 0.1, "x"),), where="m:1")]
    with pytest.raises(DataError, match="times of the whole"):
        testset.write(timed, testset.cells([10]), tmp_path / "new")


def test_the_command(clean: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["testset", str(clean), "-o", str(tmp_path / "set"), "--snr", "20", "--telephone", "--limit", "1", "--progress", "none"]
    assert main(asked) == 0
    out, told = capsys.readouterr()
    assert out.split("\n")[:4] == ["clean", "telephone", "snr 20", "snr 20, telephone"]
    assert "4 clips in 4 cells" in told and "--slice condition,room,snr,line" in told
    assert main(["testset", str(clean), "-o", str(tmp_path / "other"), "--snr", "loud"]) == 2
