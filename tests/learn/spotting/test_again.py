"""The border of the second stage: between a phrase and what nearly sounds like it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from deaf import DeafScorer

from aural.corpora.manifest import Clip
from aural.learn.job import Job
from aural.learn.spotting.again import of_phrase
from aural.learn.spotting.options import Options
from aural.models.card import Card, Licences
from aural.results import Question
from aural.sound.sound import Sound

RATE = 16000
SPEECH = np.sin(np.arange(4 * RATE) / 20).astype(np.float32)
CARD = Card(
    name="one", role="spotter", kind="made", licences=Licences("", "", "", None, ""), source="this test", hop=0.04,
    sample_rate=RATE, question=Question("clip", "class"), labels=("stop",), calibration={"seconds stop": 0.5},
)  # fmt: skip


class Rising(DeafScorer):
    """A text is likely as far as what it hears becomes louder; nothing else counts."""

    card = replace(CARD, name="rising", role="recognizer")
    elsewhere = -40.0

    def log_probs(self, samples: np.ndarray, texts: Sequence[str]) -> np.ndarray:
        loud = samples[np.abs(samples) > 0.1]
        if len(loud) < 2 or np.mean(loud > 0) < 0.9:  # swings, as voices do: other speech
            return np.full(len(texts), self.elsewhere)
        first, last = np.array_split(loud, 2)
        return np.full(len(texts), -5.0 if last.mean() > first.mean() else -20.0)


def clips(folder: Path, labels: Sequence[str | None]) -> list[Clip]:
    """Half a second that becomes louder for the phrase and fainter for anything else."""
    found = []
    for k, label in enumerate(labels):
        ramp = np.linspace(0.2, 0.8, RATE // 2) if label == "stop" else np.linspace(0.8, 0.2, RATE // 2)
        Sound(ramp.astype(np.float32)[None], RATE).save(folder / f"{k}.wav")
        found.append(Clip(folder / f"{k}.wav", str(k), label=label))
    return found


def border(folder: Path, labels: Sequence[str | None], elsewhere: float, told: list[str]) -> dict[str, float]:
    job = Job("spot", "spotter", Question("clip", "class"), {"train": clips(folder, labels)}, folder, say=told.append)
    scorer = Rising()
    scorer.elsewhere = elsewhere
    return dict(of_phrase(job, CARD, Options(augment=("gain",)), scorer, 0, SPEECH))


@pytest.mark.parametrize(
    ("elsewhere", "others", "expected"),
    [
        (-22.0, 0, -9.5),  # so far above other speech as no candidate comes
        (-12.0, 0, -6.4),  # a common word: the phrase itself must still come through
        (-45.0, 0, -25.0),  # a rare one: half of the way
        (-45.0, 9, -15.0),  # what is like the phrase decides
    ],
)
def test_it_lies_between_the_phrase_and_what_is_none(tmp_path: Path, elsewhere: float, others: int, expected: float) -> None:
    found = border(tmp_path, ["stop"] * 6 + [None] * others, elsewhere, told := [])
    assert found == {"again rising stop": pytest.approx(expected)} and f"ln P {expected:.1f}" in told[0]


def test_a_phrase_that_the_recognizer_does_not_know_has_none(tmp_path: Path) -> None:
    made = clips(tmp_path, ["fade"] * 6 + ["stop"] * 9)
    rows = [replace(c, label=None if c.label == "stop" else "stop") for c in made]
    told: list[str] = []
    job = Job("spot", "spotter", Question("clip", "class"), {"train": rows}, tmp_path, say=told.append)
    scorer = Rising()
    scorer.elsewhere = -19.0
    assert of_phrase(job, CARD, Options(augment=("gain",)), scorer, 0, SPEECH) == {}
    assert "--confirm is not for it" in told[0]
