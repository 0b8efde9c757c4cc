"""Tagging: weighting by level, silence, order, long recordings; and real weights on a real clip."""

from __future__ import annotations

import numpy as np
import pytest

import aural
from aural.errors import UsageError
from aural.models.card import Card, Licences
from aural.models.face import Scorer
from aural.results import Question
from aural.sound.source import Source
from aural.tasks import tag
from aural.tasks._hearing import Heard, grid_of, hear

LABELS = ("Speech", "Dog", "Bark", "Silence")
RATE = 16_000


class Louder(Scorer):
    """Says Dog as strongly as a frame is loud, else Silence; over frames of 1 s each 0.5 s, or over clips."""

    def __init__(self, over: str = "frame") -> None:
        self.heard: list[int] = []
        question = Question("frame", "set") if over == "frame" else Question("clip", "set")
        hop = 0.5 if over == "frame" else None
        self.card = Card("louder", "tagger", "test", Licences("", "", "", True, ""), "", question=question, labels=LABELS,
                         window=1.0, hop=hop)  # fmt: skip

    def score(self, samples: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        sound = samples[0, : int(lengths[0])]
        self.heard.append(len(sound))
        hop = RATE // 2 if self.card.hop else RATE
        starts = range(0, max(1, -(-(len(sound) - RATE) // hop) * hop + hop), hop)
        level = np.array([min(1.0, float(np.abs(sound[s : s + RATE]).max(initial=0.0))) for s in starts])
        rows = np.stack([0 * level, level, level / 2, 1 - level], axis=1).astype(np.float32)
        return rows[None] if self.card.hop else rows[:1]

    def close(self) -> None:
        return


def test_frames_do_not_depend_on_where_blocks_are_cut() -> None:
    rng = np.random.default_rng(0)
    sound = rng.uniform(-1, 1, 10 * RATE + 4_321).astype(np.float32)
    whole = np.concatenate([h.probabilities for h in hear([sound], Louder())])
    for size in (977, RATE, 3 * RATE + 5):
        pieces = [sound[i : i + size] for i in range(0, len(sound), size)]
        cut = list(hear(pieces, Louder()))
        assert np.array_equal(np.concatenate([h.probabilities for h in cut]), whole)
        assert [h.first for h in cut] == list(np.cumsum([0] + [len(h.probabilities) for h in cut])[:-1])
    assert len(whole) == 20  # 0.5 s each, the last window completed by the model


def test_only_open_windows_are_kept() -> None:
    model = Louder()
    for _ in hear((np.zeros(RATE, np.float32) for _ in range(60)), model):
        pass
    assert max(model.heard) <= 2 * RATE


def test_clip_scorers_are_walked_window_by_window() -> None:
    model = Louder("clip")
    heard = list(hear([np.ones(int(2.5 * RATE), np.float32)], model))
    assert grid_of(model).hop == RATE
    assert [len(h.probabilities) for h in heard] == [2, 1]


def test_silence_around_a_sound_changes_nothing() -> None:
    average = tag.Average(LABELS)
    loud = np.array([[0.0, 0.8, 0.4, 0.1]])
    average.push(Heard(0, loud, np.array([0.3])))
    alone = average.scores()
    average.push(Heard(1, np.array([[0.0, 0.0, 0.0, 1.0]] * 9), np.zeros(9)))
    assert np.allclose(average.scores(), alone)
    assert alone[3] == 0 and alone.argmax() == 1


def test_a_silent_clip_is_silence() -> None:
    average = tag.Average(LABELS)
    average.push(Heard(0, np.array([[0.5, 0.5, 0.5, 0.5]]), np.array([1e-6])))
    assert list(average.scores()) == [0, 0, 0, 1]
    assert not tag.Average(("Dog",)).scores().any()


def test_options_are_checked() -> None:
    with pytest.raises(UsageError, match="--top"):
        aural.tag(Source.from_samples(np.zeros(10), RATE), top=-1)


@pytest.mark.weights
def test_noise_is_tagged_and_listed_best_first() -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, 3 * RATE).astype(np.float32)
    result = aural.tag(Source.from_samples(noise, RATE), top=3)
    scores = [label.score for label in result.labels]
    assert len(scores) == 3 and scores == sorted(scores, reverse=True) and scores[0] > 0.2
    assert tag.show(result).splitlines()[0] == f"{scores[0]:.2f}  {result.labels[0].label}"
    assert len(aural.tag(Source.from_samples(noise, RATE), top=0).labels) == 521
    silent = aural.tag(Source.from_samples(np.zeros(RATE), RATE))
    assert [(label.label, label.score) for label in silent.labels] == [("Silence", 1.0)]


def test_sides_of_music_are_told_apart() -> None:
    labels = ("Speech", "Singing", "Choir", "Humming", "Pop music", "Jazz", "Song", "Happy music", "Sad music", "Scary music")
    scores = np.array([0.9, 0.5, 0.6, 0.1, 0.7, 0.2, 0.0, 0.3, 0.4, 0.0])
    told = tag._sides(labels, scores, tag.Options(top=1, set=("voice", "genre", "mood")))
    assert [(x.label, x.score) for x in told] == [("Pop music", 0.7), ("Choir", 0.6), ("Sad music", 0.4)]
    every = tag._sides(labels, scores, tag.Options(top=0, set=("mood",)))
    assert [x.label for x in every] == ["Sad music", "Happy music", "Scary music"]
    with pytest.raises(UsageError, match="tells nothing of use"):
        tag._sides(labels, scores, tag.Options(set=("music",)))


@pytest.mark.weights
def test_music_has_sides_with_real_weights() -> None:
    time = np.arange(32000) / 16000
    chord = sum(0.1 * np.sin(2 * np.pi * hz * time) for hz in (220, 277, 330))
    told = aural.tag((chord[None].astype(np.float32), 16000), set="instrument,genre", top=2)
    assert 0 < len(told.labels) <= 4 and "Speech" not in {x.label for x in told.labels}
