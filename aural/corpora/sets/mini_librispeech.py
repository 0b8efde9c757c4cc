"""Mini LibriSpeech: five hours of read English to learn from and two to validate on, the field's small exercise."""

from __future__ import annotations

from pathlib import Path

from aural.corpora.manifest import Clip
from aural.corpora.sets import _librispeech
from aural.corpora.sets._corpus import Archive, Corpus

CORPUS = Corpus(
    name="mini_librispeech",
    about="sentences read from audiobooks, 5 + 2 hours, 16 kHz flac, with readers and texts",
    licence="CC BY 4.0",
    told_by="LICENSE.TXT in the archives",
    source="https://www.openslr.org/31/",
    commit="",
    path="LibriSpeech",
    held_out="parts named test-*, where they lie beside",
    ship=True,
    archives=(
        Archive("https://www.openslr.org/resources/31/train-clean-5.tar.gz", 332_954_390),
        Archive(
            "https://www.openslr.org/resources/31/dev-clean-2.tar.gz", 126_046_265,
            "176ec501490eced2d6c1f89f4f0ddc7dfe799e649e5322f8ba49fe3ff50c8012",
        ),
    ),
)  # fmt: skip


def rows(folder: Path | str) -> list[Clip]:
    """Sentences of train-clean-5 (train) and dev-clean-2 (valid), by reader."""
    return _librispeech.rows(CORPUS, folder)
