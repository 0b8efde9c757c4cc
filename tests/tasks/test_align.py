"""A known text over a recording: what was heard keeps its times, the rest is measured between, edges go to the sound."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
from deaf import Deaf

import aural
from aural.cli import main as cli
from aural.errors import UsageError
from aural.models.card import Card, Licences
from aural.models.face import PhoneAligner
from aural.results import Event, Segment, Word
from aural.tasks._edges import snapped
from aural.tasks._gate import HOP, RATE, Heard
from aural.tasks._laid import Limits, Stretch, between, filled, matched, measured, stretches, tokens_of
from aural.tasks.align import _said, note


def words(text: str, step: float = 1.0, length: float = 0.5) -> list[Word]:
    return [Word(i * step, i * step + length, w, confidence=0.9) for i, w in enumerate(text.split())]


class Even(Deaf):
    """Lays a text out evenly."""

    card = Card("even", "recognizer", "x", Licences("x", "x", "x", None, "x"), "here")

    def align(
        self, samples: np.ndarray, text: str, speech: np.ndarray | None = None, language: str | None = None
    ) -> tuple[Word, ...]:
        share = len(samples) / RATE / len(text.split())
        return tuple(Word(i * share, (i + 1) * share, w, timed="measured") for i, w in enumerate(text.split()))


def heard(seconds: float) -> Heard:
    frames = round(seconds / HOP)
    return Heard(10.0, np.zeros(frames * 512, np.float32), np.ones(frames, np.float32), np.zeros(frames, np.float32))


def test_marks_go_with_the_word_before_them() -> None:
    assert tokens_of("Well - I said, no !\n") == ["Well -", "I", "said,", "no !"]
    assert tokens_of("") == [] and tokens_of("- a") == ["-", "a"]


def test_words_that_were_heard_keep_their_times() -> None:
    told = words("the cat sat down")
    pairs = matched(["The", "cat", "lay", "down."], told)
    found = filled(["The", "cat", "lay", "down."], pairs, told)
    assert [w and (w.text, w.start) for w in found] == [("The", 0.0), ("cat", 1.0), None, ("down.", 3.0)]
    own = measured(Stretch(0, 4, 0.0, 4.0), ["The", "cat", "lay", "down."], heard(4.0), Even(), 10.0)[0]
    laid = between(found, own)
    assert [w.text for w in laid] == ["The", "cat", "lay", "down."]
    assert laid[1].start <= laid[2].start < laid[2].end <= laid[3].start


def test_what_is_too_long_is_guessed_and_says_so() -> None:
    own = measured(Stretch(1, 3, 10.0, 14.0), ["a", "b", "c", "d"], heard(4.0), Even(), 2.0)[0]
    assert [(w.text, w.timed) for w in own] == [("b", "guessed"), ("c", "guessed")]
    assert own[0].start >= 10.0 and own[1].end <= 14.1
    marked = measured(Stretch(0, 2, 10.0, 14.0), ["a -", "b"], heard(4.0), Even(), 10.0)[0]
    assert [w.text for w in marked] == ["a -", "b"]


class Phonetic(Deaf, PhoneAligner):
    """Tells two phones for each word."""

    card = Even.card

    def align(
        self, samples: np.ndarray, text: str, speech: np.ndarray | None = None, language: str | None = None
    ) -> tuple[Word, ...]:
        return self.lay(samples, text)[0]

    def lay(self, samples: np.ndarray, text: str) -> tuple[tuple[Word, ...], tuple[Event, ...]]:
        words = Even().align(samples, text)
        return words, tuple(
            Event(w.start + k * 0.1, w.start + k * 0.1 + 0.1, "ab"[k], layer="phone") for w in words for k in (0, 1)
        )


def test_phones_come_with_the_words_in_the_time_of_the_recording() -> None:
    own, phones = measured(Stretch(0, 2, 10.0, 14.0), ["c", "d"], heard(4.0), Phonetic(), 10.0)
    assert [(p.label, round(p.start, 3)) for p in phones] == [("a", 10.0), ("b", 10.1), ("a", 12.0), ("b", 12.1)]
    segment = _said(Segment(10.0, 12.0, "c", words=(own[0],)), phones)
    assert segment.text == "a b" and [w.text for w in segment.words or ()] == ["a", "b"]


def test_stretches_cover_the_text_and_are_cut_in_pauses() -> None:
    told = words(" ".join(f"w{i}" for i in range(100)))
    told[49] = Word(49.0, 49.95, "w49")  # no pause behind it
    pairs = [(i, i) for i in range(100)]
    found = stretches(pairs, told, 100, 100.0, Limits(8.0, 24.0))
    assert found[0].first == 0 and found[-1].last == 100 and found[-1].end == 100.0
    assert all(a.last == b.first and a.end == b.start for a, b in itertools.pairwise(found))
    assert all(s.end - s.start <= 24.0 for s in found)
    assert 50 not in [s.first for s in found]
    none = stretches([], [], 5, 60.0, Limits(8.0, 24.0))
    assert none == [Stretch(0, 5, 0.0, 60.0)]


def test_edges_go_to_the_sound_around_a_pause() -> None:
    rng = np.random.default_rng(0)
    samples = 1e-4 * rng.standard_normal(RATE * 3)
    for low, high in ((0.5, 1.0), (1.6, 2.2)):
        samples[round(low * RATE) : round(high * RATE)] += 0.3 * rng.standard_normal(round((high - low) * RATE))
    given = [Word(10.4, 11.2, "a"), Word(11.5, 12.1, "b")]
    found = snapped(given, samples.astype(np.float32), 10.0)
    assert [(round(w.start, 2), round(w.end, 2)) for w in found] == [(10.5, 11.0), (11.6, 12.2)]
    close = 1e-4 * rng.standard_normal(RATE)
    close[: RATE // 2] += 0.3 * rng.standard_normal(RATE // 2)
    close[RATE // 2 + 800 :] += 0.3 * rng.standard_normal(RATE // 2 - 800)
    met = snapped([Word(0.1, 0.2, "a"), Word(0.8, 0.9, "b")], close.astype(np.float32), 0.0)
    assert met[0].end == met[1].start and 0.5 <= met[0].end <= 0.55, "where it is softest between two words"
    loud = snapped(given, rng.standard_normal(RATE * 3).astype(np.float32), 10.0)
    assert (loud[0].start, loud[1].end) == (10.4, 12.1), "without a pause the outer edges stay"
    far = snapped([Word(10.0, 10.05, "a"), Word(12.6, 12.9, "b")], samples.astype(np.float32), 10.0)
    assert (far[0].start, far[1].start) == (10.0, 12.6), "no edge moves far"
    assert snapped([], samples, 0.0) == [] and snapped(given, samples[:10], 10.0) == given


def test_empty_texts_and_files_that_are_not_there(tmp_path: Path) -> None:
    tone = (np.zeros((1, RATE), np.float32), RATE)
    for text in ("", " \n"):
        with pytest.raises(UsageError, match="no text"):
            aural.align(tone, text)
    with pytest.raises(UsageError, match="cannot be read"):
        aural.align(tone, tmp_path / "none.txt")


@pytest.mark.weights
def test_a_reading_with_its_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    talk = aural.sound.load(aural.sample("dialogue")).cut(2.0, 12.0)
    talk.save(tmp_path / "talk.wav")
    told = aural.transcribe(tmp_path / "talk.wav")
    text = [w.text for w in told.words()]
    spoilt = [*text[:3], "zebra", *text[4:]]
    found = list(aural.align(tmp_path / "talk.wav", " ".join(spoilt)).words())
    assert [w.text for w in found] == spoilt
    starts = [w.start for w in found]
    assert starts == sorted(starts) and all(w.start < w.end <= 10.001 for w in found)
    near = [abs(a.start - b.start) for a, b in zip(found, told.words(), strict=True)]
    assert float(np.median(near)) < 0.1 and near[3] < 0.5
    (tmp_path / "talk.txt").write_text("\n".join([" ".join(spoilt[:6]), " ".join(spoilt[6:])]))
    grid = tmp_path / "talk.TextGrid"
    assert cli.main(["align", str(tmp_path / "talk.wav"), str(tmp_path / "talk.txt"), "-o", str(grid)]) == 0
    assert 'text = "zebra"' in grid.read_text()
    lines = aural.align(tmp_path / "talk.wav", tmp_path / "talk.txt").segments or ()
    assert [len(s.words or ()) for s in lines] == [6, len(text) - 6], "a line of the text is a segment"
    assert cli.main(["align", str(tmp_path / "talk.wav"), "Do you laugh", "-f", "srt", "-o", "-"]) == 0
    assert "-->" in capsys.readouterr().out
    assert cli.main(["align", str(tmp_path / "talk.wav"), "none.txt"]) == 2


@pytest.mark.weights
def test_another_text_is_told_from_the_one_that_is_read() -> None:
    talk = aural.sound.load(aural.sample("dialogue")).cut(2.0, 12.0)
    right, wrong = (
        aural.align(talk, f"{aural.transcribe(talk).text} indeed"),
        aural.align(talk, "Completely different words stand here."),
    )
    assert note(right) == ""
    assert "4 of 5 words were not heard" in note(wrong)
    sure = [np.median([w.confidence or 0.0 for w in told.words()]) for told in (wrong, right)]
    assert sure[0] < 0.1 < 0.9 < sure[1]


@pytest.mark.weights
def test_the_multilingual_model_lays_texts_out_too() -> None:
    talk = aural.sound.load(aural.sample("dialogue")).cut(2.0, 6.0)
    text = [w.text for w in aural.transcribe(talk).words()]
    found = list(aural.align(talk, " ".join(["zebra", *text[1:]]), model="whisper-base", language="en").words())
    assert [w.text for w in found] == ["zebra", *text[1:]]
    near = [abs(a.start - b.start) for a, b in zip(found, aural.transcribe(talk).words(), strict=True)]
    assert float(np.median(near)) < 0.15
