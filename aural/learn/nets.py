"""From a job to a net and its loss: names and settings are read, sizes follow from the clips."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from aural import find, settings
from aural.errors import UsageError
from aural.files import refuse_place
from aural.learn import processes, transfer
from aural.learn.job import Job
from aural.learn.losses._face import Loss
from aural.learn.options import Options
from aural.learn.remembered import remember
from aural.nets.cells import cell_of
from aural.nets.net import PARTS, Net, Plan, frontend_of, page_of


@dataclass(frozen=True)
class Choice:
    """All that was chosen: the training's options, the settings of each part, and the loss's name."""

    options: Options
    parts: Mapping[str, Mapping[str, Any]]
    loss: str
    head: str


def choice_of(job: Job, head: str | None = None, loss: str | None = None, also: str | None = None) -> Choice:
    """Read what was given; `head` and `loss` are for methods that need others than the question's, `also` names a further part
    of the net, which the option of that name chooses.

    A bare name may belong to the training or to one part of the net; dotted names say which.

    Raises: UsageError for a name that nothing has, or that several parts have.
    """
    own = {o.name for o in settings.options_of(Options)}
    given = transfer.joined(job.given, job.progress)
    plain = {n: v for n, v in given.items() if n in own}
    options = settings.build(Options, plain, where=f"train {job.verb}")
    if options.heard is not None:
        _check_heard(options)
    loss = options.loss or loss or cell_of(job.question).loss
    pages = {
        "encoder": page_of("encoder", options.encoder),
        "frontend": page_of("frontend", frontend_of(Plan(job.question, 1, options.encoder, options.frontend))),
        "head": page_of("head", head or cell_of(job.question).head),
        "loss": find.page("learn/losses", loss),
    }
    if also is not None:
        pages[also] = page_of(also, getattr(options, also))
    # Moments in time are learned as a set of one: how sure each frame is.
    answer = "set" if cell_of(job.question).squash == "sigmoid" else str(job.question.answer)
    answer = "vector" if head == "embedding" else answer
    if answer not in pages["loss"].ANSWERS:
        raise UsageError(f"the loss {loss} is not for a {answer}", where="--loss")
    known = {part: {o.name for o in settings.options_of(page.Config)} for part, page in pages.items()}
    parts: dict[str, dict[str, Any]] = {part: {} for part in pages}
    for name, value in given.items():
        if name not in own:
            part, key = _place(name, known, own)
            parts[part][key] = value
    for part, page in pages.items():
        parts[part] = settings.as_dict(settings.build(page.Config, parts[part], where=f"{part} settings"))
    return Choice(options, parts, loss, head or cell_of(job.question).head)


def _place(name: str, known: Mapping[str, set[str]], own: set[str]) -> tuple[str, str]:
    part, dot, key = name.partition(".")
    if dot:
        if part not in known or key not in known[part]:
            every = [f"{p}.{k}" for p, keys in known.items() for k in keys]
            raise settings.unknown(name, every, "--set")
        return part, key
    places = [p for p, keys in known.items() if name in keys]
    if len(places) > 1:
        fix = f"Write {places[0]}.{name} or {places[1]}.{name}"
        raise UsageError(f"{name!r} is a setting of several parts", where="--set", fix=fix)
    if not places:
        raise settings.unknown(name, [*own, *(k for keys in known.values() for k in keys)], "--set")
    return places[0], name


def net_of(job: Job, choice: Choice, outputs: int) -> Net:
    """The net, its weights drawn from the seed, those of its encoder taken over where another run is named."""
    parts = {p: choice.parts[p] for p in PARTS}
    options = choice.options
    torch.manual_seed(options.seed)
    net = Net(Plan(job.question, outputs, options.encoder, options.frontend, options.sample_rate, parts, choice.head))
    if options.start is not None:
        transfer.load(net, options.start, options.freeze)
        if _keeps(options):
            remember(net.brought[-1], options.cache, Path(options.heard) if options.heard is not None else None)
    return net


def _check_heard(options: Options) -> None:
    """Raises: UsageError where nothing is held whose answers could be kept, or where they cannot be written."""
    if not options.heard:
        raise UsageError("this is no name of a folder", where="--heard", fix="Name one, or leave it out")
    if not _keeps(options):
        fix = "Add --from moonshine-base --freeze always, and leave --augment and --crop out"
        raise UsageError("no encoder is held that hears the same clips each time", where="--heard", fix=fix)
    refuse_place(Path(options.heard, "frames"), "Choose another --heard")


def _keeps(options: Options) -> bool:
    """True where what is held hears the same each time. Clips that are changed would only fill the memory."""
    return options.freeze in transfer.HELD and not options.augment and not options.crop


def loss_of(choice: Choice, outputs: int, width: int | None = None) -> Loss:
    """The loss with its settings; `width` of the vectors where it compares vectors."""
    page = find.page("learn/losses", choice.loss)
    config = settings.build(page.Config, choice.parts["loss"])
    made: Loss = page.Made(config, outputs) if width is None else page.Made(config, outputs, width)
    return made


def use_threads(count: int) -> None:
    """Bound the threads of torch in this process; 0 leaves them as they are."""
    if count:
        torch.set_num_threads(count)


def device_of(name: str) -> torch.device:
    """The device of a name. Raises: UsageError when it is not there."""
    if name == "auto":
        return torch.device(f"cuda:{processes.local()}" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError) as error:
        raise UsageError(f"the device {name!r} is not there", where="--device", fix="Use auto or cpu") from error
    return device


def plain(choice: Choice) -> dict[str, Any]:
    """Everything that was chosen, for the run folder."""
    return {**dataclasses.asdict(choice.options), "loss": choice.loss, "parts": {p: dict(v) for p, v in choice.parts.items()}}
