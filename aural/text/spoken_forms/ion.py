"""Charges of ions, and isotopes by their mass: Ca²⁺, Fe3+, Cl⁻, SO₄²⁻, ¹⁴C"""

from __future__ import annotations

import re

from aural.text._number_words import cardinal, in_pairs
from aural.text._reading import Around, Reading, said

RANK = 24
# Metals go by their names, everything else letter by letter.
_METALS = {
    "Ag": "silver", "Al": "aluminum", "Au": "gold", "Ba": "barium", "Be": "beryllium", "Bi": "bismuth", "Ca": "calcium",
    "Cd": "cadmium", "Ce": "cerium", "Co": "cobalt", "Cr": "chromium", "Cs": "cesium", "Cu": "copper", "Eu": "europium",
    "Fe": "iron", "Ga": "gallium", "Gd": "gadolinium", "Hg": "mercury", "K": "potassium", "La": "lanthanum", "Li": "lithium",
    "Mg": "magnesium", "Mn": "manganese", "Na": "sodium", "Ni": "nickel", "Pb": "lead", "Rb": "rubidium", "Sn": "tin",
    "Sr": "strontium", "Ti": "titanium", "Tl": "thallium", "U": "uranium", "V": "vanadium", "Zn": "zinc", "Zr": "zirconium",
}  # fmt: skip
_LOW, _HIGH = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789"), str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_NAMED = "|".join(sorted(_METALS, key=len, reverse=True))
PATTERN = re.compile(
    rf"(?<![\w.])(?P<formula>(?:[A-Z][a-z]?[₀-₉\d]{{0,3}}){{1,6}})(?P<charge>[¹²³⁴⁵⁶⁷⁸⁹]?)(?P<sign>[⁺⁻])"
    rf"|(?<![\w.)\]])(?P<mass>[¹²³⁴⁵⁶⁷⁸⁹][⁰¹²³⁴⁵⁶⁷⁸⁹]{{0,2}})(?P<element>[A-Z][a-z]?)(?!\w)"
    rf"|(?<![\w.])(?P<metal>{_NAMED})(?P<flat>[1-7])(?P<plus>\+)(?![\w+=])"
)


def read(found: re.Match[str], around: Around) -> Reading:
    """The metal or the letters and numbers of the formula, then its charge or its mass."""
    if found["mass"]:
        name = _METALS.get(found["element"], found["element"].upper())
        return said(found.end(), name, *in_pairs(found["mass"].translate(_HIGH)))
    formula = (found["metal"] or found["formula"]).translate(_LOW)
    charge = (found["flat"] or found["charge"]).translate(_HIGH)
    words: list[str] = []
    for piece in [_METALS[formula]] if formula in _METALS else re.findall(r"[A-Za-z]+|\d+", formula):
        words += cardinal(int(piece)) if piece.isdecimal() else (piece if formula in _METALS else piece.upper(),)
    if charge:
        words += cardinal(int(charge))
    return said(found.end(), *words, "minus" if found["sign"] == "⁻" else "plus")
