"""The language models of --lm and --lm-text: what cannot be one is told with its file."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from aural.errors import DataError, FormatError
from aural.tasks._language_models import TAKING, languages


def asked(**files: str) -> Any:
    card: Any = SimpleNamespace(name="mine", kind=sorted(TAKING)[0], labels=("a", "b"), calibration={})
    given = {"file": None, "text": None} | files
    return languages(card, given["file"], given["text"], "words", 2, None, None)


def test_a_text_without_words_and_a_file_that_is_no_model_are_told_by_name(tmp_path: Path) -> None:
    (empty := tmp_path / "empty.txt").write_text("\n\n")
    with pytest.raises(DataError, match=r"empty\.txt: there is no text"):
        asked(text=str(empty))
    (plain := tmp_path / "plain.txt").write_text("a b\n")
    with pytest.raises(FormatError, match=r"--lm-text"):
        asked(file=str(plain))
    assert len(asked(text=str(plain))) == 1
