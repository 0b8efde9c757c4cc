"""Letters as strokes, so that pixels can carry text of any size without a font file."""

from __future__ import annotations

import unicodedata

import numpy as np

# Each point is two digits, across and up, on a grid where 2 is the base line, 6 the height of small letters and
# 8 that of capitals; a bar lifts the pen.
_STROKES = {
    "0": "12 32 43 47 38 18 07 03 12", "1": "06 28 22|02 42", "2": "07 18 38 47 46 02 42",
    "3": "07 18 38 47 46 35 44 43 32 12 03|15 35", "4": "32 38 04 44", "5": "48 08 05 35 44 43 32 12 03",
    "6": "47 38 18 07 03 12 32 43 44 35 15 04", "7": "08 48 12", "8": "15 06 07 18 38 47 46 35 15 04 03 12 32 43 44 35",
    "9": "03 12 32 43 47 38 18 07 06 15 35 46", "A": "02 28 42|14 34", "B": "02 08 38 47 46 35 05|35 44 43 32 02",
    "C": "47 38 18 07 03 12 32 43", "D": "02 08 28 46 44 22 02", "E": "48 08 02 42|05 35", "F": "48 08 02|05 35",
    "G": "47 38 18 07 03 12 32 43 45 25", "H": "02 08|42 48|05 45", "I": "02 08", "J": "38 33 22 12 03", "K": "02 08|48 05 42",
    "L": "08 02 42", "M": "02 08 25 48 42", "N": "02 08 42 48", "O": "12 32 43 47 38 18 07 03 12", "P": "02 08 38 47 46 35 05",
    "Q": "12 32 43 47 38 18 07 03 12|24 42", "R": "02 08 38 47 46 35 05|25 42", "S": "47 38 18 07 06 15 35 44 43 32 12 03",
    "T": "08 48|28 22", "U": "08 03 12 32 43 48", "V": "08 22 48", "W": "08 12 26 32 48", "X": "02 48|08 42",
    "Y": "08 25 48|25 22", "Z": "08 48 02 42", "a": "05 16 26 35 32|34 14 03 12 22 33", "b": "08 02|05 16 26 35 33 22 12 03",
    "c": "35 26 16 05 03 12 22 33", "d": "38 32|35 26 16 05 03 12 22 33", "e": "04 34 35 26 16 05 03 12 22 33",
    "f": "28 17 12|06 26", "g": "36 31 20 10 01|35 26 16 05 03 12 22 33", "h": "08 02|05 16 26 35 32", "i": "06 02|08 08",
    "j": "16 11 00|18 18", "k": "08 02|36 04 32", "l": "08 03 12", "m": "06 02|05 16 25 22|25 36 45 42",
    "n": "06 02|05 16 26 35 32", "o": "05 16 26 35 33 22 12 03 05", "p": "06 00|05 16 26 35 33 22 12 03",
    "q": "36 30|35 26 16 05 03 12 22 33", "r": "06 02|05 16 26", "s": "35 26 16 05 14 24 33 22 12 03", "t": "18 13 22|06 26",
    "u": "06 03 12 22 33|36 32", "v": "06 22 46", "w": "06 12 25 32 46", "x": "06 32|36 02", "y": "06 22|46 10",
    "z": "06 36 02 32", ".": "02 02", ",": "12 01", ":": "05 05|02 02", ";": "15 15|12 01", "-": "05 25", "+": "05 45|23 27",
    "/": "01 38", "\\": "08 31", "(": "18 06 04 12", ")": "08 16 14 02", "[": "18 08 02 12", "]": "08 18 12 02",
    "{": "28 17 16 05 14 13 22", "}": "08 17 16 25 14 13 02", "%": "02 48|08 18 17 07 08|33 43 42 32 33",
    "#": "12 18|32 38|04 44|06 46", "*": "24 28|05 47|45 07", "=": "04 44|06 46", "<": "37 05 33", ">": "07 35 03", "'": "08 07",
    '"': "08 07|18 17", "_": "01 41", "!": "08 04|02 02", "?": "07 18 28 37 36 15 14|12 12", "|": "08 01",
    "&": "42 07 18 27 04 03 12 22 44", "@": "33 25 14 23 34 43 46 37 17 06 03 12 32", "^": "06 28 46", "~": "05 16 25 36",
    "$": "47 38 18 07 06 15 35 44 43 32 12 03|28 22", "`": "08 17", "°": "08 18 17 07 08", "µ": "06 00|06 03 12 22 33|36 32",
    "×": "03 36|06 33", "²": "07 18 27 05 25",
}  # fmt: skip
_LIKE = {"−": "-", "–": "-", "—": "-", "♯": "#", "’": "'", "‘": "'", "“": '"', "”": '"', "…": "...", "μ": "µ", "·": ".", "ß": "ss"}
_UNKNOWN = "02 32 38 08 02"
_SPACE, _GAP = 2.4, 1.7
# The height of a capital is six steps of the grid, and 0.72 of the size that typesetters count by.
_STEP = 0.72 / 6


def strokes(text: str, *, size: float) -> tuple[list[np.ndarray], float]:
    """The pen strokes of a text, each [N, 2] in pixels right and down of the base line's left end, and its width.

    `size` is what SVG calls font-size. Letters with marks lose them; what has no strokes is a box.
    """
    lines, at = [], 0.0
    for letter in _plain(text):
        if letter == " ":
            at += _SPACE + _GAP / 2
            continue
        glyph = _STROKES.get(letter, _UNKNOWN)
        widest = 0
        for stroke in glyph.split("|"):
            points = np.array([[int(p[0]), int(p[1]) - 2] for p in stroke.split()], float)
            widest = max(widest, int(points[:, 0].max()))
            lines.append((points * [1, -1] + [at, 0]) * (_STEP * size))
        at += widest + _GAP
    return lines, max(0.0, at - _GAP) * _STEP * size


def width(text: str, *, size: float) -> float:
    """How wide a text is in pixels."""
    at = 0.0
    for letter in _plain(text):
        glyph = _STROKES.get(letter, _UNKNOWN)
        at += _SPACE + _GAP / 2 if letter == " " else max(int(p[0]) for s in glyph.split("|") for p in s.split()) + _GAP
    return max(0.0, at - _GAP) * _STEP * size


def _plain(text: str) -> str:
    known = "".join(_LIKE.get(c, c) for c in text)
    found = []
    for letter in known:
        if letter in _STROKES or letter == " ":
            found.append(letter)
        else:
            bare = unicodedata.normalize("NFKD", letter)
            found.append("".join(c for c in bare if not unicodedata.combining(c)) or "?")
    return "".join(found)
