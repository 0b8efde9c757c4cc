"""Kathleen: one American woman reads the sentences of CMU ARCTIC, some of them two or three times."""

from __future__ import annotations

import re
from pathlib import Path

from aural.corpora.manifest import Clip
from aural.corpora.sets._corpus import Corpus, clip, listing, some

CORPUS = Corpus(
    name="kathleen",
    about="1,620 recordings of 1,132 sentences, 82 minutes; 48 kHz stereo wav with a text beside each",
    licence="CC0 1.0",
    told_by="README.md and LICENSE of the repository",
    source="https://github.com/rhasspy/dataset-voice-kathleen",
    commit="c51cb971036a127359b43c621f26ca5081eab13e",
    path="data, cmuarctic.data",
    held_out="all takes of the sentences arctic_b04xx and arctic_b05xx, also where another number has the same text",
    ship=True,
    sha256={
        "cmuarctic.data": "869a65dda7be1851c51236d5f9b760a75a093f9138447e76dbb731c769402ef8",
    },
)
_NAME = re.compile(r"arctic_([ab])(\d{4})_\d+")
_PROMPT = re.compile(r'\( arctic_b0[45]\d\d "(.*)" \)')


def rows(folder: Path | str) -> list[Clip]:
    """Recordings with text, grouped by sentence: arctic_b03xx to validate, the others to train."""
    folder = Path(folder)
    files = listing(CORPUS, folder, ".wav")
    prompts = folder / "cmuarctic.data"
    known = prompts.read_text(encoding="utf-8") if prompts.is_file() else ""
    texts = {path: _text(path) for path in files if _NAME.fullmatch(path.stem)}
    kept_back = {_plain(t) for t in _PROMPT.findall(known)}
    kept_back |= {_plain(text) for path, text in texts.items() if _number(path)[:3] in ("b04", "b05")}
    valid = {_plain(text) for path, text in texts.items() if _number(path)[:3] == "b03"}
    found = [
        clip(
            CORPUS,
            folder,
            path,
            {
                "text": text,
                "speaker": "kathleen",
                "group": _plain(text),
                "gender": "female",
                "split": "valid" if _plain(text) in valid else "train",
            },
        )
        for path, text in texts.items()
        if text and _plain(text) not in kept_back
    ]
    return some(CORPUS, folder, found)


def _number(path: Path) -> str:
    name = _NAME.fullmatch(path.stem)
    return "".join(name.groups()) if name else ""


def _text(path: Path) -> str:
    beside = path.with_suffix(".txt")
    return beside.read_text(encoding="utf-8").strip() if beside.is_file() else ""


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[a-z']+", text.lower()))
