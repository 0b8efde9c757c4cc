"""Makes Moonshine's decoder graphs do less for the same answers: what each step would do again is done once.

Steps of one token hold 965 nodes, of which the products with weights are 65. The keys of the sound are turned over and scaled once,
not for each token; a rotation is one node (RotaryEmbedding) instead of sixteen; shapes and scales that never change are constants.
Where a graph is made otherwise than these edits know, it stays as it is (of tiny's only the shapes are known).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from aural.models import graph
from aural.models.graph import GRAPH_TENSORS, NODE_INPUTS, NODE_NAME, NODE_OP, NODE_OUTPUTS, node
from aural.models.protobuf import Message

_KEY = re.compile(r"past_key_values\.(\d+)\.encoder\.key$")
_HEADS = [0, 1, 3, 2]  # the axes of heads turned over
_PLACES = 4096  # rows of the table of rotations: tokens that one text may have
_ROOTS = ("Sqrt", "Div", "Sqrt", "Cast", "Slice", "Shape")  # how the scale of an attention is computed from a shape


class _Made:
    """A graph with who makes and who reads each tensor."""

    def __init__(self, main: Message) -> None:
        self.main, self.nodes, self.stored = main, graph.nodes(main), graph.tensors(main)
        self.maker = {o: n for n in self.nodes for o in n.texts(NODE_OUTPUTS)}

    def op(self, name: str) -> str:
        """The operation that makes a tensor; "" for what nobody makes."""
        return self.maker[name].text(NODE_OP) if name in self.maker else ""

    def inputs(self, name: str) -> list[str]:
        """What the node that makes a tensor reads."""
        return self.maker[name].texts(NODE_INPUTS) if name in self.maker else []

    def readers(self, name: str) -> list[Message]:
        return [n for n in self.nodes if name in n.texts(NODE_INPUTS)]

    def constant(self, name: str) -> np.ndarray | None:
        return graph.array(self.stored[name]) if name in self.stored else None


@dataclass(frozen=True)
class _Key:
    """The product of queries and keys of the sound, its query before any scale, and the scale of both together."""

    product: Message
    query: str
    scale: float


def simplify(model: Message) -> None:
    """One node for each rotation, constants for shapes and scales. The answers stay within rounding."""
    main = model.child(graph.MODEL_GRAPH)
    _turn_at_once(_Made(main))
    width = _fix_shapes(_Made(main))
    if width:
        _fix_scales(_Made(main), width)
    graph.prune(model)


def keep_sound(first: Message, step: Message) -> None:
    """Let `first` give the keys of the sound turned over and scaled, as each step of `step` would make them anew."""
    opening, going = _Made(first.child(graph.MODEL_GRAPH)), _Made(step.child(graph.MODEL_GRAPH))
    ready = {name: found for name in _past_keys(going) if (found := _scaled_key(going, name)) is not None}
    if not ready or any(_present(name) not in opening.maker for name in ready):
        return
    added: list[Message] = []
    for name, key in ready.items():
        graph.reads(key.product, [key.query, name])
        graph.add_input(going.main, name)
        out, plain = _present(name), f"{_present(name)}/plain"
        _rename(opening, out, plain)
        number = f"{plain}/scale"
        opening.main.add(GRAPH_TENSORS, graph.tensor(number, np.array(key.scale, np.float32)))
        added.append(node("Transpose", [plain], [f"{plain}/turned"], ints={"perm": _HEADS}))
        added.append(node("Mul", [f"{plain}/turned", number], [out]))
    graph.keep_nodes(opening.main, [*opening.nodes, *added])
    _forget_shapes(opening.main, {_present(name) for name in ready})
    graph.prune(step)


def _past_keys(going: _Made) -> list[str]:
    return [name for one in going.main.children(graph.GRAPH_INPUTS) if _KEY.match(name := one.text(1))]


def _present(past: str) -> str:
    return past.replace("past_key_values", "present")


def _scaled_key(going: _Made, name: str) -> _Key | None:
    """How a key of the sound is used, where it is turned over, scaled, and then meets the scaled query, and nothing else."""
    turned = _only(going.readers(name), "Transpose")
    if turned is None or graph.ints_of(turned).get("perm") != _HEADS:
        return None
    scaled = _only(going.readers(turned.texts(NODE_OUTPUTS)[0]), "Mul")
    product = _only(going.readers(scaled.texts(NODE_OUTPUTS)[0]), "MatMul") if scaled is not None else None
    if scaled is None or product is None or going.op(product.texts(NODE_INPUTS)[0]) != "Mul":
        return None
    query, by = going.inputs(product.texts(NODE_INPUTS)[0])
    scales = [going.constant(by), going.constant(scaled.texts(NODE_INPUTS)[1])]
    numbers = [float(s.ravel()[0]) for s in scales if s is not None and s.size == 1]
    return _Key(product, query, numbers[0] * numbers[1]) if len(numbers) == 2 else None


def _only(found: list[Message], op: str) -> Message | None:
    return found[0] if len(found) == 1 and found[0].text(NODE_OP) == op else None


def _turn_at_once(made: _Made) -> None:
    """Concat(x[:n] * cos + turned(x[:n]) * sin, x[n:]) -> RotaryEmbedding(x)."""
    found = {id(n): turn for n in made.nodes if (turn := _rotation(made, n)) is not None}
    ranges = [n for n in made.nodes if n.text(NODE_OP) == "Range"]
    speeds = [made.constant(x) for n in made.nodes if n.text(NODE_NAME).endswith("rotary_emb/MatMul") for x in n.texts(NODE_INPUTS)]
    known = [s for s in speeds if s is not None]
    if not found or not ranges or len(known) != 1:
        return
    angles = np.arange(_PLACES, dtype=np.float32)[:, None] * known[0].reshape(1, -1).astype(np.float32)
    for name, values in (("cos", np.cos(angles)), ("sin", np.sin(angles))):
        made.main.add(GRAPH_TENSORS, graph.tensor(f"rotation/{name}", values.astype(np.float32)))
    made.main.add(GRAPH_TENSORS, graph.tensor("rotation/axis", np.array([0], np.int64)))
    begin = node("Unsqueeze", [ranges[0].texts(NODE_INPUTS)[0], "rotation/axis"], ["rotation/begin"])
    first = next(k for k, one in enumerate(made.nodes) if id(one) in found)
    turned = [_turned(one, *found[id(one)], 2 * angles.shape[1]) if id(one) in found else one for one in made.nodes]
    graph.keep_nodes(made.main, [*turned[:first], begin, *turned[first:]])


def _turned(one: Message, source: str, heads: int, width: int) -> Message:
    """The node that turns `width` numbers of each head, in the place of the Concat that ends a rotation."""
    sizes = {"interleaved": 1, "rotary_embedding_dim": width, "num_heads": heads}
    names = [source, "rotation/begin", "rotation/cos", "rotation/sin"]
    return node("RotaryEmbedding", names, one.texts(NODE_OUTPUTS), one.text(NODE_NAME), "com.microsoft", sizes)


def _rotation(made: _Made, one: Message) -> tuple[str, int] | None:
    """What a Concat turns, and its heads, where it is the end of a rotation."""
    inputs = one.texts(NODE_INPUTS)
    if one.text(NODE_OP) != "Concat" or len(inputs) != 2 or made.op(inputs[0]) != "Add" or made.op(inputs[1]) != "Slice":
        return None
    sums = made.inputs(inputs[0])
    if [made.op(x) for x in sums] != ["Mul", "Mul"]:
        return None
    own = made.inputs(sums[0])[0]
    source = made.inputs(inputs[1])[0]
    if made.op(own) != "Slice" or made.inputs(own)[0] != source or made.op(source) != "Transpose":
        return None
    shaped = made.inputs(source)[0]
    sizes = _sizes(made, made.inputs(shaped)[1]) if made.op(shaped) == "Reshape" else None
    return (source, sizes[2]) if sizes and len(sizes) == 4 else None


def _sizes(made: _Made, name: str) -> list[int] | None:
    """A shape that is put together, 0 standing for a size that stays; None for any other."""
    if made.op(name) != "Concat":
        return None
    sizes = []
    for place, part in enumerate(made.inputs(name)):
        number = made.constant(part)
        if number is not None and number.size == 1:
            sizes.append(int(number.ravel()[0]))
        elif _stays(made, part, place):
            sizes.append(0)
        else:
            return None
    return sizes


def _stays(made: _Made, part: str, place: int) -> bool:
    """Whether a part of a shape is size `place` of something that is [B, T, D]."""
    taken = made.inputs(part)[0] if made.op(part) == "Unsqueeze" else ""
    if made.op(taken) != "Gather" or made.op(made.inputs(taken)[0]) != "Shape":
        return False
    index = made.constant(made.inputs(taken)[1])
    return index is not None and int(index.ravel()[0]) == place < 2


def _fix_shapes(made: _Made) -> int:
    """Constants for the shapes of rows cut into heads and put together again; the width of a head, 0 where none is found."""
    width = 0
    for one in made.nodes:
        if one.text(NODE_OP) != "Reshape":
            continue
        source, shape = one.texts(NODE_INPUTS)
        sizes = _sizes(made, shape)
        if sizes is None or len(sizes) not in (3, 4):
            continue
        width = sizes[3] if len(sizes) == 4 else width
        name = f"shape/{'x'.join(map(str, sizes))}"
        if name not in graph.tensors(made.main):
            made.main.add(GRAPH_TENSORS, graph.tensor(name, np.array(sizes, np.int64)))
        graph.reads(one, [source, name])
    return width


def _fix_scales(made: _Made, width: int) -> None:
    """A constant for each fourth root of the width of a head that is computed from a shape."""
    name = "shape/scale"
    made.main.add(GRAPH_TENSORS, graph.tensor(name, np.array(width**-0.25, np.float32)))
    for one in made.nodes:
        inputs = one.texts(NODE_INPUTS)
        if one.text(NODE_OP) == "Mul" and len(inputs) == 2 and _is_root(made, inputs[1]):
            graph.reads(one, [inputs[0], name])


def _is_root(made: _Made, name: str) -> bool:
    for op in _ROOTS:
        if made.op(name) != op:
            return False
        name = made.inputs(name)[1 if op == "Div" else 0]
    return True


def _rename(made: _Made, old: str, new: str) -> None:
    """Another name for an inner tensor, with those who make and read it."""
    graph.read_instead(made.nodes, old, new)
    maker = made.maker[old]
    outputs = [new if name == old else name for name in maker.texts(NODE_OUTPUTS)]
    maker.drop(NODE_OUTPUTS)
    for name in outputs:
        maker.add(NODE_OUTPUTS, name)


def _forget_shapes(main: Message, names: set[str]) -> None:
    """Declare outputs anew, of any shape."""
    kept = main.children(graph.GRAPH_OUTPUTS)
    main.drop(graph.GRAPH_OUTPUTS)
    for one in kept:
        main.add(graph.GRAPH_OUTPUTS, graph.value_info(one.text(1)) if one.text(1) in names else one)
