"""The smallest parts of a text that a line may be broken at, each with its time."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from aural.formats._lines import squeezed
from aural.formats._speech import Run

# Scripts that write without blanks between words: a line may break between any two of their letters.
_UNSPACED = ("CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR")


@dataclass(frozen=True)
class Token:
    """A word (or a letter of a script without blanks) from start to end (s); `joined` to the one before without a blank."""

    text: str
    start: float
    end: float
    joined: bool = False


def glued(token: Token) -> bool:
    """Whether no blank stands before the token."""
    return token.joined


def line_text(tokens: Sequence[Token]) -> str:
    """Tokens as they are written on one line."""
    return "".join(("" if t.joined or not i else " ") + t.text for i, t in enumerate(tokens))


def tokens_of(run: Run, width: int = 42) -> list[Token]:
    """The run as tokens: times from its words, else spread over its length by the number of letters."""
    if run.words is None:
        return _spread(run.text, run.start, run.end, width)
    found: list[Token] = []
    at = 0
    for word in run.words:
        text = squeezed(word.text)
        if not text:
            continue
        place = run.text.find(text, at)
        joined = bool(found) and place >= 0 and place == at
        at = place + len(text) if place >= 0 else at
        parts = _spread(text, word.start, word.end, width)
        found += [Token(p.text, p.start, p.end, p.joined or (joined and i == 0)) for i, p in enumerate(parts)]
    return found or _spread(run.text, run.start, run.end, width)


def parts_of(text: str) -> list[str]:
    """The text at every place where a line may break: words, and letters of scripts without blanks."""
    return [part for word in text.split() for part, _ in _parts(word, 1)]


def joined_lines(lines: Iterable[str]) -> str:
    """Lines of a cue as one text: with a blank between, except where a script without blanks goes on."""
    text = ""
    for line in (" ".join(line.split()) for line in lines):
        if text and line:
            text += "" if _is_unspaced(text[-1]) and _is_unspaced(line[0]) else " "
        text += line
    return text


def _spread(text: str, start: float, end: float, width: int) -> list[Token]:
    """Parts of the text with times that share the span by their lengths."""
    parts = [(part, joined) for word in text.split() for part, joined in _parts(word, width)]
    if len(parts) == 1:
        return [Token(parts[0][0], start, end)]
    sizes = list(accumulate((len(part) for part, _ in parts), initial=0))
    scale = (end - start) / max(1, sizes[-1])
    return [Token(part, start + scale * sizes[i], start + scale * sizes[i + 1], joined) for i, (part, joined) in enumerate(parts)]


def _parts(word: str, width: int) -> Iterator[tuple[str, bool]]:
    """The word whole; when it is long and of a script without blanks, its letters with what may not begin a line."""
    if len(word) <= min(8, width) or not any(_is_unspaced(c) for c in word):
        yield word, False
        return
    part, first = "", True
    for letter in word:
        if part and _is_unspaced(letter):
            yield part, not first
            part, first = "", False
        part += letter
    yield part, not first


def _is_unspaced(letter: str) -> bool:
    # Marks that belong to the letter before (Thai vowels, combining signs) never begin a part.
    return unicodedata.category(letter) == "Lo" and unicodedata.name(letter, "").startswith(_UNSPACED)
