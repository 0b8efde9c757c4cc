"""Convolutions over integers along one axis, as products of integers.

ONNX Runtime lays the sound out anew for every tap and packs nothing beforehand when it convolves integers; its product of integers
has the weights packed when the model is opened, and signed weights run in the processor's own instructions for them. The taps side
by side times all weights at once is the same sum of the same integers, so that the answer is the same to the last bit.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np

from aural.models import graph
from aural.models.graph import node, tensor
from aural.models.protobuf import Message
from aural.models.runtime import Runtime

_ALL = 2**62  # the end of a slice that goes to the end
_HALF = 128  # between unsigned and signed bytes


@functools.cache
def exact() -> bool:
    """Whether this processor sums products of unsigned and signed bytes exactly: without instructions of their own for that some
    saturate, and convolutions stay as they are."""
    main = Message().add(1, node("MatMulInteger", ["x", "w"], ["y"])).add(2, "g")
    main.add(5, tensor("w", np.full((8, 8), 127, np.int8))).add(11, graph.value_info("x", 2)).add(12, graph.value_info("y", 6))
    model = Message().add(1, 8).add(7, main).add(8, Message().add(1, "").add(2, 17))
    told = Runtime("cpu", 1).session(model.encode()).run({"x": np.full((1, 8), 255, np.uint8)})[0]
    return bool((told == 8 * 255 * 127).all())


def as_products(model: Message) -> int:
    """Replace each ConvInteger with stored unsigned weights [O, C, K], stride 1 and one group, where products are `exact`. Gives
    how many were replaced."""
    if not exact():
        return 0
    main = model.child(graph.MODEL_GRAPH)
    stored, made, done = graph.tensors(main), list[Message](), 0
    for one in graph.nodes(main):
        parts = _product(main, one, stored) if one.text(graph.NODE_OP) == "ConvInteger" else None
        made += parts or [one]
        done += parts is not None
    graph.keep_nodes(main, made)
    return done


def _product(main: Message, one: Message, stored: dict[str, Message]) -> list[Message] | None:
    """The nodes that stand for a convolution; None where it is of another kind."""
    inputs, told = one.texts(graph.NODE_INPUTS), graph.ints_of(one)
    if len(inputs) < 3 or inputs[1] not in stored or (len(inputs) == 4 and inputs[3] not in stored):
        return None
    weights = graph.array(stored[inputs[1]])
    zero = graph.array(stored[inputs[3]]) if len(inputs) == 4 else np.zeros((), np.uint8)
    plain = told.get("group", [1]) == [1] and told.get("strides", [1]) == [1] and zero.size == 1
    if weights.ndim != 3 or weights.dtype != np.uint8 or not plain:
        return None
    out = one.texts(graph.NODE_OUTPUTS)[0]
    made = [_turned(inputs[0], f"{out}/turned")]
    taps = _padded(main, made, told.get("pads", [0, 0]), inputs[2])
    taps = _side_by_side(main, made, taps, weights.shape[2], told.get("dilations", [1])[0], out)
    signed = (weights.transpose(2, 1, 0).reshape(-1, len(weights)).astype(np.int16) - _HALF).astype(np.int8)
    for name, values in (("weights", np.ascontiguousarray(signed)), ("zero", _signed(zero))):
        main.add(graph.GRAPH_TENSORS, tensor(f"{out}/{name}", values))
    made.append(node("MatMulInteger", [taps, f"{out}/weights", inputs[2], f"{out}/zero"], [f"{out}/product"]))
    return [*made, _turned(f"{out}/product", out)]


def _signed(zero: np.ndarray) -> np.ndarray:
    return np.array(int(zero.reshape(-1)[0]) - _HALF, np.int8)


def _padded(main: Message, made: list[Message], pads: Sequence[int], zero: str) -> str:
    """[B, T, C] with so many steps of the zero before and behind."""
    at = made[-1].texts(graph.NODE_OUTPUTS)[0]
    if not any(pads):
        return at
    main.add(graph.GRAPH_TENSORS, tensor(f"{at}/pads", np.array([0, pads[0], 0, 0, pads[1], 0], np.int64)))
    made.append(node("Pad", [at, f"{at}/pads", zero], [f"{at}/padded"]))
    return f"{at}/padded"


def _side_by_side(main: Message, made: list[Message], source: str, taps: int, apart: int, out: str) -> str:
    """[B, T, K * C]: what each of K taps hears, the first tap first."""
    if taps == 1:
        return source
    main.add(graph.GRAPH_TENSORS, tensor(f"{out}/axis", np.array([1], np.int64)))
    for k in range(taps):
        last = (k + 1 - taps) * apart
        for name, value in (("first", k * apart), ("last", last or _ALL)):
            main.add(graph.GRAPH_TENSORS, tensor(f"{out}/{name}_{k}", np.array([value], np.int64)))
        made.append(node("Slice", [source, f"{out}/first_{k}", f"{out}/last_{k}", f"{out}/axis"], [f"{out}/tap_{k}"]))
    made.append(node("Concat", [f"{out}/tap_{k}" for k in range(taps)], [f"{out}/taps"], ints={"axis": 2}))
    return f"{out}/taps"


def _turned(source: str, out: str) -> Message:
    """[B, C, T] and [B, T, C] for each other."""
    return node("Transpose", [source], [out], ints={"perm": (0, 2, 1)})
