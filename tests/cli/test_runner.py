"""Many recordings: failures, bugs and processes; what is printed and with which exit code."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import active_children
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aural.cli import hearing, processes, runner
from aural.cli import main as cli
from aural.cli.inputs import Input
from aural.errors import NotASound
from aural.sound.sound import Sound


@pytest.fixture(autouse=True)
def clips(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, rate in (("a.wav", 8000), ("b.wav", 16000)):
        Sound(0.1 * np.ones(rate), rate).save(tmp_path / name)


def hears(monkeypatch: pytest.MonkeyPatch, act: Callable[[str], str]) -> None:
    def hear(job: Any, one: Input, paths: Any, *_: Any) -> str:
        if one.problem:
            raise one.problem
        return act(one.name)

    monkeypatch.setattr(hearing, "hear", hear)


def fail(error: Exception) -> Callable[[str], str]:
    def act(name: str) -> str:
        if name == "a.wav":
            raise error
        return f"heard {name}"

    return act


def test_all_is_well(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    hears(monkeypatch, lambda name: f"heard {name}")
    assert cli.main(["info", "a.wav", "b.wav"]) == 0
    assert capsys.readouterr().out == "== a.wav\nheard a.wav\n== b.wav\nheard b.wav\n"
    assert cli.main(["info", "a.wav"]) == 0
    assert capsys.readouterr().out == "heard a.wav\n"


def test_what_was_assumed_is_told_once_and_only_with_an_answer(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    hears(monkeypatch, fail(NotASound("this is none", where="a.wav")))
    for arguments, count in (
        (["a.wav", "b.wav"], 1),
        (["b.wav"], 1),
        (["a.wav"], 0),
        (["nowhere.wav"], 0),
        (["b.wav", "-l", "en"], 0),
        (["b.wav", "--quiet"], 0),
    ):
        for verb in ("transcribe", "listen"):
            cli.main([verb, *arguments])
            assert capsys.readouterr().err.count("English is assumed") == count, arguments


@pytest.mark.parametrize(
    ("error", "alone", "words"),
    [
        (NotASound("this is none", where="a.wav"), 3, "this is none"),
        (MemoryError(), 5, "memory ran out"),
        (BrokenProcessPool("gone"), 5, "fewer --jobs"),
        (OSError(28, "No space left on device", "a.json"), 5, "disk is full"),
        (ZeroDivisionError("oh"), 70, "bug in aural"),
    ],
)
def test_one_of_many_fails(
    error: Exception, alone: int, words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    hears(monkeypatch, fail(error))
    code = cli.main(["info", "a.wav", "b.wav"])
    out, err = capsys.readouterr()
    assert code == (70 if alone == 70 else 1)
    assert out == "== b.wav\nheard b.wav\n"
    assert words in err.splitlines()[0]
    assert "a." in err.splitlines()[0]
    assert cli.main(["info", "a.wav"]) == alone
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_reader_that_left_ends_it_quietly(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(cli, "_mute", lambda: None)
    hears(monkeypatch, fail(BrokenPipeError()))
    assert cli.main(["info", "a.wav", "b.wav"]) == 0
    assert capsys.readouterr().err == ""


def test_several_processes_give_what_one_gives(capsys: pytest.CaptureFixture[str]) -> None:
    Path("text.wav").write_text("words " * 40)
    line = ["info", "b.wav", "text.wav", "a.wav", "--no-pitch", "-f", "json"]
    assert cli.main([*line, "-o", "one"]) == 1
    first = capsys.readouterr()
    assert cli.main([*line, "-o", "two", "--jobs", "2", "--progress", "json"]) == 1
    second = capsys.readouterr()
    assert second.out == first.out.replace("one", "two")
    assert [e for e in second.err.splitlines() if e.startswith("aural: ")] == first.err.splitlines()
    assert second.err.count('"unit": "files"') >= 2
    for name in ("a.json", "b.json"):
        assert Path("one", name).read_bytes() == Path("two", name).read_bytes()


def _killed(job: runner.Job, one: Input, paths: dict[str, Path]) -> str:
    if one.name == "a.wav":
        os._exit(9)
    return f"heard {one.name}"


def test_a_process_that_is_ended_takes_only_its_recording_along(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(processes, "_hear_apart", _killed)
    assert cli.main(["info", "a.wav", "b.wav", "--jobs", "2"]) == 1
    out, err = capsys.readouterr()
    assert out == "== b.wav\nheard b.wav\n"
    assert len(err.splitlines()) == 1
    assert err.startswith("aural: a.wav: the process that heard this was ended")
    assert not active_children()


def test_skip_existing_tells_what_it_left(capsys: pytest.CaptureFixture[str]) -> None:
    line = ["info", "a.wav", "b.wav", "--no-pitch", "-f", "json", "-o", "out"]
    assert cli.main(["info", "a.wav", "--no-pitch", "-f", "json", "-o", "out"]) == 0
    capsys.readouterr()
    assert cli.main([*line, "--skip-existing"]) == 0
    out, err = capsys.readouterr()
    assert "b.json" in out
    assert "a.json" not in out
    assert "1 of 2" in err
    assert cli.main([*line, "--skip-existing", "--quiet"]) == 0
    assert capsys.readouterr() == ("", "")


def test_a_config_is_read_and_flags_win() -> None:
    Path("c.toml").write_text('kind = ["wave"]\nwidth = 200\n')
    line = ["spectrogram", "a.wav", "--config", "c.toml"]
    assert cli.main([*line, "-o", "x.svg"]) == 0
    assert 'width="200"' in Path("x.svg").read_text()[:400]
    assert cli.main([*line, "-o", "y.svg", "--width", "300"]) == 0
    assert 'width="300"' in Path("y.svg").read_text()[:400]


def test_what_is_printed_is_what_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    line = ["info", "a.wav", "--no-pitch", "-f", "json"]
    assert cli.main([*line, "-o", "a.json"]) == 0
    capsys.readouterr()
    assert cli.main([*line, "-o", "-"]) == 0
    assert capsys.readouterr().out == Path("a.json").read_text()


def test_pictures_can_be_piped(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert cli.main(["spectrogram", "a.wav", "--kind", "wave", "--width", "200", "-o", "-"]) == 0
    assert capfdbinary.readouterr().out.startswith(b"\x89PNG")


def test_processes_fit_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    monkeypatch.setattr(runner, "_free_memory", lambda: 3 * runner._FIT)
    assert runner._processes(0, 3) == 1
    assert runner._processes(0, 100) == 3
    assert runner._processes(5, 2) == 2
    assert runner._processes(5, 100) == 5


def test_limits_are_those_of_the_runtime() -> None:
    from aural.models import runtime

    assert runner.MOST_THREADS == runtime.MOST_THREADS
    assert set(runner.DEVICES) == {"auto", *runtime.PROVIDERS}
