"""Phones as the symbols that neural voices read: a name with its stress, a silence with its mark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aural.errors import UsageError
from aural.text.pronunciation.phones import SILENCE, Phone

_STRESSES = ("", "1", "2")


def symbol(phone: Phone) -> str:
    """ "O1" for an O of main stress, "_," for a silence at a comma."""
    return SILENCE + phone.mark if phone.silent else phone.name + _STRESSES[phone.stress]


def numbers(phones: Sequence[Phone], known: Mapping[str, int], voice: str) -> list[int]:
    """The numbers of phones among the symbols of a voice; a stress or a mark that it never saw is read as a near one.

    Raises: UsageError that names a phone which it does not have.
    """
    found = []
    for phone in phones:
        near = [symbol(phone)]
        if phone.silent:
            near += [SILENCE + mark for mark in (".", ",", "")]
        else:
            near += [phone.name + stress for stress in _STRESSES]
        place = next((known[name] for name in near if name in known), None)
        if place is None:
            has = " ".join(sorted({name.rstrip("12") for name in known if not name.startswith(SILENCE)}))
            raise UsageError(f"{phone.name!r} is no phone of {voice}", where="speak", fix=f"It has {has}")
        found.append(place)
    return found
