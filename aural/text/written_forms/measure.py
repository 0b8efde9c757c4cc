"""Amounts of a unit: five percent -> 5%, eight point five kilometers -> 8.5 km, twenty degrees celsius -> 20 °C"""

from __future__ import annotations

from functools import cache

from aural.text._clause import Clause, Figure
from aural.text._spoken_numbers import CARDINALS
from aural.text._units import UNITS
from aural.text.written_forms._figures import amount

RANK = 13
# Symbols that a reader meets in running text; hours, pounds, inches and the like stay words.
_WRITTEN = (
    "% km m cm mm μm nm mi ft kg g mg oz l ml ha km² m² cm² km³ m³ cm³ dm³ mph Hz kHz MHz GHz W kW MW GW kWh MWh GWh "
    "kV Ω B kB MB GB TB PB "
    "°C °F hp dB km/h m/s kgf/cm²"
)
_SQUARE = ("sq mi", "sq ft")
_COMPOUND = {
    "km/h": "kilometers per hour", "m/s": "meters per second", "kgf/cm²": "kilograms force per square centimeter", "cc": "c c",
}  # fmt: skip


def read(clause: Clause, i: int) -> Figure | None:
    """The amount and the sign of its unit, "minus" before it; two amounts of one unit (ten to twelve percent)."""
    minus = "-" if clause.at(i) == "minus" else ""
    found = amount(clause, i + bool(minus))
    if not found:
        return None
    last = amount(clause, found[1] + 1) if clause.at(found[1]) == "to" and not minus else None
    if last:
        found = f"{found[0]} to {last[0]}", last[1]
    for size in range(min(5, len(clause.words) - found[1]), 0, -1):
        sign = _signs().get("".join(clause.words[found[1] : found[1] + size]))
        if sign:
            if sign == "ft" and CARDINALS.get(clause.at(found[1] + size), 12) < 12:
                return None  # six foot two
            gap = "" if sign == "%" else " "
            return Figure(found[1] + size, f"{minus}{found[0]}{gap}{sign}")
    return None


@cache
def _signs() -> dict[str, str]:
    """Words of a unit, set together ("kilo watt hours" is said too) -> its sign."""
    table = {words.replace(" ", ""): sign for sign, words in _COMPOUND.items()}
    for sign in (*_SQUARE, *reversed(_WRITTEN.split())):
        for words in UNITS.get(sign, ()):
            table[words.lower().replace(" ", "")] = sign
    return table
