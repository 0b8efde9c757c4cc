"""Custom speech commands: nine own words and phrases, recorded for experiments with few examples."""

from __future__ import annotations

from pathlib import Path

from aural.corpora.manifest import Clip
from aural.corpora.sets._corpus import Corpus, clip, listing, some

CORPUS = Corpus(
    name="custom_commands",
    about="hadouken, trick or treat, joke, how are you, archie ...; 408 recordings of 1 s, 44.1 and 48 kHz wav",
    licence="CC BY 4.0",
    told_by="README.md of the repository",
    source="https://github.com/ShawnHymel/custom-speech-commands-dataset",
    commit="c3c43fbbf62d68323db3e8a3aff763e10a5c8d79",
    path="custom_keywords",
    held_out="the word dracarys",
    ship=True,
)
_WORDS = ("archie", "fenrir", "goodnight", "hadouken", "hey_archie", "hey_fenrir", "how_are_you", "joke", "trick_or_treat")


def rows(folder: Path | str) -> list[Clip]:
    """Recordings by word, all to train: nobody says who speaks, so no fair split can be made."""
    folder = Path(folder)
    found = []
    for path in listing(CORPUS, folder, ".wav"):
        if path.parent.name in _WORDS:
            text = path.parent.name.replace("_", " ")
            found.append(clip(CORPUS, folder, path, {"label": text, "text": text, "group": f"{path.parent.name}/{path.stem}"}))
    return some(CORPUS, folder, found)
