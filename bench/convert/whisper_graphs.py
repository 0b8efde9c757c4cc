"""Write the graphs without weights of Whisper base and tiny.en (needs the onnx package).

    python -m bench.convert.whisper_graphs        writes aural/models/shipped/whisper_*.onnx

Stored arrays are named as in the CTranslate2 file that carries the weights, "/T" behind a name for a
matrix that is to be turned; they point into weights.bin, which `aural.models.skeleton` writes. The
nets are written down from the paper (A. Radford et al., arXiv 2212.04356): pre-norm Transformers,
exact GELU, keys without bias.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import onnx
from onnx import TensorProto, helper

SHIPPED = Path(__file__).parents[2] / "aural" / "models" / "shipped"
FRAMES, MELS, CONTEXT = 1500, 80, 448
ALIGN = 64  # bytes


@dataclass(frozen=True)
class Size:
    """A published size; `heads_that_align`: (layer, head) pairs from the carrier's config.json."""

    name: str
    width: int
    layers: int
    heads: int
    vocabulary: int
    heads_that_align: tuple[tuple[int, int], ...]

    @property
    def depth(self) -> int:
        return self.width // self.heads


BASE = Size("whisper_base", 512, 6, 8, 51865, ((3, 1), (4, 2), (4, 3), (4, 7), (5, 1), (5, 2), (5, 4), (5, 6)))
TINY_EN = Size("whisper_tiny_en", 384, 4, 6, 51864, ((1, 0), (2, 0), (2, 5), (3, 0), (3, 1), (3, 2), (3, 3), (3, 4)))


@dataclass
class Builder:
    """Collects nodes and the arrays that they read."""

    size: Size
    nodes: list[onnx.NodeProto] = field(default_factory=list)
    arrays: dict[str, onnx.TensorProto] = field(default_factory=dict)
    at: int = 0

    def op(self, kind: str, inputs: list[str], name: str, **attributes: object) -> str:
        """A node with one output of its own name."""
        self.nodes.append(helper.make_node(kind, inputs, [name], name=name, **attributes))
        return name

    def stored(self, name: str, *shape: int) -> str:
        """An array of the carrier, in weights.bin."""
        if name not in self.arrays:
            made = onnx.TensorProto(name=name, data_type=TensorProto.FLOAT, dims=shape, data_location=TensorProto.EXTERNAL)
            count = 4
            for n in shape:
                count *= n
            for key, value in (("location", "weights.bin"), ("offset", str(self.at)), ("length", str(count))):
                made.external_data.add(key=key, value=value)
            self.arrays[name] = made
            self.at += -(-count // ALIGN) * ALIGN
        return name

    def constant(self, name: str, values: list[int] | list[float]) -> str:
        """A small array that lies in the graph itself."""
        if name not in self.arrays:
            kind = TensorProto.INT64 if isinstance(values[0], int) else TensorProto.FLOAT
            dims = [len(values)] if kind == TensorProto.INT64 else []
            self.arrays[name] = helper.make_tensor(name, kind, dims, values)
        return name

    def norm(self, x: str, name: str) -> str:
        width = self.size.width
        gamma, beta = self.stored(f"{name}/gamma", width), self.stored(f"{name}/beta", width)
        return self.op("LayerNormalization", [x, gamma, beta], f"{name}/out", epsilon=1e-5)

    def linear(self, x: str, name: str, wide: int, out: int) -> str:
        turned = self.stored(f"{name}/weight/T", wide, out)
        product = self.op("MatMul", [x, turned], f"{name}/product")
        return self.op("Add", [product, self.stored(f"{name}/bias", out)], f"{name}/out")

    def feed_forward(self, x: str, name: str) -> str:
        width = self.size.width
        inner = self.linear(self.norm(x, f"{name}/layer_norm"), f"{name}/linear_0", width, 4 * width)
        bent = self.op("Gelu", [inner], f"{name}/gelu")
        return self.op("Add", [x, self.linear(bent, f"{name}/linear_1", 4 * width, width)], f"{name}/sum")

    def split(self, x: str, name: str, parts: int) -> list[str]:
        outs = [f"{name}/part{i}" for i in range(parts)]
        self.nodes.append(helper.make_node("Split", [x], outs, name=f"{name}/split", axis=-1, num_outputs=parts))
        return outs

    def in_heads(self, x: str, turned: bool = False) -> str:
        """[B, L, width] -> [B, heads, L, depth], or [B, heads, depth, L]."""
        shape = self.constant("shape/heads", [0, 0, self.size.heads, self.size.depth])
        apart = self.op("Reshape", [x, shape], f"{x}/apart")
        return self.op("Transpose", [apart], f"{x}/heads", perm=[0, 2, 3, 1] if turned else [0, 2, 1, 3])

    def attended(self, query: str, key: str, value: str, name: str, mask: str = "") -> tuple[str, str]:
        """Scaled dot-product attention: the mixed values [B, L, width] and the weights [B, heads, L, S]."""
        scaled = self.op("Mul", [query, self.constant("scale", [self.size.depth**-0.5])], f"{name}/scaled")
        scores = self.op("MatMul", [scaled, key], f"{name}/scores")
        if mask:
            scores = self.op("Add", [scores, mask], f"{name}/masked")
        weights = self.op("Softmax", [scores], f"{name}/weights", axis=-1)
        mixed = self.op("MatMul", [weights, value], f"{name}/mixed")
        back = self.op("Transpose", [mixed], f"{name}/back", perm=[0, 2, 1, 3])
        return self.op("Reshape", [back, self.constant("shape/whole", [0, 0, self.size.width])], f"{name}/joined"), weights

    def model(self, name: str, inputs: list[onnx.ValueInfoProto], outputs: list[onnx.ValueInfoProto]) -> onnx.ModelProto:
        graph = helper.make_graph(self.nodes, name, inputs, outputs, list(self.arrays.values()))
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9, producer_name="aural")


