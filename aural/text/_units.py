"""Units as written and as said, one and several: a table of stems and prefixes."""

from __future__ import annotations

import re

_PREFIXES = {
    "p": "pico", "n": "nano", "μ": "micro", "u": "micro", "m": "milli", "c": "centi", "d": "deci", "k": "kilo", "M": "mega",
    "G": "giga", "T": "tera", "P": "peta", "h": "hecto",
}  # fmt: skip
# stem: name, and the prefixes that it takes
_STEMS = {
    "m": ("meter", "nμumcdk"), "g": ("gram", "nμumckd"), "l": ("liter", "μumcdh"), "L": ("liter", "μumcd"),
    "Hz": ("hertz", "mkMGT"), "W": ("watt", "μmkMGT"), "Wh": ("watt hour", "mkMGT"), "V": ("volt", "μumkM"),
    "A": ("ampere", "nμumk"), "J": ("joule", "mkMG"), "N": ("newton", "mkM"), "Pa": ("pascal", "hkMG"),
    "B": ("byte", "kKMGTP"), "bit": ("bit", "kMGT"), "s": ("second", "pnμum"), "cal": ("calorie", "k"), "Ω": ("ohm", "mkM"),
    "F": ("farad", "pnμum"), "mol": ("mole", "mμ"), "eV": ("electron volt", "kMGT"), "Ah": ("ampere hour", "m"),
    "t": ("ton", "kM"), "bps": ("bit per second", "kKMGT"), "hz": ("hertz", "kmg"), "b": ("bit", "kMGT"),
    "S": ("siemens", "mμM"), "Sv": ("sievert", "mμ"), "Bq": ("becquerel", "kMGT"), "T": ("tesla", "mμ"), "H": ("henry", "mμ"),
}  # fmt: skip
_BARE = frozenset(
    {"m", "g", "l", "L", "Hz", "W", "Wh", "V", "A", "J", "N", "Pa", "s", "cal", "Ω", "mol", "eV", "Ah", "t", "bps", "hz"}
)
_WHOLE = {
    "%": ("percent", "percent"), "‰": ("per mille", "per mille"), "pct": ("percent", "percent"), "°": ("degree", "degrees"),
    "deg": ("degree", "degrees"),
    "deg C": ("degree Celsius", "degrees Celsius"), "deg F": ("degree Fahrenheit", "degrees Fahrenheit"),
    "degrees C": ("degree Celsius", "degrees Celsius"), "degrees F": ("degree Fahrenheit", "degrees Fahrenheit"),
    "°C": ("degree Celsius", "degrees Celsius"), "°F": ("degree Fahrenheit", "degrees Fahrenheit"),
    "° C": ("degree Celsius", "degrees Celsius"), "° F": ("degree Fahrenheit", "degrees Fahrenheit"),
    "°K": ("kelvin", "kelvins"), "ºC": ("degree Celsius", "degrees Celsius"),
    "ºF": ("degree Fahrenheit", "degrees Fahrenheit"), "in": ("inch", "inches"), "ft": ("foot", "feet"),
    "yd": ("yard", "yards"), "yds": ("yard", "yards"), "mi": ("mile", "miles"), "nmi": ("nautical mile", "nautical miles"),
    "lb": ("pound", "pounds"), "lbs": ("pound", "pounds"), "oz": ("ounce", "ounces"),
    "fl oz": ("fluid ounce", "fluid ounces"), "gal": ("gallon", "gallons"), "qt": ("quart", "quarts"), "qts": ("quart", "quarts"),
    "pts": ("point", "points"), "gals": ("gallon", "gallons"),
    "pt": ("pint", "pints"), "tbsp": ("tablespoon", "tablespoons"), "tsp": ("teaspoon", "teaspoons"),
    "ha": ("hectare", "hectares"), "ac": ("acre", "acres"), "sq": ("square", "square"),
    "cc": ("cubic centimeter", "cubic centimeters"), "mph": ("mile per hour", "miles per hour"),
    "kph": ("kilometer per hour", "kilometers per hour"), "mpg": ("mile per gallon", "miles per gallon"),
    "kmh": ("kilometer per hour", "kilometers per hour"), "kn": ("knot", "knots"), "kt": ("knot", "knots"),
    "RPM": ("revolution per minute", "revolutions per minute"), "MPG": ("mile per gallon", "miles per gallon"),
    "PSI": ("pound per square inch", "pounds per square inch"), "BPM": ("beat per minute", "beats per minute"),
    "FPS": ("frame per second", "frames per second"), "KPH": ("kilometer per hour", "kilometers per hour"),
    "mcg": ("microgram", "micrograms"), "sqm": ("square meter", "square meters"), "sqft": ("square foot", "square feet"),
    "fl. oz": ("fluid ounce", "fluid ounces"), "rpm": ("revolution per minute", "revolutions per minute"),
    "fps": ("frame per second", "frames per second"),
    "dpi": ("dot per inch", "dots per inch"), "ft-lb": ("foot pound", "foot pounds"),
    "psi": ("pound per square inch", "pounds per square inch"), "hp": ("horsepower", "horsepower"),
    "bhp": ("brake horsepower", "brake horsepower"), "bpm": ("beat per minute", "beats per minute"),
    "ppm": ("part per million", "parts per million"), "ppb": ("part per billion", "parts per billion"),
    "px": ("pixel", "pixels"), "MP": ("megapixel", "megapixels"),
    "dB": ("decibel", "decibels"), "db": ("decibel", "decibels"), "dBm": ("decibel milliwatt", "decibel milliwatts"),
    "h": ("hour", "hours"), "hr": ("hour", "hours"), "hrs": ("hour", "hours"), "min": ("minute", "minutes"),
    "mins": ("minute", "minutes"), "sec": ("second", "seconds"), "secs": ("second", "seconds"), "yr": ("year", "years"),
    "yrs": ("year", "years"), "wk": ("week", "weeks"), "wks": ("week", "weeks"), "mo": ("month", "months"),
    "mos": ("month", "months"), "atm": ("atmosphere", "atmospheres"), "bar": ("bar", "bars"),
    "mbar": ("millibar", "millibars"), "mmHg": ("millimeter of mercury", "millimeters of mercury"),
    "mm Hg": ("millimeter of mercury", "millimeters of mercury"), "inHg": ("inch of mercury", "inches of mercury"),
    "m.p.h.": ("mile per hour", "miles per hour"), "m.p.h": ("mile per hour", "miles per hour"),
    "m.p.g.": ("mile per gallon", "miles per gallon"), "r.p.m.": ("revolution per minute", "revolutions per minute"),
    "k.p.h.": ("kilometer per hour", "kilometers per hour"), "sq.ft": ("square foot", "square feet"),
    "sq.m": ("square meter", "square meters"), "sq.km": ("square kilometer", "square kilometers"),
    "sq.mi": ("square mile", "square miles"),
    "kgf": ("kilogram force", "kilograms force"), "cd": ("candela", "candelas"), "lm": ("lumen", "lumens"),
    "lx": ("lux", "lux"), "AU": ("astronomical unit", "astronomical units"), "ly": ("light year", "light years"),
    "rad": ("radian", "radians"), "Mbps": ("megabit per second", "megabits per second"), "KB": ("kilobyte", "kilobytes"),
    "kb": ("kilobyte", "kilobytes"), "mb": ("megabyte", "megabytes"), "gb": ("gigabyte", "gigabytes"),
    "tb": ("terabyte", "terabytes"), "ghz": ("gigahertz", "gigahertz"), "mhz": ("megahertz", "megahertz"),
    "kbps": ("kilobit per second", "kilobits per second"), "mbps": ("megabit per second", "megabits per second"),
    "gbps": ("gigabit per second", "gigabits per second"), "tbps": ("terabit per second", "terabits per second"),
    "kbit": ("kilobit", "kilobits"), "mbit": ("megabit", "megabits"), "gbit": ("gigabit", "gigabits"),
    "mah": ("milliampere hour", "milliampere hours"), "mwh": ("megawatt hour", "megawatt hours"),
    "gwh": ("gigawatt hour", "gigawatt hours"), "twh": ("terawatt hour", "terawatt hours"), "gw": ("gigawatt", "gigawatts"),
    "kv": ("kilovolt", "kilovolts"), "kVA": ("kilovolt ampere", "kilovolt amperes"), "khz": ("kilohertz", "kilohertz"),
    "kj": ("kilojoule", "kilojoules"), "kpa": ("kilopascal", "kilopascals"), "mpa": ("megapascal", "megapascals"),
    "BTU": ("BTU", "BTUs"), "btu": ("BTU", "BTUs"), "cfm": ("cubic foot per minute", "cubic feet per minute"),
    "CFM": ("cubic foot per minute", "cubic feet per minute"), "IU": ("international unit", "international units"),
    "bbl": ("barrel", "barrels"),
    "kw": ("kilowatt", "kilowatts"), "kwh": ("kilowatt hour", "kilowatt hours"), "kcal": ("kilocalorie", "kilocalories"),
    "KHz": ("kilohertz", "kilohertz"), "Kg": ("kilogram", "kilograms"), "KG": ("kilogram", "kilograms"),
    "KM": ("kilometer", "kilometers"), "Km": ("kilometer", "kilometers"), "MiB": ("mebibyte", "mebibytes"),
    "GiB": ("gibibyte", "gibibytes"), "KiB": ("kibibyte", "kibibytes"), "st": ("stone", "stone"),
    "ML": ("milliliter", "milliliters"), "MM": ("millimeter", "millimeters"), "CM": ("centimeter", "centimeters"),
    "FT": ("foot", "feet"), "LB": ("pound", "pounds"), "LBS": ("pound", "pounds"), "OZ": ("ounce", "ounces"),
    "MPH": ("mile per hour", "miles per hour"), "kgs": ("kilogram", "kilograms"), "kms": ("kilometer", "kilometers"),
    "mls": ("milliliter", "milliliters"), "Tbsp": ("tablespoon", "tablespoons"), "Tbs": ("tablespoon", "tablespoons"),
    "tbs": ("tablespoon", "tablespoons"), "Tsp": ("teaspoon", "teaspoons"), "VAC": ("volt AC", "volts AC"),
    "VDC": ("volt DC", "volts DC"), "N·m": ("newton meter", "newton meters"), "Nm": ("newton meter", "newton meters"),
}  # fmt: skip
_POWERS = {"²": "square", "2": "square", "^2": "square", "³": "cubic", "3": "cubic", "^3": "cubic"}
_LENGTHS = frozenset("m km cm mm dm μm nm in ft yd mi".split())


