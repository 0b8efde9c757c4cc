"""Programs as processes: found or told how to install, their failures and their time turned into our errors."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from aural.errors import LimitReached, ModelMissing, ModelRefused
from aural.models.programs import Program

PYTHON = Program(Path(sys.executable).name, "get Python")


@pytest.fixture(autouse=True)
def _on_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent))


def test_what_it_prints_comes_back() -> None:
    assert PYTHON.run(["-c", "print('spoken')"]).strip() == "spoken"


def test_a_missing_program_names_the_line_that_installs_it() -> None:
    gone = Program("no-such-voice", "apt install no-such-voice")
    assert gone.path() is None
    with pytest.raises(ModelMissing, match="apt install no-such-voice"):
        gone.run([])


def test_a_failure_is_told_in_its_own_words() -> None:
    with pytest.raises(ModelRefused, match="no such voice"):
        PYTHON.run(["-c", "import sys; sys.exit('no such voice')"])
    with pytest.raises(ModelRefused, match="exit code 3"):
        PYTHON.run(["-c", "import sys; sys.exit(3)"])
    with pytest.raises(ModelRefused, match="cannot be run"):
        PYTHON.run(["a\0b"])


def test_it_is_stopped_when_its_time_is_over() -> None:
    with pytest.raises(LimitReached, match="within"):
        PYTHON.run(["-c", "import time; time.sleep(30)"], limit=0.2)
