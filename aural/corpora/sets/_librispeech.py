"""The folders of LibriSpeech: PART/READER/CHAPTER/READER-CHAPTER-NUMBER.flac beside READER-CHAPTER.trans.txt."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from aural.corpora.manifest import Clip
from aural.corpora.sets._corpus import Corpus, clip, listing, some

KEPT_BACK = "test-"


def rows(corpus: Corpus, folder: Path | str) -> list[Clip]:
    """Sentences of the parts train-* (train) and dev-* (valid), by reader; parts test-* are left out.

    Raises: CorpusError.
    """
    folder = Path(folder)
    found = []
    for path in listing(corpus, folder, ".flac"):
        part, reader = path.parts[-4] if len(path.parts) > 3 else "", path.stem.partition("-")[0]
        text = _texts(path.parent / f"{path.parent.parent.name}-{path.parent.name}.trans.txt").get(path.stem)
        if text is None or part.startswith(KEPT_BACK):
            continue
        split = "valid" if part.startswith("dev-") else "train"
        known = {"text": text.lower(), "speaker": reader, "group": reader, "split": split, "language": "en", "part": part}
        found.append(clip(corpus, folder, path, known))
    _texts.cache_clear()
    return some(corpus, folder, found)


@cache
def _texts(path: Path) -> dict[str, str]:
    lines: Iterable[str] = path.read_text(encoding="utf-8").splitlines() if path.is_file() else ()
    return {name: text for name, _, text in (line.partition(" ") for line in lines) if text}
