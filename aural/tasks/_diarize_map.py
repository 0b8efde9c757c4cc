"""The voices of a recording as directions and as points of a map."""

from __future__ import annotations

import numpy as np

from aural.patterns.pca import fit
from aural.tasks._diarize_hear import Heard
from aural.tasks._diarize_voices import CLEAR, Voices

_FITTED = 4000  # vectors that the axes are found from
_MOST = 400  # points of one speaker on the map; more hide one another


def centers_of(voices: Voices, columns: dict[str, int]) -> dict[str, np.ndarray]:
    """Label -> mean direction [D] of the voice; a voice that is never heard alone has none."""
    return {label: voices.centers[k] for label, k in columns.items() if k < len(voices.heard_alone)}


def voice_map_of(heard: Heard, voices: Voices, columns: dict[str, int]) -> dict[str, tuple[tuple[float, float], ...]]:
    """Label -> points (x, y) in -1..1: the clear voice vectors along their two principal components."""
    clear = np.flatnonzero(heard.mass >= CLEAR)
    if len(clear) == 0:
        return dict.fromkeys(columns, ())
    axes = fit(heard.vectors[clear[:: -(-len(clear) // _FITTED)]].astype(np.float64), 2)
    out = {}
    for label, k in columns.items():
        own = clear[voices.labels[clear] == k]
        own = own[:: -(-len(own) // _MOST)] if len(own) else own
        out[label] = axes.project(heard.vectors[own].astype(np.float64))
    widest = max([1e-9, *(float(np.abs(p).max(initial=0.0)) for p in out.values())])
    return {label: tuple((round(float(x), 4), round(float(y), 4)) for x, y in p / widest) for label, p in out.items()}
