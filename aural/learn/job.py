"""What a training is asked to do, and what a method of learning promises."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aural.corpora.manifest import Clip
from aural.models.card import Card
from aural.progress import Progress, Quiet
from aural.results import Question


@dataclass(frozen=True)
class Job:
    """One training. `clips` maps train, valid (and test) to rows; `given` holds what was set by name, as text or value,
    dotted names (encoder.width) for the parts of a net; `folder` is the run folder, the model goes to `folder`/model.
    `label` is the key of the rows that is the answer, `unit` that of a number; `consent` tells by whose leave a voice is made."""

    verb: str
    role: str
    question: Question
    clips: Mapping[str, list[Clip]]
    folder: Path
    given: Mapping[str, Any] = field(default_factory=dict)
    progress: Progress = field(default_factory=Quiet)
    say: Callable[[str], None] = print
    resume: bool = False
    label: str | None = None
    unit: str = ""
    consent: str = ""

    @property
    def model(self) -> Path:
        """The folder of the model that comes out."""
        return self.folder / "model"

    @property
    def name(self) -> str:
        """The model's name: that of the run folder, in letters that a name may have."""
        plain = "".join(c if c.isalnum() or c in "._-" else "-" for c in self.folder.name.lower()).strip("-._")
        return plain or self.verb


@dataclass(frozen=True)
class Method:
    """How something is learned.

    `options` is its dataclass; `read(job)` reads what was given, so that a wrong name is told before any recording is
    opened; `run(job)` leaves a model folder and gives its card; `answers` bounds the questions: pairs of (over, answer);
    `any_labels`: what the clips are labeled with need not fit the question; `bare`: what the recordings of a folder that
    tells no labels are, where that is enough to learn from.
    """

    options: type
    read: Callable[[Job], Any]
    run: Callable[[Job], Card]
    answers: frozenset[tuple[str, str]]
    any_labels: bool = False
    bare: str | None = None
