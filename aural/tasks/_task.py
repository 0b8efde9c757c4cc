"""What a task page holds as `TASK`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from aural.results import Question

Takes = Literal["source", "pair", "sources", "source and text", "text", "codes", "name and source"]


@dataclass(frozen=True)
class Task:
    """One verb: what it takes, which models it opens, its options, and how it runs.

    `roles` maps a role to the default model's name; `options` is a frozen dataclass made with
    `settings.option`. `run(inputs, shelf, options, progress)` gives a Result, Sound, Codes, Vectors,
    Match, list of Match, Report or Picture; inputs is one source, or a tuple as `takes` says.
    `writes` names what the answer can be written as (-f); None = every page of formats/.
    `places(source, shelf, options, progress)` gives a page the map of voices, where there is one.
    `note(answer)` is a remark for standard error, "" where there is nothing to say; `assumes(choices, options)`
    one on what was taken for granted, said once behind all answers.
    `show(answer) -> str` is what a terminal prints when no format is asked for. `main_role` is the
    role that -m/--model replaces, unless `part(name)` tells another one of a model; `learned_by` is the method
    (a page of learn/methods) that makes its model. `score(reference_clip, answer)` serves `judge`.
    `growing(inputs, shelf, options, progress, told)` runs as `run` does and calls told([segment ...]) with
    what is settled, as soon as it is. `spare` names the option with which no recording is needed; `run` then gets None.
    """

    takes: Takes
    options: type
    run: Callable[..., Any]
    show: Callable[[Any], str]
    roles: Mapping[str, str] = None  # type: ignore[assignment]
    main_role: str | None = None
    question: Question | None = None
    live: Callable[..., Any] | None = None
    score: Callable[..., Any] | None = None
    writes: tuple[str, ...] | None = None
    places: Callable[..., Any] | None = None
    note: Callable[[Any], str] | None = None
    assumes: Callable[[Mapping[str, str], Any], str] | None = None
    learned_by: str = "supervised"
    part: Callable[[str], str] | None = None
    growing: Callable[..., Any] | None = None
    spare: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "roles", dict(self.roles or {}))
