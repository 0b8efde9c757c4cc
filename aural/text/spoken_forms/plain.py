"""Words as they stand, with their apostrophes"""

from __future__ import annotations

import re

from aural.text._reading import Around, Reading, said

RANK = 90
PATTERN = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")


def read(found: re.Match[str], around: Around) -> Reading | None:
    """The word itself."""
    return said(found.end(), found[0])
