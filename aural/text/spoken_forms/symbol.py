"""Signs that are said by name: &, @, #1, %, +, §, ©, Greek letters"""

from __future__ import annotations

import re

from aural.text._reading import Around, Reading, said
from aural.text._units import UNITS, unit

RANK = 70
_NAMES = {
    "&": "and", "@": "at", "%": "percent", "§": "section", "§§": "sections", "¶": "paragraph", "©": "copyright",
    "®": "registered", "™": "trademark", "°": "degrees", "$": "dollar", "€": "euro", "£": "pound", "¥": "yen", "¢": "cent",
    "₩": "won", "₹": "rupee", "‰": "per mille", "→": "to", "←": "from", "↔": "to and from", "⇒": "implies", "∞": "infinity",
    "√": "square root", "≈": "about", "№": "number", "^": "caret", "~": "tilde", "\\": "backslash", "α": "alpha", "β": "beta",
    "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta", "η": "eta", "θ": "theta", "κ": "kappa", "λ": "lambda", "μ": "mu",
    "ν": "nu", "ξ": "xi", "π": "pi", "ρ": "rho", "σ": "sigma", "τ": "tau", "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega",
    "Δ": "delta", "Σ": "sigma", "Ω": "omega", "Φ": "phi", "Γ": "gamma", "Θ": "theta", "Λ": "lambda", "Π": "pi", "Ψ": "psi",
    "♯": "sharp", "♭": "flat", "℮": "estimated", "+": "plus", "=": "equals", "<": "less than", ">": "greater than",
    "*": "star", "/": "slash", "#": "hash", "_": "underscore", "×": "times", "÷": "divided by", "±": "plus or minus",
    "++": "plus plus",
    "½": "one half", "<3": "heart", "+/-": "plus or minus", "&amp;": "and", "★": "stars", "☆": "stars",
}  # fmt: skip
_GREEK = "αβγδεζηθκλμνξπρστφχψωΔΣΩΦΓΘΛΠΨ"
_SIGN = "|".join(re.escape(sign) for sign in sorted(_NAMES, key=len, reverse=True))
# A Greek letter beside a Latin one or two is a product or a change: 2πr, Δx.
PATTERN = re.compile(
    rf"(?P<greek>[{_GREEK}])(?P<name>[A-Za-z]{{1,2}})(?![^\W\d_])|(?P<grade>(?<![\w.'-])[A-DF])-(?=$|[.,;:!?)\]])|{_SIGN}"
)


def read(found: re.Match[str], around: Around) -> Reading | None:
    """The name; "number" for # before a number; signs that only part words or draw lines are left to the marks."""
    sign, end = found[0], found.end()
    if found["greek"]:
        small = f"{found['greek']}{found['name']}"
        return said(end, *(unit(small, one=False) if small in UNITS else (_NAMES[found["greek"]], found["name"])))
    if found["grade"]:
        return said(end, found["grade"], "minus")
    right, left = around.right(end), around.left
    if sign in "★☆":
        single = re.search(r"(?<![\d.])1 ?$", left) or re.match(r" [a-z]", right)
        return said(end, "star" if single else "stars") if re.search(r"\d ?$", left) and right[:1] not in ("★", "☆") else None
    if sign == "/" and around.previous == "money" and left[-1:].strip() and re.match(r"[a-z]{2,}", right):
        return said(end, "per")
    if sign.isalpha() and (right[:1].isalpha() or left[-1:].isalpha()):
        return None
    if sign == "#" and re.match(r"\d" if re.search(r"(?:^|\n)\s*#*$", left) else r" ?\d", right) and not re.search(r"[\w#]$", left):
        return said(end, "number" if not re.match(r"\d+(?:#|[A-Z][a-z])", right) else "hash")
    if sign in "#*" and re.search(r"\b(?:press|hit|dial|enter|then)(?: the)? $", left, re.IGNORECASE):
        return said(end, "pound" if sign == "#" else "star")
    if sign == "<3":
        return said(end, "heart") if re.search(r"(?:^|\s)$", left) and re.match(r"$|[\s.,!]", right) else None
    if sign in "=<>_~^#+\\" and (right[:1] == sign or left[-1:] == sign):
        return None
    if (
        sign in "<>~≈"
        and re.match(r" ?[$€£¥]?\.?\d", right)
        and re.search(r"(?:^|[\s(\[])$", left)
        and not (re.search(r"[\w)] $", left) and right.startswith(" "))
    ):
        return said(end, *("about" if sign in "~≈" else "more than" if sign == ">" else _NAMES[sign]).split())
    if sign == "#" and re.search(r"(?<!\w)[A-G]$", left):
        return said(end, "sharp")
    if sign in "<>=" and not (re.match(r" \S", right) and re.search(r"\S $", left)):
        return None
    if sign in "_~^\\*" or (sign == "/" and not re.search(r"\d$", left)) or (sign == "/" and re.match(r"\w", right)):
        return None
    return said(end, *_NAMES[sign].split())
