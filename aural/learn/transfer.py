"""Transfer: a training begins with the encoder of a run that was trained here before (and with what stands behind it, where the
labels are the same), of a published checkpoint, or of a fetched recognizer."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from torch import Tensor
from torch.nn import Module

from aural.errors import UsageError, reason
from aural.learn import checkpoint, fetched, published
from aural.models.card import Card, Licences
from aural.models.card import read as read_card
from aural.nets.net import Net
from aural.progress import Progress

HELD = frozenset({"always", "lent"})  # from the first step to the last
STAGED = 0.25  # share of a staged training in which the encoder is held
_BROUGHT = ("encoder", "frontend", "sample_rate")
_PARTS = ("frontend", "encoder")
_FREE = ("encoder.dropout",)  # settings that shape no weights: another training may want them otherwise
_FIX = (
    "Give the run folder of a net that was trained here (--from runs/x), moonshine-base, or a checkpoint of wav2vec 2.0 or HuBERT"
)


def elsewhere(start: str) -> ModuleType | None:
    """The module that brings an encoder which learned elsewhere, None for a run folder."""
    return next((module for module in (published, fetched) if module.knows(start)), None)


def joined(given: Mapping[str, Any], progress: Progress | None = None) -> dict[str, Any]:
    """What was given, with what the run behind `start` brings: its encoder, frontend, rate, and their settings.

    Raises: UsageError for a folder that is no such run, and for a setting that it would contradict.
    """
    start = given.get("start")
    if start is None:
        if given.get("freeze", "never") != "never":
            raise UsageError("nothing can be held that has learned nothing yet", where="--freeze", fix="Add --from runs/x")
        return dict(given)
    module = elsewhere(str(start))
    told = module.told(str(start), progress) if module else _options(Path(str(start)))
    brought = {name: told[name] for name in _BROUGHT if told.get(name) is not None}
    brought |= {f"{part}.{name}": value for part in _PARTS for name, value in told["parts"][part].items()}
    bare = {name.partition(".")[2] for name in brought if "." in name}
    clash = [name for name, value in given.items() if _clashes(name, value, brought, bare)]
    if clash:
        flag = f"--{clash[0].replace('_', '-')}" if clash[0] in _BROUGHT else f"--set {clash[0]}"
        raise UsageError(f"--from brings {clash[0]} with it", where=flag, fix="Leave one of the two out")
    return {**brought, **given}


def _clashes(name: str, value: Any, brought: Mapping[str, Any], bare: set[str]) -> bool:
    if name in _FREE:
        return False
    return (name in brought and str(brought[name]) != str(value)) or (name in bare and name not in brought)


def lent(own: Licences, what: str, data: str) -> Licences:
    """The licences of what was learned with an encoder from elsewhere: what that one may be used for goes on with it.

    what: "begun with NAME"; data: the licences of the clips.
    """
    may = False if own.commercial is False else None
    return Licences(
        "Apache-2.0", f"{what} ({own.weights}); else as the data allow", data, may, f"{own.told_by}; the rows of the manifest"
    )


def load(net: Net, start: str, freeze: str = "never") -> None:
    """Put the weights of a run's frontend, standardization and encoder, or of an encoder from elsewhere, into a net.

    Raises: UsageError, LearningError, ModelRefused, ModelMissing.
    """
    if module := elsewhere(start):
        checkpoint.fitted(net.encoder.lent, module.weights(start), start)
        net.brought = (net.frontend, net.encoder.lent)
        return
    kept = _learned(Path(start))
    for name, module in (("frontend", net.frontend), ("standard", net.standard), ("encoder", net.encoder)):
        checkpoint.fitted(module, _below(kept, f"net.{name}"), start)
    net.brought = (net.frontend, net.encoder.lent if freeze == "lent" else net.encoder)


def onward(parts: Mapping[str, Module], start: str | None, labels: Sequence[str]) -> tuple[str, ...]:
    """Put what a run learned behind its encoder for the same labels into parts by their names in it ("net.head", "decoder").

    Gives the names of those that came along: a part of other sizes begins anew, and all do where the labels are others.
    """
    told = card(start)
    if start is None or told is None or told.labels != tuple(labels):
        return ()
    kept = _learned(Path(start))
    fitting = {n: m for n, m in parts.items() if _sizes(_below(kept, n)) == _sizes(m.state_dict())}
    for name, module in fitting.items():
        checkpoint.fitted(module, _below(kept, name), start)
    return tuple(fitting)


def _learned(folder: Path) -> dict[str, Tensor]:
    """The best weights of a run by their names. Raises: UsageError, LearningError."""
    found = checkpoint.load(folder / "checkpoints")
    if found is None:
        raise UsageError("this run has no checkpoint to begin with", where=str(folder), fix=_FIX)
    return checkpoint.part(checkpoint.part(found[0], "best"), "net")


def _below(tensors: Mapping[str, Tensor], name: str) -> dict[str, Tensor]:
    return {n.removeprefix(f"{name}."): t for n, t in tensors.items() if n.startswith(f"{name}.")}


def _sizes(tensors: Mapping[str, Tensor]) -> dict[str, tuple[int, ...]]:
    return {n: tuple(t.shape) for n, t in tensors.items()}


def card(start: str | None) -> Card | None:
    """What the model of a run tells of itself, None for an encoder from elsewhere and a run that has no model yet."""
    place = Path(start or "", "model", "card.json")
    return read_card(place) if start and not elsewhere(start) and place.is_file() else None


def _options(folder: Path) -> dict[str, Any]:
    place = folder / "options.json"
    try:
        told: dict[str, Any] = json.loads(place.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"this is no run folder of a net ({reason(error)})", where=str(folder), fix=_FIX) from None
    if not {"encoder", "sample_rate", "parts"} <= told.keys():
        raise UsageError("this run trained no net", where=str(folder), fix=_FIX)
    return told
