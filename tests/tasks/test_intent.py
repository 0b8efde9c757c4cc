from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import aural
from aural.corpora.manifest import Clip
from aural.errors import FormatError, UsageError
from aural.judge.scorers import intents
from aural.judge.terms import Names, Terms
from aural.results import Recording, Report, Result, Segment, Word
from aural.tasks import _intent_examples as examples
from aural.tasks import intent
from aural.text.grammar import parsed, tokens_of

HOUSE = (
    "light:\n    [please] turn (on|off) the {room} light\ndrink:\n    a {size} coffee\nroom = kitchen | living room\nsize = large\n"
)
ROWS = [
    {"text": "turn on the light in the kitchen", "intent": "light_on", "slots": {"room": "kitchen"}},
    {"text": "switch the lamp on in the bedroom", "intent": "light_on", "slots": {"room": "bedroom"}},
    {"text": "turn off the light in the living room", "intent": "light_off", "slots": {"room": "living room"}},
    {"text": "a train from Berlin to Munich", "intent": "train", "slots": {"from": "Berlin", "to": "Munich"}},
    {"text": "from Munich to Cologne by train", "intent": "train", "slots": {"from": "Munich", "to": "Cologne"}},
]


def heard(words: Sequence[tuple[str, float, float]]) -> Result:
    said = tuple(Word(start, end, text) for text, start, end in words)
    whole = Segment(said[0].start, said[-1].end, " ".join(w.text for w in said), words=said)
    return Result(Recording("order.wav", 10.0, 16000, 1), segments=(whole,))


@pytest.fixture
def house(tmp_path: Path) -> Path:
    path = tmp_path / "house.txt"
    path.write_text(HOUSE, encoding="utf-8")
    return path


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS), encoding="utf-8")
    return path


def test_slots_have_the_times_of_their_words_and_orders_are_parted_by_pauses(house: Path) -> None:
    words = [
        ("Turn", 0.1, 0.3),
        ("on", 0.3, 0.5),
        ("the", 0.5, 0.6),
        ("living", 0.7, 0.9),
        ("room", 0.9, 1.2),
        ("light.", 1.2, 1.5),
    ]
    words += [("A", 4.0, 4.1), ("large", 4.2, 4.6), ("coffee.", 4.6, 5.0)]
    reader = intent.reader_of(str(house), None)
    result = heard(words)
    told = intent.told(result.recording, result, reader, 0.5, 1.0)
    assert [(e.layer, e.label, e.start, e.end) for e in told.events or ()] == [
        ("intent", "light", 0.1, 1.5), ("slot", "room=living room", 0.7, 1.2),
        ("intent", "drink", 4.0, 5.0), ("slot", "size=large", 4.2, 4.6),
    ]  # fmt: skip
    assert intent.slots_of(told) == {"room": "living room", "size": "large"}
    assert {label.label for label in told.labels or ()} == {"light", "drink"}
    assert "room: living room" in intent.show(told)
    assert not intent.note(told)
    nothing = intent.told(result.recording, heard([("hello", 0.0, 1.0)]), reader, 0.5, None)
    assert nothing.labels == () and intent.show(nothing) == "No order was understood." and "hello" in intent.note(nothing)


def test_text_needs_no_recording(house: Path) -> None:
    told = aural.intent(text="please turn off the kitchen light", grammar=str(house))
    assert isinstance(told, Report) and told["intent"] == "light" and told["room"] == "kitchen"
    none = aural.intent(text="good morning", grammar=str(house))
    assert intent.show(none) == "No order was understood."


@pytest.mark.parametrize("given", [{}, {"grammar": "a", "examples": "b"}, {"grammar": None, "text": "a"}])
def test_what_may_be_said_must_be_told(given: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="by a grammar or by examples"):
        aural.intent(**given)


def test_a_recording_or_a_text(house: Path) -> None:
    with pytest.raises(UsageError, match="nothing to understand"):
        aural.intent(grammar=str(house))
    with pytest.raises(UsageError, match="recording and a text"):
        aural.intent((np.zeros((1, 16000), np.float32), 16000), text="a", grammar=str(house))


def test_examples_tell_intents_and_slots_that_were_not_seen_together(rows: Path) -> None:
    learned = examples.learned(rows)
    told = learned.understand(tokens_of("I want to go to Berlin from Cologne by train"))
    assert told is not None and told.intent == "train" and told.values == {"from": "cologne", "to": "berlin"}
    other = learned.understand(tokens_of("please switch off the lamp in the bed room"))
    assert other is not None and other.intent == "light_off" and other.values == {"room": "bedroom"}
    assert learned.understand(tokens_of("zebra")) is None
    assert "living room" in learned.words


def test_one_intent_alone_is_sure(tmp_path: Path) -> None:
    path = tmp_path / "one.jsonl"
    path.write_text('{"text": "a large latte", "intent": "order", "slots": {"size": "large"}}\n', encoding="utf-8")
    told = examples.learned(path).understand(["latte"])
    assert told is not None and (told.intent, told.score, told.slots) == ("order", 1.0, ())


@pytest.mark.parametrize("line", ["", "nonsense", "[]", '{"text": "a"}', '{"text": "!", "intent": "b"}',
                                  '{"text": "a", "intent": "b", "slots": {"c": 1}}'])  # fmt: skip
def test_wrong_examples_say_where(line: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text(line, encoding="utf-8")
    with pytest.raises(FormatError, match=r"bad\.jsonl"):
        examples.learned(path)


def test_the_score_counts_intents_slots_and_whole_orders(house: Path) -> None:
    clip = Clip(Path("a.wav"), "a", label="light", labels=("light",), extra={"slots": {"room": "Living  Room", "size": "large"}})
    reader = intent._ByGrammar(parsed(HOUSE))
    words = [
        ("turn", 0.0, 0.1),
        ("off", 0.1, 0.2),
        ("the", 0.2, 0.3),
        ("living", 0.3, 0.4),
        ("room", 0.4, 0.5),
        ("light", 0.5, 0.6),
    ]
    result = heard(words)
    item = intents.item(clip, intent.told(result.recording, result, reader, 0.5, None), Terms(), Names())
    assert (item["intent"], item["whole"], item["slots"], item["found"], item["right"]) == (1, 0, 2, 1, 1)
    assert intents.FIGURES["slot_f1"].over([item]) == pytest.approx(2 / 3)
    failed = intents.item(clip, None, Terms(), Names())
    assert (failed["intent"], failed["whole"], failed["found"]) == (0, 0, 0)
    assert any("not right" in line for line in intents.tell([item, failed]))
