"""Speech Commands: thirty English words of one second, the whole corpus or its public sample."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from aural.corpora.manifest import Clip
from aural.corpora.sets._corpus import Corpus, clip, listing, some

CORPUS = Corpus(
    name="speech_commands",
    about="one folder a word, clips of 1 s, 16 kHz mono wav; the named repository holds ten clips of each word",
    licence="CC BY 4.0",
    told_by="LICENSE in the corpus folder",
    source="https://github.com/vinsis/speech-commands-recognition",
    commit="53317d51bc2c75de6118ede48b0da06a412a1341",
    path="speech_commands_v0.01",
    held_out="ten of the sample's 41 speakers; of all other speakers those that the corpus's own rule puts into testing",
    ship=True,
)
# the 41 speakers of the sample: ten kept back, five to validate on, the others to train on
_TEST = frozenset("2f813234 48bfde8e 62581901 708a9569 742d6431 93ec8b84 b87bdb22 d9b50b8b f428ca69 fac74f6a".split())
_VALID = frozenset("31583d30 563aa4e6 68dd409e a9abc695 e4a2cf79".split())
_TRAIN = frozenset(
    """1eddce1d 26e573a9 37e8db82 439c84f4 51055bda 5184ed3e 590750e8 5fe4a278 6272b231 651d108f 65f2531f 6a27a9bf 6d818f6c
    7ff085e1 8d4cdc60 97f4c236 988e2f9a a5609cce a7545b9f a8cb6dda a8ee11c7 aef8dcf5 af130f12 bf8d5617 dabf67d9 dc75148d""".split()
)
_NAME = re.compile(r"([0-9a-f]{6,8})_nohash_(\d+)")
_MOST = 2**27 - 1  # of the corpus's rule


def rows(folder: Path | str) -> list[Clip]:
    """Clips by speaker: train and valid; testing speakers are left out.

    Other pieces of the corpus are read alike. https://github.com/anshulgupta0803/isolated-speech-commands (recipe/audio, state
    ca8c2c8140f9) holds 5,000 clips of nine words by 478 speakers: zero, one, five, eight, down, go, left, right and up.

    Source: Warden, Speech Commands: A Dataset for Limited-Vocabulary Speech Recognition, 2018.
    """
    folder = Path(folder)
    found = []
    for path in listing(CORPUS, folder, ".wav"):
        name = _NAME.fullmatch(path.stem)
        if not name:
            continue
        speaker, word = name[1], path.parent.name
        split = _split(speaker)
        if split != "test":
            found.append(
                clip(CORPUS, folder, path, {"label": word, "text": word, "speaker": speaker, "group": speaker, "split": split})
            )
    return some(CORPUS, folder, found)


def _split(speaker: str) -> str:
    """Of the sample's speakers as listed; of others by the corpus's rule (10 % validation, 10 % testing by SHA-1)."""
    for split, those in (("test", _TEST), ("valid", _VALID), ("train", _TRAIN)):
        if speaker in those:
            return split
    share = (int(hashlib.sha1(speaker.encode(), usedforsecurity=False).hexdigest(), 16) % (_MOST + 1)) * 100 / _MOST
    return "valid" if share < 10 else "test" if share < 20 else "train"
