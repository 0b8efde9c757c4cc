"""AN4: names, addresses and dates, spelled and spoken by 84 people; the oldest small exercise of recognition."""

from __future__ import annotations

import re
from pathlib import Path

from aural.corpora.manifest import Clip
from aural.corpora.sets._corpus import Archive, Corpus, clip, listing, some

CORPUS = Corpus(
    name="an4",
    about="948 short sentences to learn from, one hour, 16 kHz NIST Sphere, with speakers and texts",
    licence="free for any use (Carnegie Mellon University)",
    told_by="the census database's page, http://www.speech.cs.cmu.edu/databases/an4/",
    source="https://dldata-public.s3.us-east-2.amazonaws.com/an4_sphere.tar.gz",
    commit="",
    path="an4",
    held_out="the 130 sentences of an4_test",
    ship=True,
    archives=(
        Archive(
            "https://dldata-public.s3.us-east-2.amazonaws.com/an4_sphere.tar.gz", 64_327_561,
            "a0525579493735d32b60fb6fa5975dd0eaacde087b0a4eeb7f13b7ef33077b12",
        ),
    ),
)  # fmt: skip
_LINE = re.compile(r"^(?:<s>)?\s*(.*?)\s*(?:</s>)?\s*\((\S+)\)\s*$")
_VALID = 8  # each eighth speaker


def rows(folder: Path | str) -> list[Clip]:
    """Sentences of an4_clstk with a text; each eighth speaker is for validation."""
    folder = Path(folder)
    paths = [p for p in listing(CORPUS, folder, ".sph") if "an4_clstk" in p.parts]
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
