"""The last stage: a small net tells the tied states of frames in the Gaussians' place.

It hears mapped frames with some around each, beside them an encoder's where there is one, and answers p(state | frames) / p(state),
which stands for p(frame | state).
Source: H. Bourlard and N. Morgan, "Connectionist speech recognition", 1994; G. Dahl et al. 2012; V. Peddinti et al. 2015 (layers).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, final

import numpy as np
import torch
from torch import Tensor, nn

from aural.learn.export import write_program
from aural.learn.hidden_markov.rounds import Lesson
from aural.models.listener import nearest
from aural.models.runtime import Runtime, Session

if TYPE_CHECKING:
    from aural.learn.hidden_markov.ladder import Course

_CHUNK, _LANES, _RATE = 150, 16, 2e-3
_STEPS = ((5, 1), (3, 2), (3, 4))  # (taps, step) of each layer: 8 frames on both sides are heard
_NARROW = 128  # width to which the frames of an encoder are brought first
_MEASURED = 50_000  # frames of an encoder that its scale is read off


@final
class TimeDelay(nn.Module):
    """heard [B, F, D + E] -> logarithms of p(state) [B, F, P]: convolutions over time with growing steps; E = `sound`."""

    def __init__(self, width_in: int, width: int, states: int, sound: int = 0) -> None:
        super().__init__()
        self.own = width_in
        self.narrow = nn.Linear(sound, _NARROW) if sound else None
        sizes = [width_in + _NARROW * bool(sound), *[width] * len(_STEPS)]
        self.layers = nn.ModuleList(
            nn.Conv1d(a, b, taps, dilation=step, padding=step * (taps // 2))
            for (taps, step), a, b in zip(_STEPS, sizes[:-1], sizes[1:], strict=True)
        )
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in _STEPS)
        self.last = nn.Conv1d(width, states, 1)

    def forward(self, heard: Tensor) -> Tensor:
        if self.narrow is not None:
            heard = torch.cat([heard[..., : self.own], self.narrow(heard[..., self.own :])], -1)
        x = heard.transpose(1, 2)
        for layer, norm in zip(self.layers, self.norms, strict=True):
            x = norm(torch.relu(layer(x)).transpose(1, 2)).transpose(1, 2)
            x = nn.functional.dropout(x, 0.1, self.training)
        return torch.log_softmax(self.last(x).transpose(1, 2), -1)


@final
class Scoring(nn.Module):
    """heard [F, D + E] -> log p(state | frames) - log p(state) [F, P]; it scales what it hears itself."""

    def __init__(self, net: TimeDelay, mean: Tensor, scale: Tensor, prior: Tensor) -> None:
        super().__init__()
        self.net = net
        self.register_buffer("mean", mean)
        self.register_buffer("scale", scale)
        self.register_buffer("prior", prior)

    def forward(self, heard: Tensor) -> Tensor:
        return self.net(((heard - self.mean) * self.scale)[None])[0] - self.prior


@dataclass(frozen=True, eq=False)
class Frames:
    """The frames that lie over texts: what the mixtures hear of them [N, D], their states [N], where each clip begins and the
    last one ends [C + 1], all frames of an encoder [M, E], where there is one, and the one [N] that is nearest to each."""

    heard: np.ndarray
    states: np.ndarray
    begins: np.ndarray
    sound: np.ndarray | None
    near: np.ndarray

    @cached_property
    def scale(self) -> tuple[np.ndarray, np.ndarray]:
        """The mean of all that is heard [D + E], and what brings its spread to 1."""
        parts = [self.heard]
        if self.sound is not None:
            parts.append(self.sound[:: max(1, len(self.sound) // _MEASURED)].astype(np.float32))
        spread = np.concatenate([x.std(0) for x in parts])
        return np.concatenate([x.mean(0) for x in parts]), 1 / np.maximum(spread, 1e-3)

    def scaled(self, numbers: np.ndarray) -> Tensor:
        """All that is heard of some frames."""
        found = self.heard[numbers]
        if self.sound is not None:
            found = np.concatenate([found, self.sound[self.near[numbers]]], axis=-1)
        mean, size = self.scale
        return torch.from_numpy(((found - mean) * size).astype(np.float32))


def frames_of(lesson: Lesson) -> Frames:
    """The frames of a lesson that lie over its texts."""
    rows = [
        (x, one.states, u.sound) for x, one, u in zip(lesson.heard, lesson.laid, lesson.utterances, strict=True) if one is not None
    ]
    heard, states, sounds = zip(*rows, strict=True)
    begins = np.cumsum([0, *map(len, heard)])
    if any(sound is None for sound in sounds):
        return Frames(np.concatenate(heard), np.concatenate(states), begins, None, np.zeros(0, np.int64))
    first = np.cumsum([0, *map(len, sounds)])
    near = [at + nearest(len(x), len(sound)) for at, x, sound in zip(first[:-1], heard, sounds, strict=True)]
    return Frames(np.concatenate(heard), np.concatenate(states), begins, np.concatenate(sounds), np.concatenate(near))


def learned(lesson: Lesson, states: int, path: Path, course: Course) -> Session:
    """Learn the states of all frames of a lesson; the graph lies at `path` and is open."""
    if course.threads:
        torch.set_num_threads(course.threads)
    torch.manual_seed(course.seed)
    rng = np.random.default_rng(course.seed)
    frames = frames_of(lesson)
    every, width = frames.heard.shape
    counts = np.bincount(frames.states, minlength=states) + 1.0
    net = TimeDelay(width, course.width, states, 0 if frames.sound is None else frames.sound.shape[1])
    optimizer = torch.optim.AdamW(net.parameters(), lr=_RATE, weight_decay=1e-3)
    lanes = int(np.clip(every // (8 * _CHUNK), 1, _LANES))
    steps = -(-max(1, every // _CHUNK) // lanes)
    plan = torch.optim.lr_scheduler.OneCycleLR(optimizer, _RATE, total_steps=steps * course.epochs + 1)
    for epoch in range(course.epochs):
        loss, right = _epoch(net, optimizer, plan, frames, _chunks(frames, rng), lanes)
        course.say(f"  epoch {epoch + 1} of {course.epochs}: loss {loss:.3f}, {100 * right:.1f} % of the frames")
    prior = torch.from_numpy(np.log(counts / counts.sum()).astype(np.float32))
    mean, size = (torch.from_numpy(np.asarray(a, np.float32)) for a in frames.scale)
    whole = Scoring(net, mean, size, prior).eval()
    free = torch.export.Dim("frames", min=2)
    write_program(whole, (torch.zeros(50, len(mean)),), ({0: free},), path, ["heard"], ["scores"])
    return Runtime("cpu", 1).session(path)


def _chunks(frames: Frames, rng: np.random.Generator) -> np.ndarray:
    """The numbers of all frames, clips in an order of its own, cut to chunks: [N, F]."""
    order = rng.permutation(len(frames.begins) - 1)
    numbers = np.concatenate([np.arange(frames.begins[i], frames.begins[i + 1]) for i in order])
    return np.resize(numbers, (max(1, len(numbers) // _CHUNK), _CHUNK))


def _epoch(
    net: TimeDelay, optimizer: torch.optim.Optimizer, plan: torch.optim.lr_scheduler.LRScheduler, frames: Frames,
    chunks: np.ndarray, lanes: int,
) -> tuple[float, float]:  # fmt: skip
    """One pass: the mean loss, and the share of frames whose likeliest state is the true one."""
    net.train()
    losses, right = [], []
    for first in range(0, len(chunks), lanes):
        own = chunks[first : first + lanes]
        logs, true = net(frames.scaled(own)), torch.from_numpy(frames.states[own].astype(np.int64))
        loss = nn.functional.nll_loss(logs.reshape(-1, logs.shape[-1]), true.reshape(-1))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        optimizer.step()
        plan.step()
        losses.append(float(loss.detach()))
        right.append(float((logs.argmax(-1) == true).float().mean()))
    return float(np.mean(losses)), float(np.mean(right))
