"""Augmentation on the fly: the effects of sound/effects by name, drawn for each clip, and mixes of whole batches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, final

import numpy as np
import torch
from torch import Tensor

from aural import find
from aural.corpora.rows import rows
from aural.learn.loading import Batch
from aural.learn.options import OTHERS, effects
from aural.sound.sound import Sound, load

# Parts of clips that an effect leaves alone, so that clean sound is heard in training, too.
_CHANCE = 0.5
_WARPED = 0.1  # warp: natural logarithm of the factor, at most; on the mel scale, so about a fifth of the frequency
_DEFAULTS: Mapping[str, Mapping[str, Any]] = {"speed": {}, "pitch": {}}


@final
class Effects:
    """Draws and applies effects to a sound, each with a chance of one half, in the order asked for."""

    def __init__(self, asked: Sequence[str], noise: str | None, rooms: str | None) -> None:
        self._shift = "shift" in asked
        self._pages = [n for n in effects(asked) if n not in OTHERS]
        needs = {find.page("sound/effects", n).MATERIAL for n in self._pages}
        self._places = {"noise": noise, "room": rooms, "rooms": rooms}
        self._material = {kind: _materials(place) for kind, place in self._places.items() if kind in needs and place}

    def __call__(self, sound: Sound, rng: np.random.Generator) -> Sound:
        for name in self._pages:
            if rng.random() < _CHANCE:
                page = find.page("sound/effects", name)
                material = self._material.get(page.MATERIAL, ())
                sound = page.apply(sound, page.draw(rng, page.Options(), sound, material))
        if self._shift and sound.length > 1:
            by = int(rng.integers(-sound.length // 5, sound.length // 5 + 1))
            sound = replace(sound, samples=_moved(sound.samples, by))
        return sound


def _moved(samples: np.ndarray, by: int) -> np.ndarray:
    """Samples [C, T] moved by so many places, zeros where nothing is left."""
    out = np.zeros_like(samples)
    if by >= 0:
        out[:, by:] = samples[:, : samples.shape[1] - by]
    else:
        out[:, :by] = samples[:, -by:]
    return out


def _materials(place: str) -> tuple[Sound, ...]:
    """The recordings of a folder or manifest, mono, at most 60 s of each."""
    return tuple(load(c.audio, mono=True, start=c.start, end=c.start + (c.duration or 60.0)) for c in rows(Path(place)))


@dataclass(frozen=True)
class Mixes:
    """What is done to whole batches. mixup: Zhang et al. 2018; between_class: Tokozume et al. 2018, by level; warp and
    specaugment to their features."""

    mixup: bool
    between_class: bool
    specaugment: bool
    warp: bool

    @classmethod
    def of(cls, asked: Sequence[str]) -> Mixes:
        """Those among the names."""
        return cls("mixup" in asked, "between_class" in asked, "specaugment" in asked, "warp" in asked)

    def masked(self, features: Tensor, frames: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Features [B, F, M] warped and with the masks of specaugment, where these are asked for; and the frames as they are."""
        features = warped(features, generator) if self.warp else features
        return (specaugment(features, frames, generator) if self.specaugment else features), frames

    def mixed(self, batch: Batch, generator: torch.Generator) -> Batch:
        """Each clip with another one of the batch, truths in the same shares; half of the batches stay as they are."""
        if not (self.mixup or self.between_class) or float(torch.rand(1, generator=generator)) < 0.5:
            return batch
        partner = torch.randperm(len(batch.samples), generator=generator)
        share = torch.rand(len(batch.samples), generator=generator).to(batch.samples)
        if self.mixup:
            share = 0.5 + (share - 0.5).abs()  # the first clip is the louder one
        own, other = batch.samples, batch.samples[partner]
        gain = _between(own, other, share) if self.between_class else share
        samples = own * gain[:, None] + other * (1 - gain)[:, None]
        if self.between_class:
            samples = samples / (gain**2 + (1 - gain) ** 2).sqrt()[:, None]
        shape = (-1,) + (1,) * (batch.targets.dim() - 1)
        targets = batch.targets * share.reshape(shape) + batch.targets[partner] * (1 - share).reshape(shape)
        return replace(batch, samples=samples, targets=targets, lengths=torch.maximum(batch.lengths, batch.lengths[partner]))


def _between(own: Tensor, other: Tensor, share: Tensor) -> Tensor:
    """The gain of the first sound by which it has `share` of the heard level."""
    level = own.pow(2).mean(1).clamp(min=1e-10).sqrt() / other.pow(2).mean(1).clamp(min=1e-10).sqrt()
    return 1 / (1 + level * (1 - share).clamp(min=1e-3) / share.clamp(min=1e-3))


def specaugment(features: Tensor, frames: Tensor, generator: torch.Generator) -> Tensor:
    """features [B, F, M] with one mask over at most a quarter of the bands and one over a quarter of each row's
    frames, filled with 0, the mean of standardized features (Park et al. 2019)."""
    count, length, bands = features.shape
    draws = torch.rand(4, count, generator=generator).to(features)
    band, frame = torch.arange(bands, device=features.device), torch.arange(length, device=features.device)
    keep_bands = _outside(band[None], draws[0] * bands / 4, draws[1], torch.full_like(draws[0], bands))
    keep_frames = _outside(frame[None], draws[2] * frames / 4, draws[3], frames.to(features))
    return features * keep_bands[:, None, :] * keep_frames[:, :, None]


def warped(features: Tensor, generator: torch.Generator) -> Tensor:
    """features [B, F, M] with the bands of each row spread or pressed together by a factor of its own, as a shorter or longer
    vocal tract would (Jaitly and Hinton 2013, there in Hz); where nothing is left, the highest band is repeated."""
    count, _, bands = features.shape
    factors = torch.exp((2 * torch.rand(count, generator=generator) - 1) * _WARPED).to(features)
    places = (torch.arange(bands, device=features.device) * factors[:, None]).clamp(max=bands - 1)
    lower = places.floor()
    share = (places - lower)[:, None, :]
    left = lower.long()[:, None, :].expand_as(features)
    return features.gather(2, left) * (1 - share) + features.gather(2, (left + 1).clamp(max=bands - 1)) * share


def _outside(places: Tensor, width: Tensor, at: Tensor, whole: Tensor) -> Tensor:
    first = (at * (whole - width)).floor()[:, None]
    return ((places < first) | (places >= first + width.floor()[:, None])).to(width)
