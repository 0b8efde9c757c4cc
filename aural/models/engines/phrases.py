"""Runs a model folder of the kind "phrases": a small net hears phones, two layers look for phrases in its last second.

The folder holds the listener (stream.onnx, stream.json) and phrases.safetensors: `mean`, `scale` [D] of what the listener tells,
two convolutions over time `first` [H, D, S], `second` [H, H, S] with their biases, each of stride 2 and with a rectifier behind
it, `outer` [K, H * P] over all that is left of a window, `outer_bias` [K], and `sizes`: how many frames of the listener go into
one, and how many of those W are a window.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import final

import numpy as np

from aural.errors import ModelRefused, reason
from aural.models import tensors
from aural.models.card import Card
from aural.models.engines import _stepping
from aural.models.face import Model, StreamingScorer
from aural.models.runtime import Runtime

FILE = "phrases.safetensors"
NAMES = ("mean", "scale", "first", "first_bias", "second", "second_bias", "outer", "outer_bias", "sizes")
STRIDE = 2


@dataclass(frozen=True, eq=False)
class Layers:
    """What looks for phrases: windows [N, W, D] of standardized frames -> scores [N, K]."""

    mean: np.ndarray
    scale: np.ndarray
    first: np.ndarray
    first_bias: np.ndarray
    second: np.ndarray
    second_bias: np.ndarray
    outer: np.ndarray
    outer_bias: np.ndarray
    sizes: np.ndarray

    @property
    def every(self) -> int:
        """Frames of the listener that go into one."""
        return int(self.sizes[0])

    @property
    def width(self) -> int:
        """W, the frames of a window."""
        return int(self.sizes[1])

    def scores(self, windows: np.ndarray) -> np.ndarray:
        """One sigmoid a phrase."""
        x = _convolved(_convolved(windows, self.first, self.first_bias), self.second, self.second_bias)
        told = x.transpose(0, 2, 1).reshape(len(x), self.outer.shape[1]) @ self.outer.T + self.outer_bias
        return np.asarray(1.0 / (1.0 + np.exp(-np.clip(told, -30.0, 30.0))), np.float32)

    def standard(self, frames: np.ndarray) -> np.ndarray:
        """Frames [F, D] of the listener, standardized."""
        return np.asarray((frames - self.mean) * self.scale, np.float32)

    def fits(self, labels: int) -> bool:
        """True when the arrays fit each other and so many labels."""
        width, (hidden, _, size) = self.width, self.second.shape
        left = _left(_left(width, self.first.shape[2]), size)
        return (
            self.every >= 1 and left >= 1 and self.scale.shape == self.mean.shape == self.first.shape[1:2]
            and self.first_bias.shape == self.first.shape[:1] == self.second.shape[1:2] and self.second_bias.shape == (hidden,)
            and self.outer.shape == (labels, hidden * left) and self.outer_bias.shape == (labels,)
            and all(np.isfinite(getattr(self, name)).all() for name in NAMES)
        )  # fmt: skip


def _left(width: int, size: int) -> int:
    return (width - size) // STRIDE + 1


def _convolved(x: np.ndarray, weight: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """x [N, F, D], weight [H, D, S] -> [N, F', H], rectified."""
    views = np.lib.stride_tricks.sliding_window_view(x, weight.shape[2], axis=1)[:, ::STRIDE]
    flat = views.reshape(*views.shape[:2], -1) @ weight.reshape(len(weight), -1).T
    return np.asarray(np.maximum(flat + bias, 0.0))


@dataclass(frozen=True, eq=False)
class Heard:
    """A stream so far: the listener's state, how many of its frames came, and the last W - 1 kept ones [W - 1, D]."""

    listener: _stepping.Heard
    frames: int
    kept: np.ndarray


@final
class Phrases(StreamingScorer):
    """A listener with layers for phrases on top. Answers [F, K], one each `every` frames of the listener."""

    def __init__(self, card: Card, stream: _stepping.Stream, layers: Layers) -> None:
        self.card, self._stream, self._layers = card, stream, layers

    def close(self) -> None:
        """The session goes with the object."""

    def score(self, samples: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        """samples [B, T], lengths [B] -> [B, F, K]; zeros behind the end of the shorter ones."""
        return _stepping.scored(self, samples, lengths)

    def start(self) -> Heard:
        layers = self._layers
        return Heard(self._stream.start(), 0, np.zeros((layers.width - 1, len(layers.mean)), np.float32))

    def step(self, state: Heard, samples: np.ndarray) -> tuple[Heard, np.ndarray]:
        listener, frames = self._stream.step(state.listener, samples)
        return self._look(state, listener, frames)

    def finish(self, state: Heard) -> np.ndarray:
        return self._look(state, state.listener, self._stream.finish(state.listener))[1]

    def _look(self, state: Heard, listener: _stepping.Heard, frames: np.ndarray) -> tuple[Heard, np.ndarray]:
        layers = self._layers
        new = layers.standard(kept(frames, layers.every, state.frames))
        held = np.concatenate([state.kept, new])
        scores = layers.scores(windows(held, layers.width)) if len(new) else np.zeros((0, len(layers.outer)), np.float32)
        return Heard(listener, state.frames + len(frames), held[len(held) - (layers.width - 1) :]), scores


def kept(frames: np.ndarray, every: int, before: int = 0) -> np.ndarray:
    """Every so manieth frame [F, D] of the listener, counted from the start of the stream, `before` of which came already."""
    return frames[-before % every :: every]


def windows(frames: np.ndarray, width: int) -> np.ndarray:
    """Frames [F, D] -> all stretches of `width` of them, [F - width + 1, width, D]."""
    if len(frames) < width:
        return np.zeros((0, width, frames.shape[1]), frames.dtype)
    return np.lib.stride_tricks.sliding_window_view(frames, width, axis=0).transpose(0, 2, 1)


def write(folder: Path, layers: Layers) -> None:
    """Write the layers into a model folder."""
    tensors.write(folder / FILE, {name: np.asarray(getattr(layers, name), np.float32) for name in NAMES})


def open(folder: Path, card: Card, runtime: Runtime) -> Model:
    """The spotter of a model folder. Raises: ModelRefused for arrays that are missing or do not fit."""
    arrays = tensors.read(folder / FILE)
    try:
        layers = Layers(**{name: np.asarray(arrays[name], np.float32) for name in NAMES})
        fits = layers.fits(len(card.labels))
    except (KeyError, ValueError, IndexError) as error:
        raise ModelRefused(
            f"the arrays of a phrase model are missing or damaged ({reason(error)})", where=str(folder / FILE)
        ) from None
    if not fits:
        raise ModelRefused("the arrays of this phrase model do not fit each other or its labels", where=str(folder / FILE))
    return Phrases(card, _stepping.opened(folder, runtime), layers)
