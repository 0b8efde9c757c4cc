"""Which genre a piece of music belongs to, by a model that you trained"""

from __future__ import annotations

from aural.tasks._clips import Options, Wanted, page

__all__ = ["Options", "TASK"]

TASK = page(Wanted("genre", ("genres", "genre"), "no music with genres may be shipped as a model"))
