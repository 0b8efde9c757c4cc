"""From a graph in float32 to one in int8: a quarter of the size, quicker on a CPU, with its agreement measured.

Convolutions and matrix products are quantized, their ranges measured on calibration clips. Weights of recurrent layers are
stored as int8 and computed with as float32, since the runtime knows no other way for GRU. What lies before a logarithm
(the frontend) stays float32: power spectra span far more than 8 bits.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

import numpy as np

from aural.errors import ExtraMissing, ModelRefused, UsageError
from aural.models.runtime import Runtime

_KINDS = ("Conv", "MatMul", "Gemm")
_LARGE = 1000  # numbers from which on storing a matrix in int8 pays


@dataclass(frozen=True)
class Agreement:
    """How a quantized graph answers against its original: share of equal decisions (highest output, or each output above
    one half), mean and largest difference of an answer, sizes in bytes, and over how many clips."""

    equal: float
    mean: float
    largest: float
    size: int
    size_before: int
    clips: int


def quantize(graph: Path, out: Path, clips: Sequence[np.ndarray]) -> None:
    """Write `out`. `clips` [T] at the graph's rate are what ranges are measured on: some dozens, like what will come.

    Raises: UsageError without a clip, ExtraMissing without the package onnx, ModelRefused when the runtime's tools cannot
    quantize the graph.
    """
    if not clips:
        raise UsageError("there are no clips to measure ranges on", where="quantize", fix="Give some dozens")
    try:
        import onnx
        from onnxruntime.quantization import QuantFormat, QuantType, quantize_static
        from onnxruntime.quantization.shape_inference import quant_pre_process
    except ImportError as error:
        raise ExtraMissing(
            "onnx is not installed", where="quantize", fix='Install the extra: pip install "aural[train]"'
        ) from error
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with tempfile.TemporaryDirectory() as folder:
            plain = Path(folder) / "plain.onnx"
            quant_pre_process(str(graph), str(plain), skip_symbolic_shape=True, skip_optimization=True)
            left = _before_logarithms(onnx.load(str(plain)).graph.node)
            quantize_static(
                str(plain), str(out), _reader(clips), quant_format=QuantFormat.QDQ, op_types_to_quantize=list(_KINDS),
                per_channel=True, activation_type=QuantType.QInt8, weight_type=QuantType.QInt8, nodes_to_exclude=left,
            )  # fmt: skip
        model = onnx.load(str(out))
        _store_small(model, left)
        del model.graph.value_info[:]
        onnx.save(model, str(out))
    except Exception as error:
        what = " ".join(str(error).split())[:200] or type(error).__name__
        raise ModelRefused(f"this graph cannot be quantized ({what})", where=str(graph)) from error
    finally:
        logging.disable(before)


def agreement(graph: Path, other: Path, clips: Sequence[np.ndarray]) -> Agreement:
    """Two graphs side by side on clips [T]."""
    one, two = (Runtime("cpu", 1).session(path) for path in (graph, other))
    equal, apart = [], []
    for clip in clips:
        a, b = (session.run(_feeds(clip), ["answers"])[0][0] for session in (one, two))
        same = a.argmax(-1) == b.argmax(-1) if a.shape[-1] > 1 else (a > 0.5) == (b > 0.5)
        equal.append(float(np.mean(same)))
        apart.append(np.abs(a - b))
    mean, largest = float(np.mean([x.mean() for x in apart])), float(max(x.max() for x in apart))
    return Agreement(float(np.mean(equal)), mean, largest, other.stat().st_size, graph.stat().st_size, len(clips))


def _feeds(clip: np.ndarray) -> dict[str, np.ndarray]:
    return {"samples": np.asarray(clip, np.float32)[None], "lengths": np.array([len(clip)], np.int64)}


def _reader(clips: Sequence[np.ndarray]) -> Any:
    """The clips in the form that the runtime's tools take."""
    from onnxruntime.quantization import CalibrationDataReader

    @final
    class Reader(CalibrationDataReader):  # type: ignore[misc]
        def __init__(self) -> None:
            self.left: Iterator[dict[str, np.ndarray]] = iter([_feeds(clip) for clip in clips])

        def get_next(self) -> dict[str, np.ndarray] | None:
            return next(self.left, None)

    return Reader()


def _before_logarithms(nodes: Sequence[Any]) -> list[str]:
    """Names of the nodes that a logarithm's input is made by."""
    maker = {out: node for node in nodes for out in node.output}
    found: dict[str, Any] = {}
    waiting = [node for node in nodes if node.op_type == "Log"]
    while waiting:
        node = waiting.pop()
        if node.name not in found:
            found[node.name] = node
            waiting += [maker[name] for name in node.input if name in maker]
    return sorted(found)


def _store_small(model: Any, left: Sequence[str]) -> None:
    """Large float matrices that are still there become int8 with a scale for each row, made float again where they are used."""
    import onnx
    from onnx import helper, numpy_helper

    excluded = {name for node in model.graph.node if node.name in left for name in node.input}
    for tensor in list(model.graph.initializer):
        whole = tensor.data_type == onnx.TensorProto.FLOAT and len(tensor.dims) == 2 and np.prod(tensor.dims) >= _LARGE
        if not whole or tensor.name in excluded:
            continue
        values, name = numpy_helper.to_array(tensor), tensor.name
        scale = np.maximum(np.abs(values).max(axis=1), 1e-12).astype(np.float32) / np.float32(127)
        small = np.round(values / scale[:, None]).astype(np.int8)
        model.graph.initializer.remove(tensor)
        model.graph.initializer.extend(
            [numpy_helper.from_array(small, f"{name}.int8"), numpy_helper.from_array(scale, f"{name}.scale")]
        )
        inputs = [f"{name}.int8", f"{name}.scale"]
        model.graph.node.insert(0, helper.make_node("DequantizeLinear", inputs, [name], name=f"{name}.float", axis=0))
