"""Tacotron 2: a recurrent decoder makes the spectrogram frame by frame and looks, at each step, where in the text it is.

Source: J. Shen et al., "Natural TTS synthesis by conditioning WaveNet on mel spectrogram predictions", arXiv:1712.05884; attention
that knows where it looked: J. Chorowski et al., arXiv:1506.07503. Written from the papers, with some frames a step.

While it learns it can be given where to look, as it is given the true frames (the first is our own step): then no step waits for
the answer of the one before it, and all of them are computed at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import torch
from torch import Tensor, nn

from aural.nets.after import After
from aural.nets.face import divides
from aural.nets.layers import ConvFrames
from aural.nets.masks import mask_of, masked
from aural.nets.recurrent import Recurrent
from aural.settings import option

State = tuple[Tensor, ...]
AHEAD = 4  # symbols that a step may go on, when nobody tells it where to look


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
        self.after = After(n_mels, config.after)
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

    def step(
        self, memory: Tensor, lengths: Tensor, state: State, draws: Tensor, path: Tensor | None = None
    ) -> tuple[Tensor, Tensor, Tensor, State]:
        """-> frames [B, step, M] (standardized), stop [B] (before the sigmoid), where it looks [B, L], the next state.

        draws [B, 2, P] uniform in 0..1: half of what the last frame says is left out, always (as in the paper). With a path
        [B, L] it says where it would look, and is given what stands on the path.
        """
        frame, h1, c1, h2, c2, seen, where, summed = state
        x = self._squeezed(frame, draws)
        h1, c1 = self.first(torch.cat([x, seen], 1), h1, c1)
        looks = self.look(h1[:, None], memory, lengths, where[:, None], summed[:, None])[:, 0]
        if path is None:
            path = looks if self.training else near(looks, where)  # while it finds its way alone, it may look anywhere
        where = path
        seen = (where[:, None] @ memory)[:, 0]
        h2, c2 = self.second(torch.cat([h1, seen], 1), h2, c2)
        frames, stop = self._told(h2[:, None], seen[:, None])
        return frames, stop[:, 0], looks, (frames[:, -1], h1, c1, h2, c2, seen, where, summed + where)

    def steps(self, memory: Tensor, lengths: Tensor, before: Tensor, draws: Tensor, path: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """All steps at once, given the frame before each [B, S, M] (standardized) and a path [B, S, L]: what `step` says one by
        one. -> frames [B, S * step, M], stop [B, S], where it would look [B, S, L]."""
        seen = path @ memory
        h1 = self.first.along(torch.cat([self._squeezed(before, draws), late(seen)], 2))
        looks = self.look(h1, memory, lengths, late(path), late(path.cumsum(1)))
        frames, stop = self._told(self.second.along(torch.cat([h1, seen], 2)), seen)
        return frames, stop, looks

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

    def _alone(self, memory: Tensor, lengths: Tensor, before: Tensor, draws: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """All steps, one by one, each looking by itself."""
        state, made = self.begin(memory), []
        for k in range(before.shape[1]):
            *some, state = self.step(memory, lengths, (before[:, k], *state[1:]), draws[:, k])
            made.append(some)
        frames, stops, looks = zip(*made, strict=True)
        return torch.cat(frames, 1), torch.stack(stops, 1), torch.stack(looks, 1)

    def _squeezed(self, frame: Tensor, draws: Tensor) -> Tensor:
        """frame [B, M] or [B, S, M], draws [B, 2, P] or [B, S, 2, P] -> [B, P] or [B, S, P]."""
        for k, layer in enumerate(self.squeeze):
            frame = layer(frame).relu() * (draws.select(-2, k) < 0.5) * 2
        return frame

    def _told(self, h2: Tensor, seen: Tensor) -> tuple[Tensor, Tensor]:
        """Frames [B, S * step, M] and stop [B, S] of steps [B, S]."""
        told = torch.cat([h2, seen], 2)
        return self.frames(told).reshape(told.shape[0], -1, self.n_mels), self.stop(told)[..., 0]

    def refined(self, log_mel: Tensor, frames: Tensor) -> Tensor:
        """log_mel [B, M, F] with real frames [B], corrected by convolutions that hear what comes later, too."""
        return log_mel + self.after((log_mel - self.mean) / self.scale, frames) * self.scale

    def scaled(self, x: Tensor) -> Tensor:
        """Standardized frames as they are."""
        return x * self.scale + self.mean


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


def near(looks: Tensor, where: Tensor) -> Tensor:
    """The one symbol that is looked at most [B, L], from the last one on, where [B, L], and no further ahead than AHEAD.

    Going on and never back: C. Raffel et al., arXiv:1704.00784. That it looks at one alone is what it was given while it learned:
    a voice that spoke by its soft looks was heard wrong twice as often.
    """
    ahead = torch.arange(looks.shape[1], device=looks.device) - where.argmax(1, keepdim=True)
    found = torch.where((ahead >= 0) & (ahead <= AHEAD), looks, -1.0).argmax(1, keepdim=True)
    return (torch.arange(looks.shape[1], device=looks.device) == found).to(looks.dtype)


def late(x: Tensor, steps: int | None = None) -> Tensor:
    """x [B, S, D] one step later, zeros first; `steps` of them, as many as there were by default."""
    return nn.functional.pad(x, (0, 0, 1, 0))[:, : x.shape[1] if steps is None else steps]


def tiny() -> Config:
    """For tests."""
    return Config(8, 1, 6, 12, 6, 3, 3, 2, 6)
