"""AN4: names, addresses and dates, spelled and spoken by 84 people; the oldest small exercise of recognition."""

from __future__ import annotations

import re
from pathlib import Path

from aural.corpora.manifest import Clip
from aural.corpora.sets._corpus import Corpus, clip, listing, some

CORPUS = Corpus(
    name="an4",
    about="948 short sentences to learn from, 42 minutes of 74 speakers, 16 kHz, with texts; wav, or NIST Sphere as it first came",
    licence="CMU AN4 (BSD-style, any use)",
    told_by="LICENSE in the repository",
    source="https://github.com/cmusphinx/an4",
    commit="b567d132f43304e70a2b2eca6077f22255311812",
    path="wav",
    held_out="the 130 sentences of an4test_clstk",
    ship=True,
)
_LINE = re.compile(r"^(?:<s>)?\s*(.*?)\s*(?:</s>)?\s*\((\S+)\)\s*$")
_VALID = 8  # each eighth speaker


def rows(folder: Path | str) -> list[Clip]:
    """Sentences of an4_clstk with a text; each eighth speaker is for validation."""
    folder = Path(folder)
    paths = [p for p in listing(CORPUS, folder, ".wav", ".sph") if "an4_clstk" in p.parts]
    texts = _texts(folder)
    speakers = sorted({p.parent.name for p in paths})
    valid = set(speakers[_VALID - 1 :: _VALID])
    known = (
        (p, {"text": texts[p.stem].lower(), "speaker": p.parent.name, "group": p.parent.name, "language": "en",
             "split": "valid" if p.parent.name in valid else "train"})
        for p in paths if p.stem in texts
    )  # fmt: skip
    return some(CORPUS, folder, [clip(CORPUS, folder, path, fields) for path, fields in known])


def _texts(folder: Path) -> dict[str, str]:
    lines = [line for path in sorted(folder.rglob("an4_train.transcription"))
             for line in path.read_text(encoding="utf-8").splitlines()]  # fmt: skip
    found = (m for line in lines if (m := _LINE.match(line)))
    return {m[2]: m[1] for m in found if m[1]}
