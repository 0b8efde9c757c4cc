"""Shell completion: the script is valid and completes verbs and flags."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from aural.cli.commands.completion import flags
from aural.cli.main import commands, main


def test_every_verb_has_its_flags() -> None:
    known = flags()
    assert set(known) == set(commands())
    assert "--format" in known["listen"]


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_bash_completes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", "bash"]) == 0
    script = capsys.readouterr().out

    def completed(*words: str) -> list[str]:
        line = f"COMP_WORDS=({' '.join(words)}); COMP_CWORD={len(words) - 1}; _aural; printf '%s\\n' \"${{COMPREPLY[@]}}\""
        done = subprocess.run(["bash", "-c", script + "\n" + line], capture_output=True, text=True, check=True)
        return done.stdout.split()

    assert completed("aural", "lis") == ["listen"]
    assert "--overwrite" in completed("aural", "listen", "--over")


def test_fish_names_every_verb(capsys: pytest.CaptureFixture[str]) -> None:
    main(["completion", "fish"])
    out = capsys.readouterr().out
    assert all(f"-a {verb} " in out for verb in commands())
