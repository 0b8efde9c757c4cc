"""VITS: from symbols to samples in one net; a hidden voice is learned from recordings, a flow ties it to the text (Kim 2021).

Source: J. Kim, J. Kong, J. Son, "Conditional variational autoencoder with adversarial learning for end-to-end text-to-speech",
arXiv:2106.06103; monotonic alignment search as in Glow-TTS, arXiv:2005.11129. Written from the papers; durations are guessed
without a flow of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import torch
from torch import Tensor, nn

from aural.errors import UsageError
from aural.nets.attention import places
from aural.nets.dilated import Stack
from aural.nets.face import divides
from aural.nets.layers import wiped
from aural.nets.masks import mask_of, masked
from aural.nets.upsampling import Upsampler
from aural.nets.wide import Looking, Wide
from aural.settings import option


@dataclass(frozen=True)
class Config:
    """Sizes of the net."""

    width: int = option(128, "channels of a symbol, and of the hidden voice's layers", least=4)
    hidden: int = option(96, "numbers in a frame of the hidden voice; even", least=2)
    inner: int = option(384, "channels inside a block over symbols", least=4)
    heads: int = option(2, "heads of the attention over symbols", least=1)
    symbols: int = option(4, "blocks over symbols", least=1)
    posterior: int = option(6, "layers that hear a recording", least=1)
    flows: int = option(4, "flows between voice and text", least=1)
    layers: int = option(3, "layers inside a flow", least=1)
    decoder: int = option(128, "channels of the decoder's first stage", least=4)
    rates: tuple[int, ...] = option((8, 8, 4), "samples for one at each stage of the decoder; their product is the hop")
    kernels: tuple[int, ...] = option((3, 5, 7), "kernels of the decoder's blocks")
    dropout: float = option(0.1, "share of what is left out while it learns", least=0, most=0.9)


@dataclass(frozen=True, eq=False)
class Prior:
    """What the text makes likely of each symbol's frames: mean, ln of the spread [B, Z, L]; ln of 1 + frames [B, L]."""

    mean: Tensor
    spread: Tensor
    durations: Tensor


@final
class Acoustic(nn.Module):
    """symbols [B, L] and, while it learns, spectra [B, D, F] of the recording -> samples."""

    def __init__(self, config: Config, symbols: int, bins: int, hop: int) -> None:
        super().__init__()
        divides(config.width, config.heads, "heads", "width")
        divides(config.hidden, 2, "halves", "hidden")
        width, hidden = config.width, config.hidden
        self.config, self.names = config, nn.Embedding(symbols, width)
        self.heard = nn.ModuleList(
            Looking(width, config.inner, 1 / config.symbols, config.heads, config.dropout) for _ in range(config.symbols)
        )
        self.prior = nn.Linear(width, 2 * hidden)
        self.length = nn.ModuleList([Wide(width, width, 0.5, 5, config.dropout), nn.LayerNorm(width), nn.Linear(width, 1)])
        self.posterior = Posterior(config, bins)
        self.flows = nn.ModuleList(Coupling(config) for _ in range(config.flows))
        self.decoder = Upsampler(hidden, config.decoder, config.rates, config.kernels, (1, 3))
        if self.decoder.hop != hop:
            raise UsageError(f"the rates {config.rates} make {self.decoder.hop} samples of a frame, not {hop}", where="--set rates")

    def plan(self, symbols: Tensor, lengths: Tensor) -> Prior:
        """What the text tells by itself. Durations are guessed from symbols that learn nothing from that."""
        x = self.names(symbols) + places(symbols.shape[1], self.names.embedding_dim, self.names.weight)
        x = masked(x, lengths)
        for block in self.heard:
            x = block(x, lengths)
        mean, spread = self.prior(x).transpose(1, 2).chunk(2, dim=1)
        wide, norm, out = self.length
        guess = out(norm(wide(x.detach(), lengths)))[..., 0]
        return Prior(wiped(mean, lengths), wiped(spread, lengths), masked(guess, lengths))

    def toward_text(self, voice: Tensor, frames: Tensor) -> Tensor:
        """The hidden voice [B, Z, F] as the text's side sees it: all flows forward."""
        for flow in self.flows:
            voice = flow(voice, frames).flip(1)
        return voice

    def toward_voice(self, text: Tensor, frames: Tensor) -> Tensor:
        """The flows backward."""
        for flow in reversed(self.flows):
            text = flow(text.flip(1), frames, back=True)
        return text

    def sound(self, text: Tensor, frames: Tensor) -> Tensor:
        """What was drawn on the text's side [B, Z, F] -> samples [B, F * hop]."""
        return self.decoder(wiped(self.toward_voice(text, frames), frames))


