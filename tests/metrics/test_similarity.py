"""The cosine: worked figures, gain, unit length, bad input."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import aural
from aural.errors import UsageError
from aural.metrics.similarity import cosine, cosines, unit

ENROLLED, SAME, OTHER = (0.9, 0.1, 0.4), (0.8, 0.2, 0.5), (0.1, 0.9, 0.2)


def test_the_worked_example() -> None:
    assert round(cosine(ENROLLED, SAME), 2) == 0.98
    assert round(cosine(ENROLLED, OTHER), 2) == 0.28
    assert cosine(ENROLLED, SAME) >= 0.7 > cosine(ENROLLED, OTHER)
    assert aural.cosine is cosine


@given(st.floats(1e-150, 1e150))
def test_gain_changes_nothing(gain: float) -> None:
    assert cosine(np.array(ENROLLED) * gain, SAME) == pytest.approx(cosine(ENROLLED, SAME), abs=1e-12)
    assert cosine(np.array(ENROLLED) * -gain, SAME) == pytest.approx(-cosine(ENROLLED, SAME), abs=1e-12)


def test_dot_product_of_unit_vectors_and_all_pairs() -> None:
    assert float(unit(ENROLLED) @ unit(SAME)) == pytest.approx(cosine(ENROLLED, SAME), abs=1e-15)
    table = cosines([ENROLLED, OTHER], [SAME, OTHER, ENROLLED])
    assert table.shape == (2, 3)
    assert table[0, 0] == pytest.approx(cosine(ENROLLED, SAME)) and table[1, 1] == pytest.approx(1)


@pytest.mark.parametrize(
    ("a", "b"), [((0, 0), (1, 0)), ((1, 2), (1, 2, 3)), ((np.nan, 1), (1, 1)), ((), ()), ([[1, 2]], (1, 2))], ids=range(5)
)
def test_what_has_no_angle_is_refused(a: object, b: object) -> None:
    with pytest.raises(UsageError):
        cosine(a, b)  # type: ignore[arg-type]
