"""The error tree: drawn, complete, with exit codes and three-part sentences."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

from aural import errors

CLASSES = [c for _, c in inspect.getmembers(errors, inspect.isclass) if issubclass(c, errors.AuralError)]


def test_the_drawing_names_every_class() -> None:
    assert len(CLASSES) >= 17
    drawn = errors.__doc__ or ""
    assert [c.__name__ for c in CLASSES if c.__name__ not in drawn] == []


@pytest.mark.parametrize("cls", CLASSES, ids=lambda c: c.__name__)
def test_each_says_what_where_and_what_next(cls: type[errors.AuralError]) -> None:
    error = cls("it broke", where="talk.wav", fix="Mend it")
    assert str(error) == "talk.wav: it broke. Mend it"
    assert 1 <= error.exit_code <= 6


def test_errors_travel_between_processes() -> None:
    import pickle

    back = pickle.loads(pickle.dumps(errors.NotASound("no", where="a", fix="b")))
    assert str(back) == "a: no. b"
    assert back.exit_code == 3


def test_usage_is_a_value_error_and_a_missing_extra_an_import_error() -> None:
    assert issubclass(errors.UsageError, ValueError)
    assert issubclass(errors.ExtraMissing, ImportError)


def test_a_reason_holds_no_number_of_an_error_and_no_path(tmp_path: Path) -> None:
    with pytest.raises(OSError) as missing:
        (tmp_path / "nothing").read_bytes()
    assert errors.reason(missing.value) == "No such file or directory"
    assert errors.reason(KeyError("sizes")) == "'sizes' is missing"
    assert errors.reason(ValueError()) == "ValueError"


def test_no_message_holds_an_error_as_it_came() -> None:
    room = Path(errors.__file__).parent
    assert [str(p) for p in sorted(room.rglob("*.py")) if "({error})" in p.read_text(encoding="utf-8")] == []
