"""VITS: from symbols to samples in one net; a hidden voice is learned from recordings, a flow ties it to the text (Kim 2021).

Source: J. Kim, J. Kong, J. Son, "Conditional variational autoencoder with adversarial learning for end-to-end text-to-speech",
arXiv:2106.06103; monotonic alignment search as in Glow-TTS, arXiv:2005.11129. Written from the papers, with what lets an hour of
speech and one processor be enough: pitch and level are told for each symbol (Period VITS, arXiv:2210.15964), the text makes likely
each frame instead of each symbol (VISinger, arXiv:2110.08813; NaturalSpeech, arXiv:2205.04421), and the decoder makes frames by an
inverse Fourier transform (MB-iSTFT-VITS, arXiv:2210.15975; `nets/fourier.py`). Blocks are those of `nets/wide.py`; durations are
guessed without a flow of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import torch
from torch import Tensor, nn

from aural.errors import UsageError
from aural.nets.attention import places
from aural.nets.face import divides
from aural.nets.fourier import Waves
from aural.nets.layers import wiped
from aural.nets.masks import mask_of, masked
from aural.nets.phones import Guess, Plan
from aural.nets.upsampling import Upsampler
from aural.nets.wide import Looking, Wide
from aural.settings import option

_CLEAR = -1.5  # ln of the posterior's spread when it begins
_DILATIONS = (1, 3)  # of the upsampling decoder's blocks


@dataclass(frozen=True)
class Config:
    """Sizes of the net."""

    width: int = option(192, "channels of a symbol and of a frame", least=4)
    inner: int = option(384, "channels inside a block", least=4)
    heads: int = option(2, "heads of the attention over symbols", least=1)
    symbols: int = option(4, "blocks over symbols", least=1)
    frames: int = option(4, "blocks over frames that say what the text makes likely of each; 0 = the frame's symbol alone", least=0)
    hidden: int = option(96, "numbers in a frame of the hidden voice; even", least=2)
    posterior: int = option(3, "blocks that hear a recording", least=1)
    flows: int = option(4, "flows between voice and text", least=1)
    layers: int = option(2, "blocks inside a flow", least=1)
    flow: int = option(96, "channels inside a flow", least=4)
    head: str = option(
        "waves", "what makes samples of frames: waves = an inverse Fourier transform; stages = upsampling as in the paper, ten "
        "times the cost", choices=("waves", "stages"),
    )  # fmt: skip
    sound: int = option(192, "channels of the decoder, of its first stage where it has stages", least=4)
    blocks: int = option(6, "waves: blocks of the decoder", least=1)
    rates: tuple[int, ...] = option((8, 8, 4), "stages: samples for one at each; their product is the hop")
    kernels: tuple[int, ...] = option((3, 5, 7), "stages: kernels of their blocks")
    dropout: float = option(0.1, "share of what is left out while it learns, over symbols", least=0, most=0.9)


@dataclass(frozen=True, eq=False)
class Likely:
    """What the text makes likely of the hidden voice's text side: mean and ln of the spread [B, Z, F], or [B, Z, L]."""

    mean: Tensor
    spread: Tensor


@final
class Acoustic(nn.Module):
    """symbols [B, L] and, while it learns, spectra [B, D, F] of the recording -> samples."""

    def __init__(self, config: Config, symbols: int, bins: int, hop: int) -> None:
        super().__init__()
        divides(config.width, config.heads, "heads", "width")
        divides(config.hidden, 2, "halves", "hidden")
        width, drop = config.width, config.dropout
        self.config, self.names = config, nn.Embedding(symbols, width)
        self.heard = nn.ModuleList(
            Looking(width, config.inner, 1 / config.symbols, config.heads, drop) for _ in range(config.symbols)
        )
        self.length, self.pitch, self.level = (Guess(width, drop) for _ in range(3))
        self.rough = nn.Linear(width, 2 * config.hidden)
        self.voiced, self.within = nn.Conv1d(2, width, 3, padding=1), nn.Linear(3, width)
        self.frames = nn.ModuleList(Wide(width, config.inner, 1 / config.frames, 9) for _ in range(config.frames))
        self.last, self.fine = nn.LayerNorm(width), nn.Linear(width, 2 * config.hidden)
        self.posterior = Posterior(config, bins)
        self.flows = nn.ModuleList(Coupling(config) for _ in range(config.flows))
        self.decoder = decoder_of(config, hop)

    def plan(self, symbols: Tensor, lengths: Tensor) -> Plan:
        """What is to be said, and how long, how high and how loud by itself."""
        x = self.names(symbols) + places(symbols.shape[1], self.names.embedding_dim, self.names.weight)
        x = masked(x, lengths)
        for block in self.heard:
            x = block(x, lengths)
        return Plan(x, *(guess(x, lengths) for guess in (self.length, self.pitch, self.level)))

    def of_symbols(self, hidden: Tensor, lengths: Tensor) -> Likely:
        """What each symbol makes likely by itself: the search for times looks at that."""
        mean, spread = self.rough(hidden).transpose(1, 2).float().chunk(2, dim=1)
        return Likely(wiped(mean, lengths), wiped(spread, lengths))

    def of_frames(self, hidden: Tensor, voice: Tensor, owners: Tensor, within: Tensor, frames: Tensor) -> Likely:
        """hidden [B, L, D], voice [B, 2, L] (pitch and level), owners [B, F] the symbol of each frame, within [B, F, 3] where in
        it, frames [B] real ones -> what each frame is likely to be."""
        x = hidden + self.voiced(voice).transpose(1, 2)
        x = masked(x.gather(1, owners[:, :, None].expand(-1, -1, x.shape[2])) + self.within(within), frames)
        for block in self.frames:
            x = block(x, frames)
        mean, spread = self.fine(self.last(x)).transpose(1, 2).float().chunk(2, dim=1)
        return Likely(wiped(mean, frames), wiped(spread, frames))

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


