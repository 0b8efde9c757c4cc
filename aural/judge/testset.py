"""A test set that mirrors where a model will be used: clean clips heard again in every cell of rooms x noise ratios x lines."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from aural.corpora.manifest import Clip, write_manifest
from aural.errors import DataError, UsageError
from aural.files import disk_error
from aural.judge.rooms import Condition, conditions
from aural.judge.run import opened
from aural.progress import Progress, Quiet
from aural.sound.sound import Sound

MANIFEST, FOLDER = "testset.jsonl", "audio"
KEYS = ("condition", "room", "snr", "line")
_TIMED = ("events", "rttm", "turns")


def cells(
    snrs: Sequence[float] = (), noises: Path | None = None, rooms: Path | None = None, telephone: bool = False, seed: int = 0
) -> list[Condition]:
    """Every combination of dry or echoing, quiet or noise at a ratio, and direct or over the telephone; the clean one first.

    Raises: UsageError for a folder without recordings, or where nothing is asked for.
    """
    found = conditions(snrs, noises, rooms, telephone, seed)
    if len(found) == 1:
        raise UsageError("nothing is to be done to the clips", where="testset", fix="Give --snr 20,10,0, --rooms or --telephone")
    noisy = next((c.noises for c in found if c.snr is not None), ())
    echoing = next((c.rooms for c in found if c.rooms), ())
    lines = (False, True) if telephone else (False,)
    made = []
    for room, snr, line in itertools.product((False, True) if echoing else (False,), (None, *snrs), lines):
        parts = ("room" if room else "", "" if snr is None else f"snr {snr:g}", "telephone" if line else "")
        name = ", ".join(part for part in parts if part) or "clean"
        own = () if snr is None else noisy
        made.append(Condition(name, snr, own, echoing if room else (), telephone=line, seed=seed))
    return made


def write(
    clips: Sequence[Clip], matrix: Sequence[Condition], folder: Path, deal: bool = False, progress: Progress | None = None
) -> Path:
    """Write each clip in each cell (with `deal` in one cell, all cells as often) and the manifest, whose path is given.

    Rows keep what they say; `condition`, `room`, `snr` and `line` tell the cell, `clean` names the clip that it was. The same seed
    gives the same bytes. Raises: UsageError for a folder that is not empty, DataError for a row whose times would move.
    """
    for clip in clips:
        if clip.start and any(getattr(clip, key) is not None for key in _TIMED):
            raise DataError("this row is a part of a recording with times of the whole", where=clip.where, fix="Cut it out first")
    _begin(folder)
    shown = progress or Quiet()
    order = np.random.default_rng(matrix[0].seed).permutation(len(clips))
    home = {int(clip): place % len(matrix) for place, clip in enumerate(order)}
    asked = [(n, k) for n in range(len(clips)) for k in range(len(matrix)) if not deal or home[n] == k]
    rows = []
    for done, (n, k) in enumerate(asked):
        rows.append(_written(clips[n], matrix[k], folder / FOLDER / f"{k:02}-{n:05}.flac"))
        shown.step(done + 1, len(asked), "testset", "clips")
    path = folder / MANIFEST
    write_manifest(rows, path)
    return path


def _begin(folder: Path) -> None:
    """Make the folder of the recordings. Raises: UsageError where something lies there, or nothing can be written."""
    try:
        if folder.is_dir() and any(folder.iterdir()):
            raise UsageError("this folder is not empty", where=str(folder), fix="Choose another -o")
        (folder / FOLDER).mkdir(parents=True)
    except OSError as error:
        raise disk_error(error, folder, "Choose another -o") from error


def _written(clip: Clip, cell: Condition, path: Path) -> Clip:
    """The clip in a cell, written to `path`."""
    with opened(clip, cell) as source:
        sound = source.load()
    top = float(np.abs(sound.samples).max(initial=0.0))
    loud = sound.samples / max(1.0, top / 0.99)  # what passes full scale would be cut off
    Sound(loud, sound.sample_rate).save(path)
    told = {
        "condition": cell.name, "room": "room" if cell.rooms else "dry", "snr": "quiet" if cell.snr is None else f"{cell.snr:g}",
        "line": "telephone" if cell.telephone else "direct", "clean": clip.id,
    }  # fmt: skip
    return dataclasses.replace(
        clip, audio=path, id=path.name, start=0.0, duration=round(sound.duration, 4), group=clip.group or clip.speaker or clip.id,
        extra={**clip.extra, **told},
    )  # fmt: skip
