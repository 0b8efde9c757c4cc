"""What a run folder was begun for is told by a small note; folders without one go on as before."""

from __future__ import annotations

from pathlib import Path

import pytest

from aural.errors import LearningError, UsageError
from aural.learn import purpose
from aural.learn.train import Ask, gone_on, note


def test_only_the_same_verb_and_method_go_on(tmp_path: Path) -> None:
    purpose.check(tmp_path, "speak", "vits")
    purpose.write(tmp_path, "classify", "supervised", {"given": {"rate": 0.1}})
    purpose.check(tmp_path, "classify", "supervised")
    with pytest.raises(UsageError, match="a training of classify, not of speak"):
        purpose.check(tmp_path, "speak", "vits")
    with pytest.raises(UsageError, match="begun with supervised, not with metric"):
        purpose.check(tmp_path, "classify", "metric")


def test_what_was_asked_need_not_be_said_again(tmp_path: Path) -> None:
    begun = Ask(
        "classify", tmp_path, tmp_path, method="metric", label="who", given={"rate": 0.1, "epochs": 3, "augment": ("gain",)}
    )
    note(begun)
    again = gone_on(Ask("classify", None, tmp_path, given={"epochs": 9}, resume=True))
    assert again.given == {"rate": 0.1, "epochs": 9, "augment": ["gain"]}
    assert (again.method, again.label, again.resume) == ("metric", "who", True)
    other = Ask("tag", None, tmp_path, resume=True)
    assert gone_on(other) == other and gone_on(begun) == begun


def test_a_note_of_an_earlier_version_tells_verb_and_method(tmp_path: Path) -> None:
    (tmp_path / purpose.PURPOSE).write_text('{"verb": "tag", "method": "supervised"}')
    assert gone_on(Ask("tag", None, tmp_path, given={"rate": 1.0}, resume=True)).given == {"rate": 1.0}
    assert purpose.asked(tmp_path / "none") == {}


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", "7", '{"verb": "tag"}', '{"verb": "tag", "method": "supervised", "given": 7}', "\udce9"]
)
def test_a_damaged_note_is_told(text: str, tmp_path: Path) -> None:
    (tmp_path / purpose.PURPOSE).write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(LearningError, match="cannot be read"):
        purpose.check(tmp_path, "tag", "supervised")
