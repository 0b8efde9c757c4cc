"""The weights of a fetched Moonshine as arrays, and changes of some of them: read out of its graphs, and put back into them."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from aural.errors import ModelRefused
from aural.models import graph
from aural.models.protobuf import Message

READABLE = ("moonshine-base",)  # recognizers whose matrices can be read out of their graphs
# By the name of a matrix [out, in]: thin ones, down [R, in] and up [out, R], whose product is added to it.
Changes = Mapping[str, tuple[np.ndarray, np.ndarray]]
_LAYER = re.compile(r"(model\.decoder\.)?layers\.\d+\.[a-z_]+\.[a-z_0-9]+")


def read(encoder: Path, decoder: Path) -> dict[str, np.ndarray]:
    """All weights by the names that their nodes tell, float32; matrices [out, in]. Raises: ModelMissing, ModelRefused.

    Only graphs that keep their matrices as integers with one scale, put in place at each use, are read.
    """
    return read_encoder(encoder) | _checked(_weights(graph.only_branch(_graph(decoder), "else_branch")), decoder)


def read_encoder(encoder: Path) -> dict[str, np.ndarray]:
    """The weights of the encoder alone, as `read` gives them. Raises: as `read`."""
    return _checked(_weights(_graph(encoder)), encoder)


def _graph(source: Path) -> Message:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "graph.onnx"
        graph.as_onnx(source, out)
        return graph.read(out)


def _checked(found: dict[str, np.ndarray], source: Path) -> dict[str, np.ndarray]:
    if not any(_LAYER.fullmatch(name.removesuffix(".weight")) for name in found):
        raise ModelRefused("the matrices of this recognizer cannot be read out of its graphs", where=str(source.parent))
    return found


def _weights(model: Message) -> dict[str, np.ndarray]:
    main = model.child(graph.MODEL_GRAPH)
    stored, packed = graph.tensors(main), graph.dequantized(main)
    found: dict[str, np.ndarray] = {}
    for node in graph.nodes(main):
        op, inputs = node.text(graph.NODE_OP), node.texts(graph.NODE_INPUTS)
        place = named(node.text(graph.NODE_NAME))
        if op in ("MatMul", "Conv") and inputs[1] in packed:
            values = _values(packed[inputs[1]])
            found[f"{place}.weight"] = values.T if op == "MatMul" else values
            if len(inputs) > 2:
                found[f"{place}.bias"] = graph.array(stored[inputs[2]])
        elif op == "Gather" and inputs[0] in packed:
            found[f"{place}.weight"] = _values(packed[inputs[0]])
        elif op in ("Mul", "Add"):
            own = [graph.array(stored[name]) for name in inputs if name in stored and stored[name].number(graph.TENSOR_TYPE) == 1]
            if len(own) == 1 and own[0].size > 1:
                found[f"{place}.{'weight' if op == 'Mul' else 'bias'}"] = own[0]
    return found


def named(node: str) -> str:
    """The name of the weights that a node uses: "/layers.0/mlp/fc1/MatMul" -> "layers.0.mlp.fc1"."""
    return node.strip("/").rpartition("/")[0].replace("/", ".")


def _values(packed: tuple[Message, float, float]) -> np.ndarray:
    """What a stored array of integers stands for."""
    integers, scale, offset = packed
    return graph.array(integers).astype(np.float32) * np.float32(scale) + np.float32(offset)


def changed(model: Message, changes: Changes) -> None:
    """Add the changes to the matrices of a graph; a change that is 0 leaves its matrix as it is.

    Raises: ModelRefused for a change of another shape than its matrix.
    """
    main = model.child(graph.MODEL_GRAPH)
    packed = graph.dequantized(main)
    for node in graph.nodes(main):
        place = named(node.text(graph.NODE_NAME))
        inputs = node.texts(graph.NODE_INPUTS)
        if node.text(graph.NODE_OP) != "MatMul" or place not in changes or inputs[1] not in packed:
            continue
        down, up = changes[place]
        values = _values(packed[inputs[1]]).T
        if values.shape != (len(up), down.shape[1]):
            raise ModelRefused(f"this adapter does not fit {place}", fix="It was made for another recognizer")
        if up.any():
            graph.block_product(main, node, values + up.astype(np.float32) @ down.astype(np.float32))
