"""From a trained net that can be streamed to a graph that hears sound as it comes: a block and a state in, answers and the next
state out.

The contract of the graph `stream.onnx`, for one stream:

- input `samples` [1, (F - 1) * hop + size], F >= 1 features' worth; they overlap, so whoever calls keeps the last size - hop
  samples of a block and puts them before the next. At the end zeros stand for what is missing of the last ones.
- input `ahead` [1] where a net hears in chunks: how many frames a frame may look ahead, one of `lookaheads`, the same all along.
- inputs `state_0`, `state_1`, ...: float32 of the shapes that the graph declares, zeros at first.
- output `answers` [1, F / stride, K]; outputs `next_0`, `next_1`, ...: the states of the next call.

F is a multiple of stride * (ahead + 1), but for the last call. Beside it `stream.json` holds `hop`, `size` (samples), `sample_rate`
(Hz), `window`, frames that an answer of a clip is about, and `stride`, `lookaheads` where they are not 1 and none. Frames are those
of the whole recording, whatever the blocks.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import final

import torch
from torch import Tensor, nn

from aural.errors import UsageError
from aural.files import write_text
from aural.learn.export import write_program
from aural.nets import face
from aural.nets.net import Net

GRAPH, SIZES = "stream.onnx", "stream.json"


@final
class Stepping(nn.Module):
    """samples [1, (F - 1) * hop + size], the state, and the lookahead of nets that hear in chunks -> answers [1, F / stride, K] and
    the next state.

    A question over clips is answered at each frame about the last `window` frames. Raises: UsageError when the net cannot
    be streamed.
    """

    def __init__(self, net: Net, window: int) -> None:
        super().__init__()
        self.net, self.window = net, window if net.plan.question.over == "clip" else 0
        encoder = net.encoder
        self.chunked = encoder if isinstance(encoder, face.Chunked) else None
        stepped = encoder if isinstance(encoder, face.Streaming) and encoder.causal else self.chunked
        if not isinstance(net.frontend, face.Framed) or stepped is None:
            fix = "Train with --encoder chunked_conformer, or with --set encoder.causal=true where there is that"
            raise UsageError(f"the net {net.plan.encoder} cannot be streamed", fix=fix)
        if self.window and (self.chunked or encoder.stride != 1):
            raise UsageError(f"the net {net.plan.encoder} gives no frame for each frame and cannot be streamed over clips")
        self.frontend, self.encoder = net.frontend, stepped

    def begin(self) -> list[Tensor]:
        """The state before the first sample."""
        held = [torch.zeros(1, self.window - 1, self.encoder.width), torch.zeros(1)] if self.window else []
        return [*held, *self.encoder.begin(1)]

    def forward(self, samples: Tensor, state: Sequence[Tensor], ahead: Tensor | None = None) -> tuple[Tensor, list[Tensor]]:
        x = self.frontend.whole(samples)
        x = (x - self.net.standard.mean) * self.net.standard.scale
        if not self.window:
            x, after = self._stepped(x, state, ahead)
            return self.net.answer(self.net.head(x, torch.full((1,), x.shape[1]))), after
        x, after = self._stepped(x, state[2:], ahead)
        frames = torch.arange(1, x.shape[1] + 1)
        x = torch.cat([state[0], x], dim=1)
        # Each frame with the ones before it, the newest first: what lies before the start of the stream comes last.
        places = frames[:, None] + self.window - 2 - torch.arange(self.window)[None, :]
        real = (state[1] + frames).clamp(max=self.window).to(torch.int64)
        answers = self.net.answer(self.net.head(x[0][places], real))[None]
        return answers, [x[:, x.shape[1] - self.window + 1 :], (state[1] + frames[-1:]).clamp(max=self.window), *after]

    def _stepped(self, x: Tensor, state: Sequence[Tensor], ahead: Tensor | None) -> tuple[Tensor, list[Tensor]]:
        if isinstance(self.encoder, face.Streaming):
            return self.encoder.step(x, state)
        return self.encoder.step(x, state, torch.tensor(self.encoder.ahead) if ahead is None else ahead)


def streams(net: Net) -> bool:
    """True when a net can be streamed."""
    return isinstance(net.frontend, face.Framed) and (
        isinstance(net.encoder, face.Chunked) or (isinstance(net.encoder, face.Streaming) and net.encoder.causal)
    )


def latency(net: Net) -> float:
    """How long (s) a sound is waited for at most before its frame is told: the longest chunk, and what of the last window lies
    behind its step."""
    ahead = net.encoder.ahead if isinstance(net.encoder, face.Chunked) else 0
    behind = net.frontend.size - net.frontend.hop if isinstance(net.frontend, face.Framed) else 0
    return (net.hop * (ahead + 1) + behind) / net.plan.sample_rate


def to_stream(net: Net, folder: Path, window: float = 1.0) -> tuple[Path, Path]:
    """Write stream.onnx and stream.json; `window` (s) is what an answer over clips is about.

    Raises: UsageError when the net cannot be streamed, LearningError when it cannot be exported.
    """
    net = net.cpu().eval()
    module = Stepping(net, max(2, round(window * net.plan.sample_rate / net.hop))).eval()
    state, size, hop, stride = module.begin(), module.frontend.size, module.frontend.hop, net.encoder.stride
    time = {1: torch.export.Dim("time", min=size)}
    still: list[dict[int, object]] = [{} for _ in state]
    names = ["samples", *(f"state_{k}" for k in range(len(state)))]
    inputs: tuple[object, ...] = (torch.zeros(1, size + (8 * stride - 1) * hop), state)
    shapes: tuple[object, ...] = (time, still)
    if module.chunked is not None:
        inputs, shapes, names = (*inputs, torch.tensor([3])), (*shapes, {}), [*names, "ahead"]
    write_program(module, inputs, shapes, folder / GRAPH, names, ["answers", *(f"next_{k}" for k in range(len(state)))])
    told: dict[str, object] = {"hop": hop, "size": size, "sample_rate": net.plan.sample_rate, "window": module.window}
    if stride != 1:
        told["stride"] = stride
    if module.chunked is not None:
        told["lookaheads"] = list(module.chunked.lookaheads)
    write_text(folder / SIZES, json.dumps(told, sort_keys=True) + "\n")
    return folder / GRAPH, folder / SIZES
