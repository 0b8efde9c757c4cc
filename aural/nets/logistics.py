"""What a sample is likely to be: mixtures of logistics, and classes on mu-law's scale.

Letters: B batch, T samples, K components or classes. Samples lie in -1..1.
Source: T. Salimans et al., PixelCNN++, arXiv:1701.05517 (mixtures of logistics); ITU-T G.711 (mu-law).
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

LEAST = -7.0  # ln of a logistic's smallest scale: about 30 steps of 16 bits
CLASSES = 256


def log_density(told: Tensor, samples: Tensor) -> Tensor:
    """told [..., 3 * K] (weights, means, ln of scales), samples [...] -> ln of the density [...]."""
    weights, means, scales = parts_of(told)
    return torch.logsumexp(torch.log_softmax(weights, -1) + one_log_density(samples[..., None], means, scales), -1)


def parts_of(told: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Weights (before softmax), means and ln of scales [..., K]; scales are bounded below."""
    weights, means, scales = told.chunk(3, dim=-1)
    return weights, means, scales.clamp(min=LEAST)


def one_log_density(samples: Tensor, means: Tensor, scales: Tensor) -> Tensor:
    """ln of a logistic's density; `scales` are logarithms."""
    z = (samples - means) * torch.exp(-scales)
    return -z - scales - 2 * torch.nn.functional.softplus(-z)


def mixture_sample(told: Tensor, draws: Tensor) -> Tensor:
    """told [..., 3 * K], draws [..., 2] uniform in 0..1 -> samples [...] on the grid of 16 bits.

    The first draw takes a component, the second a place in it. The grid makes equal what differs by rounding alone.
    """
    weights, means, scales = parts_of(told)
    heap = torch.softmax(weights, -1).cumsum(-1)
    chosen = (draws[..., :1] > heap).sum(-1, keepdim=True).clamp(max=weights.shape[-1] - 1)
    mean, scale = means.gather(-1, chosen)[..., 0], scales.gather(-1, chosen)[..., 0]
    share = draws[..., 1].clamp(1e-5, 1 - 1e-5)
    return on_grid((mean + scale.exp() * (share.log() - torch.log1p(-share))).clamp(-1, 1))


def on_grid(samples: Tensor) -> Tensor:
    """Samples rounded to 16 bits."""
    return torch.round(samples * 32767) / 32767


def to_classes(samples: Tensor) -> Tensor:
    """Samples [...] -> classes 0..255, fine near 0 and coarse where it is loud."""
    bent = torch.sign(samples) * torch.log1p((CLASSES - 1) * samples.abs().clamp(max=1)) / math.log(CLASSES)
    return torch.round((bent + 1) / 2 * (CLASSES - 1)).long()


def from_classes(classes: Tensor) -> Tensor:
    """Classes 0..255 -> the samples in their middle, on the grid of 16 bits."""
    bent = classes.double() / (CLASSES - 1) * 2 - 1
    return on_grid(torch.sign(bent) * (CLASSES ** bent.abs() - 1) / (CLASSES - 1)).to(torch.get_default_dtype())


def class_sample(logits: Tensor, draws: Tensor) -> Tensor:
    """logits [..., K], draws [...] uniform in 0..1 -> classes [...]."""
    heap = torch.softmax(logits, -1).cumsum(-1)
    return (draws[..., None] > heap).sum(-1).clamp(max=logits.shape[-1] - 1)
