"""Decimals: 3.14, .5, -0.25"""

from __future__ import annotations

import re

from aural.text._reading import Around, Reading, said
from aural.text.spoken_forms._amounts import POINTED, SCALES, amount

RANK = 61
PATTERN = re.compile(rf"([-+](?=[\d.]))?({POINTED})([xX])?(?!\w)(?!\.\d)")


def read(found: re.Match[str], around: Around) -> Reading | None:
    """A number with a point; a point behind a word is none (file.5)."""
    if (found[1] or found[2].startswith(".")) and re.search(r"[\w)\].]$", around.left):
        return None
    sign = {"-": ("minus",), "+": ("plus",)}.get(found[1] or "", ())
    alone = not re.match(rf"\s{SCALES}\b", around.right(found.end()))
    return said(found.end(), *sign, *amount(found[2], joined=alone), *((found[3],) if found[3] else ()))
