"""Runs a model folder of the kind "ensemble": model folders below it, whose answers are averaged."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Sequence
from pathlib import Path

from aural.errors import ModelRefused
from aural.files import disk_error, sha256_of
from aural.models import card as cards
from aural.models import store
from aural.models.card import Card
from aural.models.face import Model
from aural.models.runtime import Runtime
from aural.models.together import KIND, Together, card_of

MEMBERS, WEIGHT = "members", "weight."


def write(folder: Path, members: Sequence[Path], name: str, weights: Sequence[float] | None = None) -> Card:
    """Copy model folders into one that answers with their weighted mean. Raises: UsageError where they do not fit."""
    known = [cards.read(member / "card.json") for member in members]
    shares = list(weights) if weights is not None else [1.0 / len(known)] * len(known)
    made = card_of(known, shares)
    files: dict[str, str] = {}
    for number, (member, card) in enumerate(zip(members, known, strict=True)):
        place = folder / MEMBERS / str(number)
        try:
            place.mkdir(parents=True, exist_ok=True)
            for file in ("card.json", *card.files):
                (place / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(member / file, place / file)
                files[(place / file).relative_to(folder).as_posix()] = sha256_of(place / file)
        except OSError as error:
            raise disk_error(error, place) from error
    calibrated = {f"{WEIGHT}{number}": float(share) for number, share in enumerate(shares)}
    made = dataclasses.replace(made, name=name, files=dict(sorted(files.items())), calibration=calibrated)
    cards.write(made, folder / "card.json")
    return made


def open(folder: Path, card: Card, runtime: Runtime) -> Model:
    """The models of a folder as one. Raises: ModelRefused when a part is missing, or is an ensemble itself."""
    weights = [share for name, share in sorted(card.calibration.items(), key=_number) if name.startswith(WEIGHT)]
    members: list[Model] = []
    try:
        for number in range(len(weights)):
            place = folder / MEMBERS / str(number)
            own = cards.read(place / "card.json")
            if own.kind == KIND:
                raise ModelRefused("an ensemble is no part of another one", where=str(place))
            members.append(store.open_folder(place, own, runtime))
        return Together(members, weights, card)
    except Exception:
        for member in members:
            member.close()
        raise


def _number(item: tuple[str, float]) -> int:
    return int(item[0].removeprefix(WEIGHT)) if item[0].startswith(WEIGHT) else -1
