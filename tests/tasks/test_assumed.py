"""The line that says that English is assumed stands exactly where nobody told the language."""

from __future__ import annotations

import dataclasses

import pytest

from aural.models import store
from aural.tasks import transcribe
from aural.tasks._assumed import remark

BASE, MANY = {"recognizer": "moonshine-base"}, {"recognizer": "whisper-base"}


def test_who_takes_a_model_of_his_own_is_told_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = store.entry_of("moonshine-base", "recognizer")
    card = dataclasses.replace(entry.card, kind="hmm", languages=("en",))
    monkeypatch.setattr(store, "entry_of", lambda name, role: dataclasses.replace(entry, card=card))
    assert remark(BASE, transcribe.Options()) == ""


@pytest.mark.parametrize(
    ("choices", "options", "said"),
    [
        (BASE, transcribe.Options(), True),
        (BASE, transcribe.Options(language="en"), False),
        (BASE, transcribe.Options(task="translate"), False),
        (MANY, transcribe.Options(), False),
        ({"tagger": "yamnet"}, transcribe.Options(), False),
        ({"recognizer": "no-such-model"}, transcribe.Options(), False),
    ],
)
def test_the_line(choices: dict[str, str], options: transcribe.Options, said: bool) -> None:
    assert bool(remark(choices, options)) == said