def decoder_of(config: Config, hop: int) -> Waves | Upsampler:
    """hidden voice [B, Z, F] -> samples [B, F * hop]. Raises: UsageError where stages do not make the hop."""
    if config.head == "waves":
        return Waves(config.hidden, config.sound, 3 * config.sound, config.blocks, hop)
    stages = Upsampler(config.hidden, config.sound, config.rates, config.kernels, _DILATIONS)
    if stages.hop != hop:
        raise UsageError(f"the rates {config.rates} make {stages.hop} samples of a frame, not {hop}", where="--set rates")
    return stages


@final
class Posterior(nn.Module):
    """spectra [B, D, F] -> mean and ln of the spread of the hidden voice [B, Z, F]."""

    def __init__(self, config: Config, bins: int) -> None:
        super().__init__()
        self.first = nn.Linear(bins, config.width)
        self.blocks = nn.ModuleList(Wide(config.width, config.inner, 1 / config.posterior) for _ in range(config.posterior))
        self.norm, self.last = nn.LayerNorm(config.width), nn.Linear(config.width, 2 * config.hidden)
        # A draw that begins as mostly noise tells the decoder nothing, and what tells nothing is soon given up.
        nn.init.constant_(self.last.bias[config.hidden :], _CLEAR)

    def forward(self, spectra: Tensor, frames: Tensor) -> Likely:
        x = self.first((torch.log(spectra + 1e-4) / 3 + 1).transpose(1, 2))
        for block in self.blocks:
            x = block(x, frames)
        mean, spread = self.last(self.norm(x)).transpose(1, 2).float().chunk(2, dim=1)
        return Likely(wiped(mean, frames), wiped(spread, frames))


@final
class Coupling(nn.Module):
    """x [B, Z, F]: one half is moved by what the other half says, so that it can be moved back."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.half = config.hidden // 2
        self.first = nn.Linear(self.half, config.flow)
        self.blocks = nn.ModuleList(Wide(config.flow, 2 * config.flow, 1 / config.layers, 5) for _ in range(config.layers))
        self.norm, self.last = nn.LayerNorm(config.flow), nn.Linear(config.flow, self.half)
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)

    def forward(self, x: Tensor, frames: Tensor, back: bool = False) -> Tensor:
        still, moving = x[:, : self.half], x[:, self.half :]
        y = self.first(still.transpose(1, 2))
        for block in self.blocks:
            y = block(y, frames)
        move = self.last(self.norm(y)).transpose(1, 2).float()
        return torch.cat([still, wiped(moving - move if back else moving + move, frames)], 1)


@torch.no_grad()
def aligned(text: Tensor, likely: Likely, lengths: Tensor, frames: Tensor) -> Tensor:
    """Frames of each symbol [B, L] along the likeliest monotonic path of the text's side [B, Z, F] through the symbols."""
    precision = torch.exp(-2 * likely.spread)
    # ln of a normal density, its parts that hold symbol and frame multiplied out.
    score = -0.5 * (
        torch.einsum("bzl,bzf->blf", precision, text * text)
        - 2 * torch.einsum("bzl,bzf->blf", precision * likely.mean, text)
        + (precision * likely.mean * likely.mean + 2 * likely.spread).sum(1)[:, :, None]
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


def divergence(text: Tensor, spread: Tensor, likely: Likely, frames: Tensor) -> Tensor:
    """KL(posterior, prior) in nats a frame, by one draw `text` [B, Z, F] on the text's side; `spread` is ln of the posterior's."""
    gone = likely.spread - spread - 0.5 + 0.5 * (text - likely.mean).square() * torch.exp(-2 * likely.spread)
    mask = mask_of(frames, text.shape[2])[:, None].to(text.dtype)
    return (gone * mask).sum() / mask.sum().clamp(min=1)


def tiny() -> Config:
    """For tests."""
    return Config(8, 12, 2, 1, 1, 6, 1, 2, 1, 8, "waves", 8, 1, (4, 2), (3,), 0.0)
