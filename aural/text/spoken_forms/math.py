"""Signs of arithmetic between numbers and names: x + 1 = y, 1-2=5, 2x8, 16:9, 2*8"""

from __future__ import annotations

import re

from aural.text._reading import Around, Reading, said

RANK = 45
PATTERN = re.compile(r"[<>=!]=|[+*/^=<>-]|[x×÷±≤≥≠≈√∞∑π·:](?=\s?\d)|[×÷±≤≥≠≈√∞∑·]")
_WORDS = {
    "+": "plus", "*": "times", "/": "divided by", "^": "to the power of", "=": "equals", "-": "minus", "x": "by",
    "×": "times", "÷": "divided by", "±": "plus or minus", "<": "is less than", ">": "is greater than", "≤": "is at most",
    "≥": "is at least", "<=": "is at most", ">=": "is at least", "==": "equals", "≠": "is not equal to",
    "!=": "is not equal to", "≈": "is about", "√": "the square root of", "∞": "infinity", "∑": "the sum of", ":": "to",
    "·": "times",
}  # fmt: skip
_ALWAYS = frozenset("≤ ≥ ≠ ≈ √ ∞ ∑ ± ÷ =".split())
_OPERAND = re.compile(r"\s?[-(]?(?:\d|[A-Za-z](?!\w))")
_OPERAND_BEFORE = re.compile(r"(?:\d[%)]?|(?<!\w)[A-Za-z]|\))\s?$")


def read(found: re.Match[str], around: Around) -> Reading | None:
    """The sign by name where operands stand on both sides; a dash only where the expression has an equals sign."""
    sign = found[0]
    if sign not in _WORDS or (
        sign[0] in "=<>-*" and (around.left.endswith(sign[-1]) or around.right(found.end()).startswith(sign[-1]))
    ):
        return None
    raised = re.match("[23](?!\\d)", around.right(found.end())) if sign == "^" else None
    if raised and (_OPERAND_BEFORE.search(around.left) or re.search(r"(?<![A-Za-z])[A-Za-z]{2,3}$", around.left)):
        return said(found.end() + 1, "squared" if raised[0] == "2" else "cubed")
    words = _WORDS[sign].split()
    if sign in _ALWAYS:
        return said(found.end(), *words)
    measured = sign in "x×" and around.previous == "measure" and re.match(r"\s?\d", around.right(found.end()))
    if measured:
        return said(found.end(), "by")
    if not _OPERAND_BEFORE.search(around.left) or not _OPERAND.match(around.right(found.end())):
        return None
    numeric = re.search(r"[\d)%]\s?$", around.left) and re.match(r"\s?[-(]?\d", around.right(found.end()))
    if sign in ("-", "/", "*", "<", ">") and not (numeric and sign not in "-/") and not _is_equation(around, found.end()):
        return None
    if sign in "x:" and not (re.search(r"\d\s?$", around.left) and around.previous in ("cardinal", "decimal", "measure")):
        return None
    if sign == ":" and re.match(r"\s?0\d", around.right(found.end())):
        return None
    if (
        sign == "×"
        and not re.match(r"\s?10[\^⁰-⁹⁻]", around.right(found.end()))
        and not re.search(r"=", around.left + around.right(found.end()))
    ):
        return said(found.end(), "by")
    return said(found.end(), *words)


def _is_equation(around: Around, end: int) -> bool:
    """An equals sign near by, with nothing but numbers, names of one letter and signs up to it."""
    return bool(
        re.match(r"(?:[\s\d.+*/()^-]|(?<![A-Za-z])[A-Za-z](?![A-Za-z])){0,60}=", around.right(end))
        or re.search(r"=[\s\d.+*/()^-]{0,60}$", around.left)
    )
