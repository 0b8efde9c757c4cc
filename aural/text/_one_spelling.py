"""One spelling for characters that are the same to a reader: full-width digits, no-break spaces, typographic signs."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

# Signs that NFKC would spoil (a raised 2 is not a 2) are left; these have a plain twin of their own.
_TWINS = {
    "‘": "'", "’": "'", "ʼ": "'", "‛": "'", "′": "'", "´": "'", "“": '"', "”": '"', "„": '"', "‟": '"', "″": '"', "«": '"',
    "»": '"', "−": "-", "‐": "-", "‑": "-", "‒": "–", "―": "—", "⁄": "/", "∕": "/", "µ": "μ", "×": "×", "∙": "·",
    "٪": "%", **{chr(0x2080 + i): str(i) for i in range(10)},
}  # fmt: skip
_COMPATIBLE = (
    (0xFF01, 0xFF5E), (0xFFE0, 0xFFE6), (0xFB00, 0xFB06), (0x2100, 0x2115), (0x2117, 0x2121), (0x2123, 0x2138), (0x2160, 0x2188),
    (0x2460, 0x249B), (0x3300, 0x33FF), (0x1D400, 0x1D7FF), (0x1F100, 0x1F10A),
)  # fmt: skip
_INVISIBLE = frozenset("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\u2061\u2062\u2063\u2064\ufeff\u180e\ufe0e\ufe0f") | frozenset(
    chr(c) for c in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
)
_MARKED = re.compile(r"[^\W\d_][\u0300-\u036f]{1,4}")
_ODD = re.compile(r"[^\t\n\r -~]")


def one_spelling(text: str) -> tuple[str, Sequence[int], Sequence[int]]:
    """The text as the pages read it, and for each of its characters the start and end in `text` of what it stands for.

    Invisible characters have no place; one character may stand for several ("℃" is "°C"), several for one (e and its accent).
    """
    if not _ODD.search(text):
        return text, range(len(text)), range(1, len(text) + 1)
    out: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    i = 0
    while i < len(text):
        marked = _MARKED.match(text, i)
        size = len(marked[0]) if marked else 1
        plain = unicodedata.normalize("NFC", marked[0]) if marked else _plain(text[i])
        out.append(plain)
        starts += [i] * len(plain)
        i += size
        ends += [i] * len(plain)
    return "".join(out), starts, ends


def _plain(char: str) -> str:
    if char < "\u0080":
        return char
    if char in _TWINS:
        return _TWINS[char]
    if char in _INVISIBLE:
        return ""
    if unicodedata.category(char) == "Nd":
        return str(unicodedata.digit(char))
    if unicodedata.category(char) == "Zs":
        return " "
    code = ord(char)
    if any(first <= code <= last for first, last in _COMPATIBLE):
        return unicodedata.normalize("NFKC", char)
    return char
