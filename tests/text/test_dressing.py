"""Plain texts in the style of another hearing: words stay, case and marks come over."""

from __future__ import annotations

import pytest

from aural.text.dressing import dressed, is_plain
from aural.text.scoring import normalize


@pytest.mark.parametrize(
    ("plain", "heard", "expected"),
    [
        ("we call it bear", "We call it bear.", "We call it bear."),
        ("WE CALL IT BEAR", "We called it beer!", "We call it bear!"),
        ("then tom said yes he did", "Then Tom said, Yes, he did.", "Then Tom said, Yes, he did."),
        ("rostov glanced at ilyin", "Well, Rostof glanced at Ilian.", "Rostov glanced at Ilyin."),
        ("twenty one i think", "21, I think.", "21, I think."),
        ("do i know", "", "Do I know."),
        ("it was tea we like", "It was me. We like", "It was tea. We like."),
        ("", "Thank you.", ""),
    ],
)
def test_case_and_marks_come_from_what_was_heard(plain: str, heard: str, expected: str) -> None:
    assert dressed(plain, heard) == expected
    assert normalize(dressed(plain, heard)) == normalize(plain)


def test_what_is_written_as_a_person_writes_is_not_plain() -> None:
    assert is_plain("we call it bear") and is_plain("WE CALL IT BEAR")
    assert not is_plain("We call it bear") and not is_plain("we call it bear.")
