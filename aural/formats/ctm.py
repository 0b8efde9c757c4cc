"""Words with times as NIST's CTM (.ctm), which recognition scorers read."""

from __future__ import annotations

from aural.formats._fields import NOTHING, field, number_of, rows_of, share_of, text_of
from aural.formats._lines import broken, names_of, recording_of, shown, span_of, squeezed
from aural.formats._speech import ends_sentence
from aural.results import Media, Result, Segment, Word

EXTENSION = ".ctm"
HOLDS = frozenset({"words", "words.speaker", "words.confidence"})

_PAUSE = 1.0


def write(result: Result, *, media: Media | None = None, options: None = None) -> str:
    """`name channel start length word confidence lex speaker`, one word a line; an unknown speaker is `<NA>`."""
    names = names_of(result)
    name = field(result.recording.name)
    rows = []
    for segment in result.segments or ():
        for word in segment.words or ():
            sure = "NA" if word.confidence is None else f"{word.confidence:.4f}"
            speaker = shown(names, word.speaker or segment.speaker)
            said = NOTHING if speaker is None else field(speaker)
            channel = 1 if word.channel is None else word.channel + 1
            times = f"{word.start:.3f} {word.end - word.start:.3f}"
            rows.append((word.start, f"{name} {channel} {times} {field(squeezed(word.text))} {sure} lex {said}\n"))
    return "".join(row for _, row in sorted(rows, key=lambda r: r[0]))


def read(data: str | bytes, where: str = "") -> Result:
    """Words, put together to segments at pauses, sentence ends and changes of the speaker.

    Raises: FormatError for a short line or a field that is no number, and for words of two recordings.
    """
    words, files = [], []
    for line, cells in rows_of(data, where):
        if len(cells) < 5:
            raise broken(f"a CTM line has at least 5 fields, this one {len(cells)}", where, line)
        start = number_of(cells[2], "start in seconds", where, line)
        length = number_of(cells[3], "length in seconds", where, line)
        files.append(text_of(cells[0][1]))
        if files[-1] != files[0]:
            what = f"this file holds words of {files[0][:40]!r} and of {files[-1][:40]!r}"
            raise broken(what, where, line, cells[0][0], "Split it: one recording, one file")
        first, last = span_of(start, start + length, where, line, cells[2][0])
        speaker = text_of(cells[7][1]) if len(cells) > 7 and cells[7][1] != NOTHING else None
        sure = share_of(cells[5], where, line) if len(cells) > 5 else None
        words.append(Word(first, last, text_of(cells[4][1]), confidence=sure, speaker=speaker))
    words.sort(key=lambda w: w.start)
    return Result(recording_of(where, name=files[0] if files else ""), segments=_segments(words))


def _segments(words: list[Word]) -> tuple[Segment, ...]:
    groups: list[list[Word]] = []
    for word in words:
        last = groups[-1][-1] if groups else None
        together = last is not None and word.speaker == last.speaker and word.start - last.end < _PAUSE
        if together and last is not None and not ends_sentence(last.text):
            groups[-1].append(word)
        else:
            groups.append([word])
    return tuple(
        Segment(g[0].start, max(w.end for w in g), " ".join(w.text for w in g), words=tuple(g), speaker=g[0].speaker)
        for g in groups
    )
