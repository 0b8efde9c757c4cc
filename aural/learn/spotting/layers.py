"""The layers that are learned for phrases: two convolutions over a window of what the listener hears."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor, nn

from aural.learn.job import Job
from aural.learn.spotting.options import Options
from aural.learn.spotting.windows import Store
from aural.models.engines.phrases import STRIDE

_SIZE = 5  # frames that a convolution sees
_UNSURE = 0.05  # truths are as much nearer to one half


class Head(nn.Module):
    """Windows [N, W, D] -> logits [N, K]: two convolutions over time and a layer over what is left."""

    def __init__(self, width: int, told: int, count: int, options: Options) -> None:
        super().__init__()
        self.first = nn.Conv1d(told, options.hidden, _SIZE, STRIDE)
        self.second = nn.Conv1d(options.hidden, options.hidden, _SIZE, STRIDE)
        left = ((width - _SIZE) // STRIDE + 1 - _SIZE) // STRIDE + 1
        self.drop, self.outer = nn.Dropout(options.drop), nn.Linear(options.hidden * left, count)
        nn.init.constant_(self.outer.bias, -3.0)

    def forward(self, x: Tensor) -> Tensor:
        x = self.second(self.first(x.transpose(1, 2)).relu()).relu()
        return self.outer(self.drop(x.flatten(1)))

    def arrays(self) -> dict[str, np.ndarray]:
        """The weights as the engine names them."""
        parts = {"first": self.first, "second": self.second, "outer": self.outer}
        return {f"{name}{end}": getattr(layer, kind).detach().numpy().copy()
                for name, layer in parts.items() for end, kind in (("", "weight"), ("_bias", "bias"))}  # fmt: skip


def fitted(data: Store, count: int, width: int, options: Options, job: Job) -> Head:
    """Learn: half of what holds no phrase is drawn from what was mistaken for one most."""
    torch.manual_seed(options.seed)
    net = Head(width, data.frames.shape[1], count, options)
    optimizer = torch.optim.AdamW(net.parameters(), lr=options.rate, weight_decay=options.decay)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, options.steps)
    for step, (x, y) in enumerate(batches(data, width, options, net)):
        net.train()
        loss = nn.functional.binary_cross_entropy_with_logits(net(x), y * (1 - _UNSURE) + _UNSURE / 2)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        job.progress.step(step + 1, options.steps, "learn", "steps")
    job.progress.close()
    return net.eval()


def batches(data: Store, width: int, options: Options, net: nn.Module) -> Iterator[tuple[Tensor, Tensor]]:
    """Windows and truths: a quarter hold a phrase, each as often; the others are drawn anew from the hard ones at times."""
    rng = np.random.default_rng((options.seed, 1))
    own = [np.flatnonzero(data.truth[:, k] > 0) for k in range(data.truth.shape[1])]
    none = np.flatnonzero(data.truth.sum(1) == 0)
    hard = none
    for step in range(options.steps):
        if step and step % max(1, options.steps // 8) == 0:
            hard = hardest(data, none, width, net)
        each = max(1, 96 // len(own))
        chosen = np.concatenate([*(rng.choice(o, each) for o in own), rng.choice(none, 160), rng.choice(hard, 160)])
        x = data.windows(chosen, width, np.exp(rng.uniform(-options.stretch, options.stretch, (len(chosen), 1))))
        x = x + rng.normal(0, options.blur, x.shape)
        yield torch.from_numpy(x.astype(np.float32)), torch.from_numpy(data.truth[chosen])


@torch.no_grad()
def hardest(data: Store, none: np.ndarray, width: int, net: nn.Module) -> np.ndarray:
    """The fortieth of the windows without a phrase that score highest."""
    net.eval()
    scores = np.concatenate([net(torch.from_numpy(data.windows(part, width).astype(np.float32))).max(1).values.numpy()
                             for part in np.array_split(none, len(none) // 20_000 + 1)])  # fmt: skip
    return none[np.argsort(-scores)[: max(200, len(none) // 40)]]
