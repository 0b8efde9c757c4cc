"""Voices from recordings without nets: learned in seconds, spoken by `aural.speak`, at another speed, pitch and timbre."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from voice_clips import manifest

import aural
from aural.errors import ModelRefused, UsageError
from aural.learn.train import Ask, train
from aural.models.card import read as read_card
from aural.sound.pitch import pitch

METHODS = ("parametric", "units")


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A run folder for each method, of one made-up speaker."""
    place = tmp_path_factory.mktemp("voices")
    found = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AURAL_HOME", str(place / "home"))
        learn, valid = manifest(place, 28), manifest(place, 4, seed=1)
        for method in METHODS:
            ask = Ask("speak", learn, place / method, valid, method=method, consent="made up", given={"language": "xx"})
            train(ask, say=lambda text: None)
            found[method] = place / method
        given = {"language": "xx", "model": "net", "width": 64, "epochs": 100}
        ask = Ask("speak", learn, place / "net", valid, method="parametric", consent="made up", given=given)
        train(ask, say=lambda text: None)
        found["net"] = place / "net"
    return found


def said(run: Path, phonemes: str = "sɑ ɑsi su.", **options: float) -> aural.tasks._speech.Speech:
    return aural.speak("", phonemes=phonemes, model=str(run), **options)


def median_pitch(speech: aural.tasks._speech.Speech) -> float:
    return float(np.nanmedian(pitch(speech.samples, sample_rate=speech.sample_rate, low=60, high=400).frequency))


@pytest.mark.parametrize("method", (*METHODS, "net"))
def test_it_speaks_with_its_own_pitch_and_times_its_words(runs: dict[str, Path], method: str) -> None:
    speech = said(runs[method])
    assert speech.sample_rate == 16000 and 0.6 < speech.duration < 3 and 105 < median_pitch(speech) < 140
    assert [w.text for w in speech.words] == ["sɑ", "ɑsi", "su."]
    assert all(a.end <= b.end and a.start < b.start for a, b in zip(speech.words, speech.words[1:], strict=False))
    level = np.sqrt(np.mean(speech.samples**2))
    assert 0.005 < level < 0.3 and np.abs(speech.samples).max() <= 1
    hiss = speech.samples[: round((speech.words[0].start + 0.04) * 16000)]
    assert speech.words[0].start < 0.12 and len(hiss)
    assert speech.result.language == "xx"
    again = said(runs[method])
    assert np.array_equal(speech.samples, again.samples)


@pytest.mark.parametrize("method", (*METHODS, "net"))
def test_speed_and_pitch_do_what_they_say(runs: dict[str, Path], method: str) -> None:
    plain, quick, high = said(runs[method]), said(runs[method], speed=1.5), said(runs[method], pitch=1.25)
    assert 0.6 < quick.duration / plain.duration < 0.85
    assert abs(median_pitch(high) / median_pitch(plain) - 1.25) < 0.06


def test_timbre_is_for_voices_that_have_one(runs: dict[str, Path]) -> None:
    plain, small = said(runs["parametric"], "ɑsi"), said(runs["parametric"], "ɑsi", timbre=1.3)
    spectra = [np.abs(np.fft.rfft(s.samples, 1 << 16)) ** 2 for s in (plain, small)]
    middles = [float((s * np.arange(len(s))).sum() / s.sum()) for s in spectra]
    assert middles[1] > 1.1 * middles[0] and abs(median_pitch(small) / median_pitch(plain) - 1) < 0.03
    with pytest.raises(UsageError, match="one timbre"):
        said(runs["units"], timbre=1.3)


def test_the_card_tells_whose_voice_it_is_and_files_are_marked(runs: dict[str, Path], tmp_path: Path) -> None:
    for method in METHODS:
        card = read_card(runs[method] / "model" / "card.json")
        assert card.kind == method and card.consent == "made up" and "nobody" in card.source and card.languages == ("xx",)
        assert card.figures["valid"] and set(card.labels) == {"s", "ɑ", "i", "u"}
    path = said(runs["units"]).save(tmp_path / "x.wav")
    assert b"synthetic" in path.read_bytes()


def test_joins_are_smooth_and_told(runs: dict[str, Path]) -> None:
    speech = said(runs["units"], show_units=True)
    assert any("joins at" in note for note in speech.notes) and not said(runs["units"]).notes
    steps = np.abs(np.diff(speech.samples))
    own = np.abs(np.diff(aural.load(runs["units"].parent / "0-0.wav").samples[0]))
    assert steps.max() < 2.5 * own.max()


def test_what_it_cannot_say_is_told(runs: dict[str, Path]) -> None:
    for method in METHODS:
        with pytest.raises(UsageError, match="no phone of"):
            said(runs[method], "9")
        with pytest.raises(UsageError, match="has no voice"):
            said(runs[method], voice="somebody")  # type: ignore[arg-type]


def test_a_sound_that_was_never_heard_is_said_as_its_nearest(runs: dict[str, Path]) -> None:
    assert said(runs["parametric"], "zɑ").duration > 0.15  # z is nearest to s


@pytest.mark.parametrize("method", (*METHODS, "net"))
def test_a_damaged_voice_is_refused(runs: dict[str, Path], method: str, tmp_path: Path) -> None:
    folder = tmp_path / "voice"
    shutil.copytree(runs[method] / "model", folder)
    card = json.loads((folder / "card.json").read_text())
    (folder / "card.json").write_text(json.dumps(card | {"files": {}}))
    name = "units.json" if method == "units" else "voice.json"
    (folder / name).write_text('{"phones": ["_"]}')
    with pytest.raises(ModelRefused):
        said(folder)


def test_without_consent_there_is_no_voice(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="by whose leave"):
        train(Ask("speak", manifest(tmp_path, 5), tmp_path / "run", method="units"), say=lambda text: None)


def test_a_net_tells_frames_as_well_as_trees_do(runs: dict[str, Path]) -> None:
    far = {m: read_card(runs[m] / "model" / "card.json").figures["valid"] for m in ("parametric", "net")}
    assert far["net"]["mel_cepstral_distortion"]["value"] < 1.2 * far["parametric"]["mel_cepstral_distortion"]["value"]
    assert far["net"]["voicing_error"]["value"] < 0.15
