"""RAVDESS: eight emotions acted by 24 professionals in two English sentences."""

from __future__ import annotations

import re
from pathlib import Path

from aural.corpora.manifest import Clip
from aural.corpora.sets._corpus import Corpus, clip, listing, some

CORPUS = Corpus(
    name="ravdess",
    about="1,440 recordings of speech, 48 kHz mono wav; emotion, strength, sentence and actor are in the file name",
    licence="CC BY-NC-SA 4.0",
    told_by="the corpus's own record; the repository does not say",
    source="https://github.com/ZenvilleErasmus/RAVDESS-emotions-speech-audio-only",
    commit="29dc10e08b419f805a29c691c4dbc03da0b2b43e",
    path="Audio_Speech_Actors_01-24",
    held_out="the actors 19 to 24",
    ship=False,
)
_EMOTIONS = ("neutral", "calm", "happy", "sad", "angry", "fearful", "disgust", "surprised")
_TEXTS = ("Kids are talking by the door.", "Dogs are sitting by the door.")
_NAME = re.compile(r"03-01-0([1-8])-0([12])-0([12])-0([12])-(\d\d)")


def rows(folder: Path | str) -> list[Clip]:
    """Recordings by actor: 1 to 14 to train, 15 to 18 to validate.

    Source: Livingstone and Russo, The Ryerson Audio-Visual Database, PLoS ONE 13(5), 2018.
    """
    folder = Path(folder)
    found, seen = [], set()
    for path in listing(CORPUS, folder, ".wav"):
        name = _NAME.fullmatch(path.stem)
        if not name or int(name[5]) > 18 or path.stem in seen:  # the repository holds every recording twice
            continue
        seen.add(path.stem)
        emotion, actor = _EMOTIONS[int(name[1]) - 1], int(name[5])
        found.append(
            clip(
                CORPUS,
                folder,
                path,
                {
                    "label": emotion,
                    "text": _TEXTS[int(name[3]) - 1],
                    "speaker": f"ravdess-{actor:02}",
                    "group": f"ravdess-{actor:02}",
                    "gender": "male" if actor % 2 else "female",
                    "intensity": "strong" if name[2] == "2" else "normal",
                    "split": "valid" if actor > 14 else "train",
                },
            )
        )
    return some(CORPUS, folder, found)
