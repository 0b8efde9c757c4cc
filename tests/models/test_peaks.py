"""Made speech stays within full scale, and what is within it stays as it is."""

from __future__ import annotations

import numpy as np

from aural.models.peaks import LOUDEST, bounded


def test_only_what_is_too_loud_is_made_softer() -> None:
    soft = np.array([0.1, -0.5, 0.99], np.float32)
    assert np.array_equal(bounded(soft), soft)
    loud = bounded(np.array([0.5, -2.0]))
    assert loud.dtype == np.float32 and np.allclose(loud, [LOUDEST / 4, -LOUDEST])
    assert len(bounded(np.zeros(0))) == 0 and not bounded(np.zeros(3)).any()
