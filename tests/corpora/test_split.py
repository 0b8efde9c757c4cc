"""No group on two sides; every label in each part as far as groups allow; rows in any order split alike."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aural.corpora.manifest import Clip
from aural.corpora.split import folds, grouped_by, groups_of, split
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
    sides = [{c.speaker for c in part} for part in told.clips.values()]
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
    assert grouped_by([clip(1, "a", speaker="x"), clip(2, "a", speaker="y"), clip(3, "a")]) == "speaker, else clip"
    assert grouped_by([clip(1, "a", speaker="x"), clip(2, "a", speaker="x")]) == "clip"  # one voice tells nothing apart


def extra(k: int, **more: object) -> Clip:
    return dataclasses.replace(clip(k, "ab"[k % 2]), extra=more)


def test_keys_of_recordings_count_and_collections_do_not() -> None:
    assert grouped_by([extra(k, recording=f"r{k // 3}") for k in range(12)]) == "recording"
    assert grouped_by([extra(k, source=f"s{k // 3}") for k in range(12)]) == "source"
    assert grouped_by([extra(k, source="ab"[k % 2]) for k in range(12)]) == "clip"


def test_parts_of_one_file_stay_together_whoever_speaks() -> None:
    def part(file: int, who: str) -> Clip:
        return dataclasses.replace(clip(file, "a", speaker=who), start=1.0)

    clips = [part(1, "x"), part(1, "y"), part(2, "y"), part(3, "z"), part(4, "v"), part(5, "w"), part(6, "u")]
    names = groups_of(clips).names
    assert len({names[0], names[1], names[2]}) == 1 and len(set(names)) == 5
    meeting = [part(k % 2, who) for who in "abcd" for k in range(4)]
    assert len(set(groups_of(meeting).names)) == 4  # everyone speaks everywhere: then by speaker


def test_a_label_that_lacks_is_fetched_from_where_it_can_be_spared() -> None:
    clips = [clip(k, "a", speaker=f"s{k % 9}") for k in range(45)] + [clip(100 + k, "b", speaker=f"t{k}") for k in range(2)]
    for seed in range(8):
        told = split(clips, SHARES, seed)
        assert not told.remarks and all({c.label for c in part} == {"a", "b"} for part in told.clips.values())
    alone = split([*clips, clip(200, "c", speaker="one")], SHARES)
    assert alone.remarks == ("valid has no clip of: c",) or alone.remarks == ("train has no clip of: c",)


def test_named_splits_win_and_the_missing_one_comes_from_train() -> None:
    clips = [clip(k, "ab"[k % 2], split="test" if k < 6 else "train", speaker=f"s{k // 2}") for k in range(40)]
    told = split(clips, SHARES)
    assert [c.id for c in told.clips["test"]] == [f"{k}.wav" for k in range(6)]
    assert 5 <= len(told.clips["valid"]) <= 9 and len(told.clips["train"]) + len(told.clips["valid"]) == 34
    torn = [clip(k, "a", split="valid" if k % 2 else "train", speaker=f"s{k // 4}") for k in range(12)]
    assert "3 speakers stand in more than one split" in split(torn, SHARES).remarks[0]
    some = [clip(k, "a", split=("valid", "train", None)[k % 3], speaker=f"s{k % 3 if k % 3 < 2 else 0}") for k in range(9)]  # type: ignore[arg-type]
    assert {c.speaker for c in split(some, SHARES).clips["valid"]} == {"s0"}


def test_folds_that_the_rows_name_are_kept() -> None:
    clips = [extra(k, fold=1 + k % 3) for k in range(12)]
    assert [{c.extra["fold"] for c in valid} for _, valid in folds(clips, 3)] == [{1}, {2}, {3}]
    assert sorted(len(valid) for _, valid in folds(clips, 4)) == [3, 3, 3, 3]


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
