"""Moonshine as a net that can learn on: waveform in, logits of the next word piece out, equal to the fetched graphs.

Three convolutions take a frame of each 384 samples; a Transformer with rotary places hears them, another one writes, with gated
units (SwiGLU). Rows are masked, so that a clip in a batch is heard as alone.

Source: N. Jeffries et al., "Moonshine: speech recognition for live transcription and voice commands", arXiv:2410.15608; the
rotation: J. Su et al., "RoFormer", arXiv:2104.09864. Names of weights are those of the published checkpoints.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from aural.nets.masks import mask_of

START, END = 1, 2
SHORTEST = 1600  # samples; shorter rows are filled up with zeros
HEADS, _ROTATED, _BASE = 8, 32, 10_000.0
KERNELS = ((127, 64), (7, 3), (3, 2))  # samples or frames that a convolution hears, and its steps
_LAYER = re.compile(r"(model\.decoder\.)?layers\.(\d+)\.")


@dataclass(frozen=True)
class Size:
    """What the arrays of a checkpoint tell: width, layers of encoder and decoder, width inside each, word pieces."""

    width: int
    encoder: int
    decoder: int
    hidden: int
    pieces: int

    @classmethod
    def of(cls, arrays: Mapping[str, np.ndarray]) -> Size:
        """Read off the arrays by name."""
        found = [m for m in map(_LAYER.match, arrays) if m]
        layers = [max(int(m[2]) for m in found if bool(m[1]) == writes) + 1 for writes in (False, True)]
        pieces, width = arrays["model.decoder.embed_tokens.weight"].shape
        return cls(width, layers[0], layers[1], len(arrays["layers.0.mlp.fc1.bias"]), pieces)


def rotation(length: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """Cosine and sine of each place and pair of numbers: [T, 32] both."""
    speeds = _BASE ** (-torch.arange(0, _ROTATED, 2, dtype=torch.float32, device=device) / _ROTATED)
    angles = (torch.arange(length, dtype=torch.float32, device=device)[:, None] * speeds).repeat_interleave(2, dim=1)
    return angles.cos(), angles.sin()


def rotated(x: Tensor, turn: tuple[Tensor, Tensor]) -> Tensor:
    """x [B, H, T, D] with its first 32 numbers turned pair by pair, as their places tell."""
    own, rest = x[..., :_ROTATED], x[..., _ROTATED:]
    across = torch.stack([-own[..., 1::2], own[..., ::2]], dim=-1).flatten(-2)
    return torch.cat([own * turn[0] + across * turn[1], rest], dim=-1)


@final
class Attention(nn.Module):
    """Looks of x [B, T, D] at a memory [B, S, D]: at itself with places, at the sound without."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.q_proj, self.k_proj, self.v_proj, self.dense = (nn.Linear(width, width, bias=False) for _ in range(4))

    def forward(self, x: Tensor, memory: Tensor, mask: Tensor | None, turn: tuple[Tensor, Tensor] | None, causal: bool) -> Tensor:
        q, k, v = (_parted(p(y)) for p, y in ((self.q_proj, x), (self.k_proj, memory), (self.v_proj, memory)))
        if turn is not None:
            q, k = rotated(q, turn), rotated(k, turn)
        found = functional.scaled_dot_product_attention(q, k, v, attn_mask=mask, is_causal=causal)
        told: Tensor = self.dense(found.transpose(1, 2).flatten(2))
        return told


def _parted(x: Tensor) -> Tensor:
    """[B, T, D] -> [B, H, T, D / H]."""
    return x.unflatten(2, (HEADS, -1)).transpose(1, 2)


@final
class Hidden(nn.Module):
    """The two matrices of an encoder layer, GELU between them."""

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(width, hidden), nn.Linear(hidden, width)

    def forward(self, x: Tensor) -> Tensor:
        told: Tensor = self.fc2(functional.gelu(self.fc1(x)))
        return told


@final
class Gated(nn.Module):
    """The two matrices of a decoder layer, the second half of the first one's numbers gating the first half (SwiGLU)."""

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.up_proj, self.down_proj = nn.Linear(width, 2 * hidden), nn.Linear(hidden, width)

    def forward(self, x: Tensor) -> Tensor:
        values, gates = self.up_proj(x).chunk(2, dim=-1)
        told: Tensor = self.down_proj(functional.silu(gates) * values)
        return told


@final
class Hearing(nn.Module):
    """One layer of the encoder."""

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.input_layernorm, self.post_attention_layernorm = (nn.LayerNorm(size.width, bias=False) for _ in range(2))
        self.self_attn, self.mlp = Attention(size.width), Hidden(size.width, size.hidden)

    def forward(self, x: Tensor, mask: Tensor, turn: tuple[Tensor, Tensor]) -> Tensor:
        inside = self.input_layernorm(x)
        x = x + self.self_attn(inside, inside, mask, turn, False)
        told: Tensor = x + self.mlp(self.post_attention_layernorm(x))
        return told


