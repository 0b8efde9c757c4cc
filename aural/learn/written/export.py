"""From a trained writer to two graphs: one hears a clip once, one writes a unit; both are checked against torch.

`encoder.onnx`: samples [B, T], lengths [B] -> answers [B, F, K + 1] (chances of CTC, class 0 the blank), frames [B], memory_0 ...
(what the decoder looks at) and state_0 ... (before the first unit). `step.onnx`: tokens [B], frames [B], memory_*, state_* ->
logits [B, K + 1] of the next unit (class 0 the end), looked [B, F], next_0 ... (the states of the next call).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import final

import numpy as np
import torch
from torch import Tensor, nn

from aural.errors import LearningError
from aural.learn.export import CLOSE, write_program
from aural.models.engines.attention import ENCODER, STEP
from aural.models.runtime import Runtime
from aural.nets.writer import Writer

Lists = Sequence[Tensor]


@final
class Hearing(nn.Module):
    """The first graph."""

    def __init__(self, writer: Writer) -> None:
        super().__init__()
        self.writer = writer

    def forward(self, samples: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor, list[Tensor], list[Tensor]]:
        x, heard, frames = self.writer.heard(*self.writer.net.features(samples, lengths))
        memory = self.writer.decoder.memory(x, frames)
        return self.writer.net.answer(heard), frames, memory, self.writer.decoder.begin(memory, frames)


@final
class Step(nn.Module):
    """The second graph."""

    def __init__(self, writer: Writer) -> None:
        super().__init__()
        self.decoder = writer.decoder

    def forward(self, tokens: Tensor, frames: Tensor, memory: Lists, state: Lists) -> tuple[Tensor, Tensor, list[Tensor]]:
        logits, looked, after = self.decoder(tokens[:, None], memory, frames, state)
        return logits[:, 0], looked[:, 0], after


def to_onnx(writer: Writer, folder: Path) -> None:
    """Write both graphs into a folder; batch, length and units so far are free.

    Raises: LearningError when torch cannot translate a layer, or when the graphs answer otherwise than torch.
    """
    writer.cpu().eval()
    rate = writer.net.plan.sample_rate
    hearing, step = Hearing(writer).eval(), Step(writer).eval()
    samples, lengths = torch.zeros(2, rate), torch.tensor([rate, rate // 2])
    with torch.no_grad():
        _, frames, memory, first = hearing(samples, lengths)
        _, _, other_memory, other_first = hearing(torch.zeros(2, 2 * rate), 2 * lengths)
        # A few units on, so that the sizes of states that grow are seen.
        grown = writer.decoder(torch.zeros(2, 3, dtype=torch.int64), memory, frames, first)[2]
    kept, states = [f"memory_{k}" for k in range(len(memory))], [f"state_{k}" for k in range(len(first))]
    batch, time, frame, past = (torch.export.Dim(n, min=m) for n, m in (("batch", 1), ("time", 2), ("frame", 1), ("past", 1)))
    write_program(hearing, (samples, lengths), ({0: batch, 1: time}, {0: batch}), folder / ENCODER, ["samples", "lengths"],
                  ["answers", "frames", *kept, *states])  # fmt: skip
    free = [{0: batch, **_unlike(a, b, frame)} for a, b in zip(memory, other_memory, strict=True)]
    moving = [{0: batch, **_unlike(a, b, frame), **_unlike(a, g, past)} for a, b, g in zip(first, other_first, grown, strict=True)]
    write_program(step, (torch.zeros(2, dtype=torch.int64), frames, memory, grown), ({0: batch}, {0: batch}, free, moving),
                  folder / STEP, ["tokens", "frames", *kept, *states],
                  ["logits", "looked", *(f"next_{k}" for k in range(len(first)))])  # fmt: skip
    apart = parity(writer, folder)
    if not apart <= CLOSE:
        raise LearningError(
            f"the exported decoder answers {apart:.2g} apart from the trained one", where=str(folder), fix="Please report it"
        )


def _unlike(one: Tensor, other: Tensor, name: object) -> dict[int, object]:
    """The axes in which two tensors differ, by the name of what makes them differ."""
    return {axis: name for axis, (a, b) in enumerate(zip(one.shape, other.shape, strict=True)) if a != b}


@torch.no_grad()
def parity(writer: Writer, folder: Path) -> float:
    """The largest difference between the graphs and torch over a few units of padded clips of noise: chances, logits, looks."""
    sessions = [Runtime("cpu", 1).session(folder / name) for name in (ENCODER, STEP)]
    rng, rate = np.random.default_rng(0), writer.net.plan.sample_rate
    worst = 0.0
    for batch, length in ((3, rate // 2), (1, rate // 3 + 7)):
        samples = (0.1 * rng.standard_normal((batch, length))).astype(np.float32)
        lengths = np.array([length, *(max(1, length // (k + 2)) for k in range(batch - 1))], np.int64)
        told = dict(zip(sessions[0].outputs, sessions[0].run({"samples": samples, "lengths": lengths}), strict=True))
        heard, frames, memory, state = Hearing(writer)(torch.from_numpy(samples), torch.from_numpy(lengths))
        worst = max(worst, float(np.abs(told["answers"] - heard.numpy()).max()))
        feeds = {n: v for n, v in told.items() if n != "answers"}
        for _ in range(4):
            tokens = rng.integers(0, writer.classes, batch)
            logits, looked, state = Step(writer)(torch.from_numpy(tokens), frames, memory, state)
            answer = dict(zip(sessions[1].outputs, sessions[1].run(feeds | {"tokens": tokens}), strict=True))
            worst = max(worst, *(float(np.abs(answer[n] - v.numpy()).max()) for n, v in (("logits", logits), ("looked", looked))))
            feeds |= {n.replace("next", "state"): v for n, v in answer.items() if n.startswith("next")}
    return worst
