"""What is said, as stretches of one speaker and as paragraphs that people read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aural.formats._lines import names_of, shown, squeezed
from aural.results import Result, Segment, Word

_SENTENCE_ENDS = ".?!…。！？؟।"
_CLOSERS = "\"'”’»)]}›」』"
_PAUSE = 2.0
_LONG, _VERY_LONG = 300, 700


@dataclass(frozen=True)
class Run:
    """One segment, or the part of it that one speaker says. `words` is None where there are no word times."""

    start: float
    end: float
    speaker: str | None
    text: str
    words: tuple[Word, ...] | None


@dataclass(frozen=True)
class Paragraph:
    """Runs that are read as one block; `start` (s) and the speaker's shown name."""

    start: float
    end: float
    speaker: str | None
    text: str
    runs: tuple[Run, ...]


def runs_of(result: Result) -> list[Run]:
    """All segments in order of start, cut where the speaker of the words changes."""
    names = names_of(result)
    found: list[Run] = []
    for segment in sorted(result.segments or (), key=lambda s: s.start):
        found += _cut(segment, names)
    return found


def paragraphs_of(result: Result) -> list[Paragraph]:
    """Blocks of one speaker: a new one at a change, at a long pause after a sentence, or when it gets long."""
    blocks: list[list[Run]] = []
    for run in runs_of(result):
        if not run.text:
            continue
        last = blocks[-1] if blocks else None
        if last is None or _breaks(last, run):
            blocks.append([run])
        else:
            last.append(run)
    return [Paragraph(b[0].start, max(r.end for r in b), b[0].speaker, " ".join(r.text for r in b), tuple(b)) for b in blocks]


def ends_sentence(text: str) -> bool:
    """True when the text ends with a full stop or its like, behind it closing quotes at most."""
    return text.rstrip(_CLOSERS).endswith(tuple(_SENTENCE_ENDS))


def _breaks(block: list[Run], run: Run) -> bool:
    last = block[-1]
    if run.speaker != last.speaker:
        return True
    size = sum(len(r.text) + 1 for r in block)
    done = ends_sentence(last.text)
    return size > _VERY_LONG or run.start - last.end > 2 * _PAUSE or (done and (size > _LONG or run.start - last.end > _PAUSE))


def _cut(segment: Segment, names: Mapping[str, str]) -> list[Run]:
    def named(label: str | None) -> str | None:
        return shown(names, label)

    words = segment.words
    if not words:
        return [Run(segment.start, segment.end, named(segment.speaker), squeezed(segment.text), None)]
    groups: list[list[Word]] = []
    for word in words:
        if groups and named(groups[-1][-1].speaker or segment.speaker) == named(word.speaker or segment.speaker):
            groups[-1].append(word)
        else:
            groups.append([word])
    if len(groups) == 1:
        return [Run(segment.start, segment.end, named(words[0].speaker or segment.speaker), squeezed(segment.text), words)]
    found = []
    for group in groups:
        text = squeezed(" ".join(w.text for w in group))
        end = max(w.end for w in group)
        found.append(Run(group[0].start, end, named(group[0].speaker or segment.speaker), text, tuple(group)))
    return found
