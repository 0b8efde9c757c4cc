"""From which score a phrase counts: on speech that holds none, each part of which is left out of learning in turn."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import torch

from aural.learn.job import Job
from aural.learn.spotting.layers import fitted
from aural.learn.spotting.options import Options
from aural.learn.spotting.windows import Store, joined, unsaid
from aural.models.engines.phrases import windows
from aural.tasks._spotting import smooth_of

_PARTS = 4  # of the background, each left out in turn to set the border


@torch.no_grad()
def left_out(said: Store, background: np.ndarray, ends: np.ndarray, hop: float, options: Options, job: Job) -> np.ndarray:
    """Scores [F', K] over the background, each part of it by a net that has not learned from it."""
    count, width = said.truth.shape[1], round(options.window / hop)
    cuts = [0, *(int(ends[np.searchsorted(ends, len(background) * k / _PARTS)]) for k in range(1, _PARTS)), len(background)]
    shorter = replace(options, steps=max(10, options.steps // 2))
    found = []
    for first, last in itertools.pairwise(cuts):
        stores = [Store(part, *unsaid(len(part), width)) for part in (background[:first], background[last:])]
        with torch.enable_grad():
            net = fitted(joined([said, *stores]), count, width, shorter, job)
        views = windows(background[first:last], width)
        parts = [net(torch.from_numpy(views[at : at + 10_000].copy())).sigmoid().numpy() for at in range(0, len(views), 10_000)]
        found.append(smooth_of(np.concatenate(parts), hop))
    return np.concatenate(found)
