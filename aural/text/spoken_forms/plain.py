"""Words as they stand, with their apostrophes"""

from __future__ import annotations

import re

from aural.text._reading import Around, Reading, said

RANK = 90
_LETTER = r"[^\W\d_\u00b2\u00b3\u00b9\u2070-\u2079\u2080-\u2089]"
PATTERN = re.compile(rf"{_LETTER}+(?:'{_LETTER}+)*")


def read(found: re.Match[str], around: Around) -> Reading | None:
    """The word itself."""
    return said(found.end(), found[0])
