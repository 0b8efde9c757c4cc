"""Mel-frequency cepstral coefficients, the cosine transform behind them, and deltas over time."""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import ArrayLike

from aural.errors import UsageError
from aural.sound.mel import DEFAULT, MelOptions, log_mel
from aural.sound.spectrum import as_float


@functools.lru_cache(maxsize=16)
def cosines(n_in: int, *, n_out: int) -> np.ndarray:
    """The orthonormal cosine transform (type II) as a matrix [n_out, n_in] float64, read-only."""
    k, n = np.arange(n_out)[:, None], np.arange(n_in)[None, :]
    matrix = np.cos(np.pi * k * (2 * n + 1) / (2 * n_in)) * np.sqrt(2.0 / n_in)
    matrix[0] /= np.sqrt(2.0)
    matrix.flags.writeable = False
    return np.asarray(matrix)


def mfcc(
    samples: ArrayLike, *, n: int = 13, options: MelOptions = DEFAULT, top_db: float | None = 80.0, lifter: float = 0.0
) -> np.ndarray:
    """The first `n` cepstral coefficients of samples [..., T]: [..., n, F], almost decorrelated.

    The cosine transform of log-mel in dB cut at `top_db`. torchaudio's MFCC is the default but for n
    (there 40); librosa's is options=MelOptions(scale="slaney", norm="slaney", pad="constant", ...).
    `lifter` > 0 weighs higher coefficients up by a sine. Raises: UsageError when n exceeds the bands.
    """
    if not 1 <= n <= options.n_mels:
        raise UsageError(f"{n} coefficients cannot come from {options.n_mels} mel bands", where="mfcc")
    bands = log_mel(samples, options=options, top_db=top_db)
    matrix = cosines(options.n_mels, n_out=n)
    if lifter > 0:
        matrix = matrix * (1 + lifter / 2 * np.sin(np.pi * np.arange(1, n + 1) / lifter))[:, None]
    return np.asarray(matrix.astype(bands.dtype) @ bands)


def deltas(features: ArrayLike, *, width: int = 9, order: int = 1, edges: str = "fit") -> np.ndarray:
    """How features [..., F] change over time, per frame: [..., F], the slope of a line fitted over `width` frames.

    order 2 fits a parabola and gives its second derivative. `edges`: "fit" reads the first and last
    frames off the outermost fit (librosa), "repeat" repeats the end values (torchaudio's compute_deltas,
    there width=5). Raises: UsageError for an even width, or more frames in it than there are ("fit").
    """
    x = as_float(features)
    half = width // 2
    if width < 3 or width % 2 == 0 or order not in (1, 2):
        raise UsageError(f"deltas take an odd width of 3 or more and order 1 or 2, not {width} and {order}", where="deltas")
    if edges not in ("fit", "repeat"):
        raise UsageError(f"edges are fit or repeat, not {edges!r}", where="deltas")
    if edges == "fit" and x.shape[-1] < width:
        raise UsageError(f"{x.shape[-1]} frames are fewer than the width {width}", where="deltas", fix='Use edges="repeat"')
    if not x.shape[-1]:
        return x
    at = np.arange(-half, half + 1)
    # Least squares of a polynomial through the frames, as one row of weights per derivative.
    weights = np.linalg.pinv(np.vander(at, order + 1, increasing=True))[order] * (1 if order == 1 else 2)
    padded = x if edges == "fit" else np.pad(x, [(0, 0)] * (x.ndim - 1) + [(half, half)], mode="edge")
    view = np.lib.stride_tricks.sliding_window_view(padded, width, axis=-1)
    middle = np.einsum("...fw,w->...f", view, weights.astype(x.dtype))
    if edges == "repeat":
        return np.asarray(middle)
    ends = [np.repeat(middle[..., k : k + 1 or None], half, axis=-1) for k in (0, -1)]
    return np.concatenate([ends[0], middle, ends[1]], axis=-1)
