"""What stands on the screen while a cue is shown: once, or once for each word that is said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from aural.formats._cues import Cue
from aural.formats._tokens import Token, line_text


@dataclass(frozen=True)
class Frame:
    """Lines shown from start to end (s)."""

    start: float
    end: float
    speaker: str | None
    lines: tuple[str, ...]


def frames_of(cue: Cue, highlight: bool, escape: Callable[[str], str] = str) -> Iterator[Frame]:
    """The cue as it is, or with `highlight` one frame for each word, in which that word is underlined."""
    plain = tuple(escape(line_text(line)) for line in cue.lines)
    if not highlight or len(cue.tokens) < 2:
        yield Frame(cue.start, cue.end, cue.speaker, plain)
        return
    tokens = cue.tokens
    begins = [cue.start, *(min(max(t.start, cue.start), cue.end) for t in tokens[1:]), cue.end]
    for i, token in enumerate(tokens):
        start, end = round(begins[i], 3), round(begins[i + 1], 3)
        if end > start:
            yield Frame(start, end, cue.speaker, tuple(_marked(line, token, escape) for line in cue.lines))


def _marked(line: tuple[Token, ...], token: Token, escape: Callable[[str], str]) -> str:
    parts = []
    for i, t in enumerate(line):
        text = f"<u>{escape(t.text)}</u>" if t is token else escape(t.text)
        parts.append(("" if t.joined or not i else " ") + text)
    return "".join(parts)
