"""What was chosen for a method whose net is its own: the options of the training, and settings for dotted names."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from torch import nn

from aural import settings
from aural.errors import UsageError
from aural.learn import checkpoint
from aural.learn.job import Job
from aural.learn.nets import Choice
from aural.learn.options import Options

# What stands for parts that nets of this kind do not have, or for truths that their clips do not have.
_OTHERS = ("encoder", "frontend", "loss", "units", "vocabulary", "augment", "noise", "rooms", "balance", "int8", "freeze", "heard")


def chosen(
    job: Job, method: str, defaults: Mapping[str, Any], pages: Mapping[str, type], takes: Collection[str] = ()
) -> tuple[Choice, Mapping[str, Any]]:
    """What was given, over the defaults of the method; the options of each of `pages`, name -> dataclass.

    A bare name may belong to the training or to one part; dotted names say which. `takes` are options that methods of this kind
    do not have, but this one has. Raises: UsageError.
    """
    others = {*_OTHERS} - {*takes}
    own = {o.name for o in settings.options_of(Options)} - others
    given: dict[str, dict[str, Any]] = {part: {} for part in ("", *pages)}
    for name, value in job.given.items():
        if name in others:
            raise UsageError(f"{method} has no {name}", where=f"--{name.replace('_', '-')}", fix="Leave it out")
        part, key = _place(name, own, pages)
        given[part][key] = value
    options = settings.build(Options, defaults, given[""], {"encoder": method}, where=f"--method {method}")
    built: dict[str, Any] = {part: settings.build(page, given[part], where=f"--method {method}") for part, page in pages.items()}
    return Choice(options, {part: settings.as_dict(value) for part, value in built.items()}, "", ""), built


def _place(name: str, own: set[str], pages: Mapping[str, type]) -> tuple[str, str]:
    """The part that an option belongs to, and its bare name. Raises: UsageError."""
    known = {part: [o.name for o in settings.options_of(page)] for part, page in pages.items()}
    part, dot, key = name.partition(".")
    if dot and key in known.get(part, ()):
        return part, key
    if name in own:
        return "", name
    places = [part for part, keys in known.items() if name in keys]
    if len(places) == 1:
        return places[0], name
    if places:
        raise UsageError(f"{name!r} is a setting of several parts", where="--set", fix=f"Write {places[0]}.{name}")
    raise settings.unknown(name, [*own, *(k for keys in known.values() for k in keys)], "--set")


def begun_from(module: nn.Module, options: Options) -> None:
    """Put the best weights of the run behind `--from` into a module. Raises: UsageError, LearningError."""
    if options.start is None:
        return
    found = checkpoint.load(Path(options.start) / "checkpoints")
    if found is None:
        fix = "Give the run folder of a training of the same method"
        raise UsageError("this run has no checkpoint to begin with", where=options.start, fix=fix)
    checkpoint.fitted(module, checkpoint.part(checkpoint.part(found[0], "best"), "net"), options.start)
