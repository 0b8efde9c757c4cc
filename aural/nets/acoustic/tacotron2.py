"""Tacotron 2: a recurrent decoder makes the spectrogram frame by frame and looks, at each step, where in the text it is.

Source: J. Shen et al., "Natural TTS synthesis by conditioning WaveNet on mel spectrogram predictions", arXiv:1712.05884; attention
that knows where it looked: J. Chorowski et al., arXiv:1506.07503. Written from the papers, with two frames a step.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import final

import torch
from torch import Tensor, nn

from aural.nets.face import divides
from aural.nets.layers import ConvFrames, wiped
from aural.nets.masks import mask_of, masked
from aural.nets.recurrent import Recurrent
from aural.settings import option

State = tuple[Tensor, ...]


@dataclass(frozen=True)
class Config:
    """Sizes of the net."""

    width: int = option(192, "channels of a symbol", least=2)
    convolutions: int = option(3, "convolutions over symbols", least=0)
    before: int = option(96, "channels that the last frame is squeezed into", least=1)
    decoder: int = option(320, "channels of the two recurrent layers", least=1)
    looking: int = option(96, "channels in which places are compared", least=1)
    filters: int = option(16, "filters over where it looked before", least=1)
    reach: int = option(15, "length of these filters, in symbols; odd", least=1)
    step: int = option(2, "frames made at each step", least=1)
    after: int = option(128, "channels of the convolutions over the whole spectrogram", least=1)


@final
class Acoustic(nn.Module):
    """symbols [B, L], lengths [B] -> log_mel [B, M, F] step by step; each step makes `step` frames.

    State: last frame [B, M]; h and c of both layers; what was looked at [B, D]; where, now and in sum [B, L].
    """

    def __init__(self, config: Config, symbols: int, n_mels: int) -> None:
        super().__init__()
        divides(config.width, 2, "both directions", "width")
        self.config, self.n_mels, width = config, n_mels, config.width
        self.names = nn.Embedding(symbols, width)
        self.around = nn.ModuleList(ConvFrames(width, width, 5) for _ in range(config.convolutions))
        self.both = Recurrent("lstm", width, width // 2, both=True)
        self.squeeze = nn.ModuleList([nn.Linear(n_mels, config.before), nn.Linear(config.before, config.before)])
        self.first = Cell(config.before + width, config.decoder)
        self.second = Cell(config.decoder + width, config.decoder)
        self.look = Look(config, width)
        self.frames = nn.Linear(config.decoder + width, n_mels * config.step)
        self.stop = nn.Linear(config.decoder + width, 1)
        sizes = (n_mels, config.after, config.after, n_mels)
        self.after = nn.ModuleList(ConvFrames(a, b, 5, active=k < 2) for k, (a, b) in enumerate(itertools.pairwise(sizes)))
        self.mean: Tensor
        self.scale: Tensor
        self.register_buffer("mean", torch.tensor(-5.0))
        self.register_buffer("scale", torch.tensor(2.0))

    def memory(self, symbols: Tensor, lengths: Tensor) -> Tensor:
        """Symbols heard in context [B, L, D], zeros behind the lengths."""
        x = masked(self.names(symbols), lengths).transpose(1, 2)
        for layer in self.around:
            x = layer(x, lengths)[0]
        return masked(self.both(x.transpose(1, 2), lengths), lengths)

    def begin(self, memory: Tensor) -> State:
        """The state before the first frame: silence, nothing looked at."""
        empty = memory[:, :1, :1] * 0
        flat, places = empty[:, 0], memory[:, :, 0] * 0
        inner = tuple((flat.expand(-1, self.config.decoder) + 0) for _ in range(4))
        return (flat.expand(-1, self.n_mels) + 0, *inner, memory[:, 0] * 0, places, places)

    def step(self, memory: Tensor, lengths: Tensor, state: State, draws: Tensor) -> tuple[Tensor, Tensor, Tensor, State]:
        """-> frames [B, step, M] (standardized), stop [B] (before the sigmoid), where it looks [B, L], the next state.

        draws [B, 2, P] uniform in 0..1: half of what the last frame says is left out, always (as in the paper).
        """
        frame, h1, c1, h2, c2, seen, where, summed = state
        x = frame
        for k, layer in enumerate(self.squeeze):
            x = layer(x).relu() * (draws[:, k] < 0.5) * 2
        h1, c1 = self.first(torch.cat([x, seen], 1), h1, c1)
        where = self.look(h1, memory, lengths, where, summed)
        seen = (where[:, None] @ memory)[:, 0]
        h2, c2 = self.second(torch.cat([h1, seen], 1), h2, c2)
        told = torch.cat([h2, seen], 1)
        frames = self.frames(told).reshape(-1, self.config.step, self.n_mels)
        return frames, self.stop(told)[:, 0], where, (frames[:, -1], h1, c1, h2, c2, seen, where, summed + where)

    def forward(
        self, symbols: Tensor, lengths: Tensor, log_mel: Tensor, frames: Tensor, draws: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Told the true frames before each step: mel before and after the last convolutions, stop [B, S], looks [B, S, L].

        log_mel [B, M, F] with real frames [B]; draws [B, S, 2, P]; S = F / step rounded up.
        """
        memory = self.memory(symbols, lengths)
        true = ((log_mel - self.mean) / self.scale).transpose(1, 2)
        steps = -(-true.shape[1] // self.config.step)
        state, made, stops, looks = self.begin(memory), [], [], []
        for k in range(steps):
            some, stop, where, state = self.step(memory, lengths, state, draws[:, k])
            state = (true[:, min((k + 1) * self.config.step, true.shape[1]) - 1], *state[1:])
            made.append(some)
            stops.append(stop)
            looks.append(where)
        mel = torch.cat(made, 1)[:, : true.shape[1]].transpose(1, 2)
        return self.scaled(mel), self.refined(self.scaled(mel), frames), torch.stack(stops, 1), torch.stack(looks, 1)

    def refined(self, log_mel: Tensor, frames: Tensor) -> Tensor:
        """log_mel [B, M, F] with real frames [B], corrected by convolutions that hear what comes later, too."""
        x = wiped((log_mel - self.mean) / self.scale, frames)
        for layer in self.after:
            x = layer(x, frames)[0]
        return log_mel + x * self.scale

    def scaled(self, x: Tensor) -> Tensor:
        """Standardized frames as they are."""
        return x * self.scale + self.mean


@final
class Cell(nn.Module):
    """One step of a long short-term memory: x [B, D], h and c [B, H] -> the next h and c."""

    def __init__(self, width_in: int, width: int) -> None:
        super().__init__()
        self.into = nn.Linear(width_in + width, 4 * width)

    def forward(self, x: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
        i, f, g, o = self.into(torch.cat([x, h], 1)).chunk(4, dim=1)
        c = (f + 1).sigmoid() * c + i.sigmoid() * g.tanh()
        return o.sigmoid() * c.tanh(), c


@final
class Look(nn.Module):
    """Where to look [B, L]: by what is asked for, by what is there, and by where it was looked before, now and in sum."""

    def __init__(self, config: Config, width: int) -> None:
        super().__init__()
        self.asked, self.there = nn.Linear(config.decoder, config.looking), nn.Linear(width, config.looking, bias=False)
        self.before = nn.Conv1d(2, config.filters, config.reach, padding=config.reach // 2, bias=False)
        self.moved, self.score = nn.Linear(config.filters, config.looking, bias=False), nn.Linear(config.looking, 1, bias=False)

    def forward(self, query: Tensor, memory: Tensor, lengths: Tensor, where: Tensor, summed: Tensor) -> Tensor:
        before = self.before(torch.stack([where, summed], 1)).transpose(1, 2)
        energy = self.score(torch.tanh(self.asked(query)[:, None] + self.there(memory) + self.moved(before)))[..., 0]
        return torch.where(mask_of(lengths, memory.shape[1]), energy, -1e9).softmax(1)


def tiny() -> Config:
    """For tests."""
    return Config(8, 1, 6, 12, 6, 3, 3, 2, 6)
