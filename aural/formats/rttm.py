"""Speaker turns as NIST's RTTM (.rttm), which diarization scorers read."""

from __future__ import annotations

from aural.formats._fields import NOTHING, field, number_of, rows_of, share_of, text_of
from aural.formats._lines import broken, names_of, recording_of, shown, span_of
from aural.results import Media, Result, Turn, on_grid

EXTENSION = ".rttm"
HOLDS = frozenset({"turns", "turns.confidence", "channels"})


def write(result: Result, *, media: Media | None = None, options: None = None) -> str:
    """One SPEAKER line for each turn; blanks in names as %20."""
    names = names_of(result)
    name = field(result.recording.name)
    lines = []
    for turn in sorted(result.turns or (), key=lambda t: (t.start, t.end)):
        turn = on_grid(turn)
        sure = NOTHING if turn.confidence is None else f"{turn.confidence:.4f}"
        speaker = field(shown(names, turn.speaker) or "")
        channel = 1 if turn.channel is None else turn.channel + 1
        times = f"{turn.start:.3f} {turn.end - turn.start:.3f}"
        lines.append(f"SPEAKER {name} {channel} {times} {NOTHING} {NOTHING} {speaker} {sure} {NOTHING}\n")
    return "".join(lines)


def read(data: str | bytes, where: str = "") -> Result:
    """Turns from the SPEAKER lines; other kinds of lines are passed over. Channel 1 alone counts as no channel.

    Raises: FormatError for a short line or a field that is no number, and for turns of two recordings.
    """
    turns, files = [], []
    for line, cells in rows_of(data, where):
        if cells[0][1] != "SPEAKER":
            if not cells[0][1].isupper():
                raise broken("an RTTM line begins with its kind, such as SPEAKER", where, line, cells[0][0])
            continue
        if len(cells) < 8:
            raise broken(f"a SPEAKER line has 9 or 10 fields, this one {len(cells)}", where, line)
        start = number_of(cells[3], "start in seconds", where, line)
        length = number_of(cells[4], "length in seconds", where, line)
        files.append(text_of(cells[1][1]))
        if files[-1] != files[0]:
            what = f"this file holds turns of {files[0][:40]!r} and of {files[-1][:40]!r}"
            raise broken(what, where, line, cells[1][0], "Split it: one recording, one file")
        first, last = span_of(start, start + length, where, line, cells[3][0])
        sure = share_of(cells[8], where, line) if len(cells) > 8 else None
        turns.append(Turn(first, last, text_of(cells[7][1]), channel=_channel(cells[2][1]), confidence=sure))
    return Result(recording_of(where, name=files[0] if files else ""), turns=tuple(sorted(turns, key=lambda t: (t.start, t.end))))


def _channel(text: str) -> int | None:
    return int(text) - 1 if text.isascii() and text.isdigit() and 1 < int(text) < 1000 else None
