"""The glossary: every word says something, and every command in it exists."""

from __future__ import annotations

import pytest

from aural.cli.commands.explain import explanation, glossary
from aural.cli.main import commands, main
from aural.errors import UsageError


def test_every_command_of_the_glossary_exists() -> None:
    assert len(glossary()) >= 30
    verbs = {entry["try"].split()[1] for entry in glossary().values() if "try" in entry}
    assert verbs - set(commands()) == set()


def test_a_word_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "mel"]) == 0
    assert "2595" in capsys.readouterr().out


def test_the_list_breaks_no_word_in_two(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain"]) == 0
    listed = [name for line in capsys.readouterr().out.splitlines() for name in line.split("  ")]
    assert listed == sorted(glossary())


def test_a_near_word_is_named() -> None:
    with pytest.raises(UsageError, match="diarization"):
        explanation("diarisation")
