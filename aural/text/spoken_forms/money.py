"""Money: $1.50, £20, $1.5 million, US$3bn, 20 €, 5¢, $5-10, £5 10s 6d"""

from __future__ import annotations

import re

from aural.text._number_words import cardinal, plural
from aural.text._reading import Around, Reading, said
from aural.text.spoken_forms._amounts import DECIMAL, SCALES, VULGAR, amount

RANK = 13
# sign or code: one, several; one and several of its hundredth, where there is one
_COINS = {
    "$": ("dollar", "dollars", "cent", "cents"), "€": ("euro", "euros", "cent", "cents"), "元": ("yuan", "yuan", "", ""),
    "£": ("pound", "pounds", "penny", "pence"), "¥": ("yen", "yen", "", ""), "₩": ("won", "won", "", ""),
    "₹": ("rupee", "rupees", "paisa", "paise"), "₽": ("ruble", "rubles", "kopek", "kopeks"), "₺": ("lira", "lira", "", ""),
    "₪": ("shekel", "shekels", "", ""), "฿": ("baht", "baht", "", ""), "₫": ("dong", "dong", "", ""),
    "₦": ("naira", "naira", "", ""), "₱": ("peso", "pesos", "", ""), "₿": ("bitcoin", "bitcoins", "", ""),
    "₴": ("hryvnia", "hryvnias", "", ""), "¢": ("cent", "cents", "", ""),
}  # fmt: skip
_CODES = {
    "Rs.": ("", "₹"), "Rs": ("", "₹"), "USD": ("US", "$"), "EUR": ("", "€"), "GBP": ("", "£"), "JPY": ("", "¥"),
    "KRW": ("", "₩"), "INR": ("", "₹"), "AUD": ("Australian", "$"), "CAD": ("Canadian", "$"), "NZD": ("New Zealand", "$"),
    "CAD$": ("Canadian", "$"), "NT$": ("Taiwan", "$"), "US$": ("US", "$"), "HKD": ("Hong Kong", "$"), "SGD": ("Singapore", "$"),
    "RUB": ("", "₽"),
}  # fmt: skip
_FRANCS = {
    "Mex$": ("Mexican", "peso", "pesos"), "MX$": ("Mexican", "peso", "pesos"),
    "CHF": ("Swiss", "franc", "francs"), "SEK": ("Swedish", "krona", "kronor"),
    "NOK": ("Norwegian", "krone", "kroner"),
    "DKK": ("Danish", "krone", "kroner"), "CNY": ("", "yuan", "yuan"), "RMB": ("", "yuan", "yuan"),
    "PLN": ("", "zloty", "zlotys"), "MXN": ("Mexican", "peso", "pesos"), "BRL": ("Brazilian", "real", "reais"),
    "BTC": ("", "bitcoin", "bitcoins"), "CZK": ("Czech", "koruna", "korunas"), "HUF": ("", "forint", "forints"),
    "ZAR": ("South African", "rand", "rand"), "THB": ("", "baht", "baht"), "ILS": ("", "shekel", "shekels"),
    "IDR": ("", "rupiah", "rupiah"), "VND": ("", "dong", "dong"), "NGN": ("", "naira", "naira"), "AED": ("", "dirham", "dirhams"),
    "TWD": ("Taiwan", "dollar", "dollars"), "ISK": ("Icelandic", "krona", "kronur"), "zł": ("", "zloty", "zlotys"),
    "Kč": ("", "koruna", "korunas"), "kr": ("", "krone", "kroner"),
}  # fmt: skip
_HUNDREDTHS = {
    "CHF": "centime",
    "MXN": "centavo",
    "Mex$": "centavo",
    "MX$": "centavo",
    "BRL": "centavo",
    "ZAR": "cent",
    "TWD": "cent",
}
_LANDS = {
    "US": "US", "U.S.": "US", "A": "Australian", "AU": "Australian", "C": "Canadian", "CA": "Canadian", "NZ": "New Zealand",
    "HK": "Hong Kong", "S": "Singapore", "R": "",
}  # fmt: skip
_AGAIN = {"USD": "US", "US": "US", "CAD": "CA", "AUD": "AU"}  # $5 USD
_LETTERS = {
    "k": "thousand", "K": "thousand", "m": "million", "M": "million", "mn": "million", "mm": "million", "MM": "million",
    "b": "billion", "B": "billion", "bn": "billion", "Bn": "billion", "t": "trillion", "T": "trillion", "tn": "trillion",
    "mil": "million", "lakh": "lakh", "crore": "crore", "lakhs": "lakh", "crores": "crore",
}  # fmt: skip
_SIGNS = "".join(_COINS)
_CODE = "|".join(re.escape(code) for code in (*_CODES, *_FRANCS))
_SCALE = rf"(?:[\s-]?(?:{SCALES}|lakhs?|crores?)(?![\w])|\s?(?:mil|mn|mm|bn|tn|k|m|b|t|MM|Bn|K|M|B|T)(?![\w]))"
_PARTED = rf"(?:\d{{1,3}} \d{{1,2}}/\d{{1,2}}(?![\d/])|\d{{1,3}}[{VULGAR}])"  # $2 1/2 million
_SCALE_TO = re.compile(r"-(?:dollar|euro|pound|cent|yen|rupee|peso|franc)s?\b")  # a $5 million-dollar question
_ZONES = "ET|CT|MT|PT|EST|EDT|CST|CDT|MST|MDT|PST|PDT"  # behind them 8p is an hour
_EUROPEAN = r"(?:\d{1,3}(?:\.\d{3}){1,4}|\d{1,6}),\d{2}(?![\d]|[.,]\d)"  # 3,50 €; 1.000,50 €
PATTERN = re.compile(
    rf"(?:£(?P<pounds>{DECIMAL})\.?[ ,]{{1,2}})?(?P<shillings>\d{{1,2}})(?:s\.?[ ]{{0,2}}(?P<pence>\d{{1,2}}[{VULGAR}]?)d(?!\w)"
    rf"|(?<=\d)(?P<even>s)(?!\w))|\$(?P<notes>1|2|5|10|20|50|100)s(?!\w)|(?P<minus>-)?(?:(?:(?P<land>U\.S\.|US|AU|CA|NZ|HK"
    rf"|[ACSR])?(?P<sign>[{_SIGNS}])\s?|(?P<code>{_CODE})(?:(?<=[a-z])\s|\s?))(?P<minus2>-)?(?P<amount>{_EUROPEAN}|{_PARTED}"
    rf"|{DECIMAL})"
    rf"(?:\s?(?P<to>[-–]|to)\s?(?P<own>(?P=sign))?(?P<most>{DECIMAL})(?={_SCALE}|\W"
    rf"|$))?(?P<plus>\+(?=\s?{_SCALE}))?(?P<scale>{_SCALE})?(?P<again>\s(?:USD|CAD|AUD|US(?: dollars?|(?=[.,;:)!?]|$)))(?!\w"
    rf"|\.\w))?(?![\w]|[./]\d)"
    rf"|(?<![\w.,])(?P<few>\d{{1,2}})p(?![\w'-]|\s(?:{_ZONES})\b)"
    rf"|(?P<amount2>{_EUROPEAN}|{DECIMAL})(?P<scale2>{_SCALE})?\s?(?:(?P<land2>US|CA|AU)?(?P<sign2>[{_SIGNS}])(?!\.?\d)"
    rf"|(?P<code2>{_CODE})(?!\w)))"
)


