"""Numbers that are dialed or looked up: (555) 123-4567, +44 20 7946 0958, 1-800-FLOWERS, 111-11-1111, 192.168.0.1, *69"""

from __future__ import annotations

import re

from aural.text._number_words import cardinal, one_by_one
from aural.text._reading import Around, Part, Reading
from aural.text.spoken_forms._amounts import names_digits
from aural.text.spoken_forms._letters import as_said

RANK = 15
PATTERN = re.compile(
    r"(?:\+?\d[- ]\d{3}|(?:\+?\d[- ])?\(?(?:8\d\d|900)\)?)[- ](?:\d{3}[- ])?(?=[A-Z])[A-Z\d]{1,9}(?:-[A-Z\d]{1,7}){0,3}(?!\w)"
    r"|(?P<extension>(?:x|ext\.?|extension)\s?)\d{1,6}(?!\w)"
    r"|\d{4}(?:[ -]\d{4}){3}(?!\w)|\d{4} \d{6} \d{5}(?!\w)"
    r"|(?P<account>[A-Z]{2}\d\d(?: [A-Z\d]{4}){2,7}(?: [A-Z\d]{1,4})?)(?!\w)"
    r"|(?P<machine>[\dA-F]{2}(?:(?P<colon>[:-])[\dA-F]{2})(?:(?P=colon)[\dA-F]{2}){4})(?!\w|[:-])"
    r"|(?P<keys>\*#?\d{2,4}(?:[*#]\d{1,9}){0,3}#?)(?!\w|\*)"
    r"|\d{1,3}(?:\.\d{1,3}){3}(?::\d{2,5}|/\d{1,2})(?!\w)"
    r"|\+\d{1,3}(?:[ .-]?\(\d{1,4}\))?(?:[ .-]?\d{1,6}){1,6}(?![\w])"
    r"|(?:\d[ .-])?\(\d{2,5}\)[ .-]?\d{3,4}(?:[ .-]\d{3,4}){0,2}(?![\w])"
    r"|\d{1,6}(?:-\d{1,6}){1,6}(?!(?!x\d{1,6}(?!\w))\w|[-/]\d)"
    r"|\d{3}[/ ]\d{3}-\d{4}(?!\w|[-/]\d)"
    r"|\d{1,4}(?:\.\d{1,4}){2,4}(?!\w|[-/.]\d)"
    r"|0\d{2,4}(?: \d{3,4}){2}(?!\w)|0\d{4} \d{5,6}(?!\w)|0\d{2,4}[ /]\d{6,8}(?!\w)"
    r"|0\d(?:[ .]\d\d){4}(?!\w)|00\d{0,3}(?: \d{1,8}){2,5}(?!\w)"
    r"|(?:\d )?\d{3} \d{3} \d{4}(?!\w)"
)
_PIECE = re.compile(r"[A-Za-z]+|\d+|\D")


def read(found: re.Match[str], around: Around) -> Reading | None:
    """Groups of digits one by one, each a token with a pause behind it; "dot" between the numbers of an address."""
    written = found[0]
    if found["extension"]:
        return _extension(found, around)
    if found["keys"]:
        return _keys(found, around)
    if found["account"] or found["machine"]:
        return None if around.left[-1:].isalnum() else _one_by_one(found)
    if re.search(r"[\w][-./]$", around.left) or not (_is_dialed(written) or _is_code(written, around)):
        return None
    address = re.fullmatch(r"\d{1,3}(?:\.\d{1,3}){3}(?:[:/]\d+)?", written) is not None
    parts: list[Part] = []
    for piece in _PIECE.finditer(written):
        end = found.start() + piece.end()
        if piece[0].isdecimal():
            hundreds = re.fullmatch("[1-9]00", piece[0]) and re.fullmatch(r"(?:\+?\d\D{1,2})?\(?", written[: piece.start()])
            parts.append(Part(end, cardinal(int(piece[0])) if hundreds else one_by_one(piece[0])))
        elif piece[0].isalpha():
            parts.append(Part(end, (as_said(piece[0]) if len(piece[0]) > 1 else piece[0],)))
        else:
            parts.append(_between(piece[0], end, address))
    return tuple(parts)


def _extension(found: re.Match[str], around: Around) -> Reading | None:
    """Behind a telephone number: x12, ext. 45."""
    if around.previous not in ("telephone", "pause", "bracket") or not re.search(r"\d{4}[,;)]?\s?\(?$", around.left):
        return None
    end = found.end("extension")
    return (Part(end, ("extension",)), Part(found.end(), one_by_one(found[0][end - found.start() :])))


def _keys(found: re.Match[str], around: Around) -> Reading | None:
    """Keys of a telephone: *69, *#06#."""
    if around.left[-1:].strip() or (found["keys"].startswith("**")):
        return None
    words: list[str] = []
    for key in found["keys"]:
        words += {"*": ("star",), "#": ("pound",)}.get(key) or one_by_one(key)
    return (Part(found.end(), tuple(words)),)


def _one_by_one(found: re.Match[str]) -> Reading:
    """Letters and digits apart, a pause between groups: DE89 3704 0044, 00:1A:2B:3C:4D:5E."""
    parts: list[Part] = []
    for piece in re.finditer(r"[A-Z\d]+|\W", found[0]):
        end = found.start() + piece.end()
        letters = tuple(word for c in piece[0] for word in (one_by_one(c) if c.isdecimal() else (c,)))
        parts.append(Part(end, letters) if piece[0].isalnum() else Part(end, (), "space" if piece[0] == " " else "pause"))
    return tuple(parts)


def _is_code(written: str, around: Around) -> bool:
    """Groups of digits behind a word that says they are typed: sort code 12-34-56, part no. 12-345-6."""
    pairs = re.fullmatch(r"(?P<size>\d\d|\d{3}|\d{4})(?:-\d{2,4}){1,5}", written) or re.fullmatch(
        r"\d{1,6}(?:-\d{1,6}){2,5}", written
    )
    return pairs is not None and names_digits(around.left)


def _between(sign: str, end: int, address: bool) -> Part:
    if sign == "+":
        return Part(end, ("plus",))
    if sign == "." and address:
        return Part(end, ("dot",))
    if sign == ":":
        return Part(end, ("colon",))
    if sign == "/" and address:
        return Part(end, ("slash",))
    return Part(end, (), "space" if sign == " " else "bracket" if sign in "()" else "pause")


def _is_dialed(written: str) -> bool:
    """Telephone numbers, social security numbers, bank and book numbers, addresses of machines; no ranges, no dates."""
    groups = [len(g) for g in re.findall(r"[A-Za-z\d]+", written)]
    if written[0] in "+(" or "(" in written or re.search("[A-Z]", written):
        return sum(groups) >= 7
    if " " in written or ":" in written or "/" in written:
        return True
    if "." in written:
        return re.fullmatch(r"\d{1,3}(?:\.\d{1,3}){3}|0\d(?:\.\d\d){4}", written) is not None or groups in ([3, 3, 4], [1, 3, 3, 4])
    if len(groups) == 2:
        return groups in ([3, 4], [5, 4])
    if len(groups) == 3:
        return (sum(groups) >= 8 and max(groups) <= 4) or (groups[0] >= 3 and sum(groups) >= 7)
    return True
