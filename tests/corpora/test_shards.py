"""Shards give every clip back as it was, in an order that resumes, shares out and repeats."""

from __future__ import annotations

import dataclasses
import json
import tarfile
from pathlib import Path

import numpy as np
import pytest

from aural.corpora.manifest import Clip
from aural.corpora.shards import INDEX, Packed, Share, index_of, pack, read
from aural.errors import CorpusError, UsageError
from aural.results import Event
from aural.sound.sound import Sound, load


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> list[Clip]:
    folder, rng = tmp_path_factory.mktemp("set"), np.random.default_rng(0)
    found = []
    for k in range(40):
        path = folder / f"{k}.{'flac' if k % 2 else 'wav'}"
        Sound(0.1 * rng.standard_normal((1, 4000)).astype(np.float32), 8000).save(path)
        found.append(Clip(path, f"set/{k}", label=f"l{k % 3}", labels=(f"l{k % 3}",), extra={"id": k}))
    (folder / "0.rttm").write_text("SPEAKER 0 1 0.1 0.2 <NA> <NA> anna <NA> <NA>\n")
    found[0] = dataclasses.replace(found[0], rttm=folder / "0.rttm", events=(Event(0.1, 0.2, "x"),), speaker="s", group="g")
    parts = [dataclasses.replace(found[1], id=f"part{k}", start=0.1 * k, duration=0.1) for k in range(1, 4)]
    return [*found, *parts]


@pytest.fixture(scope="module")
def packed(clips: list[Clip], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("packed")
    index = pack(clips, folder, size=60_000)
    assert index.clips == 43 and len(index.shards) >= 5 and index.labels == {"l0": 14, "l1": 16, "l2": 13}
    return folder


def ids(folder: Path, share: Share) -> list[str]:
    return [one.clip.id for one in read(folder, share)]


def test_every_clip_comes_back_as_it_was(clips: list[Clip], packed: Path) -> None:
    back: dict[str, Packed] = {one.clip.id: one for one in read(packed)}
    assert set(back) == {c.id for c in clips}
    for clip in clips:
        one = back[clip.id]
        assert one.data() == clip.audio.read_bytes()
        for name in ("start", "duration", "label", "labels", "events", "speaker", "group", "extra"):
            assert getattr(one.clip, name) == getattr(clip, name)
        end = None if clip.duration is None else clip.start + clip.duration
        assert np.array_equal(one.sound().samples, load(clip.audio, mono=True, start=clip.start, end=end).samples)
    assert back["set/0"].clip.known_turns() == clips[0].known_turns()
    assert len({back[f"part{k}"].offset for k in (1, 2, 3)} | {back["set/1"].offset}) == 1  # one sound for all its parts


def test_shards_are_plain_tars(packed: Path) -> None:
    index = index_of(packed, verify=True)
    with tarfile.open(packed / index.shards[0].name) as tar:
        names = tar.getnames()
        row = json.loads((tar.extractfile(names[1]) or pytest.fail()).read())
    assert names[0].endswith((".wav", ".flac")) and names[-1] == "offsets" and row["audio"] in names


def test_the_same_clips_give_the_same_bytes(clips: list[Clip], packed: Path, tmp_path: Path) -> None:
    assert pack(clips, tmp_path, size=60_000) == index_of(packed)


@pytest.mark.parametrize("buffer", [1, 7, 1000])
@pytest.mark.parametrize("workers", [1, 2, 5, 50])
def test_workers_share_without_doubling_or_losing(buffer: int, workers: int, clips: list[Clip], packed: Path) -> None:
    whole = ids(packed, Share(seed=3, epoch=2, buffer=buffer))
    told = [ids(packed, Share(3, 2, buffer, worker, workers)) for worker in range(workers)]
    assert sorted(i for part in told for i in part) == sorted(c.id for c in clips)
    assert all(whole[worker::workers] == part for worker, part in enumerate(told))


def test_it_goes_on_where_it_stopped(packed: Path) -> None:
    share = Share(seed=1, epoch=4, buffer=9, worker=1, workers=2)
    whole = ids(packed, share)
    for done in (0, 1, 10, len(whole), len(whole) + 5):
        assert ids(packed, dataclasses.replace(share, done=done)) == whole[done:]


def test_the_order_follows_from_seed_and_epoch(clips: list[Clip], packed: Path, tmp_path: Path) -> None:
    orders = [tuple(ids(packed, Share(seed, epoch, 16))) for seed in (0, 1) for epoch in (0, 1)]
    assert len(set(orders)) == 4 and orders[0] == tuple(ids(packed, Share(0, 0, 16)))
    pack(clips, tmp_path, size=60_000, seed=None)
    plain = ids(tmp_path, Share(seed=None))
    assert plain == [clips[k].id for k in (0, 1, 40, 41, 42, *range(2, 40))]


def test_what_is_damaged_is_told(clips: list[Clip], tmp_path: Path) -> None:
    pack(clips[:4], tmp_path)
    with pytest.raises(UsageError, match="holds shards already"):
        pack(clips, tmp_path)
    shard = tmp_path / "shard-00000.tar"
    data = bytearray(shard.read_bytes())
    data[600] ^= 1
    shard.write_bytes(data)
    index_of(tmp_path)
    with pytest.raises(CorpusError, match="sha256 differs"):
        index_of(tmp_path, verify=True)
    shard.write_bytes(data[:-512])
    with pytest.raises(CorpusError, match="cut off"):
        read(tmp_path)
    (tmp_path / INDEX).write_text("{}")
    with pytest.raises(CorpusError, match="does not hold"):
        read(tmp_path)
    (tmp_path / INDEX).unlink()
    with pytest.raises(CorpusError, match="not finished"):
        read(tmp_path)
    with pytest.raises(CorpusError, match=r"gone\.wav"):
        pack([Clip(tmp_path / "gone.wav", "gone")], tmp_path / "new")
    assert not list((tmp_path / "new").glob("*"))
    with pytest.raises(UsageError, match="cannot be"):
        read(tmp_path, Share(worker=2, workers=2))