def read(found: re.Match[str], around: Around) -> Reading | None:
    """The amount and its coin, hundredths as coins of their own, a scale before the coin; one coin where it names a worth."""
    if found["shillings"]:
        return _old(found)
    if found["few"]:
        return (
            said(found.end(), *cardinal(int(found["few"])), "penny" if found["few"] == "1" else "pence")
            if not found["minus"]
            else None
        )
    if found["code"] and re.search(r"[A-Z]{3}/$", around.left):
        return None  # a pair of coins: USD/JPY 149.50
    if (found["minus"] or found["land"] or found["code"]) and not around.signed:
        return None
    touching = around.text[found.end() - 2 : found.end() - 1].isdecimal()
    if found["sign2"] == "$" and not found["scale2"] and re.match(r"\w" if touching else r"\s?\w", around.right(found.end())):
        return None
    again = found["again"] is not None and not (found["sign"] == "$" and not found["land"])
    end = found.start("again") if again else found.end()
    if found["notes"]:
        return said(found.end(), *_plural(amount(found["notes"])))
    land, one, several, cent, cents = _coin(found)
    number = _plain(found["amount"] or found["amount2"])
    scale = (found["scale"] or found["scale2"] or "").strip(" -")
    if (scale or not re.search(r"\.\d*[1-9]", number)) and _is_worth(found, around, end):
        several = one
    minus = ("minus",) if found["minus"] or found["minus2"] else ()
    coins = (*land, one), (*land, several), (cent, cents)
    if found["most"] and not scale and found["own"]:
        return said(found.end("amount"), *minus, *_small(number, *coins))
    if found["most"] and not scale and re.search(r"\.\d\d$", found["most"]) and cent:
        return said(end, *minus, *_small(number, *coins), "to", *_small(found["most"], *coins))
    if found["most"] or scale or re.search(rf"[/{VULGAR}]", number):
        coin = () if _SCALE_TO.match(around.right(end)) else (*land, several)
        return said(end, *minus, *_large(found, number, scale), *coin)
    return said(end, *minus, *_small(number, *coins))


