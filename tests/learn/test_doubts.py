"""Labels that were changed by hand are named; sure and right ones are not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from aural.learn.doubts import doubts, write


def record(name: str, label: str, scores: dict[str, float]) -> dict[str, Any]:
    return {"id": name, "labels": {"true": [label], "told": max(scores, key=lambda k: scores[k]), "scores": scores}}


def set_of(rng: np.random.Generator, flipped: int, sure: float = 5.0) -> tuple[list[dict[str, Any]], set[str]]:
    """200 clips of three classes scored by a model that knows the truth; the first `flipped` bear another label."""
    found = []
    for k in range(200):
        truth = k % 3
        logits = rng.standard_normal(3)
        logits[truth] += sure
        scores = np.exp(logits) / np.exp(logits).sum()
        label = (truth + 1) % 3 if k < flipped else truth
        found.append(record(f"{k}.wav", "abc"[label], {n: float(s) for n, s in zip("abc", scores, strict=True)}))
    return found, {f"{k}.wav" for k in range(flipped)}


def test_wrong_labels_come_first() -> None:
    records, wrong = set_of(np.random.default_rng(0), 20)
    found = doubts(records)
    assert len(wrong & {d.audio for d in found[:20]}) >= 18
    assert len(found) <= 30, "half of the set is doubted"
    assert all(d.score > d.score_of_label and d.like != d.label for d in found)


def test_a_model_that_is_right_doubts_nothing() -> None:
    records, _ = set_of(np.random.default_rng(1), 0, sure=9.0)
    assert doubts(records) == [] and doubts([]) == [] and doubts([{"id": "a", "labels": {"true": [], "scores": {}}}]) == []


def test_repeats_of_a_clip_are_one() -> None:
    twice = [record("x", "a", {"a": 0.9, "b": 0.1}), record("x", "a", {"a": 0.0, "b": 1.0}), record("y", "b", {"a": 0.5, "b": 0.5})]
    assert [(d.audio, d.score) for d in doubts(twice)] == [("x", 0.55)]


def test_the_list_is_written(tmp_path: Path) -> None:
    records, _ = set_of(np.random.default_rng(0), 20)
    found = doubts(records)
    line = write(found, tmp_path)
    assert f"{len(found)} labels look wrong" in line and f"and {len(found) - 5} more" in line
    rows = [json.loads(x) for x in (tmp_path / "doubts.jsonl").read_text().splitlines()]
    assert len(rows) == len(found) and rows[0]["audio"] == found[0].audio and rows[0]["label"] == found[0].label
    assert write([], tmp_path / "none") == "" and not (tmp_path / "none").exists()
