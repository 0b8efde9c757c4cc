"""Voices in two stages are heard through the vocoder of the shelf; what a voice cannot change is refused before it speaks."""

from __future__ import annotations

import numpy as np
import pytest

from aural.errors import UsageError
from aural.models.card import Card, Licences
from aural.models.face import Prosody, Utterance
from aural.models.shelf import Shelf
from aural.models.through import Acoustic, GriffinLim, Through
from aural.results import Word
from aural.tasks import speak
from aural.tasks._speaking import _check_controls, _heard_through

CARD = Card(
    "v", "synthesizer", "acoustic", Licences("x", "x", "x", None, "a test"), "a test", sample_rate=22050, controls=("energy",)
)


class Flat(Acoustic):
    """Four frames of noise for whatever is said."""

    card = CARD

    def spectrogram(self, utterance: Utterance, prosody: Prosody) -> tuple[np.ndarray, tuple[Word, ...]]:
        return np.full((80, 4), -4.0, np.float32), (Word(0.0, 0.04, utterance.words[0]),)

    def close(self) -> None: ...


def test_the_vocoder_of_the_shelf_stands_behind_the_voice() -> None:
    roles = dict(speak.TASK.roles)
    assert roles["vocoder"] == "griffin-lim"
    with Shelf(roles) as shelf, _heard_through(Through(Flat(), GriffinLim()), shelf, None) as voice:
        (spoken,) = voice.speak(Utterance(("a",)), Prosody())
        assert shelf.made_by["vocoder"] == "griffin-lim"
    assert spoken.samples.shape == (4 * 256,) and np.isfinite(spoken.samples).all()


def test_a_voice_of_one_stage_takes_no_vocoder() -> None:
    whole = Through(Flat(), GriffinLim())

    class Whole:
        card = CARD
        speak = whole.speak

    with pytest.raises(UsageError, match="by itself"), _heard_through(Whole(), Shelf({}), "runs/v"):  # type: ignore[arg-type]
        pass
    with _heard_through(Whole(), Shelf({}), None) as voice:  # type: ignore[arg-type]
        assert not isinstance(voice, Through)


def test_what_a_voice_cannot_change_is_refused() -> None:
    _check_controls(CARD, Prosody(energy=1.5), False)
    with pytest.raises(UsageError, match="one timbre"):
        _check_controls(CARD, Prosody(timbre=1.2), False)
    with pytest.raises(UsageError, match="not put together from units"):
        _check_controls(CARD, Prosody(), True)
