"""`aural voices`: every voice with language and licence; what takes phonemes only is marked."""

from __future__ import annotations

from pathlib import Path

import pytest

from aural.cli import main as cli


def test_all_voices_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["voices"]) == 0
    lines = capsys.readouterr().out.splitlines()
    rows = {line.split()[0]: line for line in lines[1:]}
    assert len(rows) >= 58 and "Apache-2.0" in rows["af_heart"] and " text " in rows["af_heart"]
    assert "--phonemes only" in rows["jf_alpha"] and " ja " in rows["jf_alpha"]
    assert "flite" in rows["slt"] and " text " in rows["slt"]


def test_of_one_language(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["voices", "en-GB"]) == 0
    lines = capsys.readouterr().out.splitlines()[1:]
    assert len(lines) >= 8 and all("en-GB" in line for line in lines)
    assert cli.main(["voices", "tlh"]) == 2
    assert "no voice speaks 'tlh'" in capsys.readouterr().err


def test_of_some_names(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["voices", "--voice", "slt,kokoro:af_heart"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()[1:]] == ["slt", "af_heart"]
    assert cli.main(["voices", "--voice", "nobody"]) == 2
    assert "there is no voice 'nobody'" in capsys.readouterr().err


def test_a_model_folder_stands_in_no_list(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "runs" / "mine"
    folder.mkdir(parents=True)
    assert cli.main(["voices", "--voice", str(folder)]) == 2
    err = capsys.readouterr().err
    assert "is no voice of this list" in err and "None" not in err and "aural speak -m" in err
