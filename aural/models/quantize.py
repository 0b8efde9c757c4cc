"""From a graph in float32 to one in int8: a quarter of the size, quicker on a CPU, with its agreement measured.

Convolutions and matrix products are quantized, their ranges measured on calibration clips; recurrent layers by the
runtime's dynamic way. What lies before a logarithm (the frontend) stays float32: power spectra span far more than 8 bits.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from aural.errors import ExtraMissing, ModelRefused, UsageError
from aural.models.runtime import Runtime

_KINDS = ("Conv", "MatMul", "Gemm")
_RECURRENT = ("LSTM", "GRU")


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


def quantize(graph: Path, out: Path, clips: Sequence[np.ndarray], rate: int) -> Agreement:
    """Write `out` and measure it. `clips` [T] at `rate` (Hz) are what ranges are measured on: some dozens, like what comes.

    The agreement is measured on every second clip, ranges on the others. Raises: UsageError for fewer than four clips,
    ExtraMissing without the package onnx, ModelRefused when the runtime's tools cannot quantize the graph.
    """
    if len(clips) < 4:
        raise UsageError(f"{len(clips)} clips are too few to measure ranges on", fix="Give some dozens")
    try:
        import onnx
        from onnxruntime.quantization import QuantFormat, QuantType, quantize_dynamic, quantize_static
        from onnxruntime.quantization.shape_inference import quant_pre_process
    except ImportError as error:
        raise ExtraMissing("onnx is not installed", where="quantize", fix='Install the extra: pip install "aural[train]"') from error
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with tempfile.TemporaryDirectory() as folder:
            plain = Path(folder) / "plain.onnx"
            quant_pre_process(str(graph), str(plain), skip_symbolic_shape=True, skip_optimization=True)
            nodes = onnx.load(str(plain)).graph.node
            left = _before_logarithms(nodes)
            if any(n.op_type in _RECURRENT for n in nodes):
                kinds = ["MatMul", "Gemm", *_RECURRENT]
                quantize_dynamic(str(plain), str(out), op_types_to_quantize=kinds, weight_type=QuantType.QInt8, nodes_to_exclude=left)
            else:
                quantize_static(
                    str(plain), str(out), _reader(clips[::2]), quant_format=QuantFormat.QDQ, op_types_to_quantize=list(_KINDS),
                    per_channel=True, activation_type=QuantType.QInt8, weight_type=QuantType.QInt8, nodes_to_exclude=left,
                )  # fmt: skip
    except Exception as error:
        what = " ".join(str(error).split())[:200] or type(error).__name__
        raise ModelRefused(f"this graph cannot be quantized ({what})", where=str(graph)) from error
    finally:
        logging.disable(before)
    return agreement(graph, out, clips[1::2])


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