@final
class Telling(nn.Module):
    """One layer of the decoder."""

    def __init__(self, size: Size) -> None:
        super().__init__()
        names = ("input_layernorm", "post_attention_layernorm", "final_layernorm")
        self.input_layernorm, self.post_attention_layernorm, self.final_layernorm = (
            nn.LayerNorm(size.width, bias=False) for _ in names
        )
        self.self_attn, self.encoder_attn = Attention(size.width), Attention(size.width)
        self.mlp = Gated(size.width, size.hidden)

    def forward(self, x: Tensor, sound: Tensor, mask: Tensor, turn: tuple[Tensor, Tensor]) -> Tensor:
        inside = self.input_layernorm(x)
        x = x + self.self_attn(inside, inside, None, turn, True)
        x = x + self.encoder_attn(self.post_attention_layernorm(x), sound, mask, None, False)
        told: Tensor = x + self.mlp(self.final_layernorm(x))
        return told


@final
class Scaled(nn.Module):
    """x [B, D, F] brought to mean 0 and spread 1 over all numbers of a row's real frames, then scaled band by band."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(width, 1)), nn.Parameter(torch.zeros(width, 1))

    def forward(self, x: Tensor, frames: Tensor) -> Tensor:
        real = mask_of(frames, x.shape[2]).to(x.dtype)[:, None]
        count = frames.to(x.dtype)[:, None, None] * x.shape[1]
        mean = (x * real).sum((1, 2), keepdim=True) / count
        spread = (((x - mean) * real) ** 2).sum((1, 2), keepdim=True) / count
        return (x - mean) / (spread + 1e-5).sqrt() * self.weight + self.bias


@final
class Encoder(nn.Module):
    """samples [B, T] 16 kHz, lengths [B] -> frames [B, F, D] and real frames [B]."""

    def __init__(self, size: Size) -> None:
        super().__init__()
        width = size.width
        (a, b), (c, d), (e, f) = KERNELS
        self.conv1 = nn.Conv1d(1, width, a, b, bias=False)
        self.groupnorm = Scaled(width)
        self.conv2, self.conv3 = nn.Conv1d(width, 2 * width, c, d), nn.Conv1d(2 * width, width, e, f)
        self.layers = nn.ModuleList(Hearing(size) for _ in range(size.encoder))
        self.layer_norm = nn.LayerNorm(width, bias=False)

    def forward(self, samples: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        samples = functional.pad(samples, (0, max(0, SHORTEST - samples.shape[1])))
        first = steps(lengths.clamp(min=SHORTEST), *KERNELS[0])
        x = self.groupnorm(torch.tanh(self.conv1(samples[:, None])), first)
        x = functional.gelu(self.conv3(functional.gelu(self.conv2(x)))).transpose(1, 2)
        frames = steps(steps(first, *KERNELS[1]), *KERNELS[2])
        mask, turn = mask_of(frames, x.shape[1])[:, None, None], rotation(x.shape[1], x.device)
        for layer in self.layers:
            x = layer(x, mask, turn)
        return self.layer_norm(x), frames


def steps(lengths: Tensor, kernel: int, stride: int) -> Tensor:
    """Whole windows of a convolution in so many samples or frames."""
    return torch.div(lengths - kernel, stride, rounding_mode="floor") + 1


@final
class Decoder(nn.Module):
    """pieces [B, L], frames [B, F, D] of sound -> logits of the next piece [B, L, P]."""

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.embed_tokens = nn.Embedding(size.pieces, size.width)
        self.layers = nn.ModuleList(Telling(size) for _ in range(size.decoder))
        self.norm = nn.LayerNorm(size.width, bias=False)

    def forward(self, pieces: Tensor, sound: Tensor, frames: Tensor) -> Tensor:
        mask, turn = mask_of(frames, sound.shape[1])[:, None, None], rotation(pieces.shape[1], sound.device)
        x = self.embed_tokens(pieces)
        for layer in self.layers:
            x = layer(x, sound, mask, turn)
        return functional.linear(self.norm(x), self.embed_tokens.weight)


@final
class Moonshine(nn.Module):
    """samples [B, T], lengths [B], pieces [B, L] behind the start -> logits [B, L + 1, P] of each piece and the end."""

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.encoder, self.decoder = Encoder(size), Decoder(size)

    def forward(self, samples: Tensor, lengths: Tensor, pieces: Tensor) -> Tensor:
        sound, frames = self.encoder(samples, lengths)
        told: Tensor = self.decoder(functional.pad(pieces, (1, 0), value=START), sound, frames)
        return told


def loaded(arrays: Mapping[str, np.ndarray]) -> Moonshine:
    """The net with the weights of a checkpoint, by the names of its nodes. Raises: RuntimeError where one is missing."""
    net = Moonshine(Size.of(arrays))
    tensors = {own_name(name): torch.tensor(a) for name, a in arrays.items()}
    net.load_state_dict(tensors)
    return net.eval()


def own_name(name: str) -> str:
    """The name in this net of a name of the checkpoint."""
    return name.removeprefix("model.") if name.startswith("model.") else f"encoder.{name}"


def checkpoint_name(name: str) -> str:
    """The name in the checkpoint of a name in this net."""
    return name.removeprefix("encoder.") if name.startswith("encoder.") else f"model.{name}"
