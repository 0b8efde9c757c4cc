"""Transcribe: windows, seams, sentences, second tries and loops with a made recognizer; a real voice at the end."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import aural
from aural.corpora.samples import sample
from aural.errors import UsageError
from aural.models.face import Decoding, Hypothesis, Recognizer
from aural.models.runtime import Runtime
from aural.models.shelf import Shelf
from aural.progress import Quiet
from aural.results import Recording, Result, Segment, Word, grid_duration, on_grid
from aural.sound.source import Source
from aural.tasks import transcribe
from aural.tasks._gate import FRAME, HOP, Heard, without_breath
from aural.tasks._gathered import Gathered
from aural.tasks._windows import Cuts, Window, halves, trimmed, windows
from aural.tasks._words import guessed, in_order, kept_in_voice, merged, sentences


def heard(voice: np.ndarray, start: float = 0.0) -> Heard:
    """Tones that change all the time under the given voice probabilities."""
    pitch = np.repeat(np.random.default_rng(0).uniform(200, 3000, len(voice) // 2 + 1), 2 * FRAME)[: len(voice) * FRAME]
    samples = (0.1 * np.sin(np.cumsum(2 * np.pi * pitch / 16000))).astype(np.float32)
    return Heard(start, samples, voice.astype(np.float32), np.where(voice > 0.5, -20.0, -60.0))


def blocks(whole: Heard, size: int) -> Iterator[Heard]:
    for first in range(0, len(whole.voice), size):
        yield whole.part(first, min(first + size, len(whole.voice)))


class Made(Recognizer):
    """Writes one word for each burst of voice, named by the time that stands in its samples."""

    def __init__(self, answers: Sequence[Hypothesis] = ()) -> None:
        self.card = dataclasses.replace(aural.models.store.entry_of("moonshine-tiny").card)
        self.answers, self.asked = list(answers), list[tuple[int, Decoding]]()

    def close(self) -> None:
        return

    def recognize(self, samples: np.ndarray, lengths: np.ndarray, decoding: Decoding, speech: Any = None) -> list[Hypothesis]:
        self.asked.append((samples.shape[1], decoding))
        return [self.answers.pop(0) if self.answers else Hypothesis("")]


def word(text: str, start: float, end: float | None = None) -> Word:
    return Word(start, end or start + 0.2, text=text, confidence=0.9)


@given(st.lists(st.tuples(st.integers(5, 200), st.integers(3, 60)), min_size=1, max_size=30), st.integers(50, 1100))
@settings(deadline=None, max_examples=40)
def test_windows_hold_every_voiced_frame_once_or_in_an_overlap(bursts: list[tuple[int, int]], size: int) -> None:
    voice = np.concatenate([np.concatenate([np.full(a, 0.9), np.zeros(b)]) for a, b in bursts])
    whole = heard(voice)
    found = list(windows(blocks(whole, size), Cuts()))
    covered = np.zeros(len(voice), int)
    for w in found:
        first = round(w.heard.start / HOP)
        covered[first : first + len(w.heard.voice)] += 1
        assert w.heard.end - w.heard.start <= 30.0 + 0.1
    assert (covered[voice > 0.5] >= 1).all()
    assert sum(w.overlapped for w in found) == sum(w.seam is not None for w in found)
    assert (covered > 1).sum() * HOP <= 3.3 * sum(w.overlapped for w in found)


def test_breath_before_a_word_is_no_voice_and_soft_ends_are() -> None:
    voice = np.array([0.0, 0.6, 0.7, 0.6, 0.95, 1.0, 1.0, 0.7, 0.6, 0.0, 0.6, 0.7, 0.0, 0.7, 1.0, 0.0], np.float32)
    soft = np.array([0, 1, 1, 1, 0, 0, 0, 1, 1, 0, 1, 1, 0, 0, 0, 0], bool)
    level = np.where(soft, -50.0, -25.0)
    kept = without_breath(voice, level)
    assert (kept == np.where(np.isin(np.arange(16), [1, 2, 3, 10, 11]), 0, voice)).all()
    assert (without_breath(voice * 0.8, level) == voice * np.float32(0.8)).all(), "without a sure voice nothing is breath"
    assert (without_breath(voice, np.full(16, -25.0)) == voice).all(), "in noise nothing is softer than the voice"


def test_short_recordings_stay_whole_and_silence_costs_nothing() -> None:
    assert len(list(windows(blocks(heard(np.full(900, 0.9)), 300), Cuts()))) == 1
    silent = np.zeros(12000)
    silent[11000:11100] = 0.9
    found = list(windows(blocks(heard(silent), 1024), Cuts()))
    assert len(found) <= 2 and sum(len(w.heard.voice) for w in found) < 2000
    assert sum(w.heard.voice.max() > 0.5 for w in found) == 1


def test_cuts_fall_into_the_pause() -> None:
    voice = np.full(2000, 0.9)
    voice[500:520] = 0.0
    first = next(windows(blocks(heard(voice), 1024), Cuts()))
    assert 500 <= len(first.heard.voice) <= 520 and not first.overlapped


def test_halves_and_ends() -> None:
    voice = np.full(300, 0.9)
    voice[150:160] = 0.0
    one, two = halves(heard(voice))
    assert 150 <= len(one.voice) <= 160 and len(one.voice) + len(two.voice) == 300
    lone = np.zeros(600)
    lone[300:320] = 0.9
    assert len(trimmed(heard(lone)).voice) < 100


@given(st.integers(0, 12), st.integers(0, 6), st.floats(-0.09, 0.09))
def test_a_seam_loses_and_repeats_nothing(count: int, common: int, jitter: float) -> None:
    texts = [f"w{i}" for i in range(count + common)]
    times = [0.3 * i for i in range(len(texts))]
    before = [word(t, a) for t, a in zip(texts[: count // 2 + common], times, strict=False)]
    after = [word(t, max(0.0, a + jitter)) for t, a in zip(texts[count // 2 :], times[count // 2 :], strict=True)]
    seam = 0.3 * (count // 2 + common / 2)
    left, right = merged(before, after, seam)
    assert [w.text for w in left + right] == texts


def test_a_seam_without_a_common_word_keeps_each_side_and_what_only_one_heard() -> None:
    left, right = merged([word("one", 0.0), word("tu", 1.0)], [word("two", 1.05), word("three", 2.0)], 1.12)
    assert [w.text for w in left + right] == ["one", "tu", "three"]


def test_sentences_end_at_marks_and_pauses_but_not_behind_titles() -> None:
    texts = "Mr. Fish came. He sat. Then 3.5 left".split()
    words = [word(t, 0.3 * i) for i, t in enumerate(texts)]
    assert [[w.text for w in s] for s in sentences(words)] == [["Mr.", "Fish", "came."], ["He", "sat."], ["Then", "3.5", "left"]]
    assert len(sentences([word("a", 0.0), word("b", 5.0)])) == 2
    long = [word("so", 0.5 * i) for i in range(200)]
    assert max(s[-1].end - s[0].start for s in sentences(long)) <= 30.0


@given(st.lists(st.tuples(st.floats(-1, 20), st.floats(0, 3)), max_size=20), st.floats(0.5, 15))
def test_words_are_put_in_order_inside_the_recording(times: list[tuple[float, float]], duration: float) -> None:
    words = [Word(max(a, 0.0), max(a, 0.0) + b + 0.001, text="x") for a, b in times]
    found = in_order(words, duration)
    assert len(found) == len(words)
    assert all(0 <= w.start < w.end <= duration + 1e-9 for w in found)
    assert all(b.start >= a.start for a, b in pairwise(found))


@pytest.mark.parametrize("step", [0.0, 1e-12, 1e-7, 4e-4, 1e-3, 0.1])
def test_words_pressed_together_keep_their_order_on_the_grid(step: float) -> None:
    starts = 14.053 + step * np.array([0, 0, 1, 2, 2, 3, 4, 4])
    placed = [on_grid(w, 16.39) for w in in_order([word("a", float(s), float(s) + 0.2) for s in starts], 16.39)]
    assert all(a.start <= b.start for a, b in pairwise(placed))
    assert all(w.start < w.end <= grid_duration(16.39) for w in placed)


def test_words_are_kept_out_of_silence() -> None:
    spans = [(1.0, 2.0), (4.0, 5.0)]
    inside, across, lost = kept_in_voice([word("a", 1.2), word("b", 0.8, 1.3), word("c", 3.0, 3.3)], spans)
    assert (inside.start, across.start) == (1.2, 1.0)
    assert any(a <= lost.start and lost.end <= b + 1e-9 for a, b in spans) and lost.timed == "guessed"


def test_guessed_times_lie_in_the_voice_and_say_so() -> None:
    voice = np.zeros(100)
    voice[20:40], voice[60:90] = 0.9, 0.9
    words = guessed("one two three four", voice)
    assert all(w.timed == "guessed" for w in words)
    assert words[0].start == pytest.approx(20 * HOP) and words[-1].end == pytest.approx(90 * HOP)
    assert guessed("", voice) == [] and guessed("a", np.zeros(0)) == []


def test_nothing_said_is_not_asked_and_speech_is_asked_twice() -> None:
    model = Made()
    assert transcribe.recognize(heard(np.zeros(100)), model, Decoding()) == [] and not model.asked
    model = Made([Hypothesis("")] + 2 * [Hypothesis("Yes.", (word("Yes.", 1.0),), scores={"avg_logprob": -0.1, "alignment": 0.1})])
    told = transcribe.recognize(heard(np.full(100, 0.9)), model, Decoding())
    assert told[0].text == "Yes." and not model.asked[1][1].allow_empty


def test_marks_alone_are_no_words() -> None:
    marks = Hypothesis("\u266a\u266a \u266a\u266a", (word("\u266a", 0.5),), scores={"avg_logprob": -0.1})
    model = Made([marks, marks, marks])
    assert transcribe.recognize(heard(np.full(100, 0.9)), model, Decoding()) == []
    assert not model.asked[1][1].allow_empty


def test_a_certain_word_alone_in_silence_is_believed_and_a_doubtful_one_not() -> None:
    voice = np.zeros(125)
    voice[60:72] = 0.95
    said = Hypothesis("Yes.", (word("Yes.", 2.0),), scores={"avg_logprob": -0.9})
    assert [h.text for h in transcribe.recognize(heard(voice), Made([said]), Decoding())] == ["Yes."]
    assert transcribe.recognize(heard(0.65 * voice), Made([said]), Decoding()) == []


def test_a_word_of_a_short_list_is_believed_by_what_is_written_freely() -> None:
    voice = np.zeros(125)
    voice[60:72] = 0.95
    held = Hypothesis("Up.", (word("Up.", 2.0),), scores={"avg_logprob": -2.1})
    for likely, expected in ((-0.8, ["Up."]), (-2.0, [])):
        model = Made([held, Hypothesis("But.", scores={"avg_logprob": likely})])
        told = transcribe.recognize(heard(voice), model, Decoding(words=("up", "down")))
        assert [h.text for h in told] == expected
        assert [asked.words for _, asked in model.asked] == [("up", "down"), ()]


def test_a_loop_is_heard_again_in_halves() -> None:
    looped = Hypothesis("no no no", (word("no", 0.1),), scores={"looped": 1.0})
    fine = Hypothesis("Well.", (word("Well.", 0.2),), scores={"avg_logprob": -0.1})
    told = transcribe.recognize(heard(np.full(600, 0.9)), Made([looped, fine, fine]), Decoding())
    assert [h.text for h in told] == ["Well.", "Well."]
    assert told[1].words is not None and told[1].words[0].start > 5.0


def test_a_loop_of_hotwords_is_heard_again_without_them() -> None:
    looped = Hypothesis("", (), scores={"looped": 1.0})
    fine = Hypothesis("Well.", (word("Well.", 0.2),), scores={"avg_logprob": -0.1})
    model = Made([looped, fine])
    told = transcribe.recognize(heard(np.full(100, 0.9)), model, Decoding(hotwords=("seven^9",)))
    assert [h.text for h in told] == ["Well."] and [asked.hotwords for _, asked in model.asked] == [("seven^9",), ()]


def test_a_doubtful_answer_to_a_doubtful_voice_is_dropped() -> None:
    voice = np.zeros(150)
    voice[70:73] = 0.45
    unsure = Hypothesis("Thank you.", (word("Thank you.", 2.2),), scores={"avg_logprob": -0.9, "alignment": 0.01})
    assert transcribe.recognize(heard(voice), Made([unsure]), Decoding()) == []


def test_windows_make_one_text() -> None:
    text = Gathered(0.5)
    voice = np.full(1000, 0.9)
    list(text.watched(blocks(heard(voice), 500)))
    a, b = heard(voice[:500]), heard(voice[:550], 14.4)
    text.take(Window(a, None, True), [Hypothesis("One two", (word("One", 1.0), word("two.", 15.2)))])
    text.take(Window(b, 15.2), [Hypothesis("two. Three", (word("two.", 15.25), word("Three", 16.0)))])
    segments = text.segments(32.0, "en", words=True)
    assert " ".join(s.text for s in segments) == "One two. Three"
    assert all(s.confidence is not None and "avg_logprob" in s.scores for s in segments)


PARTS = [(None, (0.0, None)), ("1-2.5", (1.0, 2.5)), ("0:30-1:15", (30.0, 75.0)), ("5-", (5.0, None))]


@pytest.mark.parametrize(("text", "expected"), PARTS)
def test_parts_of_a_recording(text: str | None, expected: tuple[float, float | None]) -> None:
    assert transcribe.clip_of(text) == expected


@pytest.mark.parametrize("text", ["x", "3-2", "5", "-1--2", "1-nan"])
def test_what_is_no_part(text: str) -> None:
    with pytest.raises(UsageError):
        transcribe.clip_of(text)


@pytest.mark.weights
def test_a_voice_cut_in_the_middle_of_a_word_is_answered() -> None:
    """Positive control: the bare default recognizer answers these 7 s of clear speech with nothing."""
    voice = Source(sample("reading")).load(rate=16000, mono=True, end=7.0)
    result = aural.transcribe(Source.from_samples(voice.samples, 16000), threads=1)
    assert "best of times" in result.text and "age of wisdom" in result.text


@pytest.mark.weights
def test_a_part_has_the_times_of_the_whole() -> None:
    source = Source(sample("reading"))
    part = aural.transcribe(source, model="small", clip="2.0-5.0", threads=1)
    assert part.segments and all(1.9 <= w.start < w.end <= 5.1 for w in part.words())
    with pytest.raises(UsageError):
        aural.transcribe(source, model="small", language="de")


@pytest.mark.weights
def test_the_default_recognizer_is_held_to_a_list_of_words() -> None:
    only = ("ever", "tried", "failed", "matter", "try", "again", "fail", "better", "bitter")
    result = aural.transcribe(Source(sample("sentence")), only_words=",".join(only), threads=1)
    said = [w.text.strip(",.?!").lower() for w in result.words()]
    assert {"ever", "tried", "failed"} <= set(said) <= set(only)
    many = aural.transcribe(Source(sample("sentence")), model="whisper-base", only_words=",".join(only), threads=1)
    assert {w.text.strip(",.?!").lower() for w in many.words()} <= set(only)
    loud = aural.transcribe(Source(sample("sentence")), only_words=",".join(only).upper(), threads=1)
    assert [w.text.strip(",.?!").lower() for w in loud.words()] == said
    with pytest.raises(UsageError, match="no word"):
        aural.transcribe(Source(sample("sentence")), only_words="", threads=1)


def test_mixed_languages_are_told_segment_by_segment() -> None:
    voice = np.full(round(4.0 / HOP), 0.9)
    told = [
        Hypothesis("Hello.", (word("Hello.", 1.0),), language="en"),
        Hypothesis("Guten Tag.", (word("Guten", 5.0),), language="de"),
    ]
    for mixed, expected in ((True, ["en", "de"]), (False, ["en", "en"])):
        text = Gathered(0.5, mixed)
        for n, hypothesis in enumerate(told):
            (block,) = text.watched([heard(voice, 4.0 * n)])
            text.take(Window(block), [hypothesis])
        assert [s.language for s in text.segments(8.0, text.language, words=True)] == expected


def _two_windows(first: Hypothesis, second: Hypothesis, mixed: bool) -> Gathered:
    text = Gathered(0.5, mixed)
    for n, hypothesis in enumerate((first, second)):
        (block,) = text.watched([heard(np.full(round(4.0 / HOP), 0.9), 4.0 * n)])
        text.take(Window(block), [hypothesis])
    return text


@pytest.mark.parametrize("pause", (-0.0125, 0.1, 0.6))
@pytest.mark.parametrize("language", ("de", "en"))
def test_neighbors_of_one_language_without_a_pause_are_joined_and_none_overlap(pause: float, language: str) -> None:
    said = Hypothesis("Aussichten sollten", (word("Aussichten", 2.0), word("sollten", 3.2, 4.0125)), language="de")
    after = Hypothesis("sie verlassen", (word("sie", 4.0125 + pause, 4.9), word("verlassen", 4.9, 5.5)), language=language)
    text = _two_windows(said, after, mixed=True)
    segments = [on_grid(s) for s in text.segments(8.0, None, words=True)]
    joined = language == "de" and pause < 0.3
    assert [len(s.words or ()) for s in segments] == ([4] if joined else [2, 2])
    words = [w for s in segments for w in s.words or ()]
    assert all(a.end <= b.start for a, b in pairwise(words))
    assert all(a.end <= b.start for a, b in pairwise(segments))
    settled = text.segments(8.0, None, words=True, settled=True)
    assert len(settled) == (0 if joined else 1), "what a later window may still change is told"
    bare = text.segments(8.0, None, words=False)
    assert all(a.end <= b.start + 0.001 for a, b in pairwise(bare)) and len(bare) == len(segments)


def test_windows_of_one_language_stay_apart_where_none_are_mixed() -> None:
    said = Hypothesis("eins zwei", (word("eins", 2.0), word("zwei", 3.2, 4.1)), language="de")
    after = Hypothesis("drei", (word("drei", 4.0, 4.9),), language="de")
    first, second = _two_windows(said, after, mixed=False).segments(8.0, "de", words=True)
    assert first.end <= second.start and (first.text, second.text) == ("eins zwei", "drei")


def test_mixed_languages_need_a_model_of_several_and_short_windows() -> None:
    model = Made()
    assert len(model.card.languages) == 1
    with pytest.raises(UsageError, match="knows one language"):
        transcribe.cuts_for(model, mixed=True)
    model.card = dataclasses.replace(model.card, languages=("en", "de"))
    assert transcribe.cuts_for(model, mixed=True).longest < 10 < transcribe.cuts_for(model).longest
    assert transcribe.decoding_of(transcribe.Options(language="mixed"), model).language is None


def test_what_several_parts_say_of_a_reading_is_told_apart() -> None:
    scores = {
        "acoustic": -1.5,
        "decoder": -1.0,
        "ctc": -2.0,
        "lm": -3.0,
        "acoustic_2": -4.0,
        "decoder_2": -4.0,
        "ctc_2": -4.0,
        "lm_2": -5.0,
    }
    text = Gathered(0.5)
    (block,) = text.watched([heard(np.full(100, 0.9))])
    text.take(Window(block), [Hypothesis("one", (word("one", 1.0),), scores=scores, alternatives=("two",))])
    (segment,) = text.segments(4.0, "en", words=True)
    assert transcribe._scored(segment.scores, 1) == "  (log P(W | X) -1.50: decoder -1.00, CTC -2.00, log P(W) -3.00)"
    assert "decoder -4.00" in transcribe._scored(segment.scores, 2)
    assert transcribe._scored({"likelihood": -2.0, "lm": 0.0}, 1) == "  (log p(X | W) -2.00, log P(W) 0.00)"


@pytest.mark.weights
@pytest.mark.parametrize(("kind", "language"), [("borrowed", None), ("ctc", "en")])
def test_only_models_of_whole_languages_doubt_the_language(kind: str, language: str | None) -> None:
    one = Word(0.1, 0.3, text="one", confidence=0.4)
    made = Made([Hypothesis("one", (one,), "en", scores={"avg_logprob": -0.8})] * 9)
    made.card = dataclasses.replace(made.card, kind=kind)
    talk = aural.sound.load(sample("dialogue")).cut(0.0, 4.0)
    source = Source.from_samples(talk.samples, talk.sample_rate)
    names = {**transcribe.TASK.roles, "recognizer": "moonshine-tiny"}
    with aural.models.store.open_model(names["vad"], "vad", Runtime()) as gate:
        shelf = Shelf(names, opened=lambda name, role: nullcontext(gate if role == "vad" else made))
        told = transcribe.run(source, shelf, transcribe.Options(), Quiet())
    assert told.language == language and (told.segments or ())[0].text == "one"
    assert ("does not sound like a language" in transcribe.note(told)) == (language is None)


@pytest.mark.parametrize("name", ["mine", "org/name"])
def test_a_model_of_ones_own_need_not_name_a_language(name: str) -> None:
    made_by = {"recognizer": name}
    segment = Segment(0.0, 1.0, "one", scores={"avg_logprob": -1.5})
    told = Result(Recording("a", 1.0, 8000, 1, None), made_by, segments=(segment,))
    assert transcribe.note(told) == ""


def test_only_a_decoder_can_be_steered() -> None:
    for asked in ({"ctc": 0.0}, {"unit_bonus": 1.0}, {"coverage": 0.1}):
        with pytest.raises(UsageError, match="no decoder that could be steered"):
            transcribe.decoding_of(transcribe.Options(**asked), Made())
