"""Tacotron 2: a recurrent decoder makes the spectrogram step by step and looks, at each step, where in the text it is.

Source: J. Shen et al., "Natural TTS synthesis by conditioning WaveNet on mel spectrogram predictions", arXiv:1712.05884; attention
that knows where it looked: J. Chorowski et al., arXiv:1506.07503. Written from the papers, with some frames a step.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import torch
from torch import Tensor, nn

from aural.nets.face import divides
from aural.nets.layers import ConvFrames
from aural.nets.masks import mask_of, masked
from aural.nets.recurrent import Recurrent
from aural.nets.stepwise import State, Stepwise, late
from aural.settings import option


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
    step: int = option(4, "frames made at each step: more find their way sooner", least=1)
    after: int = option(128, "channels of the convolutions over the whole spectrogram", least=1)


@final
class Acoustic(Stepwise):
    """A step hears the last frame and what was looked at, looks again, and says what it saw; two recurrent layers remember.

    State: last frame [B, M]; h and c of both layers; what was looked at [B, D]; where, now and in sum [B, L].
    """

    def __init__(self, config: Config, symbols: int, n_mels: int) -> None:
        super().__init__(config, n_mels)
        divides(config.width, 2, "both directions", "width")
        width, inner = config.width, (config.decoder,)
        self.states = {
            "last_frame": (n_mels,), "h1": inner, "c1": inner, "h2": inner, "c2": inner, "seen_text": (width,),
            "looks_now": (0,), "looks_summed": (0,),
        }  # fmt: skip
        self.names = nn.Embedding(symbols, width)
        self.around = nn.ModuleList(ConvFrames(width, width, 5) for _ in range(config.convolutions))
        self.both = Recurrent("lstm", width, width // 2, both=True)
        self.first = Cell(config.before + width, config.decoder)
        self.second = Cell(config.decoder + width, config.decoder)
        self.look = Look(config, width)
        self.frames = nn.Linear(config.decoder + width, n_mels * config.step)
        self.stop = nn.Linear(config.decoder + width, 1)

    def memory(self, symbols: Tensor, lengths: Tensor) -> Tensor:
        x = masked(self.names(symbols), lengths).transpose(1, 2)
        for layer in self.around:
            x = layer(x, lengths)[0]
        return masked(self.both(x.transpose(1, 2), lengths), lengths)

    def step(
        self, memory: Tensor, lengths: Tensor, state: State, draws: Tensor, most: Tensor | None = None, path: Tensor | None = None
    ) -> tuple[Tensor, Tensor, Tensor, State]:
        frame, h1, c1, h2, c2, seen, where, summed = state
        h1, c1 = self.first(torch.cat([self.squeezed(frame, draws), seen], 1), h1, c1)
        looks = self.look(h1[:, None], memory, lengths, where[:, None], summed[:, None])[:, 0]
        where = self.chosen(looks, where, summed, most) if path is None else path
        seen = (where[:, None] @ memory)[:, 0]
        h2, c2 = self.second(torch.cat([h1, seen], 1), h2, c2)
        frames, stop = self._told(h2[:, None], seen[:, None])
        return frames, stop[:, 0], looks, (frames[:, -1], h1, c1, h2, c2, seen, where, summed + where)

    def steps(self, memory: Tensor, lengths: Tensor, before: Tensor, draws: Tensor, path: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        seen = path @ memory
        h1 = self.first.along(torch.cat([self.squeezed(before, draws), late(seen)], 2))
        looks = self.look(h1, memory, lengths, late(path), late(path.cumsum(1)))
        frames, stop = self._told(self.second.along(torch.cat([h1, seen], 2)), seen)
        return frames, stop, looks

    def _told(self, h2: Tensor, seen: Tensor) -> tuple[Tensor, Tensor]:
        """Frames [B, S * step, M] and stop [B, S] of steps [B, S]."""
        told = torch.cat([h2, seen], 2)
        return self.frames(told).reshape(told.shape[0], -1, self.n_mels), self.stop(told)[..., 0]


@final
class Cell(nn.Module):
    """One step of a long short-term memory: x [B, D], h and c [B, H] -> the next h and c."""

    def __init__(self, width_in: int, width: int) -> None:
        super().__init__()
        self.into = nn.Linear(width_in + width, 4 * width)
        self.kept: Tensor  # added to the gates (in, kept, new, out): in the beginning most is kept
        self.register_buffer("kept", torch.tensor([0.0, 1.0, 0.0, 0.0]).repeat_interleave(width), persistent=False)

    def forward(self, x: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
        i, f, g, o = (self.into(torch.cat([x, h], 1)) + self.kept).chunk(4, dim=1)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        return o.sigmoid() * c.tanh(), c

    def along(self, x: Tensor) -> Tensor:
        """Every h [B, S, H] of x [B, S, D], begun with zeros: the same steps as one call."""
        width = self.into.out_features // 4
        w, r = self.into.weight.split([x.shape[2], width], dim=1)
        empty = x.new_zeros(1, x.shape[0], width)
        weights = (w.contiguous(), r.contiguous(), self.into.bias, self.kept)
        return torch.lstm(x, (empty, empty), weights, True, 1, 0.0, self.training, False, True)[0]


@final
class Look(nn.Module):
    """Where to look [B, L]: by what is asked for, by what is there, and by where it was looked before, now and in sum."""

    def __init__(self, config: Config, width: int) -> None:
        super().__init__()
        self.asked, self.there = nn.Linear(config.decoder, config.looking), nn.Linear(width, config.looking, bias=False)
        self.before = nn.Conv1d(2, config.filters, config.reach, padding=config.reach // 2, bias=False)
        self.moved, self.score = nn.Linear(config.filters, config.looking, bias=False), nn.Linear(config.looking, 1, bias=False)

    def forward(self, query: Tensor, memory: Tensor, lengths: Tensor, where: Tensor, summed: Tensor) -> Tensor:
        """query [B, S, H], where it was looked before each step, now and in sum [B, S, L] -> [B, S, L]."""
        before = self.before(torch.stack([where, summed], 2).flatten(0, 1)).transpose(1, 2).unflatten(0, where.shape[:2])
        energy = self.score(torch.tanh(self.asked(query)[:, :, None] + self.there(memory)[:, None] + self.moved(before)))[..., 0]
        return torch.where(mask_of(lengths, memory.shape[1])[:, None], energy, -1e9).softmax(2)


def tiny() -> Config:
    """For tests."""
    return Config(8, 1, 6, 12, 6, 3, 3, 2, 6)
