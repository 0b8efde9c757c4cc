"""From written text to what a voice says: sentences, spoken words, phonemes, marks and pauses; every character accounted for."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from aural.text.as_letters import Letters
from aural.text.pronunciation.phonemes import LETTERS, STRESS, of_ipa, stressed
from aural.text.pronunciation.pronounce import Pronounced, Pronouncer
from aural.text.script import PLAIN, Given, Manner, Script
from aural.text.sentences import Sentence, sentences

SENTENCE_PAUSE, PARAGRAPH_PAUSE = 0.35, 0.8  # s of silence behind a sentence, and behind the last one of a paragraph
_MARKS = {
    ",": ",", ";": ";", ":": ":", ".": ".", "!": "!", "?": "?", "…": ".", "—": ",", "–": ",", "(": ",", ")": ",", "[": ",",
    "]": ",", "。": ".", "、": ",", "，": ",", "！": "!", "？": "?",
}  # fmt: skip
_IPA = re.compile(r"(?<![\w/])/([^/\n]{1,60})/(?![\w/])|(?<!\w)\[([^\[\]\n]{1,60})\](?!\w)")
_FEW = 3  # words that are said by themselves without sounding cut off
_STRENGTH = ("", ",", ";", ":", ".", "?", "!")


Front = Pronouncer | Letters  # what reads the words of a text
_Read = tuple[int, int, str, Sequence[str], Sequence[str]]  # start, end, category, words, phonemes where given


@dataclass(frozen=True)
class Token:
    """What was written in [start, end) of the text, what kind of thing it is, and how it is said. `mark` follows it."""

    start: int
    end: int
    category: str
    said: tuple[Pronounced, ...]
    mark: str = ""
    pause: float = 0.0


@dataclass(frozen=True)
class Line:
    """What goes to the voice in one go: a sentence, or a part of one that is said in its own manner.

    `dropped` are spans that are neither said nor marks; `before` and `pause` are silence (s) around it; `speed` and `pitch`
    are factors.
    """

    start: int
    end: int
    tokens: tuple[Token, ...]
    dropped: tuple[tuple[int, int], ...]
    pause: float
    before: float = 0.0
    speed: float = 1.0
    pitch: float = 1.0


def lines(text: str, pronouncer: Front, script: Script = PLAIN) -> Iterator[Line]:
    """The sentences of a text, ready to be said; those without a word to say come with what was dropped of them."""
    for sentence in _whole(sentences(text), script):
        yield from _parts(text, sentence, pronouncer, script)


def _whole(found: Iterable[Sentence], script: Script) -> Iterator[Sentence]:
    """Sentences that do not end inside of what is given as one."""
    held: Sentence | None = None
    for sentence in found:
        if held is not None:
            sentence = Sentence(held.start, sentence.end, sentence.closes)
        held = sentence if any(g.start < sentence.end < g.end for g in script.given) else None
        if held is None:
            yield sentence
    if held is not None:
        yield held


def _parts(text: str, sentence: Sentence, pronouncer: Front, script: Script) -> Iterator[Line]:
    """A sentence, cut where its manner changes."""
    cuts = {sentence.start, sentence.end}
    cuts |= {at for m in script.manners for at in (m.start, m.end) if sentence.start < at < sentence.end}
    edges = sorted(cuts)
    for a, b in itertools.pairwise(tuple(edges)):  # marks alone go with what is before them
        if a != sentence.start and not any(letter.isalnum() for letter in text[a:b]):
            edges.remove(a)
    for start, end in itertools.pairwise(edges):
        manner = next((m for m in script.manners if m.start <= start < m.end), Manner(start, end))
        last = end == sentence.end
        pause = (PARAGRAPH_PAUSE if sentence.closes else SENTENCE_PAUSE) if last else 0.0
        said = line(text, Sentence(start, end, sentence.closes), pronouncer, script)
        if last and said.tokens and said.tokens[-1].mark not in (".", "?", "!"):
            said = replace(said, tokens=(*said.tokens[:-1], replace(said.tokens[-1], mark=".")))
        yield replace(said, pause=max(pause, said.pause), speed=manner.speed, pitch=manner.pitch)


def parted(whole: Line) -> tuple[Line, ...]:
    """A long sentence in two, cut behind its first mark; as it is, where it has none or is short."""
    count = sum(len(token.said) for token in whole.tokens)
    said = 0
    for number, token in enumerate(whole.tokens[:-1], 1):
        said += len(token.said)
        if token.mark and said >= _FEW and count - said >= _FEW and count > 3 * _FEW:
            cut = whole.tokens[number].start
            first = replace(whole, end=cut, tokens=whole.tokens[:number], pause=token.pause)
            return first, replace(whole, start=cut, tokens=whole.tokens[number:], dropped=(), before=0.0)
    return (whole,)


def line(text: str, span: Sentence, pronouncer: Front, script: Script = PLAIN) -> Line:
    """A sentence of a text, or a part of one; its last mark is what is written there."""
    written = list(_written(text, span, script, pronouncer))
    chosen: dict[int, Pronounced] = {}
    number = 0
    for start, end, _, words, sounds in written:
        if sounds:
            chosen |= {number + n: Pronounced(w, p, "given") for n, (w, p) in enumerate(zip(words, sounds, strict=True))}
        elif len(words) == 1 and words[0].lower() == text[start:end].lower():
            found = pronouncer.by_context(text[span.start : span.end], start - span.start, end - span.start)
            chosen |= {number: found} if found else {}
        number += len(words)
    said = iter(pronouncer.sentence([word for *_, words, _ in written for word in words], chosen))
    tokens: list[Token] = []
    dropped: list[tuple[int, int]] = []
    at = span.start
    for start, end, category, words, _ in written:
        _between(text, (at, start), tokens, dropped)
        spoken = tuple(one for one in (next(said) for _ in words) if one.phonemes)
        if spoken:
            tokens.append(Token(start, end, category, spoken))
            dropped += [(start + a, start + b) for a, b in pronouncer.unread(text[start:end], words)]
        else:
            _between(text, (start, end), tokens, dropped)
        at = end
    _between(text, (at, span.end), tokens, dropped)
    before, pause = _paused(text, tokens, span, script)
    return Line(span.start, span.end, tuple(tokens), _joined(dropped), pause, before)


def _paused(text: str, tokens: list[Token], span: Sentence, script: Script) -> tuple[float, float]:
    """Put pauses behind the tokens that they follow; those before the first and behind the last one are given back."""
    before = after = 0.0
    for told, seconds in script.pauses:
        place = len(text[:told].rstrip())  # between two sentences it belongs to the first one
        if not (span.start < place <= span.end or (place == 0 and not text[: span.start].strip())):
            continue
        index = sum(token.start < place for token in tokens) - 1
        if index < 0:
            before = max(before, seconds)
        elif index == len(tokens) - 1:
            after = max(after, seconds)
        else:
            tokens[index] = replace(tokens[index], pause=max(tokens[index].pause, seconds))
    return before, after


def _written(text: str, span: Sentence, script: Script, front: Front) -> Iterator[_Read]:
    """What stands in a span: (start, end, category, words, phonemes where they are given)."""
    whole = _plain(text, span.start, span.end, front)
    at = span.start
    given = [g for g in script.given if span.start <= g.start < span.end]
    given += [one for one in _in_ipa(text, span) if not any(g.start < one.end and one.start < g.end for g in script.given)]
    for one in sorted(given, key=lambda g: g.start):
        yield from _outside(text, (at, one.start), whole, front)
        yield one.start, one.end, one.category, one.words, one.phonemes
        at = one.end
    yield from _outside(text, (at, span.end), whole, front)


def _in_ipa(text: str, span: Sentence) -> Iterator[Given]:
    """What a text writes in IPA itself, between slashes or in brackets, as far as it is English sounds: /θɪŋk/, [ˈkæt]."""
    for found in _IPA.finditer(text, span.start, span.end):
        words = tuple((found[1] or found[2]).split())
        sounds = tuple(of_ipa(word) for word in words)
        plain = found[0].isascii() or re.search("[A-Z]", found[0])  # /home/me, [sic]
        if words and not plain and all(one and set(one) <= LETTERS for one in sounds):
            sounds = tuple(one if STRESS[0] in one else stressed(one) for one in sounds)
            yield Given(found.start(), found.end(), words, sounds, "phonemes")


def _outside(text: str, span: tuple[int, int], whole: list[_Read], front: Front) -> list[_Read]:
    """What stands between two given parts, read with the whole sentence in view where no word reaches into them."""
    start, end = span
    touched = [one for one in whole if one[0] < end and one[1] > start]
    if all(start <= one[0] and one[1] <= end for one in touched):
        return touched
    return _plain(text, start, end, front)


def _plain(text: str, start: int, end: int, front: Front) -> list[_Read]:
    tokens = front.say(text[start:end])
    return [(start + t.start, start + t.end, t.category, t.words, ()) for t in tokens if t.category != "space"]


def _between(text: str, span: tuple[int, int], tokens: list[Token], dropped: list[tuple[int, int]]) -> None:
    """Marks between two tokens go to the first one; what is neither mark nor silent is dropped, and told."""
    strongest = ""
    for at in range(*span):
        letter = text[at]
        mark = _MARKS.get(letter, "")
        if letter in "-" and re.search(r"(?:^|\s)-+(?:\s|$)|--", text[max(0, at - 1) : at + 2]):
            mark = ","
        if not mark and not _silent(letter):
            dropped.append((at, at + 1))
        strongest = max(strongest, mark, key=_STRENGTH.index)
    if tokens and strongest and _STRENGTH.index(strongest) > _STRENGTH.index(tokens[-1].mark):
        tokens[-1] = replace(tokens[-1], mark=strongest)


def soundless(text: str, line: Line) -> tuple[str, ...]:
    """The characters of a line that are neither said nor dropped nor marks: quotes, hyphens and the like, each once."""
    spoken = [(token.start, token.end) for token in line.tokens]
    covered = {at for start, end in (*spoken, *line.dropped) for at in range(start, end)}
    rest = (text[at] for at in range(line.start, line.end) if at not in covered)
    return tuple(dict.fromkeys(letter for letter in rest if letter not in _MARKS and not letter.isspace()))


def _silent(letter: str) -> bool:
    """True for white space, quotes, hyphens and other letters that stand for no sound."""
    return letter.isspace() or unicodedata.category(letter)[0] in "PZC" or unicodedata.category(letter) in ("Mn", "Sk")


def _joined(spans: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    out: list[tuple[int, int]] = []
    for start, end in spans:
        if out and out[-1][1] == start:
            out[-1] = (out[-1][0], end)
        else:
            out.append((start, end))
    return tuple(out)
