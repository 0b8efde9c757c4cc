"""Which animal is heard"""

from __future__ import annotations

from aural.tasks._clips import Options, Wanted, page

__all__ = ["Options", "TASK"]

TASK = page(Wanted("animal", ("animals", "animal"), "there is no model for animals on this machine"))
