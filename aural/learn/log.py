"""Scalars, pictures and sounds of a training for TensorBoard, written beside everything else of the run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

import numpy as np

from aural.errors import ExtraMissing
from aural.pictures import colors, png
from aural.sound.encode import encode
from aural.sound.sound import Sound


@dataclass(frozen=True, eq=False)
class Picture:
    """Values [H, W], shown from the lowest to the highest; row 0 stands at the bottom."""

    values: np.ndarray


Shown = Picture | Sound


@final
class Log:
    """Event files in `folder`/log."""

    def __init__(self, folder: Path) -> None:
        try:
            from tensorboardX import SummaryWriter
        except ImportError as error:
            raise ExtraMissing("tensorboardX is not installed", fix='Install the extra: pip install "aural[train]"') from error
        self._writer = SummaryWriter(str(folder / "log"), flush_secs=30)

    def __enter__(self) -> Log:
        return self

    def __exit__(self, *_: object) -> None:
        self._writer.close()

    def add(self, name: str, value: float | Shown, step: int) -> None:
        """One value, picture or sound at a step."""
        if isinstance(value, Picture | Sound):
            self._writer.file_writer.add_summary(_summary(name, value), step)
        else:
            self._writer.add_scalar(name, value, step)


def _summary(name: str, shown: Shown) -> Any:
    """A picture as a PNG, a sound as a wav, in TensorBoard's own wrapping."""
    from tensorboardX.proto.summary_pb2 import Summary

    if isinstance(shown, Sound):
        heard = Summary.Audio(
            sample_rate=shown.sample_rate, num_channels=shown.channels, length_frames=shown.length,
            encoded_audio_string=encode(shown), content_type="audio/wav",
        )  # fmt: skip
        return Summary(value=[Summary.Value(tag=name, audio=heard)])
    values = shown.values[::-1]
    pixels = colors.indices(values, low=float(values.min()), high=float(values.max()))
    seen = Summary.Image(
        height=pixels.shape[0], width=pixels.shape[1], colorspace=3,
        encoded_image_string=png.encode(pixels, palette=colors.scale("ember")),
    )  # fmt: skip
    return Summary(value=[Summary.Value(tag=name, image=seen)])
