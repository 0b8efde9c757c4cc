"""What an encoder that is held says of a clip is kept: it says the same whenever it hears it again.

Where clips are not changed each time they are heard, a training pays for its encoder once, and its later passes cost what the
head costs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import final

import torch
from torch import Tensor, nn

Forward = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]


def remember(encoder: nn.Module, megabytes: float) -> None:
    """From now on the encoder looks up what it has heard, as long as nothing of it learns; frames are kept in 16 bits.

    encoder: x [B, F, M], real frames [B] -> [B, F', D] and real frames [B].
    """
    encoder.forward = Remembered(encoder, encoder.forward, round(megabytes * 1e6)).forward


@final
class Remembered:
    """An encoder's answers by the content of what it heard; what finds no room is computed anew each time."""

    def __init__(self, encoder: nn.Module, forward: Forward, room: int) -> None:
        self._encoder, self._forward, self._room = encoder, forward, room
        self._known: dict[bytes, Tensor] = {}

    def forward(self, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """As the encoder's own, with as many frames as the longest row has."""
        if torch.compiler.is_compiling() or self._encoder.training or x.requires_grad:
            return self._forward(x, lengths)
        keys = [_key(row[:length]) for row, length in zip(x, lengths.tolist(), strict=True)]
        rows = {k: self._known[k].to(x) for k in set(keys) & self._known.keys()}
        new = [n for n, key in enumerate(keys) if key not in rows]
        if new:
            with torch.no_grad():
                told, counts = self._forward(x[new, : int(lengths[new].max())], lengths[new])
            for n, frames, count in zip(new, told, counts.tolist(), strict=True):
                rows[keys[n]] = frames[:count]
                self._keep(keys[n], frames[:count])
        found = [rows[key] for key in keys]
        return nn.utils.rnn.pad_sequence(found, batch_first=True), lengths.new_tensor([len(frames) for frames in found])

    def _keep(self, key: bytes, frames: Tensor) -> None:
        size = 2 * frames.numel()
        if size <= self._room and key not in self._known:
            self._room -= size
            self._known[key] = frames.detach().to("cpu", torch.float16, copy=True)


def _key(row: Tensor) -> bytes:
    return hashlib.blake2b(row.detach().cpu().contiguous().numpy().tobytes(), digest_size=16).digest()
