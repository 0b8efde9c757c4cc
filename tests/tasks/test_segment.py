"""Segments cover everything once; silence, slivers and steadiness."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import aural
from aural.models.card import Card, Licences
from aural.models.face import Scorer
from aural.results import Question, Span
from aural.sound.source import Source
from aural.tasks import segment
from aural.tasks._hearing import Heard
from aural.tasks._music import Music

RATE = 16_000


class Sign(Scorer):
    """Says speech where the mean of a 0.5 s window is positive and music where it is negative, each 0.1 s."""

    def __init__(self, turned: bool = False) -> None:
        self._order = [2, 1, 0] if turned else [0, 1, 2]  # turned: noise in place of speech
        self.card = Card("sign", "speech_music", "test", Licences("", "", "", True, ""), "", question=Question("frame", "class"),
                         labels=("speech", "music", "noise"), window=0.5, hop=0.1)  # fmt: skip

    def score(self, samples: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        sound, window, hop = samples[0], RATE // 2, RATE // 10
        count = 1 + max(0, -(-(len(sound) - window) // hop))
        mean = np.array([sound[i * hop : i * hop + window].mean() if len(sound) else 0.0 for i in range(count)])
        speech = 1 / (1 + np.exp(-50 * mean))
        return np.stack([speech, 1 - speech, 0 * speech], axis=1)[None][..., self._order].astype(np.float32)

    def close(self) -> None:
        return


def cut(sound: np.ndarray, **options: float) -> list[tuple[float, float, str]]:
    cutter = segment.Cutter(Sign(), segment.Options(**options))
    for part in np.array_split(sound.astype(np.float32), 7):
        cutter.push(part)
    return [(e.start, e.end, e.label) for e in cutter.finish(len(sound) / RATE)]


def level(value: float, seconds: float) -> np.ndarray:
    return np.full(int(seconds * RATE), value)


def test_changes_are_found_where_they_are() -> None:
    events = cut(np.concatenate([level(0.1, 5), level(-0.1, 5), level(0, 2), level(0.1, 4)]))
    assert [e[2] for e in events] == ["speech", "music", "silence", "speech"]
    assert [e[0] for e in events] == pytest.approx([0, 5, 10, 12], abs=0.15)
    assert events[0][0] == 0 and events[-1][1] == 16


def test_segments_cover_the_recording_once() -> None:
    rng = np.random.default_rng(0)
    sound = np.concatenate([level(rng.choice([0.1, -0.1, 0.0]), rng.uniform(0.05, 3)) for _ in range(40)])
    events = cut(sound)
    assert events[0][0] == 0 and events[-1][1] == pytest.approx(len(sound) / RATE, abs=0.001)
    for (_, end, label), (start, _, follower) in itertools.pairwise(events):
        assert end == start and label != follower


def test_short_silence_belongs_to_what_is_around_it() -> None:
    sound = np.concatenate([level(0.1, 4), level(0, 0.3), level(0.1, 4)])
    assert [e[2] for e in cut(sound)] == ["speech"]
    assert [e[2] for e in cut(sound, min_silence=0.2)] == ["speech", "silence", "speech"]


def test_steadiness_keeps_short_changes_out() -> None:
    sound = np.concatenate([level(0.1, 4), level(-0.1, 1), level(0.1, 4)])
    assert len(cut(sound, steadiness=1.0)) == 3
    assert len(cut(sound, steadiness=200.0)) == 1


@pytest.mark.parametrize("length", [1, 100, 1_000, 15_999])
def test_the_shortest_recordings_are_one_segment(length: int) -> None:
    assert [e[2] for e in cut(level(0.1, length / RATE))] == ["speech"]


def test_digital_silence_is_silence_from_end_to_end() -> None:
    assert cut(level(0, 3)) == [(0.0, 3.0, "silence")]


@pytest.mark.weights
def test_noise_between_silence() -> None:
    noise = np.random.default_rng(0).normal(0, 0.05, 4 * RATE)
    sound = np.concatenate([level(0, 2), noise, level(0, 2)]).astype(np.float32)
    result = aural.segment(Source.from_samples(sound, RATE))
    assert [e.label for e in result.events] == ["silence", "noise", "silence"]
    assert "noise 50%" in segment.show(result)


def test_noise_inside_speech_is_speech() -> None:
    class Deaf(Sign):
        def score(self, samples: np.ndarray, lengths: np.ndarray) -> np.ndarray:
            scores = super().score(samples, lengths)
            return np.stack([0 * scores[..., 0], 0 * scores[..., 0], 1 + 0 * scores[..., 0]], axis=-1)

    cutter = segment.Cutter(Deaf(), segment.Options())
    cutter.push(level(0.1, 6).astype(np.float32))
    events = cutter.finish(6.0, (Span(2.0, 4.0),))
    assert [(e.start, e.end, e.label) for e in events] == [(0, 2, "noise"), (2, 4, "speech"), (4, 6, "noise")]


def test_speech_that_the_gate_does_not_hear_is_noise() -> None:
    cutter = segment.Cutter(Sign(), segment.Options())
    cutter.push(level(0.1, 6).astype(np.float32))
    assert [(e.start, e.end, e.label) for e in cutter.finish(6.0, ())] == [(0, 6, "noise")]


class Tagger(Scorer):
    """A tagger that knows the given labels; it is only asked for its grid here."""

    def __init__(self, *labels: str) -> None:
        self.card = Card("tagger", "tagger", "test", Licences("", "", "", True, ""), "", labels=labels, window=1.0, hop=0.5)

    def score(self, samples: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        raise NotImplementedError

    def close(self) -> None:
        return


def voted(labels: tuple[str, ...], scores: np.ndarray) -> list[tuple[str, float]]:
    """What is told of 20 s of noise when the tagger gives `scores` [F] to its first label."""
    cutter, music = segment.Cutter(Sign(turned=True), segment.Options()), Music(Tagger(*labels))
    cutter.push(level(0.1, 20).astype(np.float32))
    music.take(Heard(0, scores[:20, None], np.ones(20)))
    music.take(Heard(20, scores[20:, None], np.ones(len(scores) - 20)))
    return [(e.label, round(e.duration)) for e in cutter.finish(20.0, (), music)]


def test_where_the_tagger_hears_music_noise_is_music() -> None:
    scores = np.where(np.arange(40) < 20, 0.95, 0.0).astype(np.float32)
    told = voted(("Music",), scores)
    assert [kind for kind, _ in told] == ["music", "noise"] and told[0][1] in (9, 10, 11)


def test_a_moment_of_music_is_none_and_a_tagger_without_it_changes_nothing() -> None:
    moment = np.where(np.arange(40) == 20, 1.0, 0.0).astype(np.float32)
    assert voted(("Music",), moment) == [("noise", 20)]
    assert voted(("Hum",), np.ones(40, np.float32)) == [("noise", 20)]
