"""What a page of spoken forms is given and what it gives back.

A page in `spoken_forms/` holds `RANK`, `PATTERN` and `read(found, around)`. Its pattern is tried where a token
begins, with every quantifier bounded; `read` says what was found, or None when it is something else. Of all
pages' readings the longest is taken, of equal ones that of the lower rank.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import final

_OPERAND = re.compile(r"[\w)\]%°]$|\d[\"']$")
_REACH = 120  # characters: nothing farther away decides how something is read
_WORD = re.compile(r"[^\W_]+(?:['.&-][^\W_]+)*")
_ONE = frozenset("a an another".split())
# A noun may follow: a small word that is none of those that join, and no second amount.
_THING = re.compile(
    r"[ -](?!(?:a|an|the|and|or|of|to|in|on|at|by|for|from|per|with|as|is|was|are|were|if|but|than|that|this|when|while|each|every|"
    r"more|less|away|ago|long|tall|wide|high|deep|old|apart|up|down|off|on|out|over|under|before|after|until|into|x)\b)[a-z]{2,}"
)
# Words that a determiner before an amount belongs to only if a thing follows, and what such a thing is not.
_DETERMINERS = frozenset(
    "the this that these those every each per any no some two three four five six ten several many his her its our my their "
    "your".split()
)
_NO_THING = re.compile(
    r"[ -](?:he|she|it|they|we|you|i|who|which|\w+ed|\w+ing|paid|spent|cost|costs|made|lost|won|given|sent|owed|lent|bought|sold"
    r"|was|were|is|are|has|had|have|will|would|can|could|should|may|might|must|goes|went|comes|came|plus|apiece|extra|total|max|\w+ly)\b",
    re.IGNORECASE,
)
# Things that are named by their price or worth, with or without a determiner: $20 bills.
_PRICED = re.compile(
    r"[ -](?:bills?|coins?|notes?|stamps?|tickets?|vouchers?|gift cards?|chips?|fines?|bounty|bets?|coupons?|donations?|deals?"
    r"|lawsuits?|budgets?|bonus(?:es)?|rewards?|grants?|loans?|prizes?|mansions?|homes?|houses?|contracts?|ransoms?|jackpots?)\b"
)
_LAST = re.compile(r"([^\W_]+(?:['.&-][^\W_]+)*)\W*$")
# Words that open a sentence more often than they are a name: what stands before them may end.
STARTERS = frozenset(
    "the he she it they we i you a an in on at but and so then there this that these those his her their our my its when "
    "while if as for to from after before what who where why how not no yes".split()
)


@dataclass(frozen=True)
class Part:
    """One token of a reading: where it ends, its words, and its category when that is not the page's name.

    Without words it is named and dropped.
    """

    end: int
    words: tuple[str, ...]
    category: str = ""


Reading = tuple[Part, ...]


def said(end: int, *words: str) -> Reading:
    """A reading of one token."""
    return (Part(end, words),)


@final
@dataclass(frozen=True)
class Around:
    """The text around the place `start`, and what was read before it (white space left out)."""

    text: str
    start: int
    previous: str = ""  # its category
    previous_written: str = ""

    @cached_property
    def left(self) -> str:
        """What stands before, at most a few words."""
        return self.text[max(0, self.start - _REACH) : self.start]

    def right(self, end: int) -> str:
        """What stands from `end` on, at most a few words."""
        return self.text[end : end + _REACH]

    @cached_property
    def word_before(self) -> str:
        """The last word before, in this sentence; "" when there is none."""
        found = _LAST.search(self.left[-60:])
        return found[1] if found and not re.search(r"[.!?]\s|\n\s*\n", found[0][len(found[1]) :]) else ""

    @cached_property
    def signed(self) -> bool:
        """True when a plus or minus here belongs to the number behind it, not to what stands before it."""
        return not _OPERAND.search(self.left) and not (self.previous in ("time", "acronym") and self.left.endswith("."))

    def describes(self, end: int) -> bool:
        """True when an amount up to `end` describes the thing behind it: a 5 km run, a $20 bill; its unit is singular then."""
        return self.word_before.lower() in _ONE and _THING.match(self.right(end)) is not None

    def prices(self, end: int) -> bool:
        """True when money up to `end` names the worth of the thing behind it: a $20 fee, the $7 billion bailout, $5 bills."""
        right = self.right(end)
        if self.describes(end) or _PRICED.match(right):
            return True
        sure = self.word_before.lower() in _DETERMINERS and _THING.match(right) is not None
        return sure and not _NO_THING.match(right)

    def word_after(self, end: int) -> str:
        """The next word from `end` on, "" when there is none."""
        found = _WORD.search(self.right(end))
        return found[0] if found else ""

    def closes(self, end: int) -> bool:
        """True when a full stop before `end` closes a sentence too: the text ends, or a usual opener follows."""
        rest = self.right(end)
        if not rest.strip("\"')]} \t"):
            return True
        after = self.word_after(end)
        return bool(re.match(r"[\"')\]]*\s", rest)) and after[:1].isupper() and after.lower() in STARTERS

    def shouted(self, end: int) -> bool:
        """True when the line around is set in capitals, so that capitals mean nothing."""
        line = self.left.rpartition("\n")[2] + self.text[self.start : end] + self.right(end).partition("\n")[0]
        words = [w for w in _WORD.findall(line) if w.isalpha() and len(w) > 1]
        capitals = sum(w.isupper() for w in words)
        return (
            capitals >= 3
            and capitals >= 0.7 * len(words)
            and any(len(w) > 4 or w.lower() in STARTERS for w in words if w.isupper())
        )
