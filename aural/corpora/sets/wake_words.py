"""Wake words said by a crowd: alexa, computer, smart mirror."""

from __future__ import annotations

from pathlib import Path

from aural.corpora.manifest import Clip
from aural.corpora.sets._corpus import Corpus, clip, listing, some

CORPUS = Corpus(
    name="wake_words",
    about="three words, each some 400 times by more than fifty people who are not named; 16 kHz mono",
    licence="Apache-2.0 (the repository; nothing per recording)",
    told_by="LICENSE of the repository",
    source="https://github.com/Picovoice/wake-word-benchmark",
    commit="84919190fb1891bf0936dcb577d9268e467f876f",
    path="audio/alexa, audio/computer, audio/smart mirror",
    held_out="all other words of the repository",
    ship=True,
)
_WORDS = ("alexa", "computer", "smart mirror")


def rows(folder: Path | str) -> list[Clip]:
    """Recordings of the three words. Nobody says who speaks: two recordings can be of one voice."""
    folder = Path(folder)
    files = [p for p in listing(CORPUS, folder, ".wav", ".flac") if p.parent.name in _WORDS]
    words = [
        clip(CORPUS, folder, p, {"label": p.parent.name, "text": p.parent.name, "group": f"{p.parent.name}/{p.stem}"})
        for p in files
    ]
    return some(CORPUS, folder, words)
