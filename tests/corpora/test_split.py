"""No group on two sides; every label in each part as far as groups allow; rows in any order split alike."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aural.corpora.manifest import Clip
from aural.corpora.split import folds, group_of, grouped_by, split
from aural.errors import LearningError

SHARES = {"train": 0.8, "valid": 0.2}


def clip(k: int, label: str, **more: str) -> Clip:
    return Clip(Path(f"{k}.wav"), f"{k}.wav", label=label, labels=(label,), **more)  # type: ignore[arg-type]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 9)), min_size=8, max_size=60), st.integers(0, 5))
def test_groups_stay_together(drawn: list[tuple[str, int]], seed: int) -> None:
    clips = [clip(k, label, speaker=f"s{who}") for k, (label, who) in enumerate(drawn)]
    if len({c.speaker for c in clips}) < 2:
        return
    told = split(clips, SHARES, seed)
    sides = [{group_of(c, told.by) for c in part} for part in told.clips.values()]
    assert not sides[0] & sides[1] and all(sides)
    assert sum(map(len, told.clips.values())) == len(clips)
    again = split(list(reversed(clips)), SHARES, seed)
    assert {c.id for c in again.clips["valid"]} == {c.id for c in told.clips["valid"]}


def test_labels_are_in_both_parts() -> None:
    clips = [clip(k, "abcde"[k % 5]) for k in range(50)]
    told = split(clips, SHARES)
    assert {c.label for c in told.clips["valid"]} == set("abcde") and not told.remarks
    assert 8 <= len(told.clips["valid"]) <= 12


def test_what_it_is_split_by() -> None:
    assert grouped_by([clip(1, "a", group="x"), clip(2, "a", group="y")]) == "group"
    assert grouped_by([clip(1, "a", speaker="x"), clip(2, "a", speaker="y")]) == "speaker"
    assert grouped_by([clip(1, "a"), clip(1, "a")]) == "recording"
    assert grouped_by([clip(1, "a"), clip(2, "a")]) == "clip"


def test_a_split_that_the_rows_name_is_kept() -> None:
    clips = [clip(k, "a", split="valid" if k < 2 else "train") for k in range(9)]
    assert [c.id for c in split(clips, SHARES).clips["valid"]] == ["0.wav", "1.wav"]


def test_one_voice_cannot_be_split() -> None:
    with pytest.raises(LearningError, match="cannot be split"):
        split([clip(0, "a")], SHARES)


def test_folds_validate_every_clip_once() -> None:
    clips = [clip(k, "ab"[k % 2], speaker=f"s{k // 4}") for k in range(40)]
    told = folds(clips, 5)
    assert sorted(c.id for _, valid in told for c in valid) == sorted(c.id for c in clips)
    for train, valid in told:
        assert not {c.speaker for c in train} & {c.speaker for c in valid}
