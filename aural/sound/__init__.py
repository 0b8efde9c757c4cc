"""Sound as arrays: decode, resample, spectra, effects. The names below are loaded when first asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aural.sound.sound import Sound, load
    from aural.sound.source import Source

__all__ = ["Sound", "Source", "load"]


def __getattr__(name: str) -> Any:
    from aural import find

    if name == "Source":
        return find.attribute("sound.source", name)
    if name in ("Sound", "load"):
        return find.attribute("sound.sound", name)
    raise AttributeError(f"module 'aural.sound' has no attribute {name!r}")
