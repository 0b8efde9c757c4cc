"""The voices of a recording as directions and as points of a map."""

from __future__ import annotations

import numpy as np

from aural.patterns.pca import fit
from aural.tasks._diarize_hear import Heard
from aural.tasks._diarize_voices import CLEAR, Voices

_MOST = 400  # points of one speaker on the map; more hide one another


def centers_of(voices: Voices, columns: dict[str, int]) -> dict[str, np.ndarray]:
    """Label -> mean direction [D] of the voice; a voice that is never heard alone has none."""
    return {label: voices.centers[k] for label, k in columns.items() if k < len(voices.heard_alone)}


def voice_map_of(heard: Heard, voices: Voices, columns: dict[str, int]) -> dict[str, tuple[tuple[float, float], ...]]:
    """Label -> points (x, y) in -1..1: the clear voice vectors along their two principal components."""
    clear = np.flatnonzero(heard.mass >= CLEAR)
    if len(clear) == 0:
        return dict.fromkeys(columns, ())
    vectors = heard.vectors[clear].astype(np.float64)
    places = fit(vectors, 2).project(vectors)
    places /= max(float(np.abs(places).max()), 1e-9)
    out = {}
    for label, k in columns.items():
        own = places[voices.labels[clear] == k]
        own = own[:: -(-len(own) // _MOST)] if len(own) else own
        out[label] = tuple((round(float(x), 4), round(float(y), 4)) for x, y in own)
    return out
