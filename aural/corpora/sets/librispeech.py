"""LibriSpeech: a thousand hours of read English; whichever of its parts lie in the folder are used."""

from __future__ import annotations

from pathlib import Path

from aural.corpora.manifest import Clip
from aural.corpora.sets import _librispeech
from aural.corpora.sets._corpus import Archive, Corpus

_FROM = "https://www.openslr.org/resources/12"
CORPUS = Corpus(
    name="librispeech",
    about="sentences read from audiobooks, 960 hours to learn from, 16 kHz flac, with readers and texts",
    licence="CC BY 4.0",
    told_by="LICENSE.TXT in the archives",
    source="https://www.openslr.org/12/",
    commit="",
    path="LibriSpeech",
    held_out="test-clean and test-other",
    ship=True,
    archives=tuple(
        Archive(f"{_FROM}/{part}.tar.gz", size, sha256)
        for part, size, sha256 in (
            ("train-clean-100", 6_387_309_499, "d4ddd1d5a6ab303066f14971d768ee43278a5f2a0aa43dc716b0e64ecbbbf6e2"),
            ("train-clean-360", 23_049_477_885, "146a56496217e96c14334a160df97fffedd6e0a04e66b9c5af0d40be3c792ecf"),
            ("train-other-500", 30_593_501_606, "ddb22f27f96ec163645d53215559df6aa36515f26e01dd70798188350adcb6d2"),
            ("dev-clean", 337_926_286, "76f87d090650617fca0cac8f88b9416e0ebf80350acb97b343a85fa903728ab3"),
            ("dev-other", 314_305_928, "12661c48e8c3fe1de2c1caa4c3e135193bfb1811584f11f569dd12645aa84365"),
        )
    ),
)


def rows(folder: Path | str) -> list[Clip]:
    """Sentences of the parts train-* (train) and dev-* (valid) that lie in the folder, by reader."""
    return _librispeech.rows(CORPUS, folder)
