"""A voice's clips prepared: phones where they are said, pitch where there is one, kept for the next time."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from voice_clips import manifest

from aural.corpora.manifest import read_manifest
from aural.errors import LearningError, UsageError
from aural.learn.job import Job
from aural.learn.voicing import card
from aural.learn.voicing.prepare import Terms, prepared
from aural.models.card import read as read_card
from aural.results import Question


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Job:
    monkeypatch.setenv("AURAL_HOME", str(tmp_path / "home"))
    clips = {"train": read_manifest(manifest(tmp_path, 24)), "valid": read_manifest(manifest(tmp_path, 3, seed=1))}
    question = Question("sequence", "number")
    return Job("speak", "synthesizer", question, clips, tmp_path / "run", say=lambda text: None, consent="nobody speaks here")


def test_phones_lie_where_they_were_said(job: Job) -> None:
    found = prepared(job, Terms())
    assert len(found["train"]) == 24 and len(found["valid"]) == 3
    away = []
    for said in found["valid"]:
        true = [(name, end - said.begin) for name, end in said.clip.extra["ends"]]
        assert [p.name for p in said.phones] == [name for name, _ in true]
        away += [abs(end - told) for (_, end), told in zip(true[:-1], said.ends[:-1], strict=True)]
    assert np.median(away) < 0.015 and np.mean(np.array(away) < 0.03) > 0.9


def test_pitch_level_and_durations_stand_on_one_grid(job: Job) -> None:
    said = prepared(job, Terms())["valid"][0]
    assert said.frames == len(said.level) == int(said.duration / 0.005 + 1e-6) + 1
    kinds = np.array([p.name for p in said.phones])[
        np.searchsorted(said.ends, np.arange(said.frames) * 0.005).clip(0, len(said.phones) - 1)
    ]
    voiced = said.pitch > 0
    assert voiced[np.isin(kinds, ["ɑ", "i", "u"])].mean() > 0.85 and voiced[kinds == "s"].mean() < 0.3
    assert 105 < np.median(said.pitch[voiced]) < 135
    assert said.level[kinds == "_"].max() < said.level[kinds == "ɑ"].mean() if (kinds == "ɑ").any() else True
    assert said.durations(0.0125).sum() == round(said.duration / 0.0125)
    assert np.all(np.diff(said.ends) > 0) and np.all(said.inner[:, 0] <= said.inner[:, 1])
    assert abs(len(said.samples(16000)) / 16000 - said.duration) < 0.001 and np.abs(said.samples(8000)).max() <= 1


def test_what_was_prepared_is_kept_and_the_same(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    first = prepared(job, Terms())
    monkeypatch.setattr("aural.learn.voicing.prepare._made", lambda *_: pytest.fail("it was prepared again"))
    again = prepared(job, Terms())
    for one, other in zip(first["train"], again["train"], strict=True):
        assert one.phones == other.phones and np.array_equal(one.ends, other.ends) and np.array_equal(one.pitch, other.pitch)
    # a run that is resumed reads the same clips from the manifest of its folder, under other names
    renamed = {name: [dataclasses.replace(c, id=f"../{c.id}") for c in part] for name, part in job.clips.items()}
    found = prepared(dataclasses.replace(job, clips=renamed), Terms())
    assert [s.clip.id for s in found["train"]] == [f"../{s.clip.id}" for s in first["train"]]


def test_clips_without_a_text_and_other_languages_without_phonemes_are_told(job: Job) -> None:
    told: list[str] = []
    clips = {
        name: [dataclasses.replace(c, text=None, extra={"phonemes": "  "}) for c in part[:6]] for name, part in job.clips.items()
    }
    with pytest.raises(LearningError, match="0 clips"):
        prepared(dataclasses.replace(job, clips=clips, say=told.append), Terms())
    assert "6 clips of train have no text" in told[0]
    bare = {name: [dataclasses.replace(c, extra={}) for c in part] for name, part in job.clips.items()}
    with pytest.raises(LearningError, match="no pronunciations for the language 'de'"):
        prepared(dataclasses.replace(job, clips=bare), Terms(language="de"))


def test_a_voice_needs_consent_and_its_card_tells_of_it(job: Job) -> None:
    with pytest.raises(UsageError, match="by whose leave"):
        card.consent_of(dataclasses.replace(job, consent=" "))
    said = prepared(job, Terms())["train"]
    job.model.mkdir(parents=True)
    (job.model / "x.json").write_text("{}")
    card.write(job, said, "units", 16000, "en-US")
    found = read_card(job.model / "card.json")
    assert found.consent == "nobody speaks here" and found.languages == ("en",) and "nobody" in found.source
    assert list(found.voices.values()) == ["en-US, nobody"] and set(found.files) == {"x.json"} and "CC0" in found.licences.data
    resumed = dataclasses.replace(job, consent="", resume=True)
    assert card.consent_of(resumed) == "nobody speaks here"
