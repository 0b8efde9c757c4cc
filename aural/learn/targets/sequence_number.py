"""Moments in time, from the row's `times`, as a bump in the frame of each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from aural.corpora.manifest import Clip
from aural.corpora.truths import times_of
from aural.learn.targets._face import Grid, without

_BESIDE = 0.4  # what the frames beside a moment's own are worth: less than one half


def names(clips: Sequence[Clip]) -> tuple[str, ...]:
    """One output: how sure something begins."""
    return ("onset",)


def target(clip: Clip, labels: Sequence[str], grid: Grid) -> np.ndarray:
    """[F, 1]: 1 in the frame of each moment, a little in the frames beside it. Raises: LearningError without times."""
    times = times_of(clip)
    if times is None:
        raise without(clip, "times")
    truth = np.zeros(grid.count + 2, np.float32)
    for moment in times[times * grid.sample_rate < grid.count * grid.hop]:
        frame = grid.frame(float(moment)) + 1
        truth[frame] = 1.0
        truth[[frame - 1, frame + 1]] = np.maximum(truth[[frame - 1, frame + 1]], _BESIDE)
    return truth[1:-1, None]
