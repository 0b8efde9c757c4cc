"""Learns the small net of a parametric voice: from what surrounds a phone and where in it a frame lies to what the frame holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
import torch
from torch import Tensor, nn

from aural.learn.stepper import rate_at
from aural.models.spectrum import PLACES, Net, within
from aural.patterns.trajectories import with_slopes

_BATCH, _RATE, _WARMUP = 256, 2e-3, 0.05
_LEAST = 1e-3  # of a spread, below which a number does not move
_HELD = 20  # one frame of so many tells what the net leaves open, and is not learned from


@final
@dataclass(frozen=True, eq=False)
class Rows:
    """Frames of all clips behind one another: the phone of each [F], where in it [F, 8], and what it holds [F, D]."""

    owners: np.ndarray
    places: np.ndarray
    values: np.ndarray


def rows(frames: Sequence[np.ndarray], values: Sequence[np.ndarray]) -> Rows:
    """Clips with frames of each state [L, 3] and what was measured of each frame [F, W], voicing last: every other frame, with
    slopes and bends."""
    owners, places, told, phones = [], [], [], 0
    for own, heard in zip(frames, values, strict=True):
        owner, place = within(own)
        count = min(len(owner), len(heard))
        owners.append(owner[:count:2] + phones)
        places.append(place[:count:2])
        told.append(np.column_stack([with_slopes(heard[:, :-1]), heard[:, -1]])[:count:2].astype(np.float32))
        phones += len(own)
    return Rows(np.concatenate(owners), np.concatenate(places), np.concatenate(told))


def learn(
    around: np.ndarray, found: Rows, *, width: int, epochs: int, seed: int, step: Callable[[int, int], None]
) -> Net:  # fmt: skip
    """A net of two inner layers; around [L, Q] is what surrounds each phone. `step` is told how many epochs are done, and of how
    many."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    center, scale = _standard(around, found.places)
    middle, spread = found.values.mean(axis=0), np.maximum(found.values.std(axis=0), _LEAST)
    into, out = around.shape[1] + PLACES, found.values.shape[1]
    net = nn.Sequential(nn.Linear(into, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU(), nn.Linear(width, out))
    optimizer = torch.optim.AdamW(net.parameters(), lr=_RATE, weight_decay=1e-4)
    tables = [torch.from_numpy(x.astype(np.float32)) for x in (around, found.places, (found.values - middle) / spread)]
    owners, c, s = torch.from_numpy(found.owners), torch.from_numpy(center), torch.from_numpy(scale)
    held = np.arange(len(found.owners)) % _HELD == 0

    def heard(which: Tensor) -> Tensor:
        said: Tensor = net((torch.cat([tables[0][owners[which]], tables[1][which]], dim=1) - c) * s)
        return said

    learned = np.flatnonzero(~held)
    steps = max(1, len(learned) // _BATCH)
    for epoch in range(epochs):
        step(epoch, epochs)
        order = rng.permutation(learned)
        for k in range(steps):
            for group in optimizer.param_groups:
                group["lr"] = _RATE * rate_at((epoch * steps + k) / (epochs * steps), _WARMUP)
            which = torch.from_numpy(order[k * _BATCH : (k + 1) * _BATCH])
            optimizer.zero_grad(set_to_none=True)
            (heard(which) - tables[2][which]).square().mean().backward()
            optimizer.step()
    with torch.no_grad():
        which = torch.from_numpy(np.flatnonzero(held))
        open_ = (heard(which) - tables[2][which]).square().mean(0).numpy() * spread**2
    linear = [layer for layer in net if isinstance(layer, nn.Linear)]
    layers = tuple((x.weight.detach().numpy().T.copy(), x.bias.detach().numpy()) for x in linear)
    return Net(layers, center, scale, middle, spread, np.maximum(open_, 1e-6))


def _standard(around: np.ndarray, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Center and scale of all inputs [Q + 8]; what never moves is left out by a scale of 0."""
    center = np.concatenate([around.mean(axis=0), places.mean(axis=0)]).astype(np.float32)
    spread = np.concatenate([around.std(axis=0), places.std(axis=0)])
    # what is rare must not become loud where it is met
    return center, np.where(spread > _LEAST, 1 / np.maximum(spread, 0.1), 0).astype(np.float32)
