"""Subtitle cues: every word once and in order, limits kept, no overlap; sense units in real sentences."""

from __future__ import annotations

import itertools
from collections import Counter

import pytest
from format_results import results
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aural.formats._cues import Cue, cues_of, limits_of, tag_width
from aural.formats._options import PRESETS, CueOptions
from aural.formats._speech import runs_of
from aural.formats._tokens import line_text, parts_of
from aural.results import Recording, Result, Segment, Word

QUICK = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
OPTIONS = st.builds(
    CueOptions,
    preset=st.sampled_from(PRESETS),
    max_line_width=st.sampled_from([None, None, 20, 42]),
    max_line_count=st.sampled_from([None, 1, 3]),
    max_words_per_line=st.sampled_from([None, None, 1, 4]),
)


@QUICK
@given(result=results(), options=OPTIONS)
def test_words_once_limits_kept_no_overlap(result: Result, options: CueOptions) -> None:
    cues, limits = cues_of(result, options), limits_of(options)
    said = Counter(part for run in runs_of(result) for part in parts_of(run.text))
    assert Counter(part for cue in cues for line in cue.lines for part in parts_of(line_text(line))) == said
    for cue in cues:
        assert 0 <= cue.start < cue.end
        if limits.whole:
            continue
        assert len(cue.lines) <= limits.lines
        assert cue.end - cue.start <= limits.longest + 1e-9
        for i, line in enumerate(cue.lines):
            head = tag_width(cue.speaker) if i == 0 and not cue.tag_apart else 0
            assert head + len(line_text(line)) <= limits.width or len(line) == 1
            assert limits.words is None or len(line) <= limits.words
    for a, b in itertools.pairwise(cues):
        assert a.end <= b.start


@QUICK
@given(result=results())
def test_each_speakers_words_stay_in_order(result: Result) -> None:
    heard: dict[str | None, list[str]] = {}
    for run in runs_of(result):
        heard.setdefault(run.speaker, []).extend(parts_of(run.text))
    shown: dict[str | None, list[str]] = {}
    for cue in cues_of(result):
        shown.setdefault(cue.speaker, []).extend(part for line in cue.lines for part in parts_of(line_text(line)))
    assert shown == {speaker: parts for speaker, parts in heard.items() if parts}


def _result(text: str, seconds_a_word: float = 0.35, pauses: dict[int, float] | None = None, words: bool = True) -> Result:
    at, found = 1.0, []
    for i, word in enumerate(text.split()):
        at += (pauses or {}).get(i, 0.0)
        found.append(Word(round(at, 3), round(at + seconds_a_word, 3), word))
        at += seconds_a_word
    segment = Segment(1.0, round(at, 3), text, words=tuple(found) if words else None)
    return Result(Recording("talk.wav", round(at + 5, 3), 16000, 1), segments=(segment,))


def _lines(cues: list[Cue]) -> list[list[str]]:
    return [[line_text(line) for line in cue.lines] for cue in cues]


def test_sentences_end_cues() -> None:
    text = "We met at the old harbor in the morning. Nobody had slept. The boats, which were late, came in one by one."
    ends = [" ".join(lines)[-1] for lines in _lines(cues_of(_result(text)))]
    assert ends == [".", "."] or ends == [".", ".", "."]


def test_breaks_at_a_clause_before_a_word() -> None:
    text = "When the last of the lanterns had gone out along the quay, somebody began to sing an old song about the sea"
    cues = _lines(cues_of(_result(text)))
    assert " ".join(cues[0]).endswith("quay,")


def test_breaks_at_pauses_without_punctuation() -> None:
    text = "and so we went along the river for a while then everybody stopped to look at the birds on the far bank"
    cues = _lines(cues_of(_result(text, pauses={10: 0.9})))
    assert " ".join(cues[0]).endswith("while")


def test_lines_are_balanced() -> None:
    lines = _lines(cues_of(_result("this sentence is just a bit too long for a single line.")))[0]
    assert len(lines) == 2
    assert abs(len(lines[0]) - len(lines[1])) <= 10


def test_long_pauses_part_cues() -> None:
    cues = cues_of(_result("one two three four", pauses={2: 4.0}))
    assert _lines(cues) == [["one two"], ["three four"]]
    assert cues[0].end < cues[1].start


def test_short_words_stay_long_enough_to_read() -> None:
    cues = cues_of(_result("Yes.", seconds_a_word=0.2))
    assert cues[0].end - cues[0].start == pytest.approx(1.0)


def test_reading_speed_where_the_speech_allows() -> None:
    text = "Extraordinarily quick speakers nevertheless pronounce everything."
    cues = cues_of(_result(text, seconds_a_word=0.2))
    for cue in cues:
        assert sum(len(t.text) + 1 for t in cue.tokens) / (cue.end - cue.start) <= 21


def test_segments_without_words_share_their_time_by_letters() -> None:
    cues = cues_of(_result("some words that are spread over their segment because nobody measured their times. " * 4, words=False))
    assert len(cues) > 3
    assert cues[0].start == 1.0
    assert all(c.end - c.start <= 7 for c in cues)


def test_scripts_without_blanks_are_broken_between_letters() -> None:
    text = "天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏闰余成岁律吕调阳云腾致雨露结为霜金生丽水玉出昆冈" * 3
    result = Result(Recording("talk.wav", 60.0, 16000, 1), segments=(Segment(0.0, 45.0, text),))
    lines = [line for cue in _lines(cues_of(result)) for line in cue]
    assert "".join(lines) == text
    assert max(map(len, lines)) <= 42


def test_overlapping_speakers_get_cues_of_their_own_in_turn() -> None:
    a = Segment(1.0, 4.0, "I was going to say that first", speaker="A")
    b = Segment(1.5, 3.0, "no you were not", speaker="B")
    cues = cues_of(Result(Recording("talk.wav", 10.0, 16000, 1), segments=(a, b)))
    assert [c.speaker for c in cues] == ["A", "B"]
    assert cues[0].end <= cues[1].start < 4.0
    assert min(c.end - c.start for c in cues) >= 1.0


def test_whisper_preset_is_the_segments_as_they_are() -> None:
    cues = cues_of(_result("one two three four five six seven eight nine ten eleven twelve"), CueOptions(preset="whisper"))
    assert len(cues) == 1 and len(cues[0].lines) == 1


def test_broadcast_keeps_37_characters() -> None:
    text = "the quick brown fox jumps over the lazy dog and then it runs back to where it came from again " * 3
    lines = [line for cue in _lines(cues_of(_result(text), CueOptions(preset="broadcast"))) for line in cue]
    assert max(map(len, lines)) <= 37


def test_words_per_line() -> None:
    cues = cues_of(_result("one two three four five six seven"), CueOptions(max_words_per_line=2, max_line_count=1))
    assert all(len(cue.tokens) <= 2 for cue in cues)


def test_an_hour_in_a_moment() -> None:
    import time

    began = time.perf_counter()
    cues = cues_of(_result("some words, that go on and on. " * 1400, seconds_a_word=0.36))
    assert len(cues) > 500
    # 9,800 words: generous for slow machines, and still far from what grows with the square of the length.
    assert time.perf_counter() - began < 20
