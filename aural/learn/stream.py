"""From a trained causal net to a graph that hears sound as it comes: a block and a state in, answers and the next state out.

The contract of the graph `stream.onnx`, for one stream:

- input `samples` [1, (F - 1) * hop + size], F >= 1 frames' worth; frames overlap, so whoever calls keeps the last size - hop
  samples of a block and puts them before the next. At the end zeros stand for what is missing of the last frames.
- inputs `state_0`, `state_1`, ...: float32 of the shapes that the graph declares, zeros at first.
- output `answers` [1, F, K], one for each frame; outputs `next_0`, `next_1`, ...: the states of the next call.

Beside it `stream.json` holds `hop`, `size` (samples), `sample_rate` (Hz) and `window`, frames that an answer of a clip is
about. Frames are those of the whole recording, whatever the blocks.
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
    """samples [1, (F - 1) * hop + size] and the state -> answers [1, F, K] and the next state.

    A question over clips is answered at each frame about the last `window` frames. Raises: UsageError when the net cannot
    be streamed.
    """

    def __init__(self, net: Net, window: int) -> None:
        super().__init__()
        self.net, self.window = net, window if net.plan.question.over == "clip" else 0
        if not isinstance(net.frontend, face.Framed) or not isinstance(net.encoder, face.Streaming) or not net.encoder.causal:
            fix = "Train with --set encoder.causal=true and an encoder that can be streamed, such as bc_resnet"
            raise UsageError(f"the net {net.plan.encoder} cannot be streamed", fix=fix)
        if net.encoder.stride != 1:
            raise UsageError(f"the net {net.plan.encoder} gives no frame for each frame and cannot be streamed")
        self.frontend, self.encoder = net.frontend, net.encoder

    def begin(self) -> list[Tensor]:
        """The state before the first sample."""
        held = [torch.zeros(1, self.window - 1, self.encoder.width), torch.zeros(1)] if self.window else []
        return [*held, *self.encoder.begin(1)]

    def forward(self, samples: Tensor, state: Sequence[Tensor]) -> tuple[Tensor, list[Tensor]]:
        x = self.frontend.whole(samples)
        x = (x - self.net.standard.mean) * self.net.standard.scale
        if not self.window:
            x, after = self.encoder.step(x, state)
            return self.net.answer(self.net.head(x, torch.full((1,), x.shape[1]))), after
        x, after = self.encoder.step(x, state[2:])
        frames = torch.arange(1, x.shape[1] + 1)
        x = torch.cat([state[0], x], dim=1)
        # Each frame with the ones before it, the newest first: what lies before the start of the stream comes last.
        places = frames[:, None] + self.window - 2 - torch.arange(self.window)[None, :]
        real = (state[1] + frames).clamp(max=self.window).to(torch.int64)
        answers = self.net.answer(self.net.head(x[0][places], real))[None]
        return answers, [x[:, x.shape[1] - self.window + 1 :], (state[1] + frames[-1:]).clamp(max=self.window), *after]


def to_stream(net: Net, folder: Path, window: float = 1.0) -> tuple[Path, Path]:
    """Write stream.onnx and stream.json; `window` (s) is what an answer over clips is about.

    Raises: UsageError when the net cannot be streamed, LearningError when it cannot be exported.
    """
    net = net.cpu().eval()
    module = Stepping(net, max(2, round(window * net.plan.sample_rate / net.hop))).eval()
    state, size, hop = module.begin(), module.frontend.size, net.hop
    time = {1: torch.export.Dim("time", min=size)}
    still: list[dict[int, object]] = [{} for _ in state]
    names = ["samples", *(f"state_{k}" for k in range(len(state)))]
    write_program(module, (torch.zeros(1, size + 7 * hop), state), (time, still), folder / GRAPH, names,
                  ["answers", *(f"next_{k}" for k in range(len(state)))])  # fmt: skip
    told = {"hop": hop, "size": size, "sample_rate": net.plan.sample_rate, "window": module.window}
    write_text(folder / SIZES, json.dumps(told, sort_keys=True) + "\n")
    return folder / GRAPH, folder / SIZES
