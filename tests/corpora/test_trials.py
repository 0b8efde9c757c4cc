"""Trial lists and the segments that they name."""

from __future__ import annotations

from pathlib import Path

import pytest

from aural.corpora.trials import read_trials
from aural.errors import ManifestError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.wav").write_bytes(b"RIFF")
    (tmp_path / "segments.tsv").write_text("segment\taudio\tstart\tend\tspeaker\ns1\ta.wav\t0.5\t2\tX\ns2\ta.wav\t2\t\tX\n")
    return tmp_path


def test_segments_by_name_and_files(folder: Path) -> None:
    path = folder / "t.tsv"
    path.write_text("enroll\ttest\ttarget\tkind\ns1\ts2\t1\tsame\ns1\ta.wav\t0\tother\n")
    trials, parts = read_trials(path)
    assert [(t.enroll, t.test, t.target, t.extra) for t in trials] == [
        ("s1", "s2", True, {"kind": "same"}), ("s1", "a.wav", False, {"kind": "other"}),
    ]  # fmt: skip
    assert (parts["s1"].start, parts["s1"].end, parts["s1"].extra) == (0.5, 2.0, {"speaker": "X"})
    assert parts["s2"].end is None and parts["a.wav"].audio == folder / "a.wav"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("enroll\ttest\ns1\ts2\n", "'target' is missing"),
        ("enroll\ttest\ttarget\ns1\ts2\tmaybe\n", "target is 'maybe'"),
        ("enroll\ttest\ttarget\ns1\ts9\t1\n", "no segment and no recording 's9'"),
        ("enroll\ttest\ttarget\ns1\ts2\n", "another number of columns"),
        ("enroll,test,target\n", "no trials"),
        ("", "no trials"),
    ],
    ids=range(6),
)
def test_complaints(folder: Path, text: str, told: str) -> None:
    (folder / "t.tsv").write_text(text)
    with pytest.raises(ManifestError, match=told):
        read_trials(folder / "t.tsv")


@pytest.mark.parametrize("row", ["s1\tb.wav\t0\t1", "s1\ta.wav\t2\t1", "s1\ta.wav\t-1\t1", "s1\ta.wav\tx\t1"], ids=range(4))
def test_bad_segments(folder: Path, row: str) -> None:
    (folder / "segments.tsv").write_text(f"segment\taudio\tstart\tend\n{row}\n")
    (folder / "t.tsv").write_text("enroll\ttest\ttarget\ns1\ts1\t1\n")
    with pytest.raises(ManifestError, match=r"segments\.tsv:2"):
        read_trials(folder / "t.tsv")


def test_a_file_that_is_not_there_comes_with_what_to_give(folder: Path) -> None:
    with pytest.raises(ManifestError, match=r"No such file.*columns enroll, test, target"):
        read_trials(folder / "nofile.tsv")


def test_the_real_list(data: Path) -> None:
    trials, parts = read_trials(data / "librispeech_mini" / "trials_segments.tsv")
    assert len(trials) == 1623 and len(parts) == 414
