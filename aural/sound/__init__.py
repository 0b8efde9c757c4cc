"""Sound as arrays: decode, resample, spectra, effects. The names below are loaded when first asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aural.sound.sound import Sound, load
    from aural.sound.source import Source

__all__ = ["Sound", "Source", "load"]

_HOMES = {"Sound": "sound.sound", "load": "sound.sound", "Source": "sound.source"}


def __getattr__(name: str) -> Any:
    from aural import find

    if name in _HOMES:
        return find.attribute(_HOMES[name], name)
    raise AttributeError(f"module 'aural.sound' has no attribute {name!r}")
