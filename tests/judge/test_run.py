"""Running a task over clips: records, parts of files, failures, conditions, processes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import judge_fake
import numpy as np
import pytest

from aural.corpora.manifest import read_manifest
from aural.errors import ModelMissing, UsageError
from aural.judge import run as judging
from aural.judge.rooms import Condition
from aural.judge.terms import Names, Terms
from aural.models import store
from aural.models.shelf import Shelf

ROWS = [
    {"audio": "a.wav", "text": "Twenty one cats.", "speaker": "p", "gender": "f"},
    {"audio": "b.wav", "text": "the dog sat", "speaker": "q", "gender": "m"},
]
ANSWERS: dict[str, dict[str, Any]] = {"a": {"text": "21 cats"}, "b": {"text": "the dog"}}


@pytest.fixture
def faked(monkeypatch: pytest.MonkeyPatch) -> Any:
    def use(task: Any) -> None:
        monkeypatch.setattr(judging, "task_of", lambda verb: task)

    return use


def test_a_record_of_each_clip(tmp_path: Path, faked: Any) -> None:
    faked(judge_fake.task(ANSWERS))
    clips = read_manifest(judge_fake.manifest(tmp_path, ROWS))
    plan = judging.plan("transcribe", clips, {}, {}, Terms())
    assert plan.scorers == ("words",)
    first, second = judging.judge(judging.replace(plan, keys=("gender",)), clips, Condition())
    assert (first["id"], first["group"], first["seconds"], first["error"]) == ("a.wav", "p", 1.0, None)
    assert first["slices"] == {"gender": "f"} and first["models"] == {"recognizer": "fake"}
    assert first["words"]["errors"] == 0 and first["words"]["reference"] == "21 cats"
    assert (second["words"]["deleted"], second["words"]["words"]) == (1, 3)


def test_a_failure_is_an_empty_answer_and_told(tmp_path: Path, faked: Any) -> None:
    faked(judge_fake.task({**ANSWERS, "b": {"damaged": True}}))
    clips = read_manifest(judge_fake.manifest(tmp_path, ROWS))
    _, failed = judging.judge(judging.plan("transcribe", clips, {}, {}, Terms()), clips, Condition())
    assert "breaks off" in failed["error"]
    assert failed["words"]["deleted"] == failed["words"]["words"] == 3


def test_what_is_wrong_for_every_clip_stops_at_once(tmp_path: Path, faked: Any) -> None:
    task = judge_fake.task(ANSWERS)

    def missing(*_: Any) -> None:
        raise ModelMissing("no such model")

    faked(judging.replace(task, run=missing))
    clips = read_manifest(judge_fake.manifest(tmp_path, ROWS))
    with pytest.raises(ModelMissing):
        judging.judge(judging.plan("transcribe", clips, {}, {}, Terms()), clips, Condition())


def test_options_are_checked_before_anything_runs(tmp_path: Path, faked: Any) -> None:
    faked(judge_fake.task(ANSWERS))
    clips = read_manifest(judge_fake.manifest(tmp_path, ROWS))
    with pytest.raises(UsageError, match="langage"):
        judging.plan("transcribe", clips, {}, {"langage": "de"}, Terms())
    with pytest.raises(UsageError, match="no row tells"):
        judging.plan("diarize", clips, {}, {}, Terms())
    with pytest.raises(UsageError, match="cannot be evaluated"):
        judging.scorers_of("spectrogram")


def test_listen_is_scored_by_all_that_the_rows_know(tmp_path: Path, faked: Any) -> None:
    words = [(0.0, 0.2, "Hello", "x"), (0.2, 0.4, "there.", "x"), (0.5, 0.9, "Hi!", "y")]
    faked(judge_fake.task({"a": {"words": words, "turns": [(0.0, 0.4, "x"), (0.5, 0.9, "y")]}}))
    turns = [
        {"start": 0.0, "end": 0.4, "speaker": "A", "text": "hello there"},
        {"start": 0.5, "end": 0.9, "speaker": "B", "text": "hi"},
    ]
    clips = read_manifest(judge_fake.manifest(tmp_path, [{"audio": "a.wav", "text": "hello there hi", "turns": turns}]))
    plan = judging.plan("listen", clips, {}, {}, Terms())
    assert set(plan.scorers) == {"words", "meetings", "speakers"}
    (record,) = judging.judge(plan, clips, Condition())
    assert record["words"]["errors"] == 0
    assert (record["meetings"]["cp_errors"], record["meetings"]["tcp_errors"]) == (0, 0)
    assert record["speakers"]["wrong"] == pytest.approx(0, abs=1e-9) and record["speakers"]["count"] == 0


def test_numbers_of_several_words_keep_their_place_in_meetings(tmp_path: Path, faked: Any) -> None:
    words = [(0.0, 0.2, "Twenty", "x"), (0.2, 0.4, "one", "x"), (0.5, 0.9, "cats", "x")]
    faked(judge_fake.task({"a": {"words": words}}))
    turns = [{"start": 0.0, "end": 0.9, "speaker": "A", "text": "21 cats"}]
    clips = read_manifest(judge_fake.manifest(tmp_path, [{"audio": "a.wav", "turns": turns}]))
    (record,) = judging.judge(judging.plan("listen", clips, {}, {}, Terms(tcp_collar=0.2)), clips, Condition())
    assert record["meetings"] == {"cp_errors": 0, "tcp_errors": 0, "words": 2}


def test_labels_by_map(tmp_path: Path, faked: Any) -> None:
    answers = {
        "a": {"labels": {"Speech": 0.9, "Bow-wow": 0.6, "Rain": 0.2}},
        "b": {"labels": {"Speech": 0.9, "dog": 0.3, "rain": 0.1}},
    }
    faked(judge_fake.task(answers))
    rows = [{"audio": "a.wav", "label": "dog_bark"}, {"audio": "b.wav", "label": "rain"}]
    clips = read_manifest(judge_fake.manifest(tmp_path, rows))
    plan = judging.plan("tag", clips, {}, {}, Terms())
    assert plan.options["top"] == 0
    names = judging.names_of("tag", clips, {"dog_bark": ("Dog", "Bow-wow")})
    first, second = judging.judge(judging.replace(plan, names=names), clips, Condition())
    assert first["labels"] == {"true": ["dog_bark"], "told": "dog_bark", "right": 1, "scores": {"dog_bark": 0.6, "rain": 0.2}}
    assert (second["labels"]["told"], second["labels"]["right"]) == ("dog_bark", 0)
    with pytest.raises(UsageError, match="no class 'cat'"):
        judging.names_of("tag", clips, {"cat": ("Cat",)})


def test_events_of_other_classes_are_left_out(tmp_path: Path, faked: Any) -> None:
    faked(judge_fake.task({"a": {"events": [(0.1, 0.5, "Bark"), (0.0, 0.9, "Speech")]}}))
    rows = [{"audio": "a.wav", "events": [{"start": 0.1, "end": 0.45, "label": "dog"}]}]
    clips = read_manifest(judge_fake.manifest(tmp_path, rows))
    plan = judging.plan("detect", clips, {}, {}, Terms())
    names = judging.names_of("detect", clips, {"dog": ("Bark",)})
    (record,) = judging.judge(judging.replace(plan, names=names), clips, Condition())
    assert record["events"]["events"] == [1, 0, 0, 0]


def test_a_part_of_a_file_is_cut_and_a_whole_one_is_not(tmp_path: Path) -> None:
    rows = [
        {"audio": "a.wav", "start": 1.0, "duration": 0.5},
        {"audio": "a.wav", "start": 20.0, "duration": 3.0},
        {"audio": "a.wav", "duration": 3.0},
        {"audio": "a.wav", "duration": 1.0},
        {"audio": "a.wav", "start": 2.0},
    ]
    clips = read_manifest(judge_fake.manifest(tmp_path, rows, seconds=3.0))
    lengths = [judging.opened(c).recording.duration for c in clips]
    # the second row tells where in its origin the file was cut: the file is what is meant
    assert lengths == pytest.approx([0.5, 3.0, 3.0, 1.0, 1.0])
    assert judging.opened(clips[2]).path is not None


def test_a_condition_changes_the_sound_the_same_way_each_time(tmp_path: Path) -> None:
    (clip,) = read_manifest(judge_fake.manifest(tmp_path, [{"audio": "a.wav"}]))
    noisy = Condition("snr 10", 10.0, seed=3)
    one, two, clean = (judging.opened(clip, c).load().samples for c in (noisy, noisy, None))
    assert np.array_equal(one, two) and not np.array_equal(one, clean) and one.shape == clean.shape


def test_limit_takes_clips_evenly() -> None:
    assert judging.spread_evenly(list(range(10)), 3) == [0, 3, 6]
    assert judging.spread_evenly([1, 2], 5) == [1, 2] == judging.spread_evenly([1, 2], None)
    with pytest.raises(UsageError, match="--limit"):
        judging.spread_evenly([1], 0)


def test_several_processes_give_the_same_records(tmp_path: Path) -> None:
    """With a real verb that needs no weights: spawned children know nothing of a faked one."""
    pytest.importorskip("aural.tasks.vad")
    if not store.is_here("silero-vad", "vad"):
        pytest.skip("the voice gate is not here")
    clips = read_manifest(judge_fake.manifest(tmp_path, [{"audio": f"{n}.wav", "turns": []} for n in "abc"]))
    plan = judging.Plan("vad", {"vad": "silero-vad"}, names=Names("vad"), threads=1)
    alone, together = (judging.judge(plan, clips, Condition(), jobs=jobs) for jobs in (1, 2))
    assert [r["id"] for r in together] == ["a.wav", "b.wav", "c.wav"]
    assert [{**r, "took": 0} for r in alone] == [{**r, "took": 0} for r in together]


def test_a_keeping_shelf_opens_a_model_once(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    closed: list[str] = []

    class Model:
        card = type("Card", (), {"name": "fake"})()

        def __enter__(self) -> Model:
            return self

        def __exit__(self, *_: object) -> None:
            self.close()

        def close(self) -> None:
            closed.append("fake")

    def open_model(name: str, *_: Any) -> Model:
        opened.append(name)
        return Model()

    monkeypatch.setattr(store, "open_model", open_model)
    with Shelf({"vad": "x"}, keep=True) as kept:
        for _ in range(3):
            with kept.open("vad"):
                assert closed == []
    assert (opened, closed) == (["x"], ["fake"])
    plain = Shelf({"vad": "x"})
    for _ in range(2):
        with plain.open("vad"):
            pass
    assert (opened, closed) == (["x"] * 3, ["fake"] * 3)
