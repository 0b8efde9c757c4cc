"""Cuts running text into sentences and paragraphs, past abbreviations, initials, quotes and lists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST = 600  # characters; a longer stretch without an end is cut at a mark, else at a blank

# A point behind these is part of them, whatever follows.
_TITLES = frozenset(
    "mr mrs ms messrs mme mlle dr prof rev fr hon gov sen rep pres gen col maj capt cpt cmdr lt sgt cpl pvt adm st ste mt ft"
    " vs ext cf viz approx fig figs eq no nos vol vols pp p ch sec art ed eds trans al ca esp e.g i.e et".split()
)
# A point behind these may end the sentence, too: it does before a word that begins sentences.
_EITHER = frozenset(
    "inc ltd co corp llc bros dept univ assn jr sr esq phd md ave blvd rd ln ct pl sq hwy apt ste bldg etc a.m p.m am pm u.s u.k"
    " u.n e.u d.c u.s.a b.c a.d jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri sat sun"
    " ft in oz lb lbs kg km cm mm hr hrs min mins yd yds gal qt pt tsp tbsp ph.d b.a m.a m.d b.sc m.sc".split()
)
# Before a number these are short forms, and words of their own elsewhere: est. 1990, op. 27, pop. 8,000.
_NUMBERED = frozenset(
    "acct avg bk bks chap chaps chs dep dist elev ep eps est fl ht lat ll ln mk mob op par para pg pgs ph pop pt pts qty ref rev rm"
    " rms rt rte sc secs sect ser sz tel temp ver vv wt".split()
)
_NUMBERED_SMALL = frozenset("b c d max r v".split())  # in capitals these are names and initials
_BEGINNERS = frozenset(
    "a an the this that these those he she it we they you i his her its our their your my there here then when while where what who"
    " why how if as but and so yet however although though after before since until because in on at for from by with to of no not"
    " some many most all each every one two is was are were do does did can could would should will may might please thank let"
    " meanwhile later now today yesterday tomorrow even once also besides still".split()
)
_END = re.compile(r"([.!?…]+|[。！？])([\"'”’)\]»]*)[⁰¹²³⁴-⁹]*(?=\s|$)")  # the mark of a note may follow
_PARAGRAPH = re.compile(r"\x1e?\n[ \t\r]*\n\s*|\n(?=[ \t]*(?:[-*•–]|\(?\d{1,3}[.)])[ \t])|[\u2029\f]|\x1e")
_SENTENCE = "\x1e"  # ends a sentence where no mark does (ssml)
_SOFT = re.compile(r"[;:,–—][\"'”’)\]]*\s|\s[–—-]+\s")


@dataclass(frozen=True)
class Sentence:
    """[start, end) of a sentence in the text, blanks around it left out; whether a paragraph ends with it."""

    start: int
    end: int
    closes: bool = False


def sentences(text: str) -> Iterator[Sentence]:
    """The sentences of a text in order. Everything outside of them is white space."""
    begin = 0
    for gap in (*_PARAGRAPH.finditer(text), None):
        end = gap.start() if gap else len(text)
        found = [s for a, b in _split(text, begin, end) if (s := _trimmed(text, a, b))]
        for n, (a, b) in enumerate(found):
            yield Sentence(a, b, n + 1 == len(found) and (gap is None or gap[0] != _SENTENCE))
        begin = gap.end() if gap else end


def _split(text: str, begin: int, end: int) -> Iterator[tuple[int, int]]:
    """A paragraph's sentences as spans, none of them longer than LONGEST."""
    start = begin
    for match in _END.finditer(text, begin, end):
        if _ends(text, start, match, end):
            yield from _bounded(text, start, match.end())
            start = match.end()
    yield from _bounded(text, start, end)


def _ends(text: str, start: int, match: re.Match[str], end: int) -> bool:
    """True when the mark ends the sentence that began at `start`."""
    after = text[match.end() : end].lstrip().lstrip("\"'“‘([«*_")
    if not after:
        return True
    if after[0].islower():
        return match[1][-1] in "?!" and not match[2] and not _said(after)
    if match[1] != ".":
        return not (match[1][0] in ".…" and after[0].isdigit())
    before = re.search(r"[\w.&-]+$", text[start : match.start()])
    word = before[0] if before else ""
    small = word.lower().strip(".")
    if word.isdigit() and text[start : match.start()].strip() == word:
        return False  # the number of a list
    if len(word) == 1 and word.isupper() and word != "I":
        return False  # an initial
    if after[0].isdigit() and (small in _NUMBERED or word in _NUMBERED_SMALL):
        return False
    following = re.match(r"[\w']+", after)
    begins = bool(following) and following[0].lower() in _BEGINNERS  # type: ignore[index]
    if word == "v" and re.search(r"[A-Z][\w']+ v$", text[start : match.start()]) and after[0].isupper():
        return begins  # Roe v. Wade
    if small in _TITLES and small not in _EITHER:
        return begins and _is_street(text[start : match.start()], small)
    if small in _EITHER or re.fullmatch(r"(?:\w\.)+\w", word):
        return begins
    return True


def _said(after: str) -> bool:
    return re.match(r"(?:said|asked|cried|he|she|they|i|we|shouted|replied|answered)\b", after) is not None


def _is_street(before: str, word: str) -> bool:
    """True for "Elm Dr": a title that stands behind a name is none."""
    return word in ("dr", "st", "mt", "ft") and re.search(r"[A-Z][\w']+\s+\w+$", before) is not None


def _bounded(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while end - start > LONGEST:
        cut = max((m.end() for m in _SOFT.finditer(text, start + LONGEST // 3, start + LONGEST)), default=0)
        cut = cut or text.rfind(" ", start + 1, start + LONGEST) + 1 or start + LONGEST
        yield start, cut
        start = cut
    yield start, end


def _trimmed(text: str, start: int, end: int) -> tuple[int, int] | None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return (start, end) if start < end else None
