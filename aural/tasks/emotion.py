"""How somebody sounds: calm, happy, angry ... by a model that you trained"""

from __future__ import annotations

from aural.tasks._clips import Options, Wanted, page

__all__ = ["Options", "TASK"]

TASK = page(Wanted("emotion", ("emotions", "emotion"), "no recordings of emotions may be shipped as a model"))
