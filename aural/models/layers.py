"""What the layers of a net answer to a sound, and what their weights are: any graph of samples whose weights kept their names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import final

import numpy as np

from aural.errors import ModelRefused
from aural.models import graph as graphs
from aural.models.card import Card
from aural.models.protobuf import Message
from aural.models.runtime import Runtime

GRAPH = "model.onnx"
_LAYERS = ("Conv", "ConvTranspose", "MatMul", "Gemm", "LSTM", "GRU")
# What may stand between a stored array and the layer that reads it.
_PASSING = ("Transpose", "Concat", "Split", "Unsqueeze", "Squeeze", "Slice", "Cast", "Identity", "Reshape", "Mul", "Div")
_WEIGHT, _DEEPEST = ".weight", 8


@dataclass(frozen=True, eq=False)
class Activation:
    """What one layer answers: values [D, M, F]; M = 1: one number a frame, F = 1: one answer a clip."""

    values: np.ndarray
    over_time: bool


@final
class Layers:
    """The layers of one model folder, from the first to the last, by the names that their weights have in the net."""

    def __init__(self, card: Card, path: Path, runtime: Runtime) -> None:
        self.card, self._runtime = card, runtime
        self._model = graphs.read(path)
        graph = self._model.child(graphs.MODEL_GRAPH)
        self._stored = graphs.tensors(graph)
        self._found = _layers(graph, self._stored)
        inputs = {i.text(1) for i in graph.children(graphs.GRAPH_INPUTS)} - self._stored.keys()
        if not self._found or not {"samples", "lengths"} >= inputs or "samples" not in inputs:
            raise ModelRefused(
                f"{card.name} has no layers that can be looked into", where=str(path.parent),
                fix="Take a net that was trained here: the folder of a run, such as runs/mine",
            )  # fmt: skip
        self._feeds = inputs

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the layers, first to last."""
        return tuple(self._found)

    def weights(self, name: str) -> np.ndarray | None:
        """The stored weights of a layer as the net has them; None where a layer joins several (recurrent ones)."""
        stored = self._stored.get(self._found[name][1])
        return None if stored is None else np.asarray(graphs.array(stored), np.float32)

    def hear(self, samples: np.ndarray, names: Sequence[str]) -> Mapping[str, Activation]:
        """What layers answer to samples [T]. Which axis is time is told by what a shorter sound leaves out."""
        outputs = [self._found[name][0] for name in names]
        graphs.add_outputs(self._model, [o for o in outputs if o not in self._outputs()])
        session = self._runtime.session(self._model.encode(), folded=False)
        both = []
        for row in (samples, samples[: max(1, len(samples) * 2 // 3)]):
            feeds = {"samples": row[None].astype(np.float32), "lengths": np.array([len(row)])}
            both.append(session.run({name: feeds[name] for name in sorted(self._feeds)}, outputs))
        return {name: _arranged(whole, part) for name, whole, part in zip(names, *both, strict=True)}

    def _outputs(self) -> set[str]:
        return {o.text(1) for o in self._model.child(graphs.MODEL_GRAPH).children(graphs.GRAPH_OUTPUTS)}


def opened(folder: Path, card: Card, runtime: Runtime) -> Layers:
    """The layers of a model folder. Raises: ModelRefused for a model that is no graph of samples."""
    path = folder / GRAPH
    if not path.is_file():
        raise ModelRefused(
            f"{card.name} is no net in one graph ({card.kind})", where=str(folder),
            fix="Take a net that was trained here: the folder of a run, such as runs/mine",
        )  # fmt: skip
    return Layers(card, path, runtime)


def _layers(graph: Message, stored: Mapping[str, Message]) -> dict[str, tuple[str, str]]:
    """Layer -> the tensor that it makes, and the name of its stored weights ("" where several are joined)."""
    makers = {o: n for n in graphs.nodes(graph) for o in n.texts(graphs.NODE_OUTPUTS)}
    found: dict[str, tuple[str, str]] = {}
    for one in graphs.nodes(graph):
        if one.text(graphs.NODE_OP) not in _LAYERS:
            continue
        read = one.texts(graphs.NODE_INPUTS)
        direct = next((name for name in read if name in stored and _WEIGHT in name), "")
        source = direct or next((w for name in read[1:] for w in [_weight(name, makers, stored)] if w), "")
        if source:
            name = source.removeprefix("net.").partition(_WEIGHT)[0].removesuffix(".conv")
            # A weight that is used twice is two layers: the later one gets a number.
            count = sum(known == name or known.startswith(f"{name}#") for known in found)
            found[f"{name}#{count + 1}" if count else name] = (one.texts(graphs.NODE_OUTPUTS)[0], direct)
    return found


def _weight(name: str, makers: Mapping[str, Message], stored: Mapping[str, Message], depth: int = 0) -> str:
    """The stored weight that a tensor is made of by mere rearranging, "" where there is none."""
    if name in stored:
        return name if _WEIGHT in name else ""
    maker = makers.get(name)
    if maker is None or depth == _DEEPEST or maker.text(graphs.NODE_OP) not in _PASSING:
        return ""
    return next((w for n in maker.texts(graphs.NODE_INPUTS) for w in [_weight(n, makers, stored, depth + 1)] if w), "")


def _arranged(whole: np.ndarray, part: np.ndarray) -> Activation:
    """A layer's answer with time as its last axis, channels as its first."""
    time = [k for k, (a, b) in enumerate(zip(whole.shape, part.shape, strict=True)) if a != b]
    values = np.moveaxis(whole, time[0], -1) if time else whole[..., None]
    values = values.reshape([n for n in values.shape[:-1] if n > 1] + [values.shape[-1]]).astype(np.float32)
    channels = values.shape[0] if values.ndim > 1 else 1
    return Activation(values.reshape(channels, -1, values.shape[-1]), bool(time))
