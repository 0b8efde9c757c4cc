"""Near misses are near and missed; readings stand in a manifest with their times and are not made twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from aural.cli.main import main
from aural.errors import UsageError
from aural.learn import rendered
from aural.models import store
from aural.models.card import Card, Licences
from aural.models.face import Prosody, Speller, Spoken, Synthesizer, Utterance
from aural.progress import Quiet
from aural.results import Question, Word

JUNO = Utterance(("hey", "juno"), ("hˈA", "ʤˈunO"))


def card(role: str) -> Card:
    return Card(name=role, role=role, kind="made", licences=Licences("", "", "", None, ""), source="this test", sample_rate=24000,
                question=Question("sequence", "class"), voices={"a": "en-US", "b": "en-GB", "c": "de"})  # fmt: skip


class Spells(Speller):
    """Every word is spelled as itself."""

    card = card("speller")

    def close(self) -> None: ...

    def spell(self, words: Sequence[str]) -> tuple[str, ...]:
        return tuple(f"ˈ{word}" for word in words)

    def readings(self, word: str) -> Mapping[str, str]:
        return {"DEFAULT": f"ˈ{word}"}


class Hums(Synthesizer):
    """Half a second of noise a word; counts how often it was asked."""

    card, blends, asked = card("synthesizer"), True, 0

    def close(self) -> None: ...

    def speak(self, utterance: Utterance, prosody: Prosody) -> Iterator[Spoken]:
        Hums.asked += 1
        samples = 0.1 * np.random.default_rng(prosody.seed).standard_normal(12000 * len(utterance.words))
        yield Spoken(samples.astype(np.float32), tuple(Word(0.5 * k, 0.5 * k + 0.4, w) for k, w in enumerate(utterance.words)))


@pytest.mark.parametrize("seed", range(40))
def test_a_miss_is_near_and_is_none(seed: int) -> None:
    other = rendered.miss(JUNO, np.random.default_rng(seed))
    assert other.phonemes != JUNO.phonemes and set(other.words) <= set(JUNO.words)
    before, after = ("".join(u.phonemes).replace("ˈ", "") for u in (JUNO, other))
    shared = sum(a == b for a, b in zip(before, after, strict=False)) / len(before)
    assert len(after) == len(before) and 0.2 < shared < 1 if len(after) == len(before) else after in before


def test_readings_are_written_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setenv("AURAL_HOME", str(tmp_path))
    monkeypatch.setattr(store, "open_model", lambda name, role, *_, **__: Spells() if role == "speller" else Hums())
    asked = rendered.Reading(("hey juno",), 6)
    clips = rendered.said(asked, Quiet())
    assert [c.label for c in clips] == ["hey juno"] * 6 + [None] * 3
    assert all(c.events and c.events[0].end == 0.9 for c in clips[:6]) and all(c.events == () for c in clips[6:])
    assert {c.group for c in clips} == {"a", "b"} and all(c.audio.is_file() for c in clips)
    count = Hums.asked
    assert [c.id for c in rendered.said(asked, Quiet())] == [c.id for c in clips] and Hums.asked == count == 9


def test_phrases_are_checked() -> None:
    for wrong in (("",), ("a", "a")):
        with pytest.raises(UsageError, match="phrase"):
            rendered.check(wrong)


def test_phrases_are_for_spot(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "classify", "--phrase", "hey juno", "-o", "nowhere"]) == 2
    assert "phrases are learned for spot" in capsys.readouterr().err
