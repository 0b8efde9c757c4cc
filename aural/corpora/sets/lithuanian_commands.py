"""Lithuanian Speech Commands: twenty words, some thirty speakers, one take of each."""

from __future__ import annotations

import re
from pathlib import Path

from aural.corpora.manifest import Clip
from aural.corpora.sets._corpus import Corpus, clip, listing, some

CORPUS = Corpus(
    name="lithuanian_commands",
    about="yes, no, stop, zero to five, left, right ... spoken in Lithuanian; clips of 1 s, 16 kHz mono wav",
    licence="none stated; made for academic research",
    told_by="README.md of the repository",
    source="https://github.com/kolesov93/lt_speech_commands",
    commit="19ab7098e9211bec6e71b0359165172a66117047",
    path="dataset",
    held_out="nothing",
    ship=False,
)
_NAME = re.compile(r"(\d\d)_nohash_(\d+)")


def rows(folder: Path | str) -> list[Clip]:
    """Clips by speaker, every fifth speaker to validate; labels are the Lithuanian words."""
    folder = Path(folder)
    found = []
    for path in listing(CORPUS, folder, ".wav"):
        name = _NAME.fullmatch(path.stem)
        if name and not path.parent.name.startswith("_"):
            word = path.parent.name.replace("_", " ")
            split = "valid" if int(name[1]) % 5 == 0 else "train"
            known = {"label": word, "text": word, "speaker": name[1], "group": name[1], "language": "lt", "split": split}
            found.append(clip(CORPUS, folder, path, known))
    return some(CORPUS, folder, found)
