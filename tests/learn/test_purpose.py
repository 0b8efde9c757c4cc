"""What a run folder was begun for is told by a small note; folders without one go on as before."""

from __future__ import annotations

from pathlib import Path

import pytest

from aural.errors import LearningError, UsageError
from aural.learn import purpose


def test_only_the_same_verb_and_method_go_on(tmp_path: Path) -> None:
    purpose.check(tmp_path, "speak", "vits")
    purpose.write(tmp_path, "classify", "supervised")
    purpose.check(tmp_path, "classify", "supervised")
    with pytest.raises(UsageError, match="a training of classify, not of speak"):
        purpose.check(tmp_path, "speak", "vits")
    with pytest.raises(UsageError, match="begun with supervised, not with metric"):
        purpose.check(tmp_path, "classify", "metric")


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "7", '{"verb": "tag"}', "\udce9"])
def test_a_damaged_note_is_told(text: str, tmp_path: Path) -> None:
    (tmp_path / purpose.PURPOSE).write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(LearningError, match="cannot be read"):
        purpose.check(tmp_path, "tag", "supervised")
