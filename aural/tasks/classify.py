"""Which of the classes that a model learned a recording belongs to"""

from __future__ import annotations

from aural.tasks._clips import Options, Wanted, page

__all__ = ["Options", "TASK"]

TASK = page(Wanted("classify", (), "classes are yours to name, so there is no model for them yet"))
