"""Scalars of a training for TensorBoard, written beside everything else of the run."""

from __future__ import annotations

from pathlib import Path
from typing import final

from aural.errors import ExtraMissing


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

    def scalar(self, name: str, value: float, step: int) -> None:
        """One value at a step."""
        self._writer.add_scalar(name, value, step)