@final
class Posterior(nn.Module):
    """spectra [B, D, F] -> mean and ln of the spread of the hidden voice [B, Z, F]."""

    def __init__(self, config: Config, bins: int) -> None:
        super().__init__()
        self.first = nn.Conv1d(bins, config.width, 1)
        self.stack = Stack(config.width, config.width, (1,) * config.posterior, 0, kernel=5, causal=False)
        self.last = nn.Conv1d(config.width, 2 * config.hidden, 1)

    def forward(self, spectra: Tensor, frames: Tensor) -> tuple[Tensor, Tensor]:
        x = wiped(self.first(torch.log(spectra + 1e-4) / 3 + 1), frames)
        mean, spread = self.last(self.stack(x, None, frames)).chunk(2, dim=1)
        return wiped(mean, frames), wiped(spread, frames)


@final
class Coupling(nn.Module):
    """x [B, Z, F]: one half is moved by what the other half says, so that it can be moved back."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.half = config.hidden // 2
        self.first = nn.Conv1d(self.half, config.width, 1)
        self.stack = Stack(config.width, config.width, (1,) * config.layers, 0, kernel=5, causal=False)
        self.last = nn.Conv1d(config.width, self.half, 1)
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)

    def forward(self, x: Tensor, frames: Tensor, back: bool = False) -> Tensor:
        still, moving = x[:, : self.half], x[:, self.half :]
        move = self.last(self.stack(wiped(self.first(still), frames), None, frames))
        return torch.cat([still, wiped(moving - move if back else moving + move, frames)], 1)


@torch.no_grad()
def aligned(text: Tensor, prior: Prior, lengths: Tensor, frames: Tensor) -> Tensor:
    """Frames of each symbol [B, L] along the likeliest monotonic path of the text's side [B, Z, F] through the symbols."""
    precision = torch.exp(-2 * prior.spread)
    # ln of a normal density, its parts that hold symbol and frame multiplied out.
    score = -0.5 * (
        torch.einsum("bzl,bzf->blf", precision, text * text)
        - 2 * torch.einsum("bzl,bzf->blf", precision * prior.mean, text)
        + (precision * prior.mean * prior.mean + 2 * prior.spread).sum(1)[:, :, None]
    )
    return best_durations(score, lengths, frames)


@torch.no_grad()
def best_durations(score: Tensor, lengths: Tensor, frames: Tensor) -> Tensor:
    """score [B, L, F] -> frames of each symbol [B, L] on the best path: each symbol has one or more, in their order.

    All rows and symbols at once, frame by frame (monotonic alignment search). Where a row has fewer frames than symbols,
    its last symbols get none.
    """
    batch, count, size = score.shape
    low = torch.finfo(score.dtype).min / 4
    best = torch.full((batch, count), low, dtype=score.dtype, device=score.device)
    best[:, 0] = score[:, 0, 0]
    came = torch.zeros(batch, size, count, dtype=torch.bool, device=score.device)
    for f in range(1, size):
        before = nn.functional.pad(best, (1, 0), value=low)[:, :-1]
        came[:, f] = before > best
        best = torch.maximum(before, best) + score[:, :, f]
    at = (torch.minimum(lengths, frames) - 1).clone()
    durations = torch.zeros(batch, count, dtype=torch.int64, device=score.device)
    rows = torch.arange(batch, device=score.device)
    for f in range(size - 1, -1, -1):
        inside = f < frames
        durations[rows, at] += inside.long()
        at = at - (inside & came[rows, f, at] & (at > 0)).long()
    return durations


def spread_out(x: Tensor, durations: Tensor, count: int) -> Tensor:
    """x [B, Z, L] laid over frames [B, Z, F], each symbol as often as its duration says."""
    at = torch.arange(count, device=x.device)[None].expand(len(x), -1).contiguous()
    owners = torch.searchsorted(durations.cumsum(1), at, right=True).clamp(max=x.shape[2] - 1)
    return x.gather(2, owners[:, None].expand(-1, x.shape[1], -1))


def divergence(text: Tensor, spread_q: Tensor, mean_p: Tensor, spread_p: Tensor, frames: Tensor) -> Tensor:
    """KL(posterior, prior) in nats a number, by one draw `text` [B, Z, F] on the text's side; spreads are logarithms."""
    mask = mask_of(frames, text.shape[2])[:, None].to(text.dtype)
    gone = spread_p - spread_q - 0.5 + 0.5 * (text - mean_p).square() * torch.exp(-2 * spread_p)
    return (gone * mask).sum() / (mask.sum() * text.shape[1]).clamp(min=1)


def tiny() -> Config:
    """For tests."""
    return Config(8, 6, 12, 2, 1, 2, 2, 1, 8, (4, 2), (3,), 0.0)
