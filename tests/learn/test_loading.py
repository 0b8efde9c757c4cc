"""What is drawn for a clip follows from seed, epoch and clip alone; batches hold every clip once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from learn_clips import RATE, manifest

from aural.corpora.manifest import read_manifest
from aural.learn import loading
from aural.learn.augment import Effects
from aural.learn.loading import Clips, Draw, Feed, Truth, collate, in_order, order
from aural.learn.targets import clip_class


def _clips(folder: Path, **settings: object) -> Clips:
    rows = read_manifest(manifest(folder))
    return Clips(rows, RATE, Truth("clip_class", clip_class.names(rows), 80, RATE), **settings)  # type: ignore[arg-type]


def test_an_epoch_holds_every_clip_once() -> None:
    durations = np.random.default_rng(0).uniform(0.1, 9, 101).tolist()
    for plan in (order(durations, 8, 0, 3), in_order(durations, 8)):
        assert sorted(i for part in plan for i in part) == list(range(101))
    assert order(durations, 8, 0, 3) == order(durations, 8, 0, 3) != order(durations, 8, 0, 4)


def test_batches_hold_clips_of_like_length() -> None:
    durations = np.random.default_rng(0).uniform(1, 10, 400).tolist()
    spread = np.mean([max(durations[i] for i in part) - min(durations[i] for i in part) for part in order(durations, 16, 0, 0)])
    assert spread < 1.0


@pytest.mark.parametrize("lengths", [[5.0] * 400, [5.0 + 0.01 * (k // 40) for k in range(400)]])
def test_clips_of_equal_length_do_not_stay_in_the_order_of_their_rows(lengths: list[float]) -> None:
    """Rows of sounds are sorted by label and cut to one length: no batch may hold one label, nor the same clips each epoch."""
    plans = [order(lengths, 16, 0, epoch) for epoch in range(2)]
    labels = [len({i // 40 for i in part}) for part in plans[0]]
    assert min(labels) >= 5, "16 of ten labels, drawn at random, hold eight of them"
    assert not {frozenset(part) for part in plans[0]} & {frozenset(part) for part in plans[1]}


def test_shards_are_read_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a set larger than memory a part is heard at a time; every clip once, in another order each epoch."""
    monkeypatch.setattr(loading, "_NEAR", 100)
    durations, files = np.random.default_rng(0).uniform(1, 9, 1000).tolist(), [k % 20 for k in range(1000)]
    plan = order(durations, 2, 0, 3, files)
    assert sorted(i for part in plan for i in part) == list(range(1000))
    assert plan == order(durations, 2, 0, 3, files) != order(durations, 2, 0, 4, files)
    heard = [files[i] for part in plan for i in part]
    assert all(len(set(heard[at : at + 100])) <= 4 for at in range(0, 1000, 100)), "a window reads from many files"
    assert order(durations, 2, 0, 3, files[:0]) == order(durations, 2, 0, 3)


def test_draws_do_not_depend_on_the_order_of_asking(tmp_path: Path) -> None:
    first = _clips(tmp_path, change=Effects(("noise", "gain", "shift"), None, None), crop=0.25, seed=5)
    second = _clips(tmp_path, change=Effects(("noise", "gain", "shift"), None, None), crop=0.25, seed=5)
    there = {i: first[Draw(i, 2)].samples for i in range(len(first))}
    for i in reversed(range(len(second))):
        assert np.array_equal(second[Draw(i, 2)].samples, there[i])
        assert len(there[i]) <= 0.25 * RATE
    assert not np.array_equal(first[Draw(0, 3)].samples, there[0])


def test_without_an_epoch_nothing_is_changed(tmp_path: Path) -> None:
    plain, changed = _clips(tmp_path), _clips(tmp_path, change=Effects(("noise",), None, None), crop=0.1)
    assert np.array_equal(plain[Draw(1, -1)].samples, changed[Draw(1, -1)].samples)


def test_padding_is_zeros_and_lengths_are_told(tmp_path: Path) -> None:
    clips = _clips(tmp_path)
    batch = collate([clips[Draw(0, -1)], clips[Draw(2, -1)]])
    assert batch.lengths.tolist() == [2400, 4000]
    assert float(batch.samples[0, 2400:].abs().max()) == 0.0
    assert batch.targets.shape == (2, 3) and batch.targets.sum().item() == 2


def test_workers_change_nothing(tmp_path: Path) -> None:
    clips = _clips(tmp_path, change=Effects(("noise",), None, None))
    plan = in_order([1.0] * len(clips), 6)
    here, there = Feed(clips), Feed(clips, 1)
    for epoch in (1, 2):  # the second time the worker is the one of the first
        pairs = zip(here.batches(plan, epoch), there.batches(plan, epoch), strict=True)
        assert all(torch.equal(a.samples, b.samples) for a, b in pairs)
