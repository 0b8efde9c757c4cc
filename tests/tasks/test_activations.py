"""Pictures of layers: what is drawn, in which order, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

import aural
from aural.errors import ModelRefused, UsageError
from aural.pictures.png import decode

SOUND = (np.random.default_rng(0).normal(0, 0.1, (1, 8000)).astype(np.float32), 8000)


def test_layers_stand_from_first_to_last() -> None:
    whole = aural.activations(SOUND, layers="all")
    some = aural.activations(SOUND)
    names = [*whole.numbers]
    assert [n for n in names if n in some.numbers] == [*some.numbers] and len(some.numbers) <= 5
    assert names[0] in some.numbers and names[-1] in some.numbers
    first = whole.numbers[names[0]]
    assert first.columns[0] == "time (s)" and first.rows.shape[1] == len(first.columns)
    assert 0 <= first.rows[0, 0] < first.rows[-1, 0] < 1
    assert decode(some.png()).shape[1] == some.width


def test_maps_and_filters_of_one_layer() -> None:
    name = next(iter(aural.activations(SOUND, layers="all").numbers))
    maps = aural.activations(SOUND, layers=name, maps=3)
    assert maps.height > aural.activations(SOUND, layers=name).height
    filters = aural.activations(SOUND, layers=name, filters=True)
    assert [*filters.numbers] == [name] and np.isfinite(filters.numbers[name].rows).all()


def test_unknown_layers_and_other_models_are_told() -> None:
    with pytest.raises(UsageError, match=r"no layer 'nothing'") as told:
        aural.activations(SOUND, layers="nothing")
    assert "head" in str(told.value.fix)
    with pytest.raises(ModelRefused):
        aural.activations(SOUND, model="sounds")
    with pytest.raises(ModelRefused, match=r"^[^/]*kokoro is no net in one graph"):  # neither fetched nor called by its folder
        aural.activations(SOUND, model="kokoro")
