"""Long recordings with a label file beside each: talk.wav and talk.txt (Audacity), talk.TextGrid, talk.rttm or talk.ctm."""

from __future__ import annotations

import itertools
from pathlib import Path

from aural.corpora.cuts import labeled, labels_beside, read_events
from aural.corpora.forms._audio import recordings
from aural.corpora.forms._relabel import relabeled
from aural.corpora.manifest import Clip
from aural.errors import AuralError

_LOOKED = 3  # recordings that must have labels for the folder to be taken for such a set


def fits(place: Path) -> bool:
    """True for a folder whose first recordings all have label files that can be read."""
    if not place.is_dir():
        return False
    first = list(itertools.islice(recordings(place), _LOOKED))
    return bool(first) and all(_has_labels(audio) for audio in first)


def read(place: Path, label: str | None = None) -> list[Clip]:
    """One row a recording, with events; those without a label file are left out. `aural.corpora.cuts.cut` makes clips of
    them. Raises: FormatError, with the line, for a label file that does not hold."""
    found = [(audio, labels) for audio in recordings(place) if (labels := labels_beside(audio)) is not None]
    clips = [labeled(audio, labels, audio.relative_to(place).as_posix()) for audio, labels in found]
    return relabeled(clips, label, place)


def _has_labels(audio: Path) -> bool:
    labels = labels_beside(audio)
    try:
        return labels is not None and bool(read_events(labels))
    except AuralError:
        return False
