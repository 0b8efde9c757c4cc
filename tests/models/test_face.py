"""What a voice is asked: utterances and manners that hold, and those that are refused."""

from __future__ import annotations

import pytest

from aural.errors import UsageError
from aural.models.face import Prosody, Utterance


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"words": ()}, "no word"),
        ({"words": ("hey", " ")}, "no word"),
        ({"words": ("hey", "juno"), "phonemes": ("hˈA",)}, "2 words have 1 phonemes"),
        ({"words": ("hey",), "phonemes": ("",)}, "no phonemes"),
        ({"words": ("hey", "you"), "phonemes": ("hˈA", "ˈ")}, "^you: a word has no phonemes"),
        ({"words": ("hey",), "marks": ("…",)}, "marks"),
        ({"words": ("hey",), "marks": ("", "")}, "1 words have 2 marks"),
        ({"words": ("hey",), "pauses": (-0.1,)}, "pauses"),
        ({"words": ("hey",), "pauses": (float("nan"),)}, "pauses"),
    ],
)
def test_an_utterance_that_does_not_hold_is_refused(fields: dict[str, object], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        Utterance(**fields)  # type: ignore[arg-type]


@pytest.mark.parametrize("fields", [{"speed": 0}, {"speed": float("nan")}, {"pitch": 3}, {"variation": 1.1}, {"seed": -1}])
def test_a_prosody_out_of_range_is_refused(fields: dict[str, float]) -> None:
    with pytest.raises(UsageError, match=next(iter(fields))):
        Prosody(**fields)  # type: ignore[arg-type]


def test_what_is_said_and_how_can_be_a_key() -> None:
    kept = {(Utterance(("hey",), ("hˈA",)), Prosody(seed=1)): 1}
    assert kept[Utterance(("hey",), ("hˈA",)), Prosody(seed=1)] == 1