def encoder(size: Size) -> onnx.ModelProto:
    """mel [B, 80, 3000] -> the keys [B, heads, depth, 1500] and values [B, heads, 1500, depth] of each decoder layer."""
    b, width = Builder(size), size.width
    x = "mel"
    for name, wide, stride in (("encoder/conv1", MELS, 1), ("encoder/conv2", width, 2)):
        kernel, bias = b.stored(f"{name}/weight", width, wide, 3), b.stored(f"{name}/bias", width)
        x = b.op("Conv", [x, kernel, bias], f"{name}/out", kernel_shape=[3], pads=[1, 1], strides=[stride])
        x = b.op("Gelu", [x], f"{name}/gelu")
    x = b.op("Transpose", [x], "encoder/frames", perm=[0, 2, 1])
    x = b.op("Add", [x, b.stored("encoder/position_encodings/encodings", FRAMES, width)], "encoder/placed")
    for i in range(size.layers):
        name = f"encoder/layer_{i}/self_attention"
        normed = b.norm(x, f"{name}/layer_norm")
        query, key, value = b.split(b.linear(normed, f"{name}/linear_0", width, 3 * width), name, 3)
        mixed, _ = b.attended(b.in_heads(query), b.in_heads(key, turned=True), b.in_heads(value), name)
        x = b.op("Add", [x, b.linear(mixed, f"{name}/linear_1", width, width)], f"{name}/sum")
        x = b.feed_forward(x, f"encoder/layer_{i}/ffn")
    x = b.norm(x, "encoder/layer_norm")
    outputs = []
    for i in range(size.layers):
        name = f"decoder/layer_{i}/attention"
        key, value = b.split(b.linear(x, f"{name}/linear_1", width, 2 * width), name, 2)
        b.op("Identity", [b.in_heads(key, turned=True)], f"cross_key_{i}")
        b.op("Identity", [b.in_heads(value)], f"cross_value_{i}")
        outputs += _cross(size, i)
    return b.model(f"{size.name}_encoder", [_info("mel", ["B", MELS, 2 * FRAMES])], outputs)


