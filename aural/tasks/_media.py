"""What a page shows beside a result: the wave, a spectrogram, and the sound to play, from one pass over the recording."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from aural.pictures import colors, png
from aural.results import Media, Result
from aural.sound.encode import Writer
from aural.sound.preview import preview
from aural.sound.sound import Sound
from aural.sound.source import Source

RATE = 16000
_COLUMNS, _POINTS = 4000, 300_000  # at most; 50 points a second are enough
_PLAYABLE = 7200.0  # s: a longer recording would make a page that browsers open slowly; it is chosen from the disk instead
_BITRATE = 32000  # bit/s of mp3, the format that every browser plays

Places = Mapping[str, tuple[tuple[float, float], ...]]


def media(source: Source, result: Result, voices: Places | None = None) -> Media:
    """Peaks, spectrogram and mp3 of a recording; `voices`: places of the speakers' voices on a map."""
    duration = result.recording.duration or 0.0
    points = min(_POINTS, max(100, round(50 * duration)))
    with tempfile.TemporaryDirectory(prefix="aural-") as folder:
        path = Path(folder) / "page.mp3" if 0 < duration <= _PLAYABLE else None
        seen = preview(_blocks(source, path), duration=duration, sample_rate=RATE, columns=_COLUMNS, points=points)
        audio = path.read_bytes() if path else None
    # Plain grey, 255 = loudest: the page colors it to its theme.
    image = png.encode(colors.indices(seen.levels[::-1], low=-70.0, high=0.0))
    return Media(duration, seen.peaks, image, audio, "audio/mpeg" if audio else "", dict(voices or {}))


def _blocks(source: Source, path: Path | None) -> Iterator[Sound]:
    """Mono blocks at 16 kHz, written to `path` as they pass."""
    if path is None:
        yield from source.blocks(rate=RATE)
        return
    with Writer(path, RATE, 1, bitrate=_BITRATE) as out:
        for block in source.blocks(rate=RATE):
            out.write(block.samples)
            yield block
