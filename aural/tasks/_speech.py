"""What `aural.speak` gives: samples, and the words in them with their times."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import final

import numpy as np

from aural.results import Result, Word, clock
from aural.sound.encode import Writer
from aural.sound.sound import Sound


@final
@dataclass(frozen=True, eq=False, repr=False)
class Speech:
    """Speech that was made: samples float32 [T] in -1..1 at `sample_rate` (Hz), and what is said in them.

    `result` holds sentences as segments and written words with their times; `notes` tell what could not be said.
    """

    samples: np.ndarray
    sample_rate: int
    result: Result
    notes: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[Word, ...]:
        """The written words in order; `spoken` is how one is said where that differs ("one dollar and fifty cents")."""
        return tuple(self.result.words())

    @property
    def text(self) -> str:
        return self.result.text

    @property
    def duration(self) -> float:
        """Seconds."""
        return len(self.samples) / self.sample_rate

    @property
    def sound(self) -> Sound:
        return Sound(self.samples, self.sample_rate)

    def save(self, path: str | Path) -> Path:
        """Write wav, flac, mp3, ogg, opus or m4a by the ending, marked as synthetic. Gives the path back."""
        with Writer(Path(path), self.sample_rate, 1, tags=tags(self.result.made_by)) as out:
            out.write(self.samples[None])
        return Path(path)

    def __repr__(self) -> str:
        return f"<Speech {clock(self.duration)}, {len(self.words)} words, {self.sample_rate} Hz>"


def tags(made_by: Mapping[str, object]) -> dict[str, str]:
    """What a file of made speech tells about itself."""
    voice = " ".join(dict.fromkeys(str(made_by[key]) for key in ("synthesizer", "voice") if made_by.get(key)))
    return {
        "comment": f"synthetic speech, made by a computer voice ({voice})",
        "encoder": "aural",
        "artist": f"synthetic voice {voice}",
    }
