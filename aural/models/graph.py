"""Edits ONNX graphs and keeps what is derived from them, without the onnx package."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from aural.errors import ModelMissing, ModelRefused
from aural.files import disk_error, locked, sha256_of, written
from aural.models import runtime
from aural.models.protobuf import Message
from aural.models.runtime import Runtime
from aural.settings import home

# Field numbers of the ONNX messages that are touched here (onnx/onnx.proto, IR version 3 and later).
MODEL_GRAPH, MODEL_OPSETS = 7, 8
OPSET_DOMAIN, OPSET_VERSION = 1, 2
GRAPH_NODES, GRAPH_NAME, GRAPH_TENSORS, GRAPH_INPUTS, GRAPH_OUTPUTS, GRAPH_SHAPES = 1, 2, 5, 11, 12, 13
NODE_INPUTS, NODE_OUTPUTS, NODE_NAME, NODE_OP, NODE_ATTRIBUTES, NODE_DOMAIN = 1, 2, 3, 4, 5, 7
ATTRIBUTE_NAME, ATTRIBUTE_FLOAT, ATTRIBUTE_INT, ATTRIBUTE_TEXT, ATTRIBUTE_GRAPH, ATTRIBUTE_INTS, ATTRIBUTE_TYPE = (
    1,
    2,
    3,
    4,
    6,
    8,
    20,
)
TENSOR_DIMS, TENSOR_TYPE, TENSOR_NAME, TENSOR_RAW = 1, 2, 8, 9
_ONE, _SEVERAL = 2, 7  # types of attributes: a whole number, and some
_TYPED_DATA = {1: (4, np.float32), 2: (5, np.uint8), 3: (5, np.int8), 6: (5, np.int32), 7: (7, np.int64)}
DTYPES: dict[int, np.dtype[Any]] = {
    1: np.dtype("<f4"),
    2: np.dtype("u1"),
    3: np.dtype("i1"),
    6: np.dtype("<i4"),
    7: np.dtype("<i8"),
    9: np.dtype("?"),
    10: np.dtype("<f2"),
    11: np.dtype("<f8"),
}
_KEPT_DOMAINS = ("", "ai.onnx", "com.microsoft")


def derived(source: Path, key: str, make: Callable[[Path], None]) -> Path:
    """The folder of what `make` derives from the file `source`: made once, then found.

    It lies under AURAL_HOME/derived/<sha256 of source>-<runtime version>/<key>. `make` gets an empty
    folder to fill; it appears under its name only when it is whole. Two processes never make it twice.
    Raises: ModelMissing when `source` is not there, LimitReached when the disk is full.
    """
    if not source.is_file():
        raise ModelMissing("this file of the model is missing", where=str(source), fix="`aural models fetch` brings it back")
    place = home() / "derived" / f"{sha256_of(source)}-{runtime.VERSION}"
    folder = place / key
    if folder.is_dir():
        return folder
    with locked(place / f".{key}.lock"):
        if folder.is_dir():
            return folder
        part = Path(tempfile.mkdtemp(prefix=f".{key}-", dir=place))
        try:
            make(part)
            part.chmod(0o755)
            part.replace(folder)
        except OSError as error:
            raise disk_error(error, folder) from error
        finally:
            shutil.rmtree(part, ignore_errors=True)
    return folder


def as_onnx(source: Path, out: Path) -> None:
    """Write a graph of the runtime's own format (.ort) as plain ONNX, unoptimized and fit to be read again.

    The runtime leaves branch graphs unnamed and lists operator sets that nothing uses, and then refuses
    its own file: branches get names and the sets are dropped. Raises: ModelRefused when it is damaged.
    """
    raw = out.with_suffix(".raw")
    try:
        Runtime("cpu", 1).session(source, folded=False, save=raw)
        write(tidy(read(raw)), out)
    finally:
        raw.unlink(missing_ok=True)


def read(path: Path) -> Message:
    """The model message of an ONNX file. Raises: ModelMissing, ModelRefused."""
    try:
        model = Message(path.read_bytes())
    except OSError as error:
        raise ModelMissing("this file of the model cannot be read", where=str(path)) from error
    except ModelRefused as error:
        raise ModelRefused(error.what, where=str(path)) from error
    if not model.has(MODEL_GRAPH):
        raise ModelRefused("this file holds no graph", where=str(path))
    return model


def write(model: Message, path: Path) -> None:
    """Write a model message, whole or not at all."""
    with written(path) as out:
        out.write(model.encode())


def tidy(model: Message) -> Message:
    """Name every branch graph and drop the operator sets that no node of ours uses."""
    _name_branches(model.child(MODEL_GRAPH), "graph")
    kept = [o for o in model.children(MODEL_OPSETS) if o.text(OPSET_DOMAIN) in _KEPT_DOMAINS]
    model.drop(MODEL_OPSETS)
    for opset in kept:
        model.add(MODEL_OPSETS, opset)
    return model


def nodes(graph: Message) -> list[Message]:
    """The nodes of a graph message in their order."""
    return graph.children(GRAPH_NODES)


def keep_nodes(graph: Message, kept: Iterable[Message]) -> None:
    """Replace the nodes of a graph."""
    kept = list(kept)
    graph.drop(GRAPH_NODES)
    for node in kept:
        graph.add(GRAPH_NODES, node)


def node(
    op: str,
    inputs: Sequence[str],
    outputs: Sequence[str],
    name: str = "",
    domain: str = "",
    ints: Mapping[str, int | Sequence[int]] | None = None,
) -> Message:
    """A new node; `ints` are its attributes of a whole number or several."""
    made = Message()
    for one in inputs:
        made.add(NODE_INPUTS, one)
    for one in outputs:
        made.add(NODE_OUTPUTS, one)
    made.add(NODE_NAME, name or outputs[0]).add(NODE_OP, op)
    for key, value in (ints or {}).items():
        told = Message().add(ATTRIBUTE_NAME, key)
        if isinstance(value, int):
            told.add(ATTRIBUTE_INT, value).add(ATTRIBUTE_TYPE, _ONE)
        else:
            told.add(ATTRIBUTE_TYPE, _SEVERAL)
            for each in value:
                told.add(ATTRIBUTE_INTS, each)
        made.add(NODE_ATTRIBUTES, told)
    return made.add(NODE_DOMAIN, domain) if domain else made


def ints_of(one: Message) -> dict[str, list[int]]:
    """The attributes of a node that are a whole number or several, by name."""
    fields = {_ONE: ATTRIBUTE_INT, _SEVERAL: ATTRIBUTE_INTS}
    told = one.children(NODE_ATTRIBUTES)
    return {a.text(ATTRIBUTE_NAME): a.numbers(fields[kind]) for a in told if (kind := a.number(ATTRIBUTE_TYPE)) in fields}


def tensors(graph: Message) -> dict[str, Message]:
    """The stored arrays of a graph by name."""
    return {t.text(TENSOR_NAME): t for t in graph.children(GRAPH_TENSORS)}


def array(tensor: Message) -> np.ndarray:
    """A stored tensor as an array. Raises: ModelRefused for a type or a storage that is not read here."""
    kind = tensor.number(TENSOR_TYPE)
    shape = tensor.numbers(TENSOR_DIMS)
    if tensor.has(TENSOR_RAW) and kind in DTYPES:
        return np.frombuffer(tensor.data(TENSOR_RAW), DTYPES[kind]).reshape(shape)
    if kind in _TYPED_DATA:
        field, dtype = _TYPED_DATA[kind]
        values = np.frombuffer(tensor.data(field), "<f4") if kind == 1 else np.array(tensor.numbers(field))
        return values.astype(dtype).reshape(shape)
    raise ModelRefused(f"a stored array of type {kind} is not understood", where=tensor.text(TENSOR_NAME))


def tensor(name: str, values: np.ndarray) -> Message:
    """A new stored tensor."""
    kinds = {d: k for k, d in DTYPES.items()}
    made = Message()
    for size in values.shape:
        made.add(TENSOR_DIMS, size)
    made.add(TENSOR_TYPE, kinds[values.dtype.newbyteorder("<") if values.dtype.itemsize > 1 else values.dtype])
    return made.add(TENSOR_NAME, name).add(TENSOR_RAW, values.tobytes())


def value_info(name: str, kind: int = 1) -> Message:
    """The declaration of an output of unknown shape; `kind` is the element type (1 = float32)."""
    return Message().add(1, name).add(2, Message().add(1, Message().add(1, kind)))


def add_outputs(model: Message, names: Sequence[str], kind: int = 1) -> None:
    """Make inner tensors of the main graph outputs. Raises: ModelRefused when one is not there."""
    graph = model.child(MODEL_GRAPH)
    made = {o for n in nodes(graph) for o in n.texts(NODE_OUTPUTS)}
    for name in names:
        if name not in made:
            raise ModelRefused(f"the graph holds no tensor {name!r}")
        graph.add(GRAPH_OUTPUTS, value_info(name, kind))


def add_input(graph: Message, name: str, kind: int = 1) -> None:
    """Declare an input of unknown shape, instead of one of that name; `kind` is the element type (1 = float32)."""
    others = [i for i in graph.children(GRAPH_INPUTS) if i.text(1) != name]
    graph.drop(GRAPH_INPUTS)
    for one in (*others, value_info(name, kind)):
        graph.add(GRAPH_INPUTS, one)


def cut_at(model: Message, names: Sequence[str], kind: int = 1) -> Message:
    """The model with inner tensors as inputs of its own: what made them and nothing else needs falls away.

    Raises: ModelRefused when one is not there.
    """
    graph = model.child(MODEL_GRAPH)
    made = {o for n in nodes(graph) for o in n.texts(NODE_OUTPUTS)}
    missing = [name for name in names if name not in made]
    if missing:
        raise ModelRefused(f"the graph holds no tensor {missing[0]!r}")
    keep_nodes(graph, [n for n in nodes(graph) if not {*names} & {*n.texts(NODE_OUTPUTS)}])
    for name in names:
        add_input(graph, name, kind)
    return prune(model)


def reads(one: Message, names: Sequence[str]) -> None:
    """Let a node read these tensors in place of those that it read."""
    one.drop(NODE_INPUTS)
    for name in names:
        one.add(NODE_INPUTS, name)


def read_instead(among: Iterable[Message], old: str, new: str) -> None:
    """Let those of the nodes that read the tensor `old` read `new`."""
    for one in among:
        read = one.texts(NODE_INPUTS)
        if old in read:
            reads(one, [new if name == old else name for name in read])


def reroute(graph: Message, name: str, through: Sequence[Message], result: str) -> None:
    """Put the nodes `through` behind the tensor `name`: whoever read it reads `result` from now on.

    Raises: ModelRefused when no node makes it.
    """
    before = nodes(graph)
    at = next((i for i, n in enumerate(before) if name in n.texts(NODE_OUTPUTS)), None)
    if at is None:
        raise ModelRefused(f"the graph holds no tensor {name!r}")
    read_instead(before, name, result)
    keep_nodes(graph, [*before[: at + 1], *through, *before[at + 1 :]])


def only_branch(model: Message, which: str) -> Message:
    """The model with its last If node replaced by one of its branches ("then_branch", "else_branch").

    The outputs keep the names that the whole graph had; what only the other branch used falls away.
    Raises: ModelRefused when there is no such branch.
    """
    model = Message(model.encode())
    graph = model.child(MODEL_GRAPH)
    split = [n for n in nodes(graph) if n.text(NODE_OP) == "If"]
    branch = None
    for attribute in split[-1].children(NODE_ATTRIBUTES) if split else ():
        if attribute.text(ATTRIBUTE_NAME) == which:
            branch = attribute.child(ATTRIBUTE_GRAPH)
    if branch is None:
        raise ModelRefused(f"the graph has no {which}")
    inner = [o.text(1) for o in branch.children(GRAPH_OUTPUTS)]
    outer = split[-1].texts(NODE_OUTPUTS)
    kept = [n for n in nodes(graph) if n is not split[-1]] + nodes(branch)
    # A tensor may be an output twice or pass straight through: a node of its own gives each its outer name.
    kept += [node("Identity", [a], [b], f"outer/{b}") for a, b in zip(inner, outer, strict=True) if a != b]
    keep_nodes(graph, kept)
    known = tensors(graph)
    for name, stored in tensors(branch).items():
        if name not in known:
            graph.add(GRAPH_TENSORS, stored)
    graph.drop(GRAPH_SHAPES)
    return prune(model)


def prune(model: Message, keep: Callable[[str], bool] | None = None) -> Message:
    """Drop the nodes, stored arrays and inputs that no output needs; `keep` chooses among the outputs first."""
    graph = model.child(MODEL_GRAPH)
    if keep is not None:
        kept = [o for o in graph.children(GRAPH_OUTPUTS) if keep(o.text(1))]
        graph.drop(GRAPH_OUTPUTS)
        for one in kept:
            graph.add(GRAPH_OUTPUTS, one)
    wanted = {o.text(1) for o in graph.children(GRAPH_OUTPUTS)}
    kept_nodes: list[Message] = []
    for one in reversed(nodes(graph)):
        if wanted.intersection(one.texts(NODE_OUTPUTS)):
            kept_nodes.append(one)
            wanted.update(one.texts(NODE_INPUTS), *(_outer_names(b) for b in _branches(one)))
    keep_nodes(graph, reversed(kept_nodes))
    for field, naming in ((GRAPH_TENSORS, TENSOR_NAME), (GRAPH_INPUTS, 1)):
        left = [t for t in graph.children(field) if t.text(naming) in wanted]
        graph.drop(field)
        for one in left:
            graph.add(field, one)
    return model


def _outer_names(graph: Message) -> set[str]:
    """Every name that the nodes of a branch read."""
    names = {i for n in nodes(graph) for i in n.texts(NODE_INPUTS)}
    for one in nodes(graph):
        names.update(*(_outer_names(b) for b in _branches(one)))
    return names | {o.text(1) for o in graph.children(GRAPH_OUTPUTS)}


def _branches(one: Message) -> list[Message]:
    return [a.child(ATTRIBUTE_GRAPH) for a in one.children(NODE_ATTRIBUTES) if a.has(ATTRIBUTE_GRAPH)]


def _name_branches(graph: Message, name: str) -> None:
    if not graph.text(GRAPH_NAME):
        graph.set(GRAPH_NAME, name)
    for i, one in enumerate(nodes(graph)):
        for k, branch in enumerate(_branches(one)):
            _name_branches(branch, f"{name}_{i}_{k}")


def dequantized(graph: Message) -> dict[str, tuple[Message, float, float]]:
    """Tensors that a graph computes as Cast(stored int8) * scale + offset: name -> (stored, scale, offset)."""
    stored, made = tensors(graph), {o: n for n in nodes(graph) for o in n.texts(NODE_OUTPUTS)}
    found: dict[str, tuple[Message, float, float]] = {}
    for name, last in made.items():
        chain = [last]
        for op in ("Add", "Mul", "Cast"):
            if chain[-1].text(NODE_OP) != op:
                break
            before = made.get(chain[-1].texts(NODE_INPUTS)[0])
            if op == "Cast":
                source = stored.get(chain[-1].texts(NODE_INPUTS)[0])
                numbers = [stored.get(n.texts(NODE_INPUTS)[1]) for n in chain[:2]]
                if source is not None and source.number(TENSOR_TYPE) == 3 and numbers[0] is not None and numbers[1] is not None:
                    offset, scale = (array(n) for n in numbers if n is not None)
                    if offset.size == scale.size == 1:
                        found[name] = source, float(scale.ravel()[0]), float(offset.ravel()[0])
            elif before is None:
                break
            else:
                chain.append(before)
    return found


def integer_products(model: Message, block: int = 32) -> int:
    """Replace products with weights that are dequantized at each use by products on the integers themselves.

    `block` is the number of weights that share a scale; the row length must be a multiple of it. The
    weights stay exactly what they were; the other side is rounded to 8 bits block by block. Gives the
    number of products replaced. Needs onnxruntime 1.22 or later (8 bits in MatMulNBits).
    """
    graph = model.child(MODEL_GRAPH)
    known, made = dequantized(graph), {o: n for n in nodes(graph) for o in n.texts(NODE_OUTPUTS)}
    done = 0
    for one in nodes(graph):
        if one.text(NODE_OP) == "Gather":
            _gather_integers(graph, one, known)
        if one.text(NODE_OP) != "MatMul":
            continue
        right = one.texts(NODE_INPUTS)[1]
        turn = made.get(right)
        turned = turn is not None and turn.text(NODE_OP) == "Transpose"
        found = known.get(turn.texts(NODE_INPUTS)[0] if turned and turn is not None else right)
        if found is None:
            continue
        stored, scale, offset = found
        weights = array(stored) if turned else array(stored).T
        rows, width = weights.shape
        zero = 128 - round(offset / scale)
        if width % block or not 0 <= zero <= 255 or abs(offset / scale - round(offset / scale)) > 1e-3:
            continue
        blocks = (weights.astype(np.int16) + 128).astype(np.uint8)
        count = rows * (width // block)
        scales, zeros = np.full(count, scale, np.float32), np.full(count, zero, np.uint8)
        _as_block_product(graph, one, right, blocks.reshape(rows, width // block, block), scales, zeros)
        done += 1
    return done


def _gather_integers(graph: Message, one: Message, known: dict[str, tuple[Message, float, float]]) -> None:
    """Let a look-up in a dequantized table look up the integers, and scale only what was found."""
    table, rows = one.texts(NODE_INPUTS)
    if table not in known:
        return
    stored, scale, offset = known[table]
    out = one.texts(NODE_OUTPUTS)[0]
    for name, value in ((f"{out}/scale", scale), (f"{out}/offset", offset)):
        graph.add(GRAPH_TENSORS, tensor(name, np.array(value, np.float32)))
    one.drop(NODE_INPUTS).add(NODE_INPUTS, stored.text(TENSOR_NAME)).add(NODE_INPUTS, rows)
    one.set(NODE_OUTPUTS, f"{out}/integers")
    before = nodes(graph)
    at = next(i for i, n in enumerate(before) if n is one) + 1
    added = [
        node("Cast", [f"{out}/integers"], [f"{out}/cast"], ints={"to": 1}),
        node("Mul", [f"{out}/cast", f"{out}/scale"], [f"{out}/scaled"]),
        node("Add", [f"{out}/scaled", f"{out}/offset"], [out]),
    ]
    keep_nodes(graph, [*before[:at], *added, *before[at:]])


def block_product(graph: Message, one: Message, weights: np.ndarray, block: int = 32) -> None:
    """Let a product use `weights` [N, K] in place of its own: integers of 8 bits, with one scale for each `block` of a row.

    K must be a multiple of `block`. The other side is rounded as by `integer_products`.
    """
    rows, width = weights.shape
    parts = weights.reshape(rows, width // block, block).astype(np.float32)
    scales = np.maximum(np.abs(parts).max(axis=2) / 127, 1e-12).astype(np.float32)
    integers = (np.round(parts / scales[:, :, None]) + 128).astype(np.uint8)
    zeros = np.full(scales.size, 128, np.uint8)
    _as_block_product(graph, one, f"{one.text(NODE_NAME)}/weights", integers, scales.ravel(), zeros)


def _as_block_product(graph: Message, one: Message, name: str, blocks: np.ndarray, scales: np.ndarray, zeros: np.ndarray) -> None:
    """Make a product MatMulNBits over integers [N, K / block, block], which are stored under `name` unless they are already."""
    rows, count, block = blocks.shape
    if f"{name}/blocks" not in tensors(graph):
        for part, values in (("blocks", blocks), ("scales", scales), ("zeros", zeros)):
            graph.add(GRAPH_TENSORS, tensor(f"{name}/{part}", values))
    left, outputs, title = one.texts(NODE_INPUTS)[0], one.texts(NODE_OUTPUTS), one.text(NODE_NAME)
    numbers = {"K": count * block, "N": rows, "bits": 8, "block_size": block, "accuracy_level": 4}
    names = [left, f"{name}/blocks", f"{name}/scales", f"{name}/zeros"]
    made = node("MatMulNBits", names, outputs, title, "com.microsoft", numbers)
    for field in (NODE_INPUTS, NODE_OP, NODE_ATTRIBUTES, NODE_DOMAIN):
        one.drop(field)
    for each in names:
        one.add(NODE_INPUTS, each)
    one.add(NODE_OP, "MatMulNBits").add(NODE_DOMAIN, "com.microsoft")
    for attribute in made.children(NODE_ATTRIBUTES):
        one.add(NODE_ATTRIBUTES, attribute)
