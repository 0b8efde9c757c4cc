"""What an encoder that is held says of a clip is kept: it says the same whenever it hears it again.

Where clips are not changed each time they are heard, a training pays for its encoder once, and its later passes cost what the
head costs. With a folder other trainings on the same clips, and one that goes on after a stop, need not pay for it at all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import final

import numpy as np
import torch
from torch import Tensor, nn

from aural.files import written

Forward = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]
_SIZE = 16  # bytes of a name


def remember(encoder: nn.Module, megabytes: float, folder: Path | None = None) -> None:
    """From now on the encoder looks up what it has heard, as long as nothing of it learns; frames are kept in 16 bits.

    encoder: x [B, F, M], real frames [B] -> [B, F', D] and real frames [B]. A folder keeps them by what was heard and by the
    encoder's weights, beyond the memory and the process. Raises, when it first hears: LimitReached, UsageError for a folder
    that cannot be written.
    """
    shelf = None if folder is None else Shelf(folder, encoder)
    encoder.forward = Remembered(encoder, encoder.forward, round(megabytes * 1e6), shelf).forward


def forget(net: nn.Module) -> None:
    """Let every encoder of a net hear anew: frames of 16 bits are near what it says, and no measure for a graph of it."""
    for module in net.modules():
        if isinstance(getattr(vars(module).get("forward"), "__self__", None), Remembered):
            del module.forward


@final
class Shelf:
    """Frames as files, named by the encoder and by what it heard."""

    def __init__(self, folder: Path, encoder: nn.Module) -> None:
        digest = hashlib.blake2b(digest_size=_SIZE)
        for name, tensor in sorted(encoder.state_dict().items()):
            digest.update(name.encode())
            digest.update(tensor.detach().cpu().contiguous().numpy().tobytes())
        self._folder = folder / digest.hexdigest()

    def find(self, key: bytes) -> Tensor | None:
        """The frames [F, D] in 16 bits; None for what was never heard, or cannot be read."""
        try:
            return torch.from_numpy(np.load(self._place(key)))
        except (OSError, ValueError, EOFError, TypeError):
            return None

    def keep(self, key: bytes, frames: Tensor) -> None:
        """Write frames [F, D] in 16 bits, whole or not at all."""
        with written(self._place(key)) as out:
            np.save(out, frames.numpy())

    def _place(self, key: bytes) -> Path:
        name = key.hex()
        return self._folder / name[:2] / f"{name[2:]}.npy"


@final
class Remembered:
    """An encoder's answers by the content of what it heard; what finds no room is looked up or computed anew each time."""

    def __init__(self, encoder: nn.Module, forward: Forward, room: int, shelf: Shelf | None) -> None:
        self._encoder, self._forward, self._room, self._shelf = encoder, forward, room, shelf
        self._known: dict[bytes, Tensor] = {}

    def forward(self, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """As the encoder's own, with as many frames as the longest row has."""
        if torch.compiler.is_compiling() or self._encoder.training or x.requires_grad:
            return self._forward(x, lengths)
        keys = [_key(row[:length]) for row, length in zip(x, lengths.tolist(), strict=True)]
        rows = {key: frames.to(x) for key in dict.fromkeys(keys) if (frames := self._found(key)) is not None}
        new = [n for n, key in enumerate(keys) if key not in rows]
        if new:
            with torch.no_grad():
                told, counts = self._forward(x[new, : int(lengths[new].max())], lengths[new])
            for n, frames, count in zip(new, told, counts.tolist(), strict=True):
                rows[keys[n]] = frames[:count]
                self._keep(keys[n], frames[:count].detach())
        found = [rows[key] for key in keys]
        return nn.utils.rnn.pad_sequence(found, batch_first=True), lengths.new_tensor([len(frames) for frames in found])

    def _found(self, key: bytes) -> Tensor | None:
        if key in self._known or self._shelf is None:
            return self._known.get(key)
        frames = self._shelf.find(key)
        if frames is not None:
            self._hold(key, frames)
        return frames

    def _keep(self, key: bytes, frames: Tensor) -> None:
        """Hold frames, and put them on the shelf where they were computed in full: another training may ask for more."""
        short = frames.to("cpu", torch.float16, copy=True)
        if not bool(short.isfinite().all()):  # too large for 16 bits
            return
        self._hold(key, short)
        if self._shelf is not None and frames.dtype == torch.float32:
            self._shelf.keep(key, short)

    def _hold(self, key: bytes, frames: Tensor) -> None:
        size = 2 * frames.numel()
        if size <= self._room and key not in self._known:
            self._room -= size
            self._known[key] = frames


def _key(row: Tensor) -> bytes:
    return hashlib.blake2b(row.detach().cpu().contiguous().numpy().tobytes(), digest_size=_SIZE).digest()
