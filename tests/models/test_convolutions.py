"""Products stand for convolutions over integers, to the last bit; other convolutions stay."""

from __future__ import annotations

import numpy as np
import pytest

from aural.models import convolutions, graph
from aural.models.protobuf import Message
from aural.models.runtime import Runtime

CPU = Runtime("cpu", 1)


def info(name: str, kind: int, *shape: int) -> Message:
    dims = Message()
    for size in shape:
        dims.add(1, Message().add(1, size))
    return Message().add(1, name).add(2, Message().add(1, Message().add(1, kind).add(2, dims)))


def model(weights: np.ndarray, zero: int | None = 7, **told: list[int]) -> Message:
    """y = ConvInteger(x, weights), the zero of x given with it."""
    inputs = ["x", "w", "x_zero", *(["w_zero"] if zero is not None else [])]
    one = graph.node("ConvInteger", inputs, ["y"])
    for name, values in told.items():
        attribute = Message().add(graph.ATTRIBUTE_NAME, name).add(graph.ATTRIBUTE_TYPE, 2 if name == "group" else 7)
        for value in values:
            attribute.add(graph.ATTRIBUTE_INT if name == "group" else graph.ATTRIBUTE_INTS, value)
        one.add(graph.NODE_ATTRIBUTES, attribute)
    main = Message().add(graph.GRAPH_NODES, one).add(graph.GRAPH_TENSORS, graph.tensor("w", weights))
    if zero is not None:
        main.add(graph.GRAPH_TENSORS, graph.tensor("w_zero", np.array(zero, np.uint8)))
    channels = weights.shape[1] * told.get("group", [1])[0]
    for put in (info("x", 2, 1, channels, 40), info("x_zero", 2)):
        main.add(graph.GRAPH_INPUTS, put)
    main.add(graph.GRAPH_OUTPUTS, info("y", 6)).add(graph.GRAPH_NAME, "g")
    return Message().add(1, 8).add(graph.MODEL_GRAPH, main).add(graph.MODEL_OPSETS, Message().add(1, "").add(2, 17))


def answers(made: Message, channels: int) -> np.ndarray:
    x = np.random.default_rng(1).integers(0, 256, (1, channels, 40)).astype(np.uint8)
    return CPU.session(made.encode()).run({"x": x, "x_zero": np.array(130, np.uint8)})[0]


@pytest.mark.parametrize(
    ("taps", "apart", "pads"), [(1, 1, [0] * 2), (3, 1, [1, 1]), (5, 3, [6, 6]), (4, 2, [0, 3]), (7, 1, [0, 0])]
)
@pytest.mark.parametrize("zero", [0, 7, 128, 255, None])
def test_the_answer_is_the_same_to_the_last_bit(taps: int, apart: int, pads: list[int], zero: int | None) -> None:
    weights = np.random.default_rng(taps).integers(0, 256, (6, 5, taps)).astype(np.uint8)
    made = model(weights, zero, dilations=[apart], pads=pads)
    before = answers(made, 5)
    assert convolutions.as_products(made) == 1
    assert [n.text(graph.NODE_OP) for n in graph.nodes(made.child(graph.MODEL_GRAPH))].count("ConvInteger") == 0
    assert np.array_equal(answers(made, 5), before)


@pytest.mark.parametrize("told", [{"strides": [2]}, {"group": [5]}])
def test_other_convolutions_stay(told: dict[str, list[int]]) -> None:
    weights = np.random.default_rng(0).integers(0, 256, (5, 1 if "group" in told else 5, 3)).astype(np.uint8)
    made = model(weights, **told)
    before = answers(made, 5)
    assert convolutions.as_products(made) == 0
    assert np.array_equal(answers(made, 5), before)