def _old(found: re.Match[str]) -> Reading | None:
    """Pounds, shillings and pence: £5 10s 6d, 3s. 6d.; a lone "10s" is none of them."""
    if not (found["pounds"] or found["pence"]):
        return None
    words: list[str] = []
    for part, one, several in (("pounds", "pound", "pounds"), ("shillings", "shilling", "shillings"), ("pence", "penny", "pence")):
        if found[part]:
            joined = ("and",) if part == "pence" else ()
            words += (*joined, *amount(found[part]), one if found[part] == "1" else several)
    return said(found.end(), *words)


def _plural(words: tuple[str, ...]) -> tuple[str, ...]:
    return (*words[:-1], plural(words[-1]))


def _is_worth(found: re.Match[str], around: Around, end: int) -> bool:
    """True for a $5 bill, the $7 billion deal and a $1-a-day wage; "20 USD bills" and the like are left."""
    if (found["scale"] or "").startswith("-") and re.match(r" [a-z]{3,}", around.right(end)):
        return True
    if re.match(r"-(?:a|per)-[a-z]+\b", around.right(end)):
        return True
    return not found["code"] and not found["code2"] and around.prices(end)


def _plain(written: str) -> str:
    """A number with a point, whatever land it was written in: 1.000,50 -> 1000.50."""
    european = re.fullmatch(r"([\d.]+),(\d\d)", written)
    return f"{european[1].replace('.', '')}.{european[2]}" if european else written


def _coin(found: re.Match[str]) -> tuple[tuple[str, ...], str, str, str, str]:
    """Words for the land, one coin and several, one hundredth and several."""
    code = found["code"] or found["code2"]
    if code in _FRANCS:
        land, one, several = _FRANCS[code]
        hundredth = _HUNDREDTHS.get(code, "")
        return tuple(land.split()), one, several, hundredth, f"{hundredth}s" if hundredth else ""
    sign = found["sign"] or found["sign2"]
    given = found["land"] or found["land2"] or (_AGAIN[found["again"].split()[0]] if found["again"] and sign == "$" else "R")
    land, sign = _CODES[code] if code else (_LANDS[given], sign)
    if found["land"] == "R" and sign == "$":
        return ("Brazilian",), "real", "reais", "centavo", "centavos"
    return (tuple(land.split()), *_COINS[sign])


def _large(found: re.Match[str], number: str, scale: str) -> tuple[str, ...]:
    words = amount(re.sub(rf"(?<=\d)(?=[{VULGAR}])", " ", number), joined=not scale) + (("plus",) if found["plus"] else ())
    if found["most"]:
        words += ("to", *amount(found["most"], joined=not scale))
    return (*words, _LETTERS.get(scale, scale)) if scale else words


def _small(number: str, one: tuple[str, ...], several: tuple[str, ...], hundredth: tuple[str, str]) -> tuple[str, ...]:
    """Coins and hundredths: 20.500 is 20 and 50 hundredths, 1.234 is said with its point."""
    whole, _, places = number.replace(",", "").partition(".")
    places = places[:2] + places[2:].rstrip("0")
    if not hundredth[0] or len(places) > 2:
        places = places.rstrip("0")
        if places:
            return (*amount(f"{whole}.{places}"), *several)
    least = int(places.ljust(2, "0")) if places else 0
    coins = (*amount(whole), *(one if int(whole) == 1 else several)) if whole and (int(whole) or not least) else ()
    if not least:
        return coins or ("zero", *several)
    return (*coins, *cardinal(least), hundredth[0] if least == 1 else hundredth[1])
