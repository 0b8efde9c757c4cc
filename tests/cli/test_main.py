"""The command line: help, versions, exit codes, one-line errors."""

from __future__ import annotations

import pytest

from aural import __version__
from aural.cli import main as cli
from aural.errors import LimitReached


def test_help_lists_every_verb(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--help"]) == 0
    out = capsys.readouterr().out
    assert all(f"  {verb} " in out for verb in cli.commands())


def test_every_verb_has_one_short_line() -> None:
    for verb, line in cli.commands().items():
        assert 10 < len(line) <= 110 and not line.endswith("."), f"{verb}: {line!r}"


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out == f"aural {__version__}\n"


@pytest.mark.parametrize("verb", sorted(cli.commands()))
def test_each_verb_has_help(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main([verb, "--help"])
    assert left.value.code == 0
    assert f"aural {verb}" in capsys.readouterr().out


def test_a_misspelt_verb_names_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["explan"]) == 2
    assert "aural explain" in capsys.readouterr().err


def test_a_file_in_place_of_a_verb_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([__file__]) == 2
    assert "aural listen" in capsys.readouterr().err


def test_an_error_is_one_line_and_its_exit_code(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def fail(_: list[str]) -> int:
        raise LimitReached("memory ran out", where="a.wav", fix="Use -m small")

    monkeypatch.setattr(cli, "_run", fail)
    assert cli.main(["x"]) == 5
    assert capsys.readouterr().err == "aural: a.wav: memory ran out. Use -m small\n"


def test_ctrl_c_is_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(_: list[str]) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "_run", stop)
    assert cli.main(["x"]) == 130


def test_ctrl_c_that_makes_a_library_stumble_is_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(_: list[str]) -> int:
        try:
            raise KeyboardInterrupt
        finally:
            raise AttributeError("what was to be put back was never taken away")

    monkeypatch.setattr(cli, "_run", stop)
    assert cli.main(["x"]) == 130


def test_a_bug_is_one_line_and_70(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def bug(_: list[str]) -> int:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr(cli, "_run", bug)
    assert cli.main(["x"]) == 70
    err = capsys.readouterr().err
    assert len(err.splitlines()) == 1
    assert "--debug" in err
    with pytest.raises(ZeroDivisionError):
        cli.main(["x", "--debug"])
