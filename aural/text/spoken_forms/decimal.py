"""Decimals: 3.14, .5, -0.25, 1.5e-3, 2.5x, 7.8M, 4.5/5"""

from __future__ import annotations

import re

from aural.text._number_words import cardinal
from aural.text._reading import Around, Reading, said
from aural.text.spoken_forms._amounts import POINTED, SCALES, amount

RANK = 61
PATTERN = re.compile(
    rf"([-+](?=[\d.]))?({POINTED})(?:([xX])|[eE]([+-]?\d{{1,3}})|([kKMBGT]|\ ?(?:bn|mn|mln))|(?P<out>/\d{{1,3}})"
    r"|(?P<tail>[a-z]{1,2}))?(?:(?!\w|\.\d)|(?=x\d))"
)
_SCALES = {"k": "thousand", "K": "thousand", "M": "million", "mn": "million", "mln": "million", "B": "billion", "bn": "billion"}


def read(found: re.Match[str], around: Around) -> Reading | None:
    """A number with a point; a point behind a word is none (file.5)."""
    if (found[1] or found[2].startswith(".")) and (not around.signed or around.left.endswith(".")):
        return None
    sign = {"-": ("minus",), "+": ("plus",)}.get(found[1] or "", ())
    if found["out"]:
        return said(found.end(), *sign, *amount(found[2]), "out", "of", *cardinal(int(found["out"][1:])))
    alone = not re.match(rf"\s{SCALES}\b", around.right(found.end()))
    behind: tuple[str, ...] = (found[3],) if found[3] else ()
    if found["tail"]:
        behind = (found["tail"].upper(),)
    if found[4]:
        behind = ("times", "ten", "to", "the", "power", "of", *cardinal(int(found[4])))
    if found[5]:
        behind = (_SCALES.get(found[5].strip(), found[5]),)
    return said(found.end(), *sign, *amount(found[2], joined=alone), *behind)
