"""Products stand for convolutions over integers, to the last bit; other convolutions stay."""

from __future__ import annotations

import numpy as np
import pytest
from small_graphs import body, info, model

from aural.models import convolutions, graph
from aural.models.protobuf import Message
from aural.models.runtime import Runtime

CPU = Runtime("cpu", 1)


def convolution(weights: np.ndarray, zero: int | None = 7, **told: list[int]) -> Message:
    """y = ConvInteger(x, weights), the zero of x given with it."""
    stored = {"w": weights} | ({"w_zero": np.array(zero, np.uint8)} if zero is not None else {})
    ints: dict[str, int | list[int]] = {name: values[0] if name == "group" else values for name, values in told.items()}
    one = graph.node("ConvInteger", ["x", "w", "x_zero", *list(stored)[1:]], ["y"], ints=ints)
    inputs = [info("x", 2, 1, weights.shape[1] * told.get("group", [1])[0], 40), info("x_zero", 2)]
    return model(body([one], [graph.tensor(name, values) for name, values in stored.items()], inputs, [info("y", 6)]))


def answers(made: Message, channels: int) -> np.ndarray:
    x = np.random.default_rng(1).integers(0, 256, (1, channels, 40)).astype(np.uint8)
    return CPU.session(made.encode()).run({"x": x, "x_zero": np.array(130, np.uint8)})[0]


@pytest.mark.skipif(not convolutions.exact(), reason="this processor saturates products of bytes: convolutions stay")
@pytest.mark.parametrize(
    ("taps", "apart", "pads"), [(1, 1, [0] * 2), (3, 1, [1, 1]), (5, 3, [6, 6]), (4, 2, [0, 3]), (7, 1, [0, 0])]
)
@pytest.mark.parametrize("zero", [0, 7, 128, 255, None])
def test_the_answer_is_the_same_to_the_last_bit(taps: int, apart: int, pads: list[int], zero: int | None) -> None:
    weights = np.random.default_rng(taps).integers(0, 256, (6, 5, taps)).astype(np.uint8)
    made = convolution(weights, zero, dilations=[apart], pads=pads)
    before = answers(made, 5)
    assert convolutions.as_products(made) == 1
    assert [n.text(graph.NODE_OP) for n in graph.nodes(made.child(graph.MODEL_GRAPH))].count("ConvInteger") == 0
    assert np.array_equal(answers(made, 5), before)


@pytest.mark.parametrize("told", [{"strides": [2]}, {"group": [5]}])
def test_other_convolutions_stay(told: dict[str, list[int]]) -> None:
    weights = np.random.default_rng(0).integers(0, 256, (5, 1 if "group" in told else 5, 3)).astype(np.uint8)
    made = convolution(weights, **told)
    before = answers(made, 5)
    assert convolutions.as_products(made) == 0
    assert np.array_equal(answers(made, 5), before)
