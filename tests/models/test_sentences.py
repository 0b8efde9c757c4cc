"""Voices of one's own and phones that they never heard: what is most like them is said and told, the rest is refused."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from aural.errors import UsageError
from aural.models.face import Utterance
from aural.models.sentences import sentences, stand_ins
from aural.results import Question
from aural.tasks._speaking import _with_stand_ins
from aural.text.script import of_phonemes

LABELS = ("O", "d", "h", "t", "ɑ", "ə", "ɜɹ", "ʌ")


def card(kind: str = "units") -> Any:
    return SimpleNamespace(name="mine", kind=kind, labels=LABELS, question=Question("sequence", "number"))


def test_a_mark_that_was_never_heard_leaves_the_sound_as_it_is() -> None:
    assert stand_ins(("tʰʌ̃", "həO"), card()) == {"tʰ": "t", "ʌ̃": "ʌ"}
    (said,) = sentences(Utterance(("x",), ("tʰʌ̃",)), card())
    assert [p.name for p in said.phones if not p.silent] == ["t", "ʌ"]


def test_what_a_voice_says_otherwise_is_told() -> None:
    text, script = _with_stand_ins(of_phonemes("hˈO ɒT."), card())
    assert text == "hˈO ɒT." and script.notes == ("mine says 'ɒ' as 'ɑ', 'T' as 'd': it never heard such a phone",)
    plain = of_phonemes("hˈO")
    assert _with_stand_ins(plain, card()) is plain
    assert _with_stand_ins(of_phonemes("ɒ"), card("vits"))[1].notes == (), "such a voice refuses what it does not know"


@pytest.mark.parametrize("group", ["hǂ", "h1", "/h1ː/", "😀", "h😀O"])
def test_what_is_no_phone_is_named(group: str) -> None:
    with pytest.raises(UsageError, match="is no phone of mine"):
        _with_stand_ins(of_phonemes(f"hˈO {group}"), card())
