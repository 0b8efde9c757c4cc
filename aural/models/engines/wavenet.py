"""Runs a model folder of the kind "wavenet": one sample after the other, each layer remembering what it needs, at constant cost."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, final

import numpy as np

from aural.errors import ModelRefused, reason
from aural.models import tensors
from aural.models.card import Card
from aural.models.face import Vocoder, check_rate
from aural.models.runtime import Runtime

WEIGHTS, SIZES = "model.safetensors", "wavenet.json"
_LEAST = -7.0  # ln of a logistic's smallest scale, as it was trained
_CLASSES = 256


@final
class WaveNet(Vocoder):
    """Weights by the names of `nets/vocoders/wavenet.py`; its sizes as JSON.

    Each layer keeps the frames of its dilation in a ring, so that a sample costs the same however long the sound is, and
    the samples are those that hearing everything again would give. In 64 bits, since a difference of rounding that crosses
    a step of the 16-bit grid would grow from sample to sample.
    Source: T. Le Paine et al., "Fast WaveNet generation algorithm", arXiv:1611.09482.
    """

    def __init__(self, card: Card, weights: Mapping[str, np.ndarray], sizes: Mapping[str, Any]) -> None:
        self.card, self._sizes = card, sizes
        self._dilations: tuple[int, ...] = tuple(sizes["dilations"])
        w = {name.removeprefix("core."): np.asarray(value, np.float64) for name, value in weights.items()}
        self._around = w["around.weight"], w["around.bias"]
        self._first = w["first.weight"][:, 0, 0].copy(), w["first.bias"]
        self._told = w["stack.told.weight"][:, :, 0], w["stack.told.bias"]
        layers = range(len(self._dilations))
        # Both taps of a kernel in one product: [2 W, W of the past and W of now].
        self._hear = [np.concatenate([w[f"stack.hear.{n}.weight"][:, :, k] for k in (0, 1)], axis=1) for n in layers]
        self._bias = np.stack([w[f"stack.hear.{n}.bias"] for n in layers])
        self._out = [(np.ascontiguousarray(w[f"stack.out.{n}.weight"][:, :, 0]), w[f"stack.out.{n}.bias"]) for n in layers]
        self._ends = [(np.ascontiguousarray(w[f"{n}.weight"][:, :, 0]), w[f"{n}.bias"]) for n in ("middle", "last")]

    def close(self) -> None:
        """The arrays go with the object."""

    def sound(self, log_mel: np.ndarray, sample_rate: int) -> np.ndarray:
        check_rate(self.card, sample_rate)
        return self.drawn(log_mel, np.random.default_rng(0).random((log_mel.shape[1] * int(self._sizes["hop"]), 2)))

    def drawn(self, log_mel: np.ndarray, draws: np.ndarray) -> np.ndarray:
        """log_mel [M, F], draws [T, 2] uniform in 0..1, T at most F * hop -> samples [T]."""
        told, hop = self._conditions(np.asarray(log_mel, np.float64)), int(self._sizes["hop"])
        width = len(self._first[0])
        rings = [np.zeros((d, width)) for d in self._dilations]
        made = np.zeros(len(draws), np.float32)
        both, before = np.zeros(2 * width), 0.0
        for t in range(len(made)):
            x = self._first[0] * before + self._first[1]
            skipped: Any = 0
            for n, ring in enumerate(rings):
                at = t % len(ring)
                both[:width], both[width:] = ring[at], x
                ring[at] = x
                heard = self._hear[n] @ both + told[t // hop, n]
                gate = np.tanh(heard[:width]) / (1 + np.exp(-heard[width:]))
                out = self._out[n][0] @ gate + self._out[n][1]
                x = x + out[:width]
                skipped = skipped + out[width:]
            for weight, bias in self._ends:
                skipped = weight @ np.maximum(skipped, 0) + bias
            before = self._draw(skipped, draws[t])
            made[t] = before
        return made

    def _conditions(self, log_mel: np.ndarray) -> np.ndarray:
        """What each layer is told in each frame, its bias with it: [F, layers, 2 W]."""
        weight, bias = self._around
        side = weight.shape[2] // 2
        padded = np.pad((log_mel + 5) / 3, ((0, 0), (side, side)))
        view = np.lib.stride_tricks.sliding_window_view(padded, weight.shape[2], axis=1)
        around = np.tanh(np.einsum("omk,mfk->fo", weight, view, optimize=True) + bias)
        told = around @ self._told[0].T + self._told[1]
        return np.asarray(told.reshape(len(told), len(self._dilations), -1) + self._bias)

    def _draw(self, told: np.ndarray, draws: np.ndarray) -> float:
        """One sample: from a mixture of logistics on the grid of 16 bits, or the middle of a mu-law class."""
        mixed = self._sizes["output"] == "logistics"
        count = len(told) // 3 if mixed else len(told)
        chances = np.exp(told[:count] - told[:count].max())
        heap = np.cumsum(chances / chances.sum())
        chosen = min(int((draws[0] > heap).sum()), count - 1)
        if not mixed:
            bent = chosen / (_CLASSES - 1) * 2 - 1
            return _on_grid(np.sign(bent) * (_CLASSES ** abs(bent) - 1) / (_CLASSES - 1))
        share = min(max(float(draws[1]), 1e-5), 1 - 1e-5)
        scale = np.exp(max(float(told[2 * count + chosen]), _LEAST))
        return _on_grid(min(max(float(told[count + chosen]) + scale * (np.log(share) - np.log1p(-share)), -1.0), 1.0))


def _on_grid(value: float) -> float:
    """Rounded to 16 bits, so that what differs by rounding alone becomes equal."""
    return float(np.round(value * 32767) / 32767)


def open(folder: Path, card: Card, runtime: Runtime) -> WaveNet:
    """The vocoder of a model folder. Raises: ModelRefused for sizes that cannot be read."""
    try:
        sizes = json.loads((folder / SIZES).read_text(encoding="utf-8"))
        return WaveNet(card, tensors.read(folder / WEIGHTS), sizes)
    except (OSError, ValueError, KeyError) as error:
        raise ModelRefused(f"this WaveNet cannot be read ({reason(error)})", where=str(folder)) from error
