"""A recurrent decoder that looks where the next unit is said: listen, attend and spell.

Where it looks is told by what it has written and by where it looked before ("location"), or by what it has written alone
("content"). With "none" it is the encoder-decoder from before attention: all that it knows of the sound is one vector of fixed
size, made of the first and the last frame, whatever the length of the recording.
Source: Chan et al. 2016, Listen, Attend and Spell (arXiv:1508.01211); location: Chorowski et al. 2015 (arXiv:1506.07503); none:
Sutskever et al. 2014 (arXiv:1409.3215), the vector given at each step as by Cho et al. 2014 (arXiv:1406.1078).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import torch
from torch import Tensor, nn

from aural.nets import face
from aural.nets.masks import mask_of, masked
from aural.settings import option


@dataclass(frozen=True)
class Config:
    width: int = option(128, "size of the recurrent state", least=2, most=2048)
    looks: str = option(
        "location", "where to look is told by: content = what was written; location = also where it looked; none: one fixed vector",
        choices=("location", "content", "none"),
    )  # fmt: skip
    match: int = option(64, "size of the space in which frames are compared with the state", least=2, most=1024)
    filters: int = option(8, "location: convolutions over where it looked", least=1, most=64)
    kernel: int = option(31, "location: frames that a convolution sees", least=1, most=301)
    dropout: float = option(0.1, "share dropped of units and of what is written from, in training", least=0, most=0.9)


def tiny() -> Config:
    """Small enough for tests."""
    return Config(width=8, match=6, filters=2, kernel=5, dropout=0.0)


@final
class Decoder(face.Decoder):
    """State: recurrent output and cell [B, width], the context [B, D], where it looked last and in sum [B, F] each."""

    def __init__(self, config: Config, width_in: int, classes: int) -> None:
        super().__init__()
        self.attends, self.width = config.looks != "none", config.width
        self.units = nn.Embedding(classes, config.width)
        self.dropout = nn.Dropout(config.dropout)
        self.gates = nn.Linear(2 * config.width + width_in, 4 * config.width)
        self.mix, self.out = nn.Linear(config.width + width_in, config.width), nn.Linear(config.width, classes)
        if self.attends:
            self.key, self.query = nn.Linear(width_in, config.match), nn.Linear(config.width, config.match, bias=False)
            self.fit = nn.Linear(config.match, 1, bias=False)
            self.place = _Place(config) if config.looks == "location" else None
        else:
            self.whole = nn.Linear(2 * width_in, width_in)

    def memory(self, x: Tensor, lengths: Tensor) -> list[Tensor]:
        x = masked(x, lengths)
        if self.attends:
            return [x, self.key(x)]
        last = x.gather(1, (lengths - 1).clamp(min=0)[:, None, None].expand(-1, 1, x.shape[2]))[:, 0]
        return [x, self.whole(torch.cat([x[:, 0], last], dim=1)).tanh()]

    def begin(self, memory: Sequence[Tensor], lengths: Tensor) -> list[Tensor]:
        x = memory[0]
        zeros = torch.zeros_like(x[:, 0, :1]).expand(-1, self.width).clone()
        nowhere = torch.zeros_like(x[:, :, 0])
        return [zeros, zeros.clone(), x[:, 0] * 0 if self.attends else memory[1], nowhere, nowhere.clone()]

    def forward(
        self, tokens: Tensor, memory: Sequence[Tensor], lengths: Tensor, state: Sequence[Tensor]
    ) -> tuple[Tensor, Tensor, list[Tensor]]:
        units = self.dropout(self.units(tokens))
        h, c, context, last, total = state
        real = mask_of(lengths, memory[0].shape[1])
        wrote: list[Tensor] = []
        looked: list[Tensor] = []
        for place in range(tokens.shape[1]):
            gates = self.gates(torch.cat([units[:, place], context, h], dim=1))
            i, f, g, o = gates.chunk(4, dim=1)
            c = (f + 1).sigmoid() * c + i.sigmoid() * g.tanh()
            h = o.sigmoid() * c.tanh()
            if self.attends:
                last = self._look(h, memory[1], real, last, total)
                total, context = total + last, (last[:, None] @ memory[0])[:, 0]
            else:
                last = real.to(h.dtype) / lengths.clamp(min=1)[:, None].to(h.dtype)
                total = total + last
            wrote.append(torch.cat([h, context], dim=1))
            looked.append(last)
        mixed = self.dropout(self.mix(torch.stack(wrote, dim=1)).tanh())
        return self.out(mixed), torch.stack(looked, dim=1), [h, c, context, last, total]

    def _look(self, h: Tensor, keys: Tensor, real: Tensor, last: Tensor, total: Tensor) -> Tensor:
        """[B, F]: how much of each real frame is taken."""
        match = keys + self.query(h)[:, None]
        if self.place is not None:
            match = match + self.place(last, total)
        scores = self.fit(match.tanh())[:, :, 0].float()
        return torch.where(real, scores, -1e9).softmax(-1).to(h.dtype)


@final
class _Place(nn.Module):
    """Where was looked, last and in sum [B, F] each, as features of each frame [B, F, match]."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.near = nn.Conv1d(2, config.filters, config.kernel, padding=config.kernel // 2, bias=False)
        self.into = nn.Linear(config.filters, config.match, bias=False)

    def forward(self, last: Tensor, total: Tensor) -> Tensor:
        near = self.near(torch.stack([last, total], dim=1))[:, :, : last.shape[1]]
        return self.into(near.transpose(1, 2))
