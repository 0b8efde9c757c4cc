"""From a trained net to a graph that takes samples: ONNX in float32, checked against torch at other shapes."""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import final

import numpy as np
import torch
from torch import Tensor, nn

from aural.errors import LearningError
from aural.nets.net import Net

_OPSET = 20
CLOSE = 1e-4  # largest difference of an answer between torch and the graph


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
    """Write the graph; batch and length are free. Raises: LearningError when torch cannot translate a layer."""
    net = net.cpu().eval()
    rate = net.plan.sample_rate
    samples, lengths = torch.zeros(2, rate), torch.tensor([rate, rate // 2])
    batch, time = torch.export.Dim("batch", min=1), torch.export.Dim("time", min=2)
    shapes = ({0: batch, 1: time}, {0: batch})
    try:
        with _quiet():
            program = torch.onnx.export(
                Answering(net), (samples, lengths), dynamo=True, dynamic_shapes=shapes, opset_version=_OPSET,
                input_names=["samples", "lengths"], output_names=["answers", "frames"], verbose=False, optimize=True,
            )  # fmt: skip
            assert program is not None
            program.save(str(path), external_data=False)
    except Exception as error:
        what = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise LearningError(f"the net {net.plan.encoder} cannot be exported ({what[:200]})", fix="Please report it") from error


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
