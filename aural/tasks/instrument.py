"""Which instrument plays"""

from __future__ import annotations

from aural.tasks._clips import Options, Wanted, page

__all__ = ["Options", "TASK"]

TASK = page(Wanted("instrument", ("instruments", "instrument"), "there is no model for instruments on this machine"))
