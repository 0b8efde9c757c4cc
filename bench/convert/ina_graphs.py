"""Write the graphs without weights of the speech/music/noise and the gender net (needs the onnx package).

    python -m bench.convert.ina_graphs            writes aural/models/shipped/ina_*.onnx

The weights stay where they are: every stored array points to its offset in the carrier's HDF5 file,
which aural lays beside the graph as weights.bin. Offsets were read once from the files with h5py.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import onnx
from onnx import TensorProto, helper

SHIPPED = Path(__file__).parents[2] / "aural" / "models" / "shipped"
EPSILON = 1e-3


@dataclass(frozen=True)
class Layer:
    """One convolution or dense layer with its batch norm; `at` holds the byte offsets of kernel, bias,
    gamma, beta, mean and variance; `pool` is (height, width, same padding as (begin, end) rows and columns)."""

    shape: tuple[int, ...]
    at: tuple[int, ...]
    pool: tuple[int, int] | None = None
    pads: tuple[int, int, int, int] = (0, 0, 0, 0)


@dataclass(frozen=True)
class Net:
    name: str
    bands: int
    layers: tuple[Layer, ...]
    last: Layer = field(default_factory=lambda: Layer((), ()))


SPEECH_MUSIC = Net(
    "ina_speech_music",
    21,
    (
        # 62 x 18 positions: the pool of 4 x 2 pads one row on each side.
        Layer((7, 4, 1, 64), (22976, 32192, 32448, 32704, 32960, 33216), (4, 2), (1, 0, 1, 0)),
        Layer((3, 3, 64, 128), (40176, 33472, 337928, 338440, 338952, 339464)),
        # 12 x 5 positions: one column more on the right.
        Layer((3, 3, 128, 128), (344440, 936312, 936824, 937336, 937848, 940408), (2, 2), (0, 0, 0, 1)),
        Layer((3, 3, 128, 256), (946448, 940920, 2129304, 2130328, 2133400, 2134424), (4, 1)),
        Layer((256, 256), (2139224, 2403416, 2404440, 2407512, 2408536, 2409560)),
        Layer((256, 256), (2415104, 2679296, 2680320, 2683392, 2684416, 2685440)),
        Layer((256, 256), (2690200, 2954392, 2955416, 2958488, 2959512, 2960536)),
        Layer((256, 256), (2965992, 3230184, 3231208, 3234280, 3235304, 3236328)),
    ),
    Layer((256, 3), (3241464, 33984)),
)

GENDER = Net(
    "ina_gender",
    24,
    (
        Layer((3, 3, 1, 64), (24256, 28608, 28864, 29120, 29376, 29632)),
        Layer((3, 3, 64, 64), (35664, 29888, 30144, 30400, 186688, 186944), (1, 2)),
        Layer((3, 3, 64, 128), (193448, 187200, 187712, 188224, 491984, 492496)),
        Layer((3, 3, 128, 128), (497624, 493008, 493520, 1090608, 1091120, 1091632), (2, 2)),
        Layer((3, 3, 128, 256), (1097680, 2279376, 2280400, 2283472, 2284496, 2285520), (28, 1)),
        Layer((256, 512), (2291904, 2818240, 2822336, 2824384, 2826432, 2828480)),
        Layer((512, 512), (2834352, 3884976, 3889072, 3891120, 3893168, 3895216)),
        Layer((512, 512), (3901744, 4952368, 4956464, 4958512, 4960560, 4962608)),
        Layer((512, 512), (4968480, 6019104, 6023200, 6025248, 6027296, 6029344)),
    ),
    Layer((512, 2), (6035832, 1092144)),
)


def stored(name: str, shape: tuple[int, ...], offset: int) -> onnx.TensorProto:
    """An array that lies in weights.bin from `offset` on, as float32."""
    size = 4
    for n in shape:
        size *= n
    tensor = onnx.TensorProto(name=name, data_type=TensorProto.FLOAT, dims=shape, data_location=TensorProto.EXTERNAL)
    for key, value in (("location", "weights.bin"), ("offset", str(offset)), ("length", str(size))):
        tensor.external_data.add(key=key, value=value)
    return tensor


def build(net: Net) -> onnx.ModelProto:
    """patches [B, 1, 68, bands] -> probabilities [B, K]."""
    nodes, arrays, x = [], [], "patches"
    for i, layer in enumerate(net.layers):
        conv, width = len(layer.shape) == 4, layer.shape[-1]
        for name, offset in zip(("bias", "gamma", "beta", "mean", "variance"), layer.at[1:], strict=True):
            arrays.append(stored(f"{name}{i}", (width,), offset))
        arrays.append(stored(f"kernel{i}", layer.shape, layer.at[0]))
        if conv:
            nodes.append(helper.make_node("Transpose", [f"kernel{i}"], [f"turned{i}"], perm=[3, 2, 0, 1]))
            nodes.append(helper.make_node("Conv", [x, f"turned{i}", f"bias{i}"], [f"sum{i}"]))
        else:
            if x.startswith("pool"):  # one position of 256 channels is left
                nodes.append(helper.make_node("Flatten", [x], [f"flat{i}"]))
                x = f"flat{i}"
            nodes.append(helper.make_node("Gemm", [x, f"kernel{i}", f"bias{i}"], [f"sum{i}"]))
        norm = [f"sum{i}", f"gamma{i}", f"beta{i}", f"mean{i}", f"variance{i}"]
        nodes.append(helper.make_node("BatchNormalization", norm, [f"norm{i}"], epsilon=EPSILON))
        nodes.append(helper.make_node("Relu", [f"norm{i}"], [f"relu{i}"]))
        x = f"relu{i}"
        if layer.pool:
            made = helper.make_node("MaxPool", [x], [f"pool{i}"], kernel_shape=layer.pool, strides=layer.pool, pads=layer.pads)
            nodes.append(made)
            x = f"pool{i}"
    arrays += [stored("kernel", net.last.shape, net.last.at[0]), stored("bias", net.last.shape[-1:], net.last.at[1])]
    nodes.append(helper.make_node("Gemm", [x, "kernel", "bias"], ["logits"]))
    nodes.append(helper.make_node("Softmax", ["logits"], ["probabilities"], axis=1))
    inputs = [helper.make_tensor_value_info("patches", TensorProto.FLOAT, ["B", 1, 68, net.bands])]
    outputs = [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["B", net.last.shape[-1]])]
    graph = helper.make_graph(nodes, net.name, inputs, outputs, arrays)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8, producer_name="aural")


if __name__ == "__main__":
    for net in (SPEECH_MUSIC, GENDER):
        (SHIPPED / f"{net.name}.onnx").write_bytes(build(net).SerializeToString(deterministic=True))
