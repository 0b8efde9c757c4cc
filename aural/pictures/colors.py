"""Color scales from a formula: equal steps of a value are equal steps of lightness."""

from __future__ import annotations

import functools

import numpy as np

from aural.errors import UsageError

# Way points of each scale: lightness, chroma and hue (degrees) in the OKLab space, from low to high values.
_SCALES: dict[str, tuple[tuple[float, float, float], ...]] = {
    "ember": (
        (0.10, 0.02, 290.0), (0.28, 0.13, 300.0), (0.48, 0.19, 350.0),
        (0.66, 0.19, 395.0), (0.84, 0.16, 440.0), (0.97, 0.07, 465.0),
    ),
    "sea": ((0.10, 0.02, 265.0), (0.32, 0.10, 262.0), (0.54, 0.12, 225.0), (0.76, 0.13, 175.0), (0.97, 0.09, 120.0)),
    "balance": ((0.30, 0.12, 260.0), (0.62, 0.11, 245.0), (0.97, 0.0, 245.0)),
}  # fmt: skip
NAMES = ("ember", "sea", "balance", "gray")
# One voice or curve after the other, told apart also by those who see few colors.
LINES = ("#2b5fb8", "#c8501e", "#1c8a62", "#8a3fa0", "#a97800", "#b0305f", "#2f8fa8", "#5f6b2a")


@functools.cache
def scale(name: str, *, invert: bool = False) -> np.ndarray:
    """The colors uint8 [256, 3] of a scale, for values from lowest to highest.

    ember and sea run from dark to bright; gray from white (lowest) to black, so that more is darker;
    balance from blue over white to red, for values on both sides of 0. `invert` turns it round.
    Raises: UsageError for an unknown name. Source: B. Ottosson, "A perceptual color space" (OKLab), 2020.
    """
    if name == "gray":
        table = np.repeat(np.arange(255, -1, -1, dtype=np.uint8)[:, None], 3, axis=1)
    elif name == "balance":
        cold = _path(_SCALES["balance"], 128)
        warm = _path(((0.97, 0.0, 40.0), (0.62, 0.17, 35.0), (0.36, 0.14, 25.0)), 128)
        table = np.concatenate([cold, warm])
    elif name in _SCALES:
        table = _path(_SCALES[name], 256)
    else:
        raise UsageError(f"there is no color scale {name!r}", where="--colors", fix=f"It is one of: {', '.join(NAMES)}")
    table = table[::-1].copy() if invert else table
    table.flags.writeable = False
    return table


def indices(values: np.ndarray, *, low: float, high: float) -> np.ndarray:
    """Values [...] as indices uint8 [...] into a scale: `low` and less is 0, `high` and more is 255, NaN is 0."""
    span = high - low if high > low else 1.0
    share = np.nan_to_num((np.asarray(values, np.float64) - low) / span, nan=0.0, posinf=1.0, neginf=0.0)
    return np.asarray(np.rint(np.clip(share, 0.0, 1.0) * 255)).astype(np.uint8)


def rgb(color: str) -> tuple[int, int, int]:
    """#rrggbb as three numbers."""
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def _path(points: tuple[tuple[float, float, float], ...], count: int) -> np.ndarray:
    """Colors along way points, at even steps of lightness."""
    lightness, chroma, hue = np.asarray(points).T
    at = np.linspace(0.0, 1.0, count)
    light = np.interp(at, [0.0, 1.0], lightness[[0, -1]])
    order = np.argsort(lightness)
    strength = np.interp(light, lightness[order], chroma[order])
    angle = np.deg2rad(np.interp(light, lightness[order], hue[order]))
    return _srgb(light, strength * np.cos(angle), strength * np.sin(angle))


def _srgb(light: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """OKLab as sRGB bytes [N, 3]; what lies outside is cut."""
    long = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (light - 0.0894841775 * a - 1.2914855480 * b) ** 3
    linear = np.stack(
        [
            4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
            -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
            -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
        ],
        axis=-1,
    ).clip(0.0, 1.0)
    shown = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.asarray(np.rint(shown * 255)).astype(np.uint8)
