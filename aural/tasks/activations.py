"""Draw what a net's layers answer to a sound, and the filters that they learned"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from aural.errors import ModelRefused, UsageError
from aural.models import layers, store
from aural.models.layers import Activation, Layers
from aural.models.shelf import Shelf
from aural.pictures import colors
from aural.pictures.layout import stack
from aural.pictures.panels import HeatMap, Panel, Wave
from aural.pictures.picture import FORMATS, Picture, Table
from aural.pictures.ticks import Axis
from aural.progress import Progress
from aural.settings import option
from aural.sound.source import Source
from aural.tasks._task import Task

_LONGEST = 30.0  # s
_USUAL = 5  # layers that are drawn where none is named
_MOST = 40  # panels of one picture
_SPREAD = 3.0  # deviations to which the colors reach


@dataclass(frozen=True)
class Options:
    """Which layers are drawn, and whether their answers, their single maps or their filters are."""

    layers: tuple[str, ...] = option((), "layers by name, or a part of it; all = every one (default: five from first to last)")
    maps: int = option(0, "draw so many single feature maps of each layer, the liveliest first", least=0, most=32)
    filters: bool = option(False, "draw what the layers learned (their weights) in place of what they answer")
    start: float = option(0.0, "where the part begins", unit="s", least=0)
    end: float | None = option(None, "where it ends (default: after 30 s at most)", unit="s", least=0)
    colors: str = option("balance", "color scale", choices=colors.NAMES)
    width: int = option(1200, "width of the picture", unit="pixels", least=80, most=20_000)


def run(source: Source, shelf: Shelf, options: Options, progress: Progress) -> Picture:
    """The wave, and under it a panel for each layer: a row a channel, a column a frame.

    Raises: UsageError for a layer that the net does not have, ModelRefused for a model that is no net in one graph.
    """
    name = shelf.choices["net"]
    card = store.entry_of(name).card
    if layers.GRAPH not in card.files:  # before anything is fetched
        fix = "Take a net that was trained here: the folder of a run, such as runs/mine"
        raise ModelRefused(f"{name} is no net in one graph", where="-m", fix=fix)
    folder = store.ensure(name, None, shelf.progress)
    net = layers.opened(folder, card, shelf.runtime)
    shelf.made_by["net"] = net.card.name
    chosen = _chosen(net, options.layers)
    last = options.start + _LONGEST
    end = last if options.end is None else min(options.end, last)
    rate = net.card.sample_rate
    samples = source.load(rate=rate, mono=True, start=options.start, end=end).samples[0]
    progress.close()
    title = f"{source.name} in {net.card.name}"
    if options.filters:
        return _filters(net, chosen, options)
    heard = net.hear(samples, chosen)
    panels: list[tuple[str, Panel]] = [("wave", Wave.of(samples, options.width))]
    for layer, activation in heard.items():
        panels += _maps(layer, activation, options) if options.maps else [(layer, _whole(activation, options))]
    seconds = len(samples) / rate
    numbers = {layer: _table(a, options.start, seconds) for layer, a in heard.items()}
    axis = Axis(options.start, options.start + seconds, "time (s)")
    return stack(panels[:_MOST], x=axis, title=title, width=options.width, numbers=numbers)


def _chosen(net: Layers, asked: Sequence[str]) -> list[str]:
    """Names of layers, in the order of the net. Raises: UsageError."""
    names = net.names
    if not asked:
        places = np.unique(np.round(np.linspace(0, len(names) - 1, _USUAL)).astype(int))
        return [names[k] for k in places]
    if "all" in asked:
        return list(names)
    for part in asked:
        if not any(part in name for name in names):
            raise UsageError(f"{net.card.name} has no layer {part!r}", where="--layers", fix=f"It has: {', '.join(names)}")
    return [
        name for name in names if any(part == name for part in asked) or any(part in name for part in asked if part not in names)
    ]


def _levelled(rows: np.ndarray) -> np.ndarray:
    """Each row [.., F] against its own mean, in deviations; over no time against the mean of all."""
    axis = -1 if rows.shape[-1] > 1 else None
    spread = rows.std(axis=axis, keepdims=True)
    levelled: np.ndarray = (rows - rows.mean(axis=axis, keepdims=True)) / np.maximum(spread, 1e-9)
    return levelled


def _whole(activation: Activation, options: Options) -> HeatMap:
    """All channels of a layer, each as the mean over what else it holds."""
    rows = activation.values.mean(axis=1)
    label = "channel" if activation.over_time else "channel (whole clip)"
    return HeatMap(_levelled(rows), Axis(0, len(rows), label), colors.scale(options.colors), (-_SPREAD, _SPREAD), "deviations")


def _maps(layer: str, activation: Activation, options: Options) -> list[tuple[str, Panel]]:
    """Single maps of a layer, those that change most first."""
    liveliest = np.argsort(-activation.values.var(axis=(1, 2)), kind="stable")[: options.maps]
    drawn: list[tuple[str, Panel]] = []
    for k in sorted(liveliest):
        values = activation.values[k]
        shown = (values - values.mean()) / max(float(values.std()), 1e-9)
        heat = HeatMap(shown, Axis(0, len(values), "band"), colors.scale(options.colors), (-_SPREAD, _SPREAD), "deviations")
        drawn.append((f"{layer}, map {k + 1}", heat))
    return drawn


def _filters(net: Layers, chosen: Sequence[str], options: Options) -> Picture:
    """What layers learned: filters side by side. Raises: UsageError where none of them has weights of its own."""
    panels: list[tuple[str, Panel]] = []
    numbers: dict[str, Table] = {}
    for layer in chosen:
        weights = net.weights(layer)
        if weights is None:
            continue
        values = _laid_out(weights)
        top = max(float(np.abs(values).max(initial=0.0)), 1e-9)
        across = Axis(0, values.shape[1], _ACROSS.get(weights.ndim, "weight"))
        up = Axis(0, values.shape[0], "filter" if weights.ndim < 4 else "")
        panels.append((f"{layer}: {' x '.join(map(str, weights.shape))}",
                       HeatMap(values, up, colors.scale(options.colors), (-top, top), "weight", across)))  # fmt: skip
        columns = tuple(f"weight {k + 1}" for k in range(values.shape[1]))
        numbers[layer] = Table(columns, values)
    if not panels:
        fix = f"Layers of {net.card.name}: {', '.join(net.names)}"
        raise UsageError("these layers join several weights, which are no filters", where="--layers", fix=fix)
    title = f"filters of {net.card.name}"
    return stack(panels[:_MOST], x=Axis(0, 1, ""), title=title, width=options.width, numbers=numbers)


_ACROSS = {2: "input", 3: "sample, or input x frame", 4: "filters side by side"}


def _laid_out(weights: np.ndarray) -> np.ndarray:
    """Filters as one map: rows of numbers; filters over time and frequency [D, C, k, k] as tiles, the first channel of each.

    Filters over samples [D, 1, k] are sorted by the frequency that they let through most.
    """
    if weights.ndim == 3 and weights.shape[1] == 1:
        heard = np.abs(np.fft.rfft(weights[:, 0], axis=1)).argmax(axis=1)
        return np.asarray(weights[np.argsort(heard, kind="stable"), 0])
    if weights.ndim == 4:
        tiles = np.pad(weights[:, 0].transpose(0, 2, 1), ((0, 0), (0, 1), (0, 1)))
        across = max(1, int(np.ceil(np.sqrt(2 * len(tiles)))))
        tiles = np.pad(tiles, ((0, -len(tiles) % across), (0, 0), (0, 0)))
        count, high, wide = tiles.shape
        return np.asarray(tiles.reshape(count // across, across, high, wide).swapaxes(1, 2).reshape(-1, across * wide))
    return weights.reshape(len(weights), -1) if weights.ndim > 1 else weights[None]


def _table(activation: Activation, start: float, seconds: float) -> Table:
    rows = activation.values.mean(axis=1)
    times = start + np.arange(rows.shape[1]) * (seconds / max(1, rows.shape[1]))
    names = ("time (s)", *(f"channel {k + 1}" for k in range(len(rows))))
    return Table(names, np.column_stack([times, rows.T]))


def show(answer: Picture) -> str:
    """What a terminal prints of a picture that was not asked for as a file."""
    return f"{answer.title}: {', '.join(answer.numbers)}; -o layers.png draws them"


TASK = Task(
    takes="source",
    options=Options,
    run=run,
    show=show,
    roles={"net": "digits"},
    main_role="net",
    writes=FORMATS,
)
