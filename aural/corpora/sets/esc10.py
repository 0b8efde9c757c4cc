"""ESC-10: ten environmental sounds, 400 clips of five seconds in five folds."""

from __future__ import annotations

import re
from pathlib import Path

from aural.corpora.manifest import Clip
from aural.corpora.sets._corpus import Corpus, clip, listing, some

CORPUS = Corpus(
    name="esc10",
    about="dog, rain, sea waves, baby, clock, sneeze, helicopter, chainsaw, rooster, fire; 44.1 kHz mono Ogg",
    licence="CC BY 3.0 (the set); CC0 or CC BY per clip",
    told_by="README.md of the repository, which names author and licence of every clip",
    source="https://github.com/karolpiczak/ESC-10",
    commit="553c8f1743b9dba6b282e1323c3ca8fa76923448",
    path="the ten folders `001 - Dog bark` ...",
    held_out="fold 5 (file names that begin with 5-), and two clips under CC Sampling Plus",
    ship=True,
    sha256={
        "README.md": "7081920cdcca16ccaa0d104d0f457bf4f5b85c6cee103f7f19dfc570df1ec4a3",
    },
)
_NAME = re.compile(r"(\d)-(\d+)-([A-Z])")
_CLASS = re.compile(r"\d{3} - (.+)")
_CREDIT = re.compile(r"\[(\d-\d+-[A-Z])\.ogg\].*by \*(.+?)\* \(\[(.+?)\]")


def rows(folder: Path | str) -> list[Clip]:
    """Clips of folds 1 to 3 (train) and 4 (valid), grouped by the Freesound recording they were cut from.

    Source: Piczak, ESC: Dataset for Environmental Sound Classification, ACM Multimedia 2015.
    """
    folder = Path(folder)
    files = listing(CORPUS, folder, ".ogg")
    readme = folder / "README.md"
    text = readme.read_text(encoding="utf-8", errors="replace") if readme.is_file() else ""
    credits = {name: (author, licence) for name, author, licence in _CREDIT.findall(text)}
    found = []
    for path in files:
        name, kind = _NAME.fullmatch(path.stem), _CLASS.fullmatch(path.parent.name)
        author, licence = credits.get(path.stem, ("", CORPUS.licence))
        if not name or not kind or name[1] == "5" or "Sampling" in licence:
            continue
        found.append(
            clip(
                CORPUS,
                folder,
                path,
                {
                    "label": kind[1].lower().replace(" ", "_"),
                    "group": f"freesound-{name[2]}",
                    "split": "valid" if name[1] == "4" else "train",
                    "fold": int(name[1]),
                    "author": author,
                    "licence": licence,
                },
            )
        )
    return some(CORPUS, folder, found)
