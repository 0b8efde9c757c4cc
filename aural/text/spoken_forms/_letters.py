"""Whether letters are said as a word or one by one."""

from __future__ import annotations

import re

# Said as words although short or set in capitals.
WORDS = frozenset(
    "nasa nato unesco unicef opec nafta fifa uefa aids laser radar sonar scuba swat pin sim ram rom gif jpeg lan wan "
    "covid sars mers ebola nasdaq interpol lidar modem captcha zip wifi ikea lego fema osha esa isis hamas "
    "asean brexit gmail yahoo hotmail ocha noaa darpa caricom mercosur dos cern nist ansi potus scotus flotus "
    "nimby yolo".split()
)
# Said by letters although they could be words.
LETTERS = frozenset(
    "usa uk us un eu uae ussr fbi cia nsa irs ceo cfo cto coo ai it tv pc id ok dj mc md ma ba bs phd mba iq ufo vip diy eta "
    "faq asap atm suv api url uri usb cpu gpu led lcd html http https ftp css sql xml www am pm ad bc bce ce nba nfl nhl mlb "
    "ncaa espn bbc cnn nbc abc cbs hbo ibm amd ups usps aaa aarp aclu naacp iso ieee hiv dna rna mri eeg ecg adhd adsl "
    "isbn rsvp rip aka fyi eoe esl ieee acm imf wto oecd ioc ymca lapd nypd eod gdp ipo ide iot io os ios ui "
    "ux uv aa ac dc ae ie oe oj ot rv sos est pst cst mst edt gmt".split()
)
_VOWEL = re.compile("[aeiouy]", re.IGNORECASE)
_ODD_START = re.compile(
    r"(?!chr|str|scr|spr|spl|thr|shr|sch|phr|squ)(?:[bcdfghjklmnpqrstvwxz]{3}|[bdgjlmnqrvxz][bcdfgjkmnpqstvwxz]|[fhtk][bcdfgjkmnpqtvxz])",
    re.IGNORECASE,
)
_ODD_RUN = re.compile(r"[bcdfghjklmnpqrstvwxz]{4}|[aeiou]{4}|q(?!u)|[bcdfghjkmnpqtvwz]{3}$", re.IGNORECASE)

_CLUSTERS = re.compile("ngth|ght|tch|nch|rch|lth|rth", re.IGNORECASE)  # many consonants, yet easily said


def pronounceable(letters: str) -> bool:
    """True when the letters could be said as an English word: vowels, and no impossible start or run; long ones are names."""
    letters = _CLUSTERS.sub("t", letters)
    if len(_VOWEL.findall(letters)) > 2:
        return True
    return bool(_VOWEL.search(letters)) and not _ODD_START.match(letters) and not _ODD_RUN.search(letters)


def as_said(letters: str) -> str:
    """A run of letters without meaning to us (a name in an address): capitals when it is spelled, small letters otherwise."""
    low = letters.lower()
    if len(low) == 1 or not letters.isascii():
        return low
    if low in WORDS:
        return low
    short = len(low) == 2 and low not in _SHORT_WORDS
    return low.upper() if short or low in LETTERS or not pronounceable(low) else low


_SHORT_WORDS = frozenset("an as at be by co do go he if in is it me my no of on or so to up us we".split())
