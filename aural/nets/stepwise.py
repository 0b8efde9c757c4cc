"""Voices that make a spectrogram step by step and look, at each step, where in the text they are: what they have in common.

While such a voice learns it can be given where to look, as it is given the true frames: then no step waits for the answer of the
one before it, and all of them are computed at once.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from aural.nets.after import After

State = tuple[Tensor, ...]
AHEAD = 4  # symbols that a step may go on, when nobody tells it where to look


class Stepwise(nn.Module, ABC):
    """symbols [B, L], lengths [B] -> log_mel [B, M, F] step by step; each step makes `step` frames.

    `states`: the shapes of what a step hands to the next one behind the batch, by name, 0 = as many as there are symbols; the
    first is the last frame.
    """

    states: Mapping[str, tuple[int, ...]]

    def __init__(self, config: Any, n_mels: int) -> None:
        super().__init__()
        self.config, self.n_mels = config, n_mels
        self.squeeze = nn.ModuleList([nn.Linear(n_mels, config.before), nn.Linear(config.before, config.before)])
        self.after = After(n_mels, config.after)
        self.mean: Tensor
        self.scale: Tensor
        self.register_buffer("mean", torch.tensor(-5.0))
        self.register_buffer("scale", torch.tensor(2.0))

    @abstractmethod
    def memory(self, symbols: Tensor, lengths: Tensor) -> Tensor:
        """Symbols heard in context [B, L, D], zeros behind the lengths."""

    @abstractmethod
    def step(
        self, memory: Tensor, lengths: Tensor, state: State, draws: Tensor, most: Tensor | None = None, path: Tensor | None = None
    ) -> tuple[Tensor, Tensor, Tensor, State]:
        """-> frames [B, step, M] (standardized), stop [B] (before the sigmoid), where it looks [B, L], the next state.

        draws [B, 2, P] uniform in 0..1: half of what the last frame says is left out, always. `most` [B, L]: steps that each
        symbol may be looked at. With a path [B, L] it says where it would look, and is given what stands on the path.
        """

    @abstractmethod
    def steps(self, memory: Tensor, lengths: Tensor, before: Tensor, draws: Tensor, path: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """All steps at once, given the frame before each [B, S, M] (standardized) and a path [B, S, L]: what `step` says one by
        one. -> frames [B, S * step, M], stop [B, S], where it would look [B, S, L]."""

    def begin(self, memory: Tensor) -> State:
        """The state before the first frame: silence, nothing looked at."""
        rows, symbols = memory.shape[:2]
        return tuple(memory.new_zeros(rows, *(n or symbols for n in shape)) for shape in self.states.values())

    def forward(
        self, symbols: Tensor, lengths: Tensor, log_mel: Tensor, frames: Tensor, draws: Tensor, path: Tensor | None = None
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Told the true frames before each step: mel before and after the last convolutions, stop [B, S], looks [B, S, L].

        log_mel [B, M, F] with real frames [B]; draws [B, S, 2, P]; S = F / step rounded up. With a path [B, S, L] it is given
        what stands there, and `looks` is where it would have looked; without one it goes by its own looks, step by step.
        """
        memory = self.memory(symbols, lengths)
        true = ((log_mel - self.mean) / self.scale).transpose(1, 2)
        steps = -(-true.shape[1] // self.config.step)
        before = late(true[:, self.config.step - 1 :: self.config.step], steps)
        given = (memory, lengths, before, draws)
        made, stops, looks = self._alone(*given) if path is None else self.steps(*given, path)
        mel = self.scaled(made[:, : true.shape[1]].transpose(1, 2))
        return mel, self.refined(mel, frames), stops, looks

    def refined(self, log_mel: Tensor, frames: Tensor) -> Tensor:
        """log_mel [B, M, F] with real frames [B], corrected by convolutions that hear what comes later, too."""
        return log_mel + self.after((log_mel - self.mean) / self.scale, frames) * self.scale

    def scaled(self, x: Tensor) -> Tensor:
        """Standardized frames as they are."""
        return x * self.scale + self.mean

    def squeezed(self, frame: Tensor, draws: Tensor) -> Tensor:
        """frame [B, M] or [B, S, M], draws [B, 2, P] or [B, S, 2, P] -> [B, P] or [B, S, P]."""
        for k, layer in enumerate(self.squeeze):
            frame = layer(frame).relu() * (draws.select(-2, k) < 0.5) * 2
        return frame

    def chosen(self, looks: Tensor, where: Tensor, summed: Tensor, most: Tensor | None) -> Tensor:
        """Where a step that was told no path goes on [B, L]: while it finds its way alone, it may look anywhere."""
        return looks if self.training else near(looks, where, None if most is None else summed < most)

    def _alone(self, memory: Tensor, lengths: Tensor, before: Tensor, draws: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """All steps, one by one, each looking by itself."""
        state, made = self.begin(memory), []
        for k in range(before.shape[1]):
            *some, state = self.step(memory, lengths, (before[:, k], *state[1:]), draws[:, k])
            made.append(some)
        frames, stops, looks = zip(*made, strict=True)
        return torch.cat(frames, 1), torch.stack(stops, 1), torch.stack(looks, 1)


def near(looks: Tensor, where: Tensor, free: Tensor | None = None) -> Tensor:
    """The one symbol that is looked at most [B, L], from the last one on, where [B, L], and no further ahead than AHEAD; of those
    that are free [B, L] where there are any, else the same again.

    Going on and never back: C. Raffel et al., arXiv:1704.00784. That it looks at one alone is what it was given while it learned:
    a voice that spoke by its soft looks was heard wrong twice as often.
    """
    ahead = torch.arange(looks.shape[1], device=looks.device) - where.argmax(1, keepdim=True)
    allowed = (ahead >= 0) & (ahead <= AHEAD) & (looks > 0)
    if free is not None:
        allowed = allowed & free
    found = torch.where(allowed, looks, torch.where(ahead == 0, -0.5, -1.0)).argmax(1, keepdim=True)
    return (torch.arange(looks.shape[1], device=looks.device) == found).to(looks.dtype)


def late(x: Tensor, steps: int | None = None) -> Tensor:
    """x [B, S, D] one step later, zeros first; `steps` of them, as many as there were by default."""
    return nn.functional.pad(x, (0, 0, 1, 0))[:, : x.shape[1] if steps is None else steps]
