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
from aural.learn.export import CLOSE, difference, write_program
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
        return self.writer.net.answer(heard), frames, memory, _own(self.writer.decoder.begin(memory, frames))


@final
class Step(nn.Module):
    """The second graph."""

    def __init__(self, writer: Writer) -> None:
        super().__init__()
        self.decoder = writer.decoder

    def forward(self, tokens: Tensor, frames: Tensor, memory: Lists, state: Lists) -> tuple[Tensor, Tensor, list[Tensor]]:
        logits, looked, after = self.decoder(tokens[:, None], memory, frames, state)
        return logits[:, 0], looked[:, 0], _own(after)


def _own(parts: Sequence[Tensor]) -> list[Tensor]:
    """Each for itself: the exporter gives what is handed through, or is two answers in one, a single name."""
    return [part.clone() for part in parts]


def to_onnx(writer: Writer, folder: Path) -> None:
    """Write both graphs into a folder; batch, length and units so far are free.

    Raises: LearningError when torch cannot translate a layer, or when the graphs answer otherwise than torch.
    """
    hearing, rate = Hearing(writer).cpu().eval(), writer.net.plan.sample_rate
    samples, lengths = torch.zeros(2, rate), torch.tensor([rate, rate // 2])
    with torch.no_grad():
        _, _, memory, first = hearing(samples, lengths)
    batch, time = torch.export.Dim("batch", min=1), torch.export.Dim("time", min=2)
    names = ["answers", "frames", *_numbered("memory", memory), *_numbered("state", first)]
    write_program(hearing, (samples, lengths), ({0: batch, 1: time}, {0: batch}), folder / ENCODER, ["samples", "lengths"], names)
    write_step(writer, folder)
    apart = parity(writer, folder)
    if not apart <= CLOSE:
        what = f"the exported decoder answers {apart:.2g} apart from the trained one"
        raise LearningError(what, where=str(folder), fix="Please report it")


def write_step(writer: Writer, folder: Path) -> None:
    """Write the second graph alone. Raises: LearningError."""
    step = Step(writer).cpu().eval()
    with torch.no_grad():
        frames, memory, first = _begun(writer, 29)
        _, other_memory, other = _begun(writer, 41)
        # A few units on, so that the sizes of states that grow are seen.
        grown = writer.decoder(torch.zeros(2, 3, dtype=torch.int64), memory, frames, first)[2]
    batch, frame, past = (torch.export.Dim(n, min=1) for n in ("batch", "frame", "past"))
    still = [{0: batch, **_unlike(a, b, frame)} for a, b in zip(memory, other_memory, strict=True)]
    moving = [{0: batch, **_unlike(a, b, frame), **_unlike(a, g, past)} for a, b, g in zip(first, other, grown, strict=True)]
    write_program(
        step, (torch.zeros(2, dtype=torch.int64), frames, memory, grown), ({0: batch}, {0: batch}, still, moving), folder / STEP,
        ["tokens", "frames", *_numbered("memory", memory), *_numbered("state", first)],
        ["logits", "looked", *_numbered("next", first)],
    )  # fmt: skip


def _begun(writer: Writer, frames: int) -> tuple[Tensor, list[Tensor], list[Tensor]]:
    """Real frames, memory and first state of two clips of so many frames."""
    lengths = torch.tensor([frames, frames // 2])
    memory = writer.decoder.memory(torch.zeros(2, frames, writer.net.encoder.width), lengths)
    return lengths, memory, writer.decoder.begin(memory, lengths)


def _numbered(name: str, parts: Sequence[Tensor]) -> list[str]:
    return [f"{name}_{k}" for k in range(len(parts))]


def _unlike(one: Tensor, other: Tensor, name: object) -> dict[int, object]:
    """The axes in which two tensors differ, by the name of what makes them differ."""
    return {axis: name for axis, (a, b) in enumerate(zip(one.shape, other.shape, strict=True)) if a != b}


@torch.no_grad()
def parity(writer: Writer, folder: Path) -> float:
    """The largest difference between the graphs and torch over a few units of padded clips of noise: chances, logits, looks."""
    session, writer = Runtime("cpu", 1).session(folder / ENCODER), writer.cpu().eval()
    rng, rate = np.random.default_rng(0), writer.net.plan.sample_rate
    worst = 0.0
    for batch, length in ((3, rate // 2), (1, rate // 3 + 7)):
        samples = (0.1 * rng.standard_normal((batch, length))).astype(np.float32)
        lengths = np.array([length, *(max(1, length // (k + 2)) for k in range(batch - 1))], np.int64)
        told = dict(zip(session.outputs, session.run({"samples": samples, "lengths": lengths}), strict=True))
        heard, frames, memory, state = Hearing(writer)(torch.from_numpy(samples), torch.from_numpy(lengths))
        worst = max(worst, difference(told.pop("answers"), heard))
        worst = max(worst, step_parity(writer, folder, (frames, memory, state), told))
    return worst


@torch.no_grad()
def step_parity(
    writer: Writer, folder: Path, begun: tuple[Tensor, list[Tensor], list[Tensor]], feeds: dict[str, np.ndarray] | None = None
) -> float:
    """The largest difference between the second graph and torch over four units, from real frames, memory and state on
    (`feeds`: what the first graph gave in their place)."""
    session = Runtime("cpu", 1).session(folder / STEP)
    frames, memory, state = begun
    if feeds is None:
        parts = zip([*_numbered("memory", memory), *_numbered("state", state)], [*memory, *state], strict=True)
        feeds = {"frames": frames.numpy(), **{n: v.numpy() for n, v in parts}}
    rng, worst = np.random.default_rng(1), 0.0
    for _ in range(4):
        tokens = rng.integers(0, writer.classes, len(frames))
        logits, looked, state = Step(writer)(torch.from_numpy(tokens), frames, memory, state)
        answer = dict(zip(session.outputs, session.run(feeds | {"tokens": tokens}), strict=True))
        worst = max(worst, *(difference(answer[n], v) for n, v in (("logits", logits), ("looked", looked))))
        feeds = feeds | {n.replace("next", "state"): v for n, v in answer.items() if n.startswith("next")}
    return worst
