"""The options of formats, free of heavy imports so that a command line can name them at once."""

from __future__ import annotations

from dataclasses import dataclass

from aural.settings import option

PRESETS = ("subtitles", "broadcast", "whisper")


@dataclass(frozen=True)
class CueOptions:
    """How speech is cut into subtitle cues; None = as the preset says."""

    preset: str = option(
        "subtitles",
        "subtitles: 42 characters in 2 lines, 1 to 7 s, 20 characters/s; broadcast: 37 characters, 6 s, 17 characters/s; "
        "whisper: one cue for each segment as it is",
        choices=PRESETS,
    )
    max_line_width: int | None = option(None, "longest line; longer ones tire the eye", unit="characters", least=1)
    max_line_count: int | None = option(None, "most lines in a cue; more hide the picture", unit="lines", least=1)
    max_words_per_line: int | None = option(None, "most words in a line, for short videos", unit="words", least=1)
    highlight_words: bool = option(False, "underline each word while it is said")
    word_times: bool = option(False, "vtt and lrc: the time of each word inside the cue")
