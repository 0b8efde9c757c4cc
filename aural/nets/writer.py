"""A net that writes: frontend and encoder hear, a decoder writes one unit after the other, and a CTC head hears along.

Letters: B batch, T samples, F frames, D width, L units, K units there are; class 0 is the end (and the blank of CTC).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, final

import torch
from torch import Tensor, nn

from aural.nets import face
from aural.nets.masks import masked
from aural.nets.net import Net, config_of, page_of

END = 0


@final
class Writer(nn.Module):
    """`net` hears (its head is that of CTC); `decoder` is a page of nets/decoders with its settings, for `classes` classes."""

    def __init__(self, net: Net, decoder: str, given: Mapping[str, Any], classes: int) -> None:
        super().__init__()
        self.net, self.classes = net, classes
        self.decoder: face.Decoder = page_of("decoder", decoder).Decoder(
            config_of("decoder", decoder, given), net.encoder.width, classes
        )

    def heard(self, features: Tensor, frames: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Features [B, F, M] -> learned frames [B, F', D], log-probabilities of CTC [B, F', K + 1], real frames [B]."""
        x, frames = self.net.encoder(features, frames)
        x = masked(x, frames)
        return x, self.net.head(x, frames), frames

    def written(self, x: Tensor, frames: Tensor, tokens: Tensor) -> Tensor:
        """Logits [B, L + 1, K + 1] of each unit of tokens [B, L] and of the end, each behind the true ones before it."""
        before = torch.cat([torch.full_like(tokens[:, :1], END) if tokens.shape[1] else _ends(x), tokens], dim=1)
        memory = self.decoder.memory(x, frames)
        return self.decoder(before, memory, frames, self.decoder.begin(memory, frames))[0]

    @torch.no_grad()
    def greedy(self, x: Tensor, frames: Tensor, most: int, prompt: Tensor | None = None, end: int = END) -> Tensor:
        """The likeliest unit at each step [B, L] behind `prompt` [B, P], `end` behind each row's last; L is `most` at most."""
        memory = self.decoder.memory(x, frames)
        state = self.decoder.begin(memory, frames)
        last = _ends(x) if prompt is None else prompt
        done = torch.zeros_like(last[:, :1], dtype=torch.bool)
        found: list[Tensor] = []
        while len(found) < most and not bool(done.all()):
            logits, _, state = self.decoder(last, memory, frames, state)
            last = torch.where(done, end, logits[:, -1:].argmax(-1))
            done = done | (last == end)
            found.append(last)
        return torch.cat(found, dim=1) if found else torch.full_like(_ends(x), end)


def _ends(x: Tensor) -> Tensor:
    """[B, 1] of the end mark, on the device of x."""
    return torch.full((x.shape[0], 1), END, dtype=torch.int64, device=x.device)
