"""The last stage: a small net tells the tied states of frames in the Gaussians' place.

It hears mapped frames with some around each, and answers p(state | frames) / p(state), which stands for p(frame | state).
Source: H. Bourlard and N. Morgan, "Connectionist speech recognition", 1994; G. Dahl et al. 2012; V. Peddinti et al. 2015 (layers).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, final

import numpy as np
import torch
from torch import Tensor, nn

from aural.learn.export import write_program
from aural.learn.hidden_markov.rounds import Lesson
from aural.models.runtime import Runtime, Session

if TYPE_CHECKING:
    from aural.learn.hidden_markov.ladder import Course

_CHUNK, _LANES, _RATE = 150, 16, 2e-3
_STEPS = ((5, 1), (3, 2), (3, 4))  # (taps, step) of each layer: 8 frames on both sides are heard


@final
class TimeDelay(nn.Module):
    """heard [B, F, D] -> logarithms of p(state) [B, F, P]: convolutions over time with growing steps."""

    def __init__(self, width_in: int, width: int, states: int) -> None:
        super().__init__()
        sizes = [width_in, *[width] * len(_STEPS)]
        self.layers = nn.ModuleList(
            nn.Conv1d(a, b, taps, dilation=step, padding=step * (taps // 2))
            for (taps, step), a, b in zip(_STEPS, sizes[:-1], sizes[1:], strict=True)
        )
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in _STEPS)
        self.last = nn.Conv1d(width, states, 1)

    def forward(self, heard: Tensor) -> Tensor:
        x = heard.transpose(1, 2)
        for layer, norm in zip(self.layers, self.norms, strict=True):
            x = norm(torch.relu(layer(x)).transpose(1, 2)).transpose(1, 2)
            x = nn.functional.dropout(x, 0.1, self.training)
        return torch.log_softmax(self.last(x).transpose(1, 2), -1)


@final
class Scoring(nn.Module):
    """heard [F, D] -> log p(state | frames) - log p(state) [F, P]; it scales what it hears itself."""

    def __init__(self, net: TimeDelay, mean: Tensor, scale: Tensor, prior: Tensor) -> None:
        super().__init__()
        self.net = net
        self.register_buffer("mean", mean)
        self.register_buffer("scale", scale)
        self.register_buffer("prior", prior)

    def forward(self, heard: Tensor) -> Tensor:
        return self.net(((heard - self.mean) * self.scale)[None])[0] - self.prior


def learned(lesson: Lesson, states: int, path: Path, course: Course) -> Session:
    """Learn the states of all frames of a lesson; the graph lies at `path` and is open."""
    if course.threads:
        torch.set_num_threads(course.threads)
    torch.manual_seed(course.seed)
    rng = np.random.default_rng(course.seed)
    pairs = [(x, one.states) for x, one in zip(lesson.heard, lesson.laid, strict=True) if one is not None]
    every = np.concatenate([x for x, _ in pairs])
    mean, scale = every.mean(0), 1 / np.maximum(every.std(0), 1e-3)
    counts = np.bincount(np.concatenate([s for _, s in pairs]), minlength=states) + 1.0
    net = TimeDelay(every.shape[1], course.width, states)
    optimizer = torch.optim.AdamW(net.parameters(), lr=_RATE, weight_decay=1e-3)
    lanes = int(np.clip(len(every) // (8 * _CHUNK), 1, _LANES))
    steps = -(-max(1, len(every) // _CHUNK) // lanes)
    plan = torch.optim.lr_scheduler.OneCycleLR(optimizer, _RATE, total_steps=steps * course.epochs + 1)
    for epoch in range(course.epochs):
        loss, right = _epoch(net, optimizer, plan, _chunks(pairs, mean, scale, rng), lanes)
        course.say(f"  epoch {epoch + 1} of {course.epochs}: loss {loss:.3f}, {100 * right:.1f} % of the frames")
    prior = torch.from_numpy(np.log(counts / counts.sum()).astype(np.float32))
    still, size = (torch.from_numpy(np.asarray(a, np.float32)) for a in (mean, scale))
    whole = Scoring(net, still, size, prior).eval()
    frames = torch.export.Dim("frames", min=2)
    write_program(whole, (torch.zeros(50, every.shape[1]),), ({0: frames},), path, ["heard"], ["scores"])
    return Runtime("cpu", 1).session(path)


def _chunks(
    pairs: list[tuple[np.ndarray, np.ndarray]], mean: np.ndarray, scale: np.ndarray, rng: np.random.Generator
) -> tuple[Tensor, Tensor]:
    """All frames in an order of its own, cut to chunks: [N, F, D] and their states [N, F]."""
    order = rng.permutation(len(pairs))
    x, y = np.concatenate([pairs[i][0] for i in order]), np.concatenate([pairs[i][1] for i in order])
    count = max(1, len(x) // _CHUNK)
    x, y = np.resize(x, (count * _CHUNK, x.shape[1])), np.resize(y, count * _CHUNK)
    scaled = ((x - mean) * scale).astype(np.float32).reshape(count, _CHUNK, -1)
    return torch.from_numpy(scaled), torch.from_numpy(y.reshape(count, _CHUNK).astype(np.int64))


def _epoch(
    net: TimeDelay, optimizer: torch.optim.Optimizer, plan: torch.optim.lr_scheduler.LRScheduler, data: tuple[Tensor, Tensor],
    lanes: int,
) -> tuple[float, float]:  # fmt: skip
    """One pass: the mean loss, and the share of frames whose likeliest state is the true one."""
    net.train()
    losses, right = [], []
    x, y = data
    for first in range(0, len(x), lanes):
        logs = net(x[first : first + lanes])
        true = y[first : first + lanes]
        loss = nn.functional.nll_loss(logs.reshape(-1, logs.shape[-1]), true.reshape(-1))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        optimizer.step()
        plan.step()
        losses.append(float(loss.detach()))
        right.append(float((logs.argmax(-1) == true).float().mean()))
    return float(np.mean(losses)), float(np.mean(right))