def _several(name: str) -> str:
    first, _, rest = name.partition(" per ")
    first = first if first.endswith(("hertz", "siemens", "lux")) else f"{first}s"
    return f"{first} per {rest}" if rest else first


def _table() -> dict[str, tuple[str, str]]:
    table = dict(_WHOLE)
    for stem, (name, prefixes) in _STEMS.items():
        if stem in _BARE:
            table.setdefault(stem, (name, _several(name)))
        for letter in prefixes:
            full = _PREFIXES["k" if letter == "K" else "M" if letter == "g" and stem == "hz" else letter] + name
            table.setdefault(letter + stem, (full, _several(full)))
    for length in _LENGTHS:
        one, many = table[length]
        for mark, word in _POWERS.items():
            if not (length == "in" and mark in "23"):
                table.setdefault(length + mark, (f"{word} {one}", f"{word} {many}"))
        for short, word in (("sq", "square"), ("cu", "cubic")):
            for gap in (" ", ". "):
                table.setdefault(f"{short}{gap}{length}", (f"{word} {one}", f"{word} {many}"))
    return table


UNITS = _table()
UNIT = "(?:" + "|".join(re.escape(u) for u in sorted(UNITS, key=lambda u: (-len(u), u))) + ")"
# What a unit is counted by: km/h, m/s², kg/m³.
TIMES = {
    "h": "hour", "hr": "hour", "s": "second", "s²": "second squared", "s2": "second squared", "s^2": "second squared",
    "min": "minute", "sec": "second", "d": "day", "day": "day",
    "mo": "month", "month": "month", "yr": "year", "year": "year",
    "wk": "week", "week": "week", "hour": "hour", "minute": "minute", "second": "second", "person": "person",
    "100km": "hundred kilometers", "100 km": "hundred kilometers",
}  # fmt: skip
BY = "(?:" + "|".join(re.escape(u) for u in sorted({*UNITS, *TIMES} - {"%", "°", "‰"}, key=lambda u: (-len(u), u))) + ")"

# Behind the word "per" only what is no word of its own: per lb, per sq ft.
PER = (
    "(?:"
    + "|".join(
        re.escape(u)
        for u in sorted({*UNITS, *TIMES}, key=lambda u: (-len(u), u))
        if len(u) > 1 and u[0].isalpha() and "/" not in u and u not in {"in", "st", "bar", "deg", "mi", "ha", "ac"}
    )
    + ")"
)


def unit(written: str, one: bool) -> tuple[str, ...]:
    """The words of a unit, with what it is counted by behind a stroke: km/h -> kilometers per hour, mg/kg/day."""
    first, *others = written.split("/")
    words = tuple(UNITS[first][0 if one else 1].split()) if first else ()
    for by in others:
        words += ("per", *(TIMES[by] if by in TIMES else UNITS[by][0]).split())
    return words
