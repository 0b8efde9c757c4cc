"""Recurrent layers over padded batches: real frames alone are read, in both directions, in training and in the exported graph.

In training torch's own packed layers run. In evaluation and export one custom operator stands for a layer and direction;
it becomes an LSTM or GRU node of ONNX that is told the lengths, since torch's exporter cannot translate packed layers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, final

import torch
from torch import Tensor, nn

_KINDS = {"lstm": nn.LSTM, "gru": nn.GRU}


@final
class Recurrent(nn.Module):
    """x [B, F, D] -> [B, F, width] (twice that in both directions), zeros behind each row's length."""

    def __init__(self, kind: str, width_in: int, width: int, both: bool) -> None:
        super().__init__()
        self.kind, self.both, self.width = kind, both, width
        self.layer = _KINDS[kind](width_in, width, batch_first=True, bidirectional=both)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        if self.training:
            packed = nn.utils.rnn.pack_padded_sequence(x, lengths.cpu(), batch_first=True, enforce_sorted=False)
            out, _ = nn.utils.rnn.pad_packed_sequence(self.layer(packed)[0], batch_first=True, total_length=x.shape[1])
            return out
        ways = [_one_way(self.kind, x, lengths, self._weights(""), False)]
        if self.both:
            ways.append(_one_way(self.kind, x, lengths, self._weights("_reverse"), True))
        return torch.cat(ways, dim=-1)

    def _weights(self, end: str) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        names = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
        return tuple(getattr(self.layer, name + end) for name in names)


def _one_way(kind: str, x: Tensor, lengths: Tensor, weights: tuple[Tensor, ...], backward: bool) -> Tensor:
    operator = torch.ops.aural.lstm if kind == "lstm" else torch.ops.aural.gru
    return operator(x, lengths, *weights, backward)


def _run(kind: str, x: Tensor, lengths: Tensor, weights: list[Tensor], backward: bool) -> Tensor:
    """Torch's layer over packed rows; for the other direction rows are turned around within their lengths."""
    layer = _KINDS[kind](x.shape[2], weights[1].shape[1], batch_first=True)
    for name, value in zip(("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"), weights, strict=True):
        getattr(layer, name).data = value
    rows = _turned(x, lengths) if backward else x
    packed = nn.utils.rnn.pack_padded_sequence(rows, lengths.cpu(), batch_first=True, enforce_sorted=False)
    with torch.no_grad():
        out, _ = nn.utils.rnn.pad_packed_sequence(layer(packed)[0], batch_first=True, total_length=x.shape[1])
    return _turned(out, lengths) if backward else out.clone()


def _turned(x: Tensor, lengths: Tensor) -> Tensor:
    """Rows [B, F, D] in reverse within their lengths; padding stays where it is."""
    place = torch.arange(x.shape[1], device=x.device)[None, :]
    index = torch.where(place < lengths[:, None], lengths[:, None] - 1 - place, place)
    return torch.gather(x, 1, index[..., None].expand(-1, -1, x.shape[2]))


@torch.library.custom_op("aural::lstm", mutates_args=())
def _lstm(x: Tensor, lengths: Tensor, w: Tensor, r: Tensor, b: Tensor, c: Tensor, backward: bool) -> Tensor:
    return _run("lstm", x, lengths, [w, r, b, c], backward)


@torch.library.custom_op("aural::gru", mutates_args=())
def _gru(x: Tensor, lengths: Tensor, w: Tensor, r: Tensor, b: Tensor, c: Tensor, backward: bool) -> Tensor:
    return _run("gru", x, lengths, [w, r, b, c], backward)


@_lstm.register_fake
@_gru.register_fake
def _shape(x: Tensor, lengths: Tensor, w: Tensor, r: Tensor, b: Tensor, c: Tensor, backward: bool) -> Tensor:
    return x.new_empty(x.shape[0], x.shape[1], r.shape[1])


def translations() -> Mapping[Any, Callable[..., Any]]:
    """The two operators as ONNX nodes, for torch's exporter."""
    from onnxscript import opset20

    op: Any = opset20

    def node(x: Any, lengths: Any, weights: tuple[Any, ...], backward: bool, order: tuple[int, ...]) -> Any:
        w, r, b, c = weights
        width = r.shape[1]

        def sorted_gates(value: Any) -> Any:
            # The gates stand in another order in ONNX: i o f c for LSTM, z r h for GRU.
            parts = [op.Slice(value, [k * width], [(k + 1) * width], [0]) for k in order]
            return op.Unsqueeze(op.Concat(*parts, axis=0), [0])

        biases = op.Concat(sorted_gates(b), sorted_gates(c), axis=1)
        way = "reverse" if backward else "forward"
        seconds = op.Cast(lengths, to=6)
        rows = op.Transpose(x, perm=[1, 0, 2])
        if len(order) == 3:
            out, _ = op.GRU(rows, sorted_gates(w), sorted_gates(r), biases, seconds, hidden_size=width, direction=way,
                            linear_before_reset=1)  # fmt: skip
        else:
            out, _, _ = op.LSTM(rows, sorted_gates(w), sorted_gates(r), biases, seconds, hidden_size=width, direction=way)
        return op.Transpose(op.Squeeze(out, [1]), perm=[1, 0, 2])

    def lstm(x: Any, lengths: Any, w: Any, r: Any, b: Any, c: Any, backward: bool) -> Any:
        return node(x, lengths, (w, r, b, c), backward, (0, 3, 1, 2))

    def gru(x: Any, lengths: Any, w: Any, r: Any, b: Any, c: Any, backward: bool) -> Any:
        return node(x, lengths, (w, r, b, c), backward, (1, 0, 2))

    return {torch.ops.aural.lstm.default: lstm, torch.ops.aural.gru.default: gru}
