"""Recurrent layers over padded batches: real frames alone are read, in both directions, in training and in the exported graph.

Torch's exporter cannot translate packed layers. While a graph is written a layer is one operator of ours, `aural::lstm` or
`aural::gru`, which `translations` turns into the node of the same name, told the lengths and, in streams, the state.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, final

import torch
from torch import Tensor, nn

_KINDS = {"lstm": nn.LSTM, "gru": nn.GRU}
# Where ONNX has each gate: torch has input, forget, cell, output and reset, update, new.
_GATES: Mapping[str, tuple[int, ...]] = {"lstm": (0, 3, 1, 2), "gru": (1, 0, 2)}
State = tuple[Tensor, ...]


@final
class Recurrent(nn.Module):
    """x [B, F, D] -> [B, F, width] (twice that in both directions), zeros behind each row's length."""

    def __init__(self, kind: str, width_in: int, width: int, both: bool) -> None:
        super().__init__()
        self.kind, self.both, self.width = kind, both, width
        self.layer = _KINDS[kind](width_in, width, batch_first=True, bidirectional=both)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        if not torch.compiler.is_compiling():
            packed = nn.utils.rnn.pack_padded_sequence(x, lengths.clamp(min=1).cpu(), batch_first=True, enforce_sorted=False)
            return nn.utils.rnn.pad_packed_sequence(self.layer(packed)[0], batch_first=True, total_length=x.shape[1])[0]
        # Made from x, so that its batch stays free in the graph.
        empty = torch.zeros_like(x[:, 0, :1]).expand(-1, self.width)[None].repeat(2 if self.both else 1, 1, 1)
        return self._noded(x, lengths, (empty, empty) if self.kind == "lstm" else (empty,))[0]

    def begin(self, batch: int) -> tuple[Tensor, ...]:
        """The state before the first frame: [1, B, width], twice for an LSTM."""
        return tuple(torch.zeros(1, batch, self.width) for _ in range(2 if self.kind == "lstm" else 1))

    def step(self, x: Tensor, state: Iterator[Tensor], after: list[Tensor]) -> Tensor:
        """The next frames, all of them real: what it needs is taken from `state`, what comes next appended to `after`."""
        before = tuple(next(state) for _ in range(2 if self.kind == "lstm" else 1))
        if torch.compiler.is_compiling():
            x, *left = self._noded(x, torch.ones_like(x[:, 0, 0], dtype=torch.int64) * x.shape[1], before)
        else:
            x, kept = self.layer(x, before if self.kind == "lstm" else before[0])
            left = list(kept) if self.kind == "lstm" else [kept]
        after.extend(left)
        return x

    def _noded(self, x: Tensor, lengths: Tensor, state: tuple[Tensor, ...]) -> list[Tensor]:
        """The layer as one operator of ours."""
        w, r, b = (torch.stack(part) for part in zip(*self._weights(), strict=True))
        operator = torch.ops.aural.lstm if self.kind == "lstm" else torch.ops.aural.gru
        return list(operator(x, lengths, w, r, b, *state))

    def _weights(self) -> list[tuple[Tensor, Tensor, Tensor]]:
        """For each direction [G * H, D], [G * H, H] and [2 * G * H], the gates in the order of ONNX."""
        order, found = _GATES[self.kind], []
        for end in ("", "_reverse") if self.both else ("",):
            parts = [getattr(self.layer, f"{name}_l0{end}") for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
            w, r, bw, br = (torch.cat([p.chunk(len(order))[i] for i in order]) for p in parts)
            found.append((w, r, torch.cat([bw, br])))
        return found


@torch.library.custom_op("aural::lstm", mutates_args=())
def _lstm(x: Tensor, lengths: Tensor, w: Tensor, r: Tensor, b: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """x [B, F, D], lengths [B], weights of N ways in the order of ONNX, states [N, B, H] -> [B, F, N * H], [N, B, H] twice."""
    out, states = _run(x, lengths, w, (h, c), lambda frame, state, way: _lstm_cell(frame, state, w[way], r[way], b[way]))
    return out, states[0], states[1]


@_lstm.register_fake
def _(x: Tensor, lengths: Tensor, w: Tensor, r: Tensor, b: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    return x.new_empty(x.shape[0], x.shape[1], r.shape[0] * r.shape[2]), torch.empty_like(h), torch.empty_like(c)


@torch.library.custom_op("aural::gru", mutates_args=())
def _gru(x: Tensor, lengths: Tensor, w: Tensor, r: Tensor, b: Tensor, h: Tensor) -> tuple[Tensor, Tensor]:
    """As `aural::lstm`, with one state."""
    out, states = _run(x, lengths, w, (h,), lambda frame, state, way: _gru_cell(frame, state, w[way], r[way], b[way]))
    return out, states[0]


@_gru.register_fake
def _(x: Tensor, lengths: Tensor, w: Tensor, r: Tensor, b: Tensor, h: Tensor) -> tuple[Tensor, Tensor]:
    return x.new_empty(x.shape[0], x.shape[1], r.shape[0] * r.shape[2]), torch.empty_like(h)


def _run(x: Tensor, lengths: Tensor, w: Tensor, first: State, cell: Callable[[Tensor, State, int], State]) -> tuple[Tensor, State]:
    """Frame by frame, each row up to its length; the second direction from the last real frame back."""
    outs, lasts = [], []
    for way in range(w.shape[0]):
        state = tuple(s[way] for s in first)
        out = x.new_zeros(x.shape[0], x.shape[1], state[0].shape[1])
        for frame in range(x.shape[1]) if way == 0 else reversed(range(x.shape[1])):
            real = (frame < lengths)[:, None]
            state = tuple(torch.where(real, new, old) for new, old in zip(cell(x[:, frame], state, way), state, strict=True))
            out[:, frame] = torch.where(real, state[0], 0.0)
        outs.append(out)
        lasts.append(state)
    return torch.cat(outs, dim=2), tuple(torch.stack(part) for part in zip(*lasts, strict=True))


def _lstm_cell(x: Tensor, state: State, w: Tensor, r: Tensor, b: Tensor) -> State:
    h, c = state
    bias = b.reshape(2, -1).sum(0)
    i, o, f, g = (x @ w.T + h @ r.T + bias).chunk(4, dim=1)
    c = f.sigmoid() * c + i.sigmoid() * g.tanh()
    return o.sigmoid() * c.tanh(), c


def _gru_cell(x: Tensor, state: State, w: Tensor, r: Tensor, b: Tensor) -> State:
    (h,) = state
    bw, br = b.reshape(2, -1).unbind(0)
    zx, rx, nx = (x @ w.T + bw).chunk(3, dim=1)
    zh, rh, nh = (h @ r.T + br).chunk(3, dim=1)
    z = (zx + zh).sigmoid()
    return ((1 - z) * (nx + (rx + rh).sigmoid() * nh).tanh() + z * h,)


def translations() -> Mapping[Any, Callable[..., Any]]:
    """The two operators as ONNX nodes, for torch's exporter."""
    from onnxscript import opset20

    op: Any = opset20

    def read(x: Any, lengths: Any) -> tuple[Any, Any]:
        return op.Transpose(x, perm=[1, 0, 2]), op.Cast(lengths, to=6)  # int32

    def told(y: Any) -> Any:
        # [F, N, B, H] -> [B, F, N * H]
        return op.Reshape(op.Transpose(y, perm=[2, 0, 1, 3]), [0, 0, -1])

    def way(r: Any) -> str:
        return "bidirectional" if r.shape[0] == 2 else "forward"

    def lstm(x: Any, lengths: Any, w: Any, r: Any, b: Any, h: Any, c: Any) -> Any:
        frames, real = read(x, lengths)
        y, last, cell = op.LSTM(frames, w, r, b, real, h, c, hidden_size=int(r.shape[2]), direction=way(r))
        return told(y), last, cell

    def gru(x: Any, lengths: Any, w: Any, r: Any, b: Any, h: Any) -> Any:
        frames, real = read(x, lengths)
        y, last = op.GRU(frames, w, r, b, real, h, hidden_size=int(r.shape[2]), direction=way(r), linear_before_reset=1)
        return told(y), last

    return {torch.ops.aural.lstm.default: lstm, torch.ops.aural.gru.default: gru}
