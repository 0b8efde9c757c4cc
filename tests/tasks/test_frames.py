"""Models for frames over long recordings: chunks change nothing for a net that looks less far, and scores become events."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import aural
from aural.errors import UsageError
from aural.models.card import Card, Licences
from aural.models.face import Scorer
from aural.models.runtime import Runtime
from aural.models.shelf import Shelf
from aural.progress import Quiet
from aural.results import Question
from aural.sound.source import Source
from aural.tasks import _frames as frames
from aural.tasks import detect, tag, vad
from aural.tasks._gate import hear

RATE, HOP = 1000, 20


class Level(Scorer):
    """The mean absolute value of 25 frames around each, as the score of "loud"; its opposite as "soft"."""

    def __init__(self, question: Question, labels: tuple[str, ...] = ("loud", "soft"), **known: object) -> None:
        licences = Licences("x", "x", "x", None, "x")
        self.card = Card("level", "tagger", "onnx", licences, "here", question=question, sample_rate=RATE, labels=labels,
                         hop=HOP / RATE, **known)  # type: ignore[arg-type]  # fmt: skip

    def close(self) -> None: ...

    def score(self, samples: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        assert samples.shape[0] == 1
        padded = np.pad(np.abs(samples[0]), (0, -len(samples[0]) % HOP))
        each = np.convolve(padded.reshape(-1, HOP).mean(1), np.ones(25) / 25, "same")
        return np.stack([each, 1 - each], axis=1)[None]


class OneModel(Shelf):
    """A shelf with one model for every role."""

    def __init__(self, model: Scorer) -> None:
        super().__init__(dict.fromkeys(("tagger", "vad"), "x"), Runtime())
        self.model = model

    def open(self, role: str):  # type: ignore[no-untyped-def]
        self.made_by[role] = self.model.card.name
        return self.model


def shaped(seconds: float = 40.0) -> np.ndarray:
    rng = np.random.default_rng(0)
    wave = 0.02 * rng.standard_normal(int(seconds * RATE))
    wave[10 * RATE : 14 * RATE] = 0.9
    wave[20 * RATE : 20 * RATE + 500] = 0.9
    return wave.astype(np.float32)


@pytest.mark.parametrize("block", [333, 5000, 100_000])
@pytest.mark.parametrize("chunk", [0.5, 3.0, 100.0])
def test_chunks_answer_as_the_whole(chunk: float, block: int) -> None:
    model, wave = Level(Question("frame", "set")), shaped()[:39_990]
    blocks = [wave[at : at + block] for at in range(0, len(wave), block)]
    whole = model.score(wave[None], np.array([len(wave)]))[0]
    told = frames.answers(blocks, model, chunk, context=0.3)
    assert told.shape == whole.shape == (2000, 2)
    assert np.abs(told - whole).max() < 1e-6


def test_events_have_their_own_thresholds() -> None:
    model = Level(Question("frame", "set"), operating_points={"loud": 0.5, "soft": 2.0})
    told = detect.run(Source((shaped()[None], RATE)), OneModel(model), detect.Options(gap=0, smooth=0, scores=True), Quiet())
    assert [e.label for e in told.events] == ["loud", "loud"]
    assert told.events[0].start == pytest.approx(10.0, abs=0.3) and told.events[0].end == pytest.approx(14.0, abs=0.3)
    assert [(c.name, c.unit, len(c.values)) for c in told.curves] == [("loud", "score", 2000), ("soft", "score", 2000)]
    only = detect.run(Source((shaped()[None], RATE)), OneModel(model), detect.Options(min_length=1.5, watch=("loud",)), Quiet())
    assert len(only.events) == 1
    with pytest.raises(UsageError, match="between 0 and 1"):
        detect.run(Source((shaped()[None], RATE)), OneModel(model), detect.Options(threshold=1.5), Quiet())


def test_smoothing_and_gaps() -> None:
    scores = np.zeros((100, 1))
    scores[20:60] = 1
    scores[40], scores[80] = 0, 1
    heard, rule = frames.Frames(scores, 0.1), {"high": np.array([0.5]), "low": np.array([0.25])}

    def spans(**more: float) -> list[tuple[float, float]]:
        return [(e.start, e.end) for e in frames.events_of(heard, ("a",), frames.Rule(**rule, **more), 10.0)]

    assert spans() == [(2.0, 4.0), (4.1, 6.0), (8.0, 8.1)]
    assert spans(smooth=0.3) == [(2.0, 6.0)]
    assert spans(gap=0.1, shortest=0.5) == [(2.0, 6.0)]


def test_peaks_stand_apart() -> None:
    scores = np.array([0.1, 0.9, 0.8, 0.1, 0.7, 0.7, 0.2])
    assert frames.peaks(scores, 0.5, 1) == [1, 4] and frames.peaks(scores, 0.5, 3) == [1] and frames.peaks(scores, 0.95, 1) == []


def test_tags_by_the_thresholds_of_the_card() -> None:
    points = {"loud": 0.9, "soft": 0.5}
    model = Level(Question("frame", "set"), operating_points=points)
    wave = Source(((0.6 * np.ones((1, 3000), np.float32)), RATE))
    assert [x.label for x in tag.run(wave, OneModel(model), tag.Options(), Quiet()).labels] == ["soft"]
    assert len(tag.run(wave, OneModel(model), tag.Options(top=0), Quiet()).labels) == 2
    assert [x.label for x in tag.run(wave, OneModel(model), tag.Options(min_score=0.65), Quiet()).labels] == ["soft"]


def test_speech_by_a_model_for_frames() -> None:
    model = Level(Question("frame", "class"), ("speech", "none"))
    told = vad.run(Source((shaped()[None], RATE)), OneModel(model), vad.Options(pad=0, release=0.5), Quiet())
    assert (round(told.speech[0].start), round(told.speech[0].end)) == (10, 14) and len(told.speech) == 2
    blocks = list(hear(Source((shaped()[None], RATE)), model))
    voice = np.concatenate([b.voice for b in blocks])
    assert len(voice) == sum(len(b.level) for b in blocks) and (voice[313:437] > 0.5).all() and not (voice[:310] > 0.5).any()
    with pytest.raises(UsageError, match="does not tell speech"):
        vad.run(Source((shaped()[None], RATE)), OneModel(Level(Question("frame", "class"))), vad.Options(), Quiet())


def test_pitch_without_a_model(tmp_path: Path) -> None:
    wave = 0.3 * np.sin(2 * np.pi * 200 * np.arange(16000) / 16000).astype(np.float32)
    told = aural.pitch((wave[None], 16000))
    values = told.curves[0].values
    assert len(values) == 100 and np.nanmedian(values) == pytest.approx(200, abs=0.5) and told.made_by == {}
    assert "200.0 Hz" in aural.tasks.pitch.TASK.show(told).splitlines()[0]
    assert "No pitch" in aural.tasks.pitch.TASK.show(aural.pitch((np.zeros((1, 8000), np.float32), 16000)))
