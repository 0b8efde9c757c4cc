"""Which windows over what the listener hears mean a phrase."""

from __future__ import annotations

import numpy as np

from aural.learn.spotting.windows import marked


def test_truth_of_windows() -> None:
    store_ = marked(np.zeros((100, 2)), 1, 3, end=2.0, hop=0.04, width=30)
    times = (store_.ends + 1) * 0.04
    assert store_.truth[:, 0].sum() == 0 and np.all(np.abs(times[store_.truth[:, 1] > 0] - 2.1) < 0.2)
    assert not np.any((times > 1.8) & (times < 1.95))  # most of the phrase was said: neither yes nor no
