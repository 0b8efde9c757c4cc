"""A picture that moves without any script: a window slides along the wave and its spectra become the spectrogram."""

from __future__ import annotations

import dataclasses

import numpy as np

from aural.pictures.colors import LINES
from aural.pictures.panels import Place
from aural.pictures.picture import Picture
from aural.pictures.svg import path


def sliding(
    picture: Picture, *, wave: Place, stripes: Place, spectrum: Place, levels: np.ndarray, seconds: float, window: float
) -> Picture:
    """The picture with a window that slides over `wave`, uncovers `stripes` one by one, and moves the line in `spectrum`.

    `levels` [D, N] in 0..1 are the spectra of the N steps, low frequencies first; `seconds` a round lasts;
    `window` is the share of the wave that one slice takes.
    """
    count = levels.shape[1]
    steps = np.arange(count)
    timing = f'dur="{seconds:g}s" repeatCount="indefinite" calcMode="discrete"'
    lefts = wave.x + wave.width * (steps + 0.5) / count - wave.width * window / 2
    uncovered = stripes.x + np.round(stripes.width * (steps + 1) / count)
    right = stripes.x + stripes.width
    across = spectrum.x + (np.arange(len(levels)) + 0.5) * spectrum.width / len(levels)
    lines = [path(np.stack([across, spectrum.y + spectrum.height * (1 - levels[:, k])], axis=1)) for k in range(count)]
    slit = max(2.0, wave.width * window)
    moving = [
        f'<rect x="{lefts[0]:.1f}" y="{wave.y}" width="{slit:.1f}" height="{wave.height}" fill="{LINES[1]}" fill-opacity="0.35" '
        f'stroke="{LINES[1]}"><animate attributeName="x" values="{_list(lefts)}" {timing}/></rect>',
        f'<rect x="{right}" y="{stripes.y}" width="0" height="{stripes.height}" fill="#ffffff">'
        f'<animate attributeName="x" values="{_list(uncovered)}" {timing}/>'
        f'<animate attributeName="width" values="{_list(right - uncovered)}" {timing}/></rect>',
        f'<rect x="{spectrum.x}" y="{spectrum.y}" width="{spectrum.width}" height="{spectrum.height}" fill="#ffffff" '
        'stroke="#1d2330"/>',
        f'<path d="{lines[-1]}" fill="none" stroke="{LINES[0]}" stroke-width="1.6" stroke-linejoin="round">'
        f'<animate attributeName="d" values="{";".join(lines)}" {timing}/></path>',
    ]
    return dataclasses.replace(picture, motion="\n".join(moving) + "\n")


def _list(values: np.ndarray) -> str:
    return ";".join(f"{v:.1f}".removesuffix(".0") for v in values)
