"""FastSpeech learned from a few clips: the spectrogram comes nearer, the voice speaks, and asks for consent."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from voice_clips import manifest

from aural.errors import UsageError
from aural.learn.job import Job
from aural.learn.methods._spoken import frames_of
from aural.learn.train import Ask, train
from aural.learn.voicing import card as cards
from aural.results import Question
from aural.sound.voice_mel import VOICE

SMALL = {
    "sample_rate": 8000, "epochs": 4, "batch": 6, "threads": 1, "net.width": 16, "net.inner": 32, "net.symbols": 1,
    "net.frames": 1, "rate": 5e-3,
}  # fmt: skip


def ask(folder: Path, consent: str) -> Ask:
    rows, valid = manifest(folder, 12), manifest(folder, 3, seed=1)
    return Ask("speak", rows, folder / "run", valid, method="fastspeech", given=SMALL, consent=consent)


def test_a_voice_needs_a_consent(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="leave"):
        train(ask(tmp_path, ""), say=lambda text: None)


def test_valid_that_has_other_sounds_is_told(tmp_path: Path) -> None:
    asked = ask(tmp_path, "nobody's voice")
    for rows, other in ((manifest(tmp_path, 24), False), (manifest(tmp_path, 9, seed=1), True)):
        lines = [line for line in rows.read_text(encoding="utf-8").splitlines() if ("u" in json.loads(line)["phonemes"]) is other]
        rows.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(UsageError, match="no clip of train has"):
        train(asked, say=lambda text: None)


def test_a_resumed_training_remembers_the_consent(tmp_path: Path) -> None:
    job = Job("speak", "synthesizer", Question("sequence", "number"), {}, tmp_path, consent=" my own\nvoice ")
    assert cards.keep_consent(job) == "my own voice"
    later = dataclasses.replace(job, consent="", resume=True)
    assert cards.consent_of(later) == "my own voice"
    with pytest.raises(UsageError, match="leave"):
        cards.consent_of(dataclasses.replace(later, resume=False))


def test_frames_of_phones_add_up_to_the_clip() -> None:
    hop = VOICE.hop / VOICE.sample_rate
    rng = np.random.default_rng(0)
    for _ in range(50):
        ends = np.cumsum(rng.uniform(0.02, 0.2, 12))
        for frames in (int(ends[-1] / hop), int(ends[-1] / hop) + 1):
            found = frames_of(ends, frames, hop)
            assert found.sum() == frames and found.min() >= 0
            assert np.abs(np.cumsum(found)[:-1] * hop - ends[:-1]).max() <= hop
