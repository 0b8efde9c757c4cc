"""Decimals: 3.14, .5, -0.25, 1.5e-3, 2.5x, 7.8M, 4.5/5"""

from __future__ import annotations

import re

from aural.text._number_words import cardinal
from aural.text._reading import Around, Reading, said
from aural.text.spoken_forms._amounts import PEOPLE, POINTED, POPULATION, SCALES, SHORT_SCALES, amount

RANK = 61
PATTERN = re.compile(
    r"(?P<minus>-(?=\d))?(?P<continental>[1-9]\d{0,2}(?:\.\d{3}){1,4}),(?P<places>\d{1,2})(?![\w,]|\.\d)|(?<![\w.,])0,(?P<comma>\d{1,3})(?![\w,]|\.\d)|"
    rf"(?P<sign>[-+](?=[\d.]))?(?P<number>{POINTED})(?:(?P<times>[xX])"
    rf"|[eE](?P<power>[+-]?\d{{1,3}})|(?P<scale>[kKMBGT]|\ ?(?:bn|mn|mln|bln))|(?P<millions>m)(?=\+? (?:more |new )?(?:{PEOPLE})\b)"
    rf"|(?P<out>/\d{{1,3}})"
    r"|(?P<tail>[a-z]{1,2}|[A-Z]{1,2}))?(?:(?!\w|\.\d)|(?=x\d))"
)


def read(found: re.Match[str], around: Around) -> Reading | None:
    """A number with a point; a point behind a word is none (file.5)."""
    if found["comma"]:
        return said(found.end(), *amount(f"0.{found['comma']}"))
    if found["continental"]:
        whole = found["continental"].replace(".", "")
        minus = ("minus",) if found["minus"] and around.signed else ()
        return said(found.end(), *minus, *amount(f"{whole}.{found['places']}")) if around.signed or not found["minus"] else None
    if (found["sign"] or found["number"].startswith(".")) and (not around.signed or around.left.endswith(".")):
        return None
    sign = {"-": ("minus",), "+": ("plus",)}.get(found["sign"] or "", ())
    if found["out"]:
        return said(found.end(), *sign, *amount(found["number"]), "out", "of", *cardinal(int(found["out"][1:])))
    alone = not re.match(rf"\s{SCALES}\b", around.right(found.end()))
    behind: tuple[str, ...] = (found["times"],) if found["times"] else ()
    if found["tail"]:
        behind = (found["tail"].upper(),)
    if found["power"]:
        behind = ("times", "ten", "to", "the", "power", "of", *cardinal(int(found["power"])))
    if found["millions"] or (found["tail"] == "m" and POPULATION.search(around.left)):
        behind = ("million",)
    if found["scale"]:
        behind = (SHORT_SCALES.get(found["scale"].strip(), found["scale"]),)
    return said(found.end(), *sign, *amount(found["number"], joined=alone), *behind)
