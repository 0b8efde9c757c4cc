"""Lays words and speakers together: each word gets its speaker, and segments are split where the speaker changes."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator, Sequence

from aural.results import Result, Segment, Turn, Word
from aural.tasks import diarize
from aural.tasks._speakers_of_words import assign


def with_speakers(result: Result, found: diarize.Answer) -> Result:
    """The words of `result` with the speakers, turns and names that were found."""
    words, heard = assign(tuple(result.words()), found), found.result
    rest = iter(words)
    segments: list[Segment] = []
    for segment in result.segments or ():
        if segment.words:
            segments += by_speaker(segment, list(itertools.islice(rest, len(segment.words))))
        else:
            segments.append(dataclasses.replace(segment, speaker=loudest(segment, heard.turns or ())))
    said = tuple(segments) if result.segments is not None else None
    return dataclasses.replace(result, segments=said, turns=heard.turns or (), speakers=heard.speakers or ())


def by_speaker(segment: Segment, words: Sequence[Word]) -> Iterator[Segment]:
    """The segment in one piece for each speaker in a row; one piece when only one speaks."""
    groups = [list(group) for _, group in itertools.groupby(words, key=lambda w: w.speaker)]
    for i, group in enumerate(groups):
        if len(groups) == 1:
            yield dataclasses.replace(segment, words=tuple(group), speaker=group[0].speaker)
            return
        start = segment.start if i == 0 else group[0].start
        end = segment.end if i == len(groups) - 1 else max(w.end for w in group)
        text = " ".join(w.text for w in group)
        yield dataclasses.replace(
            segment, start=start, end=max(end, start + 0.001), text=text, words=tuple(group), speaker=group[0].speaker
        )


def loudest(segment: Segment, turns: Sequence[Turn]) -> str | None:
    """The speaker who speaks longest inside a segment that has no words."""
    shares: dict[str, float] = {}
    for turn in turns:
        shares[turn.speaker] = shares.get(turn.speaker, 0.0) + turn.overlap(segment)
    best = max(shares, key=lambda s: (shares[s], s), default=None)
    return best if best is not None and shares[best] > 0 else None