def decoder(size: Size) -> onnx.ModelProto:
    """tokens [B, L], positions [L], mask [L, P + L] (0, or very negative), past and cross keys and values ->
    logits [B, L, V], present keys and values, attention [B, aligning heads, L, 1500]."""
    b, width = Builder(size), size.width
    embeddings = b.stored("decoder/embeddings/weight", size.vocabulary, width)
    x = b.op("Gather", [embeddings, "tokens"], "decoder/embedded", axis=0)
    places = b.stored("decoder/position_encodings/encodings", CONTEXT, width)
    x = b.op("Add", [x, b.op("Gather", [places, "positions"], "decoder/places", axis=0)], "decoder/placed")
    inputs = [_info("tokens", ["B", "L"], True), _info("positions", ["L"], True), _info("mask", ["L", "S"])]
    outputs, aligning = [_info("logits", ["B", "L", size.vocabulary])], []
    for i in range(size.layers):
        name = f"decoder/layer_{i}/self_attention"
        query, key, value = b.split(b.linear(b.norm(x, f"{name}/layer_norm"), f"{name}/linear_0", width, 3 * width), name, 3)
        key = b.op("Concat", [f"past_key_{i}", b.in_heads(key, turned=True)], f"present_key_{i}", axis=3)
        value = b.op("Concat", [f"past_value_{i}", b.in_heads(value)], f"present_value_{i}", axis=2)
        mixed, _ = b.attended(b.in_heads(query), key, value, name, "mask")
        x = b.op("Add", [x, b.linear(mixed, f"{name}/linear_1", width, width)], f"{name}/sum")
        name = f"decoder/layer_{i}/attention"
        query = b.linear(b.norm(x, f"{name}/layer_norm"), f"{name}/linear_0", width, width)
        mixed, weights = b.attended(b.in_heads(query), f"cross_key_{i}", f"cross_value_{i}", name)
        heads = [head for layer, head in size.heads_that_align if layer == i]
        if heads:
            chosen = b.constant(f"heads_{i}", heads)
            aligning.append(b.op("Gather", [weights, chosen], f"{name}/aligning", axis=1))
        x = b.op("Add", [x, b.linear(mixed, f"{name}/linear_2", width, width)], f"{name}/sum")
        x = b.feed_forward(x, f"decoder/layer_{i}/ffn")
        inputs += [_info(f"past_key_{i}", ["B", size.heads, size.depth, "P"])]
        inputs += [_info(f"past_value_{i}", ["B", size.heads, "P", size.depth])]
        inputs += _cross(size, i)
        outputs += [_info(f"present_key_{i}", ["B", size.heads, size.depth, "S"])]
        outputs += [_info(f"present_value_{i}", ["B", size.heads, "S", size.depth])]
    b.op("Concat", aligning, "attention", axis=1)
    outputs.append(_info("attention", ["B", len(size.heads_that_align), "L", FRAMES]))
    x = b.norm(x, "decoder/layer_norm")
    flat = b.op("Reshape", [x, b.constant("shape/rows", [-1, width])], "decoder/rows")
    flat = b.op("Gemm", [flat, embeddings], "decoder/products", transB=1)
    pair = b.op("Shape", ["tokens"], "decoder/pair")
    shape = b.op("Concat", [pair, b.constant("shape/all", [size.vocabulary])], "decoder/shape", axis=0)
    b.op("Reshape", [flat, shape], "logits")
    return b.model(f"{size.name}_decoder", inputs, outputs)


def _info(name: str, shape: list[int | str], whole: bool = False) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.INT64 if whole else TensorProto.FLOAT, shape)


def _cross(size: Size, layer: int) -> list[onnx.ValueInfoProto]:
    return [
        _info(f"cross_key_{layer}", ["B", size.heads, size.depth, FRAMES]),
        _info(f"cross_value_{layer}", ["B", size.heads, FRAMES, size.depth]),
    ]


def files() -> dict[str, bytes]:
    """File name -> bytes of all four graphs."""
    made = {f"{s.name}_{part.__name__}.onnx": part(s) for s in (BASE, TINY_EN) for part in (encoder, decoder)}
    return {name: model.SerializeToString(deterministic=True) for name, model in made.items()}


if __name__ == "__main__":
    for name, data in files().items():
        (SHIPPED / name).write_bytes(data)
