"""Phrases learned over the shipped listener: found where they are said, in blocks of any size, and nowhere else."""

from __future__ import annotations

import dataclasses
import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

import aural
from aural.corpora.manifest import Clip, read_manifest
from aural.errors import LearningError, ModelRefused
from aural.judge.scorers import spotting
from aural.judge.terms import Names, Terms
from aural.learn.job import Job
from aural.learn.methods.phrases import METHOD
from aural.learn.train import Ask, Trained, train
from aural.models import store
from aural.models.face import StreamingScorer
from aural.results import Question
from aural.sound.sound import Sound

RATE = 16000


def chirp(rng: np.random.Generator, up: bool) -> np.ndarray:
    """A buzz whose tone rises or falls in half a second: two phrases of a made-up language."""
    t = np.arange(RATE // 2) / RATE
    turn = t if up else t[::-1]
    hz = rng.uniform(280, 320) * 2 ** (2 * turn)
    wave = sum(np.sin(2 * np.pi * np.cumsum(k * hz) / RATE) / k for k in range(1, 6))
    return (0.15 * wave * np.hanning(len(t)) ** 0.3).astype(np.float32)


def clips_in(folder: Path, each: int) -> list[Clip]:
    rng, lines = np.random.default_rng(each), []
    for k in range(2 * each):
        name = f"{each}-{k}.wav"
        Sound(chirp(rng, k % 2 == 0)[None], RATE).save(folder / name)
        lines.append({"audio": name, "label": "up" if k % 2 == 0 else "down", "duration": 0.5, "group": str(k)})
    path = folder / f"{each}.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return read_manifest(path)


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """One training for all of this file: the hours of speech that it is judged on take longer than all the rest."""
    folder = tmp_path_factory.mktemp("phrases")
    for each in (6, 4):
        clips_in(folder, each)
    given = {"steps": 300, "copies": 3, "augment": "gain", "threads": 1}
    return train(Ask("spot", folder / "6.jsonl", folder / "run", folder / "4.jsonl", given=given), say=lambda text: None)


@pytest.fixture(scope="module")
def run(learned: Trained) -> Path:
    return learned.folder


@pytest.fixture(scope="module")
def recording() -> np.ndarray:
    rng = np.random.default_rng(5)
    sound = 0.001 * rng.standard_normal(12 * RATE).astype(np.float32)
    for at, up in ((2.0, True), (5.0, False), (8.0, True)):
        sound[round(at * RATE) :][: RATE // 2] += chirp(rng, up)
    return sound[None]


def test_phrases_are_found_when_they_are_over(run: Path, recording: np.ndarray) -> None:
    told = aural.spot((recording, RATE), model=str(run / "model"))
    assert [e.label for e in told.events] == ["up", "down", "up"]
    assert np.allclose([e.end for e in told.events], [2.6, 5.6, 8.6], atol=0.2)
    assert all(e.layer == "keyword" and 0.3 < e.duration < 0.8 for e in told.events)
    (only,) = aural.spot((recording, RATE), model=str(run / "model"), keyword=("down",)).events
    assert only.label == "down"


def test_blocks_change_nothing(run: Path, recording: np.ndarray) -> None:
    model = store.open_model(str(run / "model"), "spotter")
    assert isinstance(model, StreamingScorer)
    whole = model.score(recording, np.array([recording.shape[1]]))[0]
    for size in (999, 16000, 100_000):
        state, parts = model.start(), []
        for at in range(0, recording.shape[1], size):
            state, told = model.step(state, recording[0, at : at + size])
            parts.append(told)
        streamed = np.concatenate([*parts, model.finish(state)])
        assert streamed.shape == whole.shape and np.abs(streamed - whole).max() < 1e-4


_MAIN = """
#include "spotter.h"
#include <stdio.h>
int main(void) {
  static aural_spotter s;
  float samples[HOP], scores[PHRASES];
  aural_start(&s);
  while (fread(samples, sizeof(float), HOP, stdin) == HOP)
    if (aural_hear(&s, samples, scores)) fwrite(scores, sizeof(float), PHRASES, stdout);
  return 0;
}
"""


@pytest.mark.skipif(shutil.which("cc") is None, reason="there is no C compiler")
def test_the_same_in_c(run: Path, recording: np.ndarray, tmp_path: Path) -> None:
    (tmp_path / "main.c").write_text(_MAIN)
    command = ["cc", "-std=c99", "-O2", "-Wall", "-Wextra", "-Werror", f"-I{run}", "main.c", "-o", "main", "-lm"]
    subprocess.run(command, cwd=tmp_path, check=True)
    told = subprocess.run([tmp_path / "main"], input=recording[0].tobytes(), capture_output=True, check=True).stdout
    model = store.open_model(str(run / "model"), "spotter")
    assert isinstance(model, StreamingScorer)
    scores = np.frombuffer(told, np.float32).reshape(-1, 2)
    true = model.step(model.start(), recording[0])[1]
    assert abs(len(scores) - len(true)) <= 1 and len(scores) > 250
    assert np.abs(scores - true[: len(scores)]).max() < 1e-3


def test_the_card_tells_what_it_is(run: Path) -> None:
    card = store.entry_of(str(run / "model"), "spotter").card
    assert card.kind == "phrases" and card.labels == ("down", "up") and card.causal and card.hop == pytest.approx(0.04)
    assert set(card.operating_points) == {"down", "up"} and card.calibration["seconds up"] == 0.5
    size = sum(p.stat().st_size for p in (run / "model").iterdir())
    assert size < 2_000_000


def test_misses_and_false_alarms_are_judged(run: Path, tmp_path: Path) -> None:
    items = []
    for clip in clips_in(tmp_path, 4):
        quiet = np.zeros(RATE, np.float32)
        sound = np.concatenate([quiet, aural.load(clip.audio).samples[0], quiet])[None]
        clip = dataclasses.replace(clip, duration=2.5)
        told = aural.spot((sound, RATE), model=str(run / "model"), scores=True)
        items.append(spotting.item(clip, told, Terms(), Names("spot", ("down", "up"))))
    assert sum(i["said"] for i in items) == 8 and all(0 <= t <= 1 for i in items for t in i["top"])
    assert spotting.FIGURES["miss_rate"].over(items) <= 0.25
    assert spotting.FIGURES["misses_at_half_an_hour"].over(items) <= 0.25
    assert spotting.FIGURES["false_alarms_per_hour"].over(items) < 2 * 3600 / 2.5 / 8


def test_a_training_leaves_its_curve(learned: Trained, run: Path) -> None:
    assert learned.receipt is not None and learned.receipt.metrics["miss_rate"].n
    drawn = (run / "det.svg").read_text()
    assert "false alarms an hour" in drawn and "missed" in drawn
    told = json.loads((run / "alarms.json").read_text())
    assert told["hours"] > 1.5 and all(0 <= p <= 1 for p in told["peaks"])


def test_nothing_to_learn_and_a_damaged_model(tmp_path: Path, run: Path) -> None:
    job = Job("spot", "spotter", Question("clip", "class"), {"train": [Clip(Path("x"), "x", label="other")]}, tmp_path)
    with pytest.raises(LearningError, match="no clip holds a phrase"):
        METHOD.run(job)
    for path in (run / "model").iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "phrases.safetensors").write_bytes(b"nonsense")
    with pytest.raises(ModelRefused):
        store.open_model(str(tmp_path), "spotter")
