"""A net drawn from what runs in it: sound, features, the maps of each part, answer, with the shapes that really flow."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from aural.files import write_text
from aural.learn import processes
from aural.nets.net import Net, frontend_of
from aural.pictures import colors, svg
from aural.pictures.marks import FAINT, INK, Box, Line, Mark, Raster, Text
from aural.pictures.panels import extremes

_WIDE, _HIGH, _GAP, _TOP, _LEFT = 112, 96, 34, 54, 20
_MAPS, _STEP = 3, 7  # feature maps of a stack, and how far one stands behind the other (pixels)


@dataclass(frozen=True, eq=False)
class Stage:
    """One part of a net as it ran: its name, the class that ran, and what came out [D, M, F] of the first clip; M = 1 for rows."""

    name: str
    made_by: str
    values: np.ndarray

    @property
    def shape(self) -> str:
        """Channels, bands where there are any, frames."""
        return " x ".join(str(n) for k, n in enumerate(self.values.shape) if n > 1 or k == 0)


@torch.no_grad()
def stages(net: Net, samples: np.ndarray) -> list[Stage]:
    """What each part of the net answers to samples [T], in the order in which they run: what `Net.forward` calls, no more."""
    found: list[Stage] = []
    hooks = [module.register_forward_hook(_keeping(name, found)) for name, module in _parts(net)]
    was = net.training
    try:
        row = torch.from_numpy(np.asarray(samples, np.float32))[None]
        logits, _ = net.eval()(row, torch.tensor([row.shape[1]]))
    finally:
        net.train(was)
        for hook in hooks:
            hook.remove()
    wave = Stage("samples", f"{net.plan.sample_rate} Hz", np.asarray(samples, np.float32)[None, None])
    return [wave, *found, _stage("answer", type(net.head), net.answer(logits))]


def drawing(net: Net, samples: np.ndarray, augment: Sequence[str] = ()) -> str:
    """The parts from left to right as SVG: a wave, the features, the liveliest maps of each part, the answer.

    `augment` names what changes clips in training, before they go in.
    """
    shown = stages(net, samples)
    width = _LEFT * 2 + len(shown) * (_WIDE + _GAP) - _GAP
    changed = f"; in training: {', '.join(augment)}" if augment else ""
    named = f"{frontend_of(net.plan)}, {net.plan.encoder}, {net.plan.head}{changed}"
    marks: list[Mark] = [Text(_LEFT, 24, named, 15, bold=True)]
    for k, stage in enumerate(shown):
        x = _LEFT + k * (_WIDE + _GAP)
        marks += _picture(stage, x)
        for line, text in enumerate((stage.name, stage.made_by, stage.shape)):
            marks.append(Text(x, _TOP + _HIGH + 34 + 16 * line, text, 11.5, bold=line == 0))
        if k:
            y = _TOP + _HIGH / 2
            arrow = [[x - _GAP + 6, y], [x - 6, y], [np.nan, np.nan], [x - 11, y - 4], [x - 6, y], [x - 11, y + 4]]
            marks.append(Line(np.array(arrow), INK, 1.4))
    return svg.document(width, _TOP + _HIGH + 84, marks, title="the net")


def write(net: Net, samples: np.ndarray, augment: Sequence[str], path: Path) -> None:
    """The drawing as a file, made by the one process that writes."""
    if processes.first():
        write_text(path, drawing(net, samples, augment))


def _parts(net: Net) -> Iterator[tuple[str, nn.Module]]:
    """The frontend, each part of the encoder that is no mere list, the head."""
    yield "frontend", net.frontend
    yield from _members("encoder", net.encoder)
    yield "head", net.head


def _keeping(name: str, found: list[Stage]) -> Callable[[nn.Module, Any, Any], None]:
    return lambda module, _, out: found.append(_stage(name, type(module), out))


def _members(name: str, module: nn.Module) -> Iterator[tuple[str, nn.Module]]:
    for own, member in module.named_children():
        if isinstance(member, nn.ModuleList):
            yield from _members(f"{name}.{own}", member)
        elif not isinstance(member, nn.Dropout | nn.Dropout2d | nn.Identity):
            yield f"{name}.{own}", member


def _stage(name: str, kind: type, out: Tensor | tuple[Tensor, ...]) -> Stage:
    values = (out if isinstance(out, Tensor) else out[0]).detach().float().numpy()[0]
    frames_first = name in ("frontend", "head", "answer") and values.ndim == 2
    if frames_first:
        values = values.T
    values = values.reshape(len(values), 1, -1) if values.ndim < 3 else values.swapaxes(1, 2)
    return Stage(name, kind.__module__.rpartition(".")[2] + "." + kind.__name__.lstrip("_"), values)


def _picture(stage: Stage, x: int) -> list[Mark]:
    values = stage.values
    if stage.name == "samples":
        row = values[0, 0]
        points = np.column_stack(extremes(row, _WIDE))
        top = max(float(np.abs(row).max(initial=0.0)), 1e-9)
        across = x + np.repeat(np.arange(len(points)), 2) * _WIDE / len(points)
        line = np.column_stack([across, _TOP + _HIGH / 2 * (1 - points.ravel() / top)])
        return [Box(x, _TOP, _WIDE, _HIGH, border=FAINT), Line(line, "#1f5fa8", 1.0)]
    if values.shape[1] == 1:
        return _map(values[:, 0], x, _TOP, _WIDE, _HIGH)
    marks: list[Mark] = []
    liveliest = np.sort(np.argsort(-values.var(axis=(1, 2)), kind="stable")[:_MAPS])
    for k, channel in reversed(list(enumerate(liveliest))):
        marks += _map(values[channel], x + _STEP * k, _TOP + _STEP * (_MAPS - 1 - k), _WIDE - 2 * _STEP, _HIGH - 2 * _STEP)
    return marks


def _map(values: np.ndarray, x: int, y: int, width: int, height: int) -> list[Mark]:
    low, high = float(values.min()), float(values.max())
    shown = colors.indices(values, low=low, high=high if high > low else low + 1)[::-1]
    return [Raster(x, y, width, height, shown, colors.scale("ember")), Box(x, y, width, height, border=INK)]
