"""From a trained net to a graph that takes samples: ONNX in float32, checked against torch at other shapes."""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, final

import numpy as np
import torch
from torch import Tensor, nn

from aural.errors import LearningError
from aural.models.runtime import Runtime
from aural.nets.net import Net
from aural.nets.recurrent import translations

_OPSET = 20
_NEVER = 1e6
CLOSE = 1e-4  # largest difference of an answer between torch and the graph, as `difference` measures it


@final
class Answering(nn.Module):
    """The net as it is asked: samples [B, T], lengths [B] -> answers [B, K], or [B, F, K] and real frames [B]."""

    def __init__(self, net: Net) -> None:
        super().__init__()
        self.net = net

    def forward(self, samples: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        logits, frames = self.net(samples, lengths)
        return self.net.answer(logits), frames


def to_onnx(net: Net, path: Path) -> None:
    """Write the graph; batch and length are free. Raises: LearningError when torch cannot translate a layer, or when the
    graph answers otherwise than torch."""
    write_graph(Answering(net.cpu().eval()), path, net.plan.sample_rate, ("answers", "frames"))
    apart = parity(net, path)
    if not apart <= CLOSE:
        what = f"the exported {net.plan.encoder} answers {apart:.2g} apart from the trained one"
        raise LearningError(what, where=str(path), fix="Please report it")


def write_graph(module: nn.Module, path: Path, rate: int, outputs: Sequence[str]) -> None:
    """Write any module that takes samples [B, T] and lengths [B]. Raises: LearningError."""
    samples, lengths = torch.zeros(2, rate), torch.tensor([rate, rate // 2])
    batch, time = torch.export.Dim("batch", min=1), torch.export.Dim("time", min=2)
    write_program(module, (samples, lengths), ({0: batch, 1: time}, {0: batch}), path, ["samples", "lengths"], outputs)


def write_program(
    module: nn.Module, inputs: tuple[Any, ...], shapes: tuple[Any, ...], path: Path, names: Sequence[str], outputs: Sequence[str]
) -> None:
    """Write any module: example inputs, which of their sizes are free, and names. Raises: LearningError."""
    try:
        with _quiet():
            program = torch.onnx.export(
                module, inputs, dynamo=True, dynamic_shapes=shapes, opset_version=_OPSET,
                input_names=list(names), output_names=list(outputs), verbose=False,
                custom_translation_table=dict(translations()),
                # The exporter's own optimizer changes what some graphs answer; the runtime optimizes when it opens them.
                optimize=False,
            )  # fmt: skip
            assert program is not None
            program.save(str(path), external_data=False)
            _bare(path)
    except Exception as error:
        what = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise LearningError(f"this net cannot be exported ({what[:200]})", where=str(path), fix="Please report it") from error


def _bare(path: Path) -> None:
    """Take out what the exporter notes of its own: for each node the lines of code behind it, with the paths of this
    machine, and the shapes between nodes, which the runtime finds by itself. Most of a small graph is made of it."""
    import onnx

    model = onnx.load(str(path))
    del model.graph.value_info[:]
    for thing in (model, model.graph, *model.graph.node, *model.graph.initializer, *model.graph.input, *model.graph.output):
        del thing.metadata_props[:]
    onnx.save(model, str(path))


def parity(net: Net, path: Path) -> float:
    """The largest difference between the graph's answers and torch's, over noise and a tone of several lengths, padded
    and alone; on the scale of the answers where they are numbers."""
    session = Runtime("cpu", 1).session(path)
    rate, rng = net.plan.sample_rate, np.random.default_rng(0)
    worst = 0.0
    for batch, length in ((3, rate // 2), (1, rate // 3 + 7), (2, 37)):
        tone = np.sin(2 * np.pi * 440 * np.arange(length) / rate)
        samples = (0.1 * rng.standard_normal((batch, length)) + 0.3 * tone).astype(np.float32)
        lengths = np.array([length, *(max(1, length // (k + 2)) for k in range(batch - 1))], np.int64)
        samples[0] *= 1e-3  # a faint row: what is read off the noise floor must agree, too
        told = session.run({"samples": samples, "lengths": lengths}, ["answers"])[0]
        scale = max(1.0, float(net.spread.abs().max()))
        worst = max(worst, float(np.abs(told - torch_answers(net, samples, lengths)).max()) / scale)
    return worst


def difference(told: np.ndarray, true: Tensor) -> float:
    """The largest difference of answers, as a share of the largest answer where that is beyond 1: sums of numbers of 32 bits are
    exact to a share of their largest parts. What stands for never (-1e9) is no measure."""
    wanted = true.detach().numpy()
    sizes = np.abs(wanted)
    scale = max(1.0, float(sizes[sizes < _NEVER].max(initial=0.0)))
    return float((np.abs(told - wanted) / scale).max(initial=0.0))


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep the exporter's own talk from the user."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)


@torch.no_grad()
def torch_answers(net: Net, samples: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """What torch answers to padded samples [B, T]."""
    answers, _ = Answering(net.cpu().eval())(torch.from_numpy(samples), torch.from_numpy(lengths))
    return np.asarray(answers.numpy())
