"""Words as they stand, with their apostrophes"""

from __future__ import annotations

import re

from aural.text._reading import Around, Reading, said

RANK = 90
# Letters that English readers can say, and all others: a word in two scripts is two.
_LATIN, _OTHER = r"A-Za-z\u00aa\u00ba\u00c0-\u024f\u1e00-\u1eff", r"\W\d_\u00b2\u00b3\u00b9\u2070-\u2079\u2080-\u2089"
PATTERN = re.compile("|".join(f"{one}+(?:'{one}+)*" for one in (rf"(?:(?![×÷])[{_LATIN}])", rf"[^{_OTHER}{_LATIN}]")))

_VOWEL = re.compile(r"[aeiouy']|[^a-z]")
# Words and sounds that have no vowel.
_SOUNDS = frozenset(
    "hm hmm hmmm mm mmm mhm sh shh shhh psst pst tsk brr brrr grr grrr zzz zz pfft pff nth th mr mrs ms dr st vs ft mt ph nd rd "
    "hmph cwm km cm mm kg mg ml lb hr cf ch chs vb pp pg dl nm ns".split()
)


def read(found: re.Match[str], around: Around) -> Reading | None:
    """The word itself; letters without a vowel between other words are said one by one (tv, pc)."""
    word = found[0]
    if 2 <= len(word) <= 4 and word.islower() and not _VOWEL.search(word) and word not in _SOUNDS:
        return said(found.end(), word.upper())
    return said(found.end(), word)
