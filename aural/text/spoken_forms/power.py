"""Raised digits: x², 10⁶, 10⁻³; a note's number behind a word is dropped"""

from __future__ import annotations

import re

from aural.text._number_words import cardinal
from aural.text._reading import Around, Part, Reading

RANK = 71
PATTERN = re.compile("([⁺⁻]?)([⁰¹²³⁴⁵⁶⁷⁸⁹]{1,9})")
_FLAT = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_NAMES = {"²": ("squared",), "³": ("cubed",)}


def read(found: re.Match[str], around: Around) -> Reading:
    """Squared, cubed, or a power, behind a number, a bracket or a name of at most two letters."""
    if not re.search(r"\d$|\)$|(?<![^\W\d_])[^\W\d_]{1,2}$", around.left):
        return (Part(found.end(), (), "note"),)
    sign = ("minus",) if found[1] == "⁻" else ()
    power = ("to", "the", "power", "of", *sign, *cardinal(int(found[2].translate(_FLAT))))
    return (Part(found.end(), _NAMES.get(found[0], power)),)
