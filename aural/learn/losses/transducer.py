"""Transducer: the chance of a text summed over all ways to write its tokens among the frames (RNN-T, Graves 2012).

A path goes through a lattice of F frames and L + 1 places: a blank moves on by a frame, the next token by a place. From every
cell (f, u) both chances come out of the joint net. Cells of one diagonal f + u do not depend on each other, so that a step of
the recursion takes a whole diagonal of a whole batch.
Where a frame may write one token at most, a token moves on by a frame too: the same recursion without the slant.
Source: Graves 2012, Sequence Transduction with Recurrent Neural Networks (arXiv:1211.3711); `early`: Yu et al. 2021, FastEmit
(arXiv:2010.11148); `writes=one`: Tripathi et al. 2019, Monotonic recurrent neural network transducer and decoding strategies.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

import torch
from torch import Tensor, nn

from aural.learn.losses._face import Loss
from aural.settings import option

ANSWERS = ("class",)
_NEVER = float("-inf")


@dataclass(frozen=True)
class Config:
    early: float = option(
        0.0, "raises the slope of writing over that of waiting by this share: tokens come earlier", least=0, most=1
    )
    writes: str = option(
        "many", "tokens that a frame may write: many, or one, with which two equal ones in a row are better told from a long one",
        choices=("many", "one"),
    )  # fmt: skip
    side: float = option(0.3, "weight of a CTC loss on the same frames, which shows the encoder the way", least=0, most=10)


@final
class Made(Loss):
    """logits [B, F, L + 1, K] of the joint net, targets [B, L] from 1 up, class 0 the blank."""

    def __init__(self, config: Config, outputs: int) -> None:
        super().__init__()
        self.early, self.side, self.one = config.early, config.side, config.writes == "one"

    def forward(self, logits: Tensor, targets: Tensor, frames: Tensor, target_lengths: Tensor) -> Tensor:
        logits = logits.float() if logits.dtype in (torch.float16, torch.bfloat16) else logits
        whole = torch.logsumexp(logits, dim=-1)
        blank = logits[..., 0] - whole
        chosen = targets.long()[:, None, :, None].expand(-1, logits.shape[1], -1, 1)
        token = logits[:, :, :-1].gather(3, chosen)[..., 0] - whole[:, :, :-1]
        return minus_log_chance(blank, token, frames, target_lengths, self.early, self.one) / target_lengths.clamp(min=1)


def minus_log_chance(
    blank: Tensor, token: Tensor, frames: Tensor, lengths: Tensor, early: float = 0.0, one: bool = False
) -> Tensor:
    """-log P(text | sound) [B]: blank [B, F, L + 1] and token [B, F, L] are the log-chances in each cell; what lies behind a row's
    frames [B] (at least 1) and tokens [B] counts nothing. With `one` token a frame, a row of more tokens than frames is worth 0 and
    teaches nothing."""
    lattice = _Monotone if one else _Lattice
    found: Tensor = lattice.apply(blank, token, frames.clamp(min=1).to(blank.device), lengths.to(blank.device), early)
    return found


class _Lattice(torch.autograd.Function):
    """The recursion forth and back; the gradient is the share of all paths that goes through each step."""

    @staticmethod
    def forward(ctx: Any, blank: Tensor, token: Tensor, frames: Tensor, lengths: Tensor, early: float) -> Tensor:
        batch, count, places = blank.shape
        wait, write = _skewed(blank), _skewed(_whole(token))
        rows = torch.arange(batch, device=blank.device)
        last = frames - 1 + lengths  # the diagonal of the last cell
        before = _forth(wait, write)
        total = before[last, rows, lengths] + wait[last, rows, lengths]
        if ctx.needs_input_grad[0] or ctx.needs_input_grad[1]:
            after = _back(wait, write, last, lengths)
            waited, written = _behind(after)
            waited[last, rows, lengths] = 0.0  # behind the last cell's blank nothing is left to do: log 1
            shares = [torch.exp(before + step + then - total[:, None]) for step, then in ((wait, waited), (write, written))]
            ctx.save_for_backward(_straight(shares[0], count), _straight(shares[1], count)[:, :, : places - 1])
            ctx.early = early
        return -total

    @staticmethod
    def backward(ctx: Any, slope: Tensor) -> tuple[Tensor, Tensor, None, None, None]:
        return _slopes(ctx, slope)


class _Monotone(torch.autograd.Function):
    """The same where both a blank and a token move on by a frame: rows are frames, and behind the last one a text is whole."""

    @staticmethod
    def forward(ctx: Any, blank: Tensor, token: Tensor, frames: Tensor, lengths: Tensor, early: float) -> Tensor:
        batch, count, places = blank.shape
        wait, write = _upright(blank), _upright(_whole(token))
        rows = torch.arange(batch, device=blank.device)
        wait[frames, rows] = 0.0
        before = _forth(wait, write)
        total = before[frames, rows, lengths]
        possible = lengths <= frames
        if ctx.needs_input_grad[0] or ctx.needs_input_grad[1]:
            after = _back(wait, write, frames, lengths)
            waited, written = _behind(after)
            shares = [
                torch.where(possible[:, None], torch.exp(before + step + then - total[:, None]), 0)[:count].transpose(0, 1)
                for step, then in ((wait, waited), (write, written))
            ]
            ctx.save_for_backward(shares[0], shares[1][:, :, : places - 1])
            ctx.early = early
        return torch.where(possible, -total, 0)

    @staticmethod
    def backward(ctx: Any, slope: Tensor) -> tuple[Tensor, Tensor, None, None, None]:
        return _slopes(ctx, slope)


def _slopes(ctx: Any, slope: Tensor) -> tuple[Tensor, Tensor, None, None, None]:
    wait, write = ctx.saved_tensors
    down = -slope[:, None, None]
    return down * wait, down * write * (1.0 + ctx.early), None, None, None


def _whole(token: Tensor) -> Tensor:
    """[B, F, L] -> [B, F, L + 1]: behind the last token none is written."""
    return nn.functional.pad(token, (0, 1), value=_NEVER)


def _behind(after: Tensor) -> tuple[Tensor, Tensor]:
    """What is left behind a blank, and behind a token, of each cell [N, B, U]."""
    waited = torch.cat([after[1:], torch.full_like(after[:1], _NEVER)])
    return waited, torch.cat([waited[:, :, 1:], torch.full_like(waited[:, :, :1], _NEVER)], dim=2)


def _upright(cells: Tensor) -> Tensor:
    """[B, F, U] -> [F + 1, B, U], -inf behind the last frame."""
    return torch.cat([cells, torch.full_like(cells[:, :1], _NEVER)], dim=1).transpose(0, 1).contiguous()


def _skewed(cells: Tensor) -> Tensor:
    """[B, F, U] -> [F + U - 1, B, U] by diagonals f + u, -inf where there is no cell."""
    _, frames, places = cells.shape
    at = torch.arange(frames + places - 1, device=cells.device)[:, None] - torch.arange(places, device=cells.device)[None]
    found = cells[:, at.clamp(0, frames - 1), torch.arange(places, device=cells.device)[None]]
    return torch.where((at >= 0) & (at < frames), found, _NEVER).transpose(0, 1).contiguous()


def _straight(diagonals: Tensor, frames: int) -> Tensor:
    """[F + U - 1, B, U] -> [B, F, U]."""
    places = diagonals.shape[2]
    u = torch.arange(places, device=diagonals.device)
    return diagonals[torch.arange(frames, device=diagonals.device)[:, None] + u[None], :, u[None]].permute(2, 0, 1)


def _forth(wait: Tensor, write: Tensor) -> Tensor:
    """[N, B, U]: the log-chance of reaching each cell."""
    found = torch.full_like(wait, _NEVER)
    found[0, :, 0] = 0.0
    for n in range(1, len(wait)):
        here = found[n - 1] + wait[n - 1]
        there = (found[n - 1] + write[n - 1])[:, :-1]
        found[n, :, 0] = here[:, 0]
        torch.logaddexp(here[:, 1:], there, out=found[n, :, 1:])
    return found


def _back(wait: Tensor, write: Tensor, last: Tensor, lengths: Tensor) -> Tensor:
    """[N, B, U]: the log-chance of ending from each cell."""
    found = torch.full_like(wait, _NEVER)
    u = torch.arange(wait.shape[2], device=wait.device)
    end = (torch.arange(len(wait), device=wait.device)[:, None, None] == last[None, :, None]) & (u == lengths[:, None])
    found[-1] = torch.where(end[-1], wait[-1], _NEVER)
    for n in range(len(wait) - 2, -1, -1):
        here = found[n + 1] + wait[n]
        torch.logaddexp(here[:, :-1], found[n + 1, :, 1:] + write[n, :, :-1], out=found[n, :, :-1])
        found[n, :, -1] = here[:, -1]
        torch.where(end[n], wait[n], found[n], out=found[n])
    return found
