"""Manifests of unpacked corpora by their pages: every file decoded, train.jsonl and valid.jsonl beside it.

python bench/corpora.py ROOT [NAME ...] [--apart MANIFEST ...]: ROOT/NAME is the unpacked corpus of the page
NAME. Clips of the manifests named with --apart (by file stem, or label_stem) go to neither file. Prints one line a corpus:
clips, hours, classes, speakers, groups, and what was dropped.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

import numpy as np
import soundfile

from aural import find
from aural.corpora.manifest import Clip, read_manifest


def main() -> None:
    """Read the arguments, write the manifests."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root", type=Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--apart", type=Path, nargs="*", default=[])
    given = parser.parse_args()
    apart = {c.audio.stem for path in given.apart for c in read_manifest(path)}
    for name in given.names or [n for n in find.names("corpora/sets") if (given.root / n).is_dir()]:
        print(write(name, given.root / name, apart), flush=True)


def write(name: str, folder: Path, apart: set[str]) -> str:
    """The manifests of one corpus; the line that tells of it."""
    kept: dict[str, list[dict[str, object]]] = {"train": [], "valid": []}
    bad, silent, left = 0, 0, 0
    for clip in find.page("corpora/sets", name).rows(folder):
        if {clip.audio.stem, f"{clip.label}_{clip.audio.stem}".replace(" ", "_")} & apart:
            left += 1
            continue
        heard = _heard(clip)
        if heard is None:
            bad += 1
        elif heard[1] < 3e-3:
            silent += 1
        else:
            kept[str(clip.split)].append(row(clip, folder, heard[0]))
    for split, found in kept.items():
        path = folder / f"{split}.jsonl"
        path.unlink(missing_ok=True)
        if found:
            path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in found), encoding="utf-8")
    parts = "; ".join(f"{split} {_told(found)}" for split, found in kept.items() if found)
    return f"{name}: {parts}; dropped {bad} unreadable, {silent} silent, {left} set apart"


def row(clip: Clip, folder: Path, duration: float) -> dict[str, object]:
    """A row as a manifest holds it."""
    keys = ("text", "label", "speaker", "group", "split", "licence")
    known = {k: v for k in keys if (v := getattr(clip, k)) is not None}
    if len(clip.labels) > 1:
        known["labels"] = list(clip.labels)
    place = {"audio": os.path.relpath(clip.audio, folder), "duration": round(clip.duration or duration, 3)}
    start = {"start": clip.start} if clip.start else {}
    return {**place, **start, **known, **clip.extra}


def _heard(clip: Clip) -> tuple[float, float] | None:
    """Duration (s) and peak of the whole file; None when it cannot be decoded."""
    try:
        samples, rate = soundfile.read(clip.audio, dtype="float32", always_2d=True)
    except (RuntimeError, OSError):
        return None
    if not len(samples) or not np.isfinite(samples).all():
        return None
    return len(samples) / rate, float(np.abs(samples).max())


def _told(rows: list[dict[str, object]]) -> str:
    hours = sum(float(str(r["duration"])) for r in rows) / 3600
    of = {k: len({r[k] for r in rows if r.get(k)}) for k in ("label", "speaker", "group")}
    return f"{len(rows)} clips {hours:.2f} h {of['label']} classes {of['speaker']} speakers {of['group']} groups"


if __name__ == "__main__":
    main()
