"""Numbers with several points: version 3.10.2, section 4.2.1"""

from __future__ import annotations

import re

from aural.text._number_words import cardinal
from aural.text._reading import Around, Reading, said

RANK = 32
PATTERN = re.compile(r"v?(\d{1,6}(?:\.\d{1,6}){2,5})(?!\w|\.\d)|v(\d{1,4}(?:\.\d{1,4})?)(?!\w|\.\d)", re.IGNORECASE)


def read(found: re.Match[str], around: Around) -> Reading | None:
    """Each number as a count with "point" between."""
    words: list[str] = ["version"] if found[0][0] in "vV" else []
    for i, number in enumerate((found[1] or found[2]).split(".")):
        words += [*(["point"] if i else []), *cardinal(int(number))]
    return said(found.end(), *words)
