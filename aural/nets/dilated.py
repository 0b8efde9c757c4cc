"""Stacks of dilated convolutions with gates, told what to say by conditions: the inside of WaveNet and of flows.

Letters: B batch, W width, T steps (samples or frames), C channels of the condition, H condition frames (T = H * hop).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import final

import torch
from torch import Tensor, nn

from aural.nets.layers import wiped

State = list[Tensor]


@final
class Stack(nn.Module):
    """x [B, W, T], condition [B, C, H] -> the sum of what all layers skip out [B, S, T].

    Causal: step t sees x up to and with t; else the kernel is centered. The condition is laid over `hop` steps.
    Source: A. van den Oord et al., WaveNet, arXiv:1609.03499.
    """

    def __init__(
        self, width: int, skip: int, dilations: Sequence[int], condition: int, *, kernel: int = 2, causal: bool = True
    ) -> None:
        super().__init__()
        self.width, self.dilations, self.kernel, self.causal = width, tuple(dilations), kernel, causal
        self.hear = nn.ModuleList(nn.Conv1d(width, 2 * width, kernel, dilation=d) for d in dilations)
        self.told = nn.Conv1d(condition, 2 * width * len(self.dilations), 1) if condition else None
        self.out = nn.ModuleList(nn.Conv1d(width, width + skip, 1) for _ in dilations)

    @property
    def reach(self) -> int:
        """Steps that one output depends on."""
        return 1 + sum(d * (self.kernel - 1) for d in self.dilations)

    def forward(self, x: Tensor, condition: Tensor | None = None, lengths: Tensor | None = None) -> Tensor:
        """`lengths` [B]: what lies behind them is kept at 0 in every layer."""
        hop = 1 if condition is None else x.shape[2] // condition.shape[2]
        told = None if self.told is None or condition is None else self.told(condition).chunk(len(self.dilations), dim=1)
        skipped: Tensor | None = None
        for number, (hear, out) in enumerate(zip(self.hear, self.out, strict=True)):
            reach = self.dilations[number] * (self.kernel - 1)
            before = reach if self.causal else reach // 2
            heard = hear(nn.functional.pad(x, (before, reach - before)))
            if told is not None:
                heard = heard + (told[number] if hop == 1 else told[number].repeat_interleave(hop, dim=2))
            x, aside = self._gated(x, heard, out)
            x = x if lengths is None else wiped(x, lengths)
            skipped = aside if skipped is None else skipped + aside
        assert skipped is not None
        return skipped

    def start(self, batch: int) -> State:
        """What a causal stack without a condition knows before the first step: nothing, in each layer's own past."""
        like = self.hear[0].weight
        return [like.new_zeros(batch, self.width, d * (self.kernel - 1)) for d in self.dilations]

    def step(self, state: State, x: Tensor) -> tuple[State, Tensor]:
        """One step x [B, W, 1] of such a stack -> the next state, and what is skipped out [B, S, 1]; its cost is constant."""
        after: State = []
        skipped: Tensor | None = None
        for hear, out, past in zip(self.hear, self.out, state, strict=True):
            window = torch.cat([past, x], dim=2)
            after.append(window[:, :, 1:])
            x, aside = self._gated(x, hear(window), out)
            skipped = aside if skipped is None else skipped + aside
        assert skipped is not None
        return after, skipped

    def _gated(self, x: Tensor, heard: Tensor, out: nn.Module) -> tuple[Tensor, Tensor]:
        """What a layer passes on to the next one, and what it skips out."""
        gate, open_ = heard.chunk(2, dim=1)
        both = out(torch.tanh(gate) * torch.sigmoid(open_))
        return x + both[:, : self.width], both[:, self.width :]


def cycles(layers: int, longest: int) -> tuple[int, ...]:
    """Dilations 1, 2, 4 ... up to `longest`, and again from 1, for so many layers."""
    step = longest.bit_length()
    return tuple(1 << (n % step) for n in range(layers))
