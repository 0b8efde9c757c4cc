"""DER with its parts, JER, and the number of speakers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aural.corpora.manifest import Clip
from aural.judge.figures import Figure, mean
from aural.judge.terms import Names, Terms
from aural.metrics.diarization import jer, parts, speaker_count_error
from aural.results import Result

VERBS = ("diarize", "listen")
OPTIONS: Mapping[str, Mapping[str, Any]] = {}
HEADLINE = "der"
FIGURES = {
    "der": Figure(part="wrong", whole="spoken"),
    "missed": Figure(part="missed", whole="spoken"),
    "false_alarm": Figure(part="false", whole="spoken"),
    "confusion": Figure(part="confused", whole="spoken"),
    "jer": mean("jer"),
    "speaker_count_error": mean("count_off", percent=False),
    "speaker_count_right": mean("count_right", better="higher"),
}


def fits(clip: Clip, verb: str) -> bool:
    """True when the turns are known."""
    return clip.rttm is not None or clip.turns is not None


def item(clip: Clip, answer: Result | None, terms: Terms, names: Names) -> dict[str, Any]:
    """Seconds of each kind of error of one recording."""
    reference, told = clip.known_turns() or (), (answer.turns or () if answer else ())
    scored = clip.scored_parts()
    found = parts(reference, told, scored, terms.collar, terms.skip_overlap)
    off = speaker_count_error(reference, told)
    return {
        "wrong": found.missed + found.false + found.confused,
        "missed": found.missed,
        "false": found.false,
        "confused": found.confused,
        "spoken": found.total,
        "jer": jer(reference, told, scored, terms.collar, terms.skip_overlap),
        "count": off,
        "count_off": abs(off),
        "count_right": int(off == 0),
    }
