"""Signs of arithmetic between numbers and names: x + 1 = y, 1-2=5, 2x8, 16:9, 2*8"""

from __future__ import annotations

import re

from aural.text._number_words import cardinal
from aural.text._reading import Around, Reading, said
from aural.text.spoken_forms._amounts import VULGAR

RANK = 45
_COINS = "$€£¥₹₩"
PATTERN = re.compile(
    r"(?P<tiny>[x×·*]\s?10-(?P<below>\d{1,2}))(?![\d.,-])"
    r"|(?P<first>-)(?=[A-Za-z](?:\s?[+*/^=±×÷)²³]|\s-\s))"
    r"|(?P<letter>[nxyzπ])/(?P<parts>\d{1,3})(?![\w./])"
    rf"|[x×*](?=\s?[{_COINS}]\d)"
    r"|[<>=!]=|[+*/^=<>-]|[x×÷±≤≥≠≈√∛∞∑π·:](?=\s?\d)|[×÷±≤≥≠≈√∛∞∑·]|(?<=[a-zFGP])\((?=[\w, ]{1,12}\))|!(?=\s?[=*/+])"
)
_WORDS = {
    "+": "plus", "*": "times", "/": "divided by", "^": "to the power of", "=": "equals", "-": "minus", "x": "by",
    "×": "times", "÷": "divided by", "±": "plus or minus", "<": "is less than", ">": "is greater than", "≤": "is at most",
    "≥": "is at least", "<=": "is at most", ">=": "is at least", "==": "equals", "≠": "is not equal to",
    "!=": "is not equal to", "≈": "is about", "√": "the square root of", "∞": "infinity", "∑": "the sum of", ":": "to",
    "·": "times", "∛": "the cube root of", "(": "of", "!": "factorial",
}  # fmt: skip
_ALWAYS = frozenset("≤ ≥ ≠ ≈ √ ∛ ∞ ∑ ± ÷ =".split())
_FUNCTION = re.compile(r"(?<![\w.'])(?:[fghFGP]|sin|cos|tan|log|ln|exp|sqrt|arctan|arcsin|arccos|sinh|cosh|tanh)$")
_EDITION = re.compile(r"(?<![\w.])[A-Z]{2,5} \d{3,6}(?:-\d{1,2})?$")  # of a standard, by its year: ISO 9001:2015
_OPERAND = re.compile(r"\s?[-(]?(?:\d|[A-Za-z](?!\w))")
_POWER_OF_TEN = re.compile(r"\s?10[\^⁰-⁹⁻²³¹]")
_OPERAND_BEFORE = re.compile(rf"(?:[\d{VULGAR}][%)]?|(?<!\w)[A-Za-z]|(?<=\d)[nxyz]|\))\s?$")


def read(found: re.Match[str], around: Around) -> Reading | None:
    """The sign by name where operands stand on both sides; a dash only where the expression has an equals sign."""
    if found["tiny"]:
        power = ("times", "ten", "to", "the", "power", "of", "minus", *cardinal(int(found["below"])))
        return said(found.end(), *power) if re.search(r"\d\s?$", around.left) else None
    if found["first"]:
        return said(found.end(), "minus") if re.search(r"(?:^|[(=+*/,]\s?)$", around.left) else None
    if found["letter"]:
        alone = not re.search(r"[^\W\d_/]$|[/'-]$", around.left)
        letter = "pi" if found["letter"] == "π" else found["letter"]
        return said(found.end(), letter, "over", *cardinal(int(found["parts"]))) if alone else None
    sign = found[0]
    if sign not in _WORDS or (
        sign[0] in "=<>-*" and (around.left.endswith(sign[-1]) or around.right(found.end()).startswith(sign[-1]))
    ):
        return None
    if sign == "(":
        return said(found.end(), "of") if _FUNCTION.search(around.left) else None
    if sign == "!":
        return said(found.end(), "factorial") if re.search(r"(?<![\w.])(?:\d{1,3}|n)$", around.left) else None
    raised = re.match("[23](?!\\d)", around.right(found.end())) if sign == "^" else None
    if raised and (_OPERAND_BEFORE.search(around.left) or re.search(r"(?<![A-Za-z])[A-Za-z]{2,3}$", around.left)):
        return said(found.end() + 1, "squared" if raised[0] == "2" else "cubed")
    words = _WORDS[sign].split()
    if sign in ("<=", ">=") and not _OPERAND_BEFORE.search(around.left) and re.match(r"\s?[-$€£]?\.?\d", around.right(found.end())):
        return said(found.end(), *words[1:])
    if sign in _ALWAYS:
        alone = words[0] == "is" and not re.search(r"[\w)\]°%]\s?$", around.left)
        return said(found.end(), *(words[1:] if alone else words))
    if sign in "<>" and _compares(around, found.end()):
        return said(found.end(), *words)
    if sign in "x×*" and _POWER_OF_TEN.match(around.right(found.end())) and re.search(r"\d\s?$", around.left):
        return said(found.end(), "times")
    if sign in "x×*" and re.match(rf"\s?[{_COINS}]", around.right(found.end())):
        return said(found.end(), "times") if re.search(r"(?<![\w.,])\d{1,6}\s?$", around.left) else None
    measured = sign in "x×" and around.previous == "measure" and re.match(r"\s?\d", around.right(found.end()))
    if measured:
        return said(found.end(), "by")
    if not _OPERAND_BEFORE.search(around.left) or not _OPERAND.match(around.right(found.end())):
        return None
    numeric = re.search(r"[\d)%]\s?$", around.left) and re.match(r"\s?[-(]?\d", around.right(found.end()))
    if sign in ("-", "/", "*", "<", ">") and not (numeric and sign not in "-/") and not _is_equation(around, found.end()):
        return None
    if sign in "x:" and not (
        re.search(rf"[\d{VULGAR}]\s?$", around.left) and around.previous in ("cardinal", "decimal", "fraction", "measure")
    ):
        return None
    if sign == ":" and not _is_ratio(around, found.end()):
        return None
    if sign == "×" and not re.search(r"=", around.left + around.right(found.end())):
        return said(found.end(), "by")
    return said(found.end(), *words)


def _is_ratio(around: Around, end: int) -> bool:
    """A colon with the same space on both sides; no standard's year, and nothing that begins with zero."""
    right = around.right(end)
    same = around.left[-1:].isspace() == right[:1].isspace()
    return same and not (re.match(r"\s?0\d", right) or _EDITION.search(around.left))


def _compares(around: Around, end: int) -> bool:
    """A letter or number on the left and a number or letter on the right, with the same space on both sides."""
    before = re.search(r"(?<![\w<&])(?:[A-Za-zα-ω]|\d[\d.,]*)( ?)$", around.left)
    behind = re.match(r"( ?)(?:-?[$€£]?\.?\d[\d.,]*|[A-Za-z])(?!\w|>)", around.right(end))
    return bool(before and behind and before[1] == behind[1])


def _is_equation(around: Around, end: int) -> bool:
    """An equals sign near by, with nothing but numbers, names of one letter and signs up to it."""
    return bool(
        re.match(r"(?:[\s\d.+*/()^-]|(?<![A-Za-z])[A-Za-z](?![A-Za-z])){0,60}=", around.right(end))
        or re.search(r"=[\s\d.+*/()^-]{0,60}$", around.left)
    )
