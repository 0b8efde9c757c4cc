"""Signs that are said by name: &, @, #1, %, +, §, ©, Greek letters"""

from __future__ import annotations

import re

from aural.text._reading import Around, Reading, said

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
    "/": "slash", "#": "hash", "_": "underscore", "×": "times", "÷": "divided by", "±": "plus or minus", "++": "plus plus",
    "½": "one half",
}  # fmt: skip
PATTERN = re.compile("|".join(re.escape(sign) for sign in sorted(_NAMES, key=len, reverse=True)))


def read(found: re.Match[str], around: Around) -> Reading | None:
    """The name; "number" for # before a number; signs that only part words or draw lines are left to the marks."""
    sign, end = found[0], found.end()
    right, left = around.right(end), around.left
    if sign.isalpha() and (right[:1].isalpha() or left[-1:].isalpha()):
        return None
    if sign == "#" and right[:1].isdecimal() and not left[-1:].isalnum():
        return said(end, "number")
    if sign in "=<>_~^#+\\" and (right[:1] == sign or left[-1:] == sign):
        return None
    if sign in "<>~" and right[:1].isdecimal() and not left[-1:].isalnum():
        return said(end, *("about" if sign == "~" else _NAMES[sign]).split())
    if sign == "#" and re.search(r"(?<!\w)[A-G]$", left):
        return said(end, "sharp")
    if sign in "<>=" and not (re.match(r" \S", right) and re.search(r"\S $", left)):
        return None
    if sign in "_~^\\" or (sign == "/" and not re.search(r"\d$", left)) or (sign == "/" and re.match(r"\w", right)):
        return None
    return said(end, *_NAMES[sign].split())
