"""What methods that learn texts share: units found in them, a clip's text as numbers, and what parts a clip from its text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from aural.corpora.manifest import Clip
from aural.errors import UsageError
from aural.learn.job import Job
from aural.learn.options import Options
from aural.learn.targets._text import text_of
from aural.text import units as text_units
from aural.text.units import Units

_SHOWN = 60  # letters of a text that is shown in its units
_PARTING = ("mixup", "between_class", "shift")


@dataclass(frozen=True)
class Spelled:
    """The target of a clip: the numbers of its units from 1 up, 0 being the blank or the end. A word that the units cannot write
    ends in a number that no answer has, so that it counts as an error."""

    units: Units

    def __call__(self, clip: Clip, samples: int) -> np.ndarray:
        numbers: list[int] = []
        for word in text_of(clip).split():
            own = self.units.encode(word)
            numbers += own if self.units.text(own) == word else [*own, len(self.units.pieces)]
        return np.array(numbers, np.float32) + 1


def units_of(clips: Sequence[Clip], options: Options) -> Units:
    """The units that were asked for, found in the texts of the clips."""
    texts = [text_of(clip) for clip in clips]
    return text_units.train(options.units or text_units.usual(texts), texts, options.vocabulary)


def told_units(job: Job, options: Options) -> Units:
    """The units of the clips to learn from, said with a text written in them."""
    units = units_of(job.clips["train"], options)
    job.say(f"{described(units, text_of(job.clips['train'][0]))} ...")
    return units


def described(units: Units, text: str) -> str:
    """How many units of which kind, and the beginning of a text in them."""
    return f"{len(units.pieces)} units ({units.kind}): {units.shown(text)[:_SHOWN]}"


def refuse_parting(options: Options) -> None:
    """Raises: UsageError for what would part a clip from its text."""
    wrong = [f"--augment {name}" for name in options.augment if name in _PARTING]
    wrong += ["--crop"] if options.crop is not None else []
    if wrong:
        raise UsageError("after this a clip no longer says its text", where=wrong[0], fix="Leave it out")
