"""Clips to batches: decoded once, augmented anew each epoch, padded, in an order that follows from the seed.

What is drawn for a clip depends on (seed, epoch, clip) alone, so workers, batch order and resuming change nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import final

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from aural import find
from aural.corpora.manifest import Clip
from aural.learn.targets._face import Grid
from aural.sound.inside import inside
from aural.sound.sound import Sound, load

Target = Callable[[Clip, int], np.ndarray]  # a clip and its samples at the net's rate -> what it is to answer
Change = Callable[[Sound, np.random.Generator], Sound]
_FULL = np.float32(32767)
_POOL = 50  # batches that are sorted by length together
_LIKE = 0.1  # clips whose lengths are apart by less than this share may stand in either order
_NEAR = 10_000  # clips of shards that are mixed with each other


@dataclass(frozen=True, eq=False)
class Batch:
    """samples [B, T], lengths [B], targets [B, ...] padded with zeros, target_lengths [B], weights [B], index [B] of the clips."""

    samples: Tensor
    lengths: Tensor
    targets: Tensor
    target_lengths: Tensor
    weights: Tensor
    index: Tensor

    def to(self, device: torch.device) -> Batch:
        """The same on another device."""
        return Batch(*(getattr(self, f).to(device) for f in self.__dataclass_fields__))


@dataclass(frozen=True, eq=False)
class Example:
    """One clip as arrays: samples [T], target, weight, and its number in the list of clips."""

    samples: np.ndarray
    target: np.ndarray
    weight: float
    index: int


@dataclass(frozen=True)
class Draw:
    """Which clip, and in which epoch: what a worker is asked for. `epoch` -1 asks for the clip as it is."""

    index: int
    epoch: int


@dataclass(frozen=True)
class Truth:
    """The target of a clip: a page of learn/targets, the names of the outputs, and the grid of the net's frames."""

    page: str
    labels: tuple[str, ...]
    hop: int
    sample_rate: int

    def __call__(self, clip: Clip, samples: int) -> np.ndarray:
        grid = Grid(self.hop, self.sample_rate, max(1, -(-samples // self.hop)))
        found: np.ndarray = find.page("learn/targets", self.page).target(clip, self.labels, grid)
        return found


@final
class Clips(Dataset[Example]):
    """The clips of a split, decoded when first asked for and kept as 16-bit numbers up to `cache` MB.

    `truth(clip, samples)` gives the target, `change` augments a sound, `crop` (s) bounds what training hears.
    """

    def __init__(self, clips: Sequence[Clip], rate: int, truth: Target, weights: Sequence[float] | None = None, *,
                 change: Change | None = None, crop: float | None = None, seed: int = 0, cache: int = 2048) -> None:  # fmt: skip
        self.clips, self.rate, self.seed = list(clips), rate, seed
        self._truth, self._change, self._crop = truth, change, crop
        self._weights = list(weights) if weights is not None else [1.0] * len(self.clips)
        self._kept: dict[int, np.ndarray] = {}
        self._room = cache * 1_000_000

    def __len__(self) -> int:
        return len(self.clips)

    def sound(self, index: int) -> Sound:
        """The clip, mono at the rate of the net. Raises: SoundError."""
        held = self._kept.get(index)
        if held is None:
            clip = self.clips[index]
            end = None if clip.duration is None else clip.start + clip.duration
            held = load(clip.audio, rate=self.rate, mono=True, start=clip.start, end=end).samples
            if float(np.abs(held).max()) <= 1.0:
                # Half the room. 16-bit numbers and no 16-bit floats: their noise follows the sound and would be heard.
                held = np.round(held * _FULL).astype(np.int16)
            if self._room >= held.nbytes:
                self._kept[index], self._room = held, self._room - held.nbytes
        return Sound(held.astype(np.float32) / _FULL if held.dtype == np.int16 else held, self.rate)

    def __getitem__(self, draw: Draw) -> Example:
        sound = self.sound(draw.index)
        if draw.epoch >= 0:
            rng = np.random.default_rng((self.seed, draw.epoch, draw.index))
            if self._change is not None:
                sound = self._change(sound, rng)
            if self._crop is not None and sound.duration > self._crop:
                size = round(self._crop * self.rate)
                first = int(rng.integers(sound.length - size + 1))
                sound = Sound(sound.samples[:, first : first + size], self.rate, first / self.rate)
        clip = self.clips[draw.index]
        if sound.start:  # a part: what the row tells of times moves with it
            clip = replace(clip, start=clip.start + sound.start, duration=sound.duration)
        return Example(sound.samples[0], self._truth(clip, sound.length), self._weights[draw.index], draw.index)


def collate(examples: Sequence[Example]) -> Batch:
    """Examples padded with zeros to the longest."""
    lengths = [len(e.samples) for e in examples]
    targets = [e.target for e in examples]
    return Batch(
        torch.from_numpy(_padded([e.samples for e in examples])),
        torch.tensor(lengths),
        torch.from_numpy(_padded(targets)),
        torch.tensor([len(t) for t in targets]),
        torch.tensor([e.weight for e in examples], dtype=torch.float32),
        torch.tensor([e.index for e in examples]),
    )


def _padded(rows: Sequence[np.ndarray]) -> np.ndarray:
    out = np.zeros((len(rows), max(len(r) for r in rows), *rows[0].shape[1:]), np.float32)
    for place, row in zip(out, rows, strict=True):
        place[: len(row)] = row
    return out


def order(durations: Sequence[float], batch: int, seed: int, epoch: int, files: Sequence[int] = ()) -> list[list[int]]:
    """The batches of an epoch: shuffled, clips of like length together, a last one of fewer clips.

    Lengths are blurred before clips are sorted by them. Clips of equal length (most sets of sounds are cut to one) would else keep
    the order of the rows, which is mostly that of the labels: a batch would hold one class, in each epoch the same clips, and norms
    over a batch would learn what it is instead of telling it.

    `files` numbers the file that each clip lies in, where many lie in one: then files are drawn, and clips among those of
    some files, so that a set larger than memory is read file by file.
    """
    rng = np.random.default_rng((seed, epoch))
    shuffled = rng.permutation(len(durations))
    near = np.asarray(durations) * rng.uniform(1.0, 1.0 + _LIKE, len(durations))
    if len(files) > _NEAR:
        place = rng.permutation(max(files) + 1)[np.asarray(files)]
        shuffled = shuffled[np.argsort(place[shuffled], kind="stable")]
        parts = np.split(shuffled, range(_NEAR, len(shuffled), _NEAR))
        shuffled = np.concatenate([rng.permutation(part) for part in parts])
        own = [_batches_of(shuffled[at : at + batch * _POOL], near, batch) for at in range(0, len(shuffled), batch * _POOL)]
        return [pool[int(i)] for pool in own for i in rng.permutation(len(pool))]
    batches: list[list[int]] = []
    for first in range(0, len(shuffled), batch * _POOL):
        batches += _batches_of(shuffled[first : first + batch * _POOL], near, batch)
    return [batches[i] for i in rng.permutation(len(batches))]


def _batches_of(clips: np.ndarray, durations: np.ndarray, batch: int) -> list[list[int]]:
    """Clips by length, so many a batch."""
    pool = clips[np.argsort(durations[clips], kind="stable")]
    return [pool[at : at + batch].tolist() for at in range(0, len(pool), batch)]


def files_of(clips: Sequence[Clip]) -> list[int]:
    """The number of the file in which each recording lies; none where each is a file of its own."""
    places = [inside(clip.audio) for clip in clips[:1]]
    if not places or places[0] is None:
        return []
    names = [clip.audio.name.partition("#")[0] for clip in clips]
    numbers = {name: k for k, name in enumerate(sorted(set(names)))}
    return [numbers[name] for name in names]


def in_order(durations: Sequence[float], batch: int) -> list[list[int]]:
    """Every clip once, clips of like length together: for scoring."""
    by_length = sorted(range(len(durations)), key=lambda i: (durations[i], i))
    return [by_length[at : at + batch] for at in range(0, len(by_length), batch)]


@final
class Feed:
    """The batches of a split, epoch by epoch. Worker processes, and the clips that they have decoded, stay between epochs."""

    def __init__(self, clips: Clips, workers: int = 0) -> None:
        self._draws: list[list[Draw]] = []
        self._loader = DataLoader(
            clips, batch_sampler=self._draws, collate_fn=collate, num_workers=workers, persistent_workers=workers > 0,
            multiprocessing_context="spawn" if workers else None, prefetch_factor=4 if workers else None,
        )  # fmt: skip

    def batches(self, plan: Sequence[Sequence[int]], epoch: int) -> Iterator[Batch]:
        """The batches of `plan`, in its order; `epoch` -1 = as they are, without augmentation."""
        self._draws[:] = [[Draw(i, epoch) for i in part] for part in plan]
        yield from self._loader
