"""What diarization heard, kept beside the models so that clustering again takes seconds; never in a transcript."""

from __future__ import annotations

import contextlib
import io
import zipfile
from pathlib import Path

import numpy as np

from aural.errors import AuralError
from aural.files import write_bytes
from aural.settings import home
from aural.tasks._diarize_hear import Heard
from aural.tasks._diarize_sets import Sets

_ARRAYS = ("first", "members", "vectors", "times", "mass")
_NUMBERS = ("hop", "center", "duration")
_SETS = ("packed", "sizes", "shape")  # of Sets.written
_FORM = 2  # raised when what is kept changes


def place(recording: str, models: str) -> Path:
    """Where it lies: AURAL_HOME/embeddings/<sha256 of the recording>-<sha256 of both models>.npz."""
    return home() / "embeddings" / f"{recording[:32]}-{models[:16]}-{_FORM}.npz"


def keep(heard: Heard, path: Path) -> None:
    """Write it, whole or not at all, for the user alone. A full or read-only disk is no reason to fail: nothing is kept then."""
    held = io.BytesIO()
    arrays = {name: getattr(heard, name) for name in _ARRAYS}
    arrays |= dict(zip(_SETS, heard.sets.written(), strict=True))
    np.savez(held, numbers=np.array([getattr(heard, n) for n in _NUMBERS]), **arrays)
    with contextlib.suppress(AuralError):
        write_bytes(path, held.getvalue())
        with contextlib.suppress(OSError):
            path.chmod(0o600)


def kept(path: Path) -> Heard | None:
    """What was kept, or None where nothing was, or nothing that can be read."""
    try:
        with np.load(path, allow_pickle=False) as file:
            numbers = dict(zip(_NUMBERS, file["numbers"].tolist(), strict=True))
            return Heard(Sets.read(*(file[name] for name in _SETS)), **{name: file[name] for name in _ARRAYS}, **numbers)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
