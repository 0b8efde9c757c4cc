"""Chapter and verse: John 3:16, Psalm 23:4, 1 Cor. 13:4-7"""

from __future__ import annotations

import re

from aural.text._number_words import cardinal
from aural.text._reading import Around, Reading, said

RANK = 6
PATTERN = re.compile(r"(\d{1,3}):(\d{1,3})(?:(?P<dash>[-–])(?P<last>\d{1,3}))?(?P<more>,\s?\d{1,3}(?![\d:]))?(?![\w:]|[-–]\d)")
_BOOKS = (
    "Genesis Gen Exodus Exod Leviticus Lev Numbers Deuteronomy Deut Joshua Josh Judges Ruth Samuel Sam Kings Chronicles Chron Ezra "
    "Nehemiah Neh Esther Job Psalm Psalms Ps Proverbs Prov Ecclesiastes Eccl Solomon Songs Isaiah Isa Jeremiah Jer Lamentations "
    "Ezekiel Ezek Daniel Dan Hosea Joel Amos Obadiah Jonah Micah Nahum Habakkuk Zephaniah Haggai Zechariah Zech Malachi Matthew "
    "Matt Mark Luke John Acts Romans Rom Corinthians Cor Galatians Gal Ephesians Eph Philippians Phil Colossians Col "
    "Thessalonians Thess Timothy Tim Titus Philemon Hebrews Heb James Peter Pet Jude Revelation Rev Quran Koran Surah Sura Gita "
    "Verse"
)
_BOOK = re.compile(rf"(?<!\w)(?:{'|'.join(_BOOKS.split())})\.? $")


def read(found: re.Match[str], around: Around) -> Reading | None:
    """The chapter and the verse as two numbers, a last verse behind "to"."""
    if not _BOOK.search(around.left):
        return None
    end = found.start("more") if found["more"] else found.end()
    last = ("to", *cardinal(int(found["last"]))) if found["last"] else ()
    return said(end, *cardinal(int(found[1])), *cardinal(int(found[2])), *last)
