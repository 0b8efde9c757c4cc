"""What a recognizer is given beside the sound, --lm, --lm-text and --only-words: what cannot be one is told with its file."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from aural.beams import arpa
from aural.errors import DataError, FormatError, UsageError
from aural.tasks._language_models import TAKING, languages, only_words


def asked(**files: str) -> Any:
    card: Any = SimpleNamespace(name="mine", kind=sorted(TAKING)[0], labels=("a", "b"), calibration={})
    given = {"file": None, "text": None} | files
    return languages(card, given["file"], given["text"], "words", 2, None, None)


@pytest.mark.parametrize(("given", "flag"), [({"text": "a.txt"}, "--lm-text"), ({"file": "a.arpa"}, "--lm")])
def test_an_error_names_the_option_that_was_given(given: dict[str, str], flag: str) -> None:
    card: Any = SimpleNamespace(name="theirs", kind="whisper", labels=(), calibration={})
    with pytest.raises(UsageError) as told:
        languages(card, given.get("file"), given.get("text"), "words", 2, None, None)
    assert told.value.where == flag
    with pytest.raises(UsageError, match=rf"^{flag} a\."):
        asked(**given)


def test_a_text_without_words_and_a_file_that_is_no_model_are_told_by_name(tmp_path: Path) -> None:
    (empty := tmp_path / "empty.txt").write_text("\n\n")
    with pytest.raises(DataError, match=r"empty\.txt: there is no text"):
        asked(text=str(empty))
    (plain := tmp_path / "plain.txt").write_text("a b\n")
    with pytest.raises(FormatError, match=r"--lm-text"):
        asked(file=str(plain))
    assert len(asked(text=str(plain))) == 1


def test_a_model_is_made_once_and_anew_when_its_file_has_changed(tmp_path: Path) -> None:
    (place := tmp_path / "plain.txt").write_text("a b\n")
    (first,), (again,) = asked(text=str(place)), asked(text=str(place))
    assert again.model is first.model
    place.write_text("a b b\n")
    (other,) = asked(text=str(place))
    assert other.model is not first.model and other.model.score(("b",), "b")[0] > first.model.score(("b",), "b")[0]
    arpa.write(first.model, tmp_path / "a.arpa")
    (read,), (once,) = asked(file=str(tmp_path / "a.arpa")), asked(file=str(tmp_path / "a.arpa"))
    assert read.model is once.model


def test_the_only_words_come_from_a_list_or_a_file(tmp_path: Path) -> None:
    model: Any = SimpleNamespace(card=SimpleNamespace(name="mine"), held=True)
    (listed := tmp_path / "digits.txt").write_text("# digits\nzero\noh\n\none\nzero\n")
    assert only_words(model, str(listed)) == ("zero", "oh", "one")
    assert only_words(model, "yes, no,turn left") == ("yes", "no", "turn", "left")
    with pytest.raises(UsageError, match=r"--only-words digits\.txt: there is no such list"):
        only_words(model, "digits.txt")
    with pytest.raises(UsageError, match=r"^--only-words: this list holds no word"):
        only_words(model, "")
    with pytest.raises(UsageError, match="no word"):
        only_words(model, ",")
    with pytest.raises(UsageError, match="no word"):
        only_words(model, "")
    for given in ("😀", "yes,😀", "...,no", str(listed.parent)):
        with pytest.raises(UsageError, match=r"^--only-words"):
            only_words(model, given)
    listed.write_text("yes\n- 😀\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"'- 😀' is no word: it has no letter and no digit"):
        only_words(model, str(listed))
    assert only_words(model, "R & B,是,हाँ,7") == ("R", "&", "B", "是", "हाँ", "7")
    model.held = False
    with pytest.raises(UsageError, match="cannot be held"):
        only_words(model, "yes,no")
