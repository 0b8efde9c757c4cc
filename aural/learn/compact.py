"""A trained model once more in int8, beside the float one: a quarter of the size, and how far its answers are apart."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from aural.files import sha256_of
from aural.learn.job import Job
from aural.models import quantize
from aural.models.card import Card
from aural.models.card import write as write_card

if TYPE_CHECKING:  # what is trained without nets is judged without PyTorch
    from aural.learn.fit import Data
    from aural.learn.loading import Clips

FOLDER = "int8"
_GRAPH = "model.onnx"
_RANGES, _COMPARED = 64, 200  # clips that ranges are measured on, and those on which both are compared
_LONGEST = 10.0  # s heard of one


def write(job: Job, card: Card, data: Data) -> Card:
    """The folder `int8` of the run: graph and card, whose figures tell the agreement on validation clips.

    Raises: ModelRefused when the runtime's tools cannot quantize the graph.
    """
    folder = job.folder / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name in set(card.files) - {_GRAPH}:
        shutil.copyfile(job.model / name, folder / name)
    quantize.quantize(job.model / _GRAPH, folder / _GRAPH, _heard(data.train, _RANGES))
    found = quantize.agreement(job.model / _GRAPH, folder / _GRAPH, _heard(data.valid, _COMPARED))
    job.say(f"int8: {found.size / 1e3:.0f} kB, float {found.size_before / 1e3:.0f} kB; {found.equal:.1%} of the answers on "
            f"{found.clips} clips are the same, on average {found.mean:.2g} apart")  # fmt: skip
    small = dataclasses.replace(
        card, name=f"{card.name}-{FOLDER}", files={name: sha256_of(folder / name) for name in card.files},
        figures={**card.figures, "agreement with float32": dataclasses.asdict(found)},
    )  # fmt: skip
    write_card(small, folder / "card.json")
    return small


def model(folder: Path) -> Path | None:
    """The int8 model of a run folder, None where none was asked for."""
    found = folder / FOLDER
    return found if (found / "card.json").is_file() else None


def _heard(clips: Clips, most: int) -> list[np.ndarray]:
    """Samples [T] of at most so many clips, drawn the same each time."""
    chosen = sorted(np.random.default_rng(0).permutation(len(clips))[:most].tolist())
    return [clips.sound(k).samples[0, : round(_LONGEST * clips.rate)] for k in chosen]
