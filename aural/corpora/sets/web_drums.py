"""Drum kits of the Web Audio samples: fifteen kits of kick, snare, hi-hat and three toms."""

from __future__ import annotations

from pathlib import Path

from aural.corpora.manifest import Clip
from aural.corpora.sets._corpus import Corpus, clip, listing, some

CORPUS = Corpus(
    name="web_drums",
    about="90 hits of acoustic and electronic kits, 44.1 kHz wav",
    licence="Apache-2.0 (the repository; nothing per recording)",
    told_by="LICENSE of the repository",
    source="https://github.com/GoogleChromeLabs/web-audio-samples",
    commit="f5fb1a57acce3f7f0a4aedb443de8cc39f206973",
    path="src/sounds/drum-samples",
    held_out="nothing of the kits (impulse responses of this repository are not part of this set)",
    ship=True,
)
_VALID = ("KPR77", "TheCheebacabra2", "acoustic-kit")
_LABELS = {"kick": "kick", "snare": "snare", "hihat": "hihat", "tom1": "tom", "tom2": "tom", "tom3": "tom"}


def rows(folder: Path | str) -> list[Clip]:
    """One row a hit, grouped by kit; three kits to validate."""
    folder = Path(folder)
    found = []
    for path in listing(CORPUS, folder, ".wav"):
        label, kit = _LABELS.get(path.stem), path.parent.name
        if label and path.parent.parent.name == "drum-samples":
            found.append(clip(CORPUS, folder, path, {"label": label, "group": kit, "split": "valid" if kit in _VALID else "train"}))
    return some(CORPUS, folder, found)
