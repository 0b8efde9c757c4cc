"""The method behind `--method adapt`: a fetched recognizer goes on learning, and a small file of changes comes out."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import torch

from aural.corpora.samples import sample
from aural.errors import LearningError, ModelRefused, UsageError
from aural.learn.job import Job
from aural.learn.methods import adapt
from aural.learn.train import Ask, train
from aural.models import store, tensors
from aural.models.card import read as read_card
from aural.models.card import write as write_card
from aural.models.engines import adapted
from aural.models.face import Decoding
from aural.models.runtime import Runtime
from aural.nets.low_rank import Change
from aural.progress import Quiet
from aural.results import Question
from aural.sound.source import Source

TEXTS = ("it was the best of times", "it was the worst of times")


def asked(**given: object) -> Job:
    return Job("transcribe", "recognizer", Question("sequence", "class"), {"train": [], "valid": []}, Path("x"), given)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"start": "moonshine-bas"}, "no recognizer"),
        ({"start": "moonshine-tiny"}, "moonshine-tiny cannot be adapted"),
        ({"start": "yamnet"}, "no recognizer"),
        ({"augment": ("specaugment",)}, "no spectrogram"),
        ({"augment": ("mixup",)}, "no longer says"),
        ({"crop": 1.0}, "no longer says"),
        ({"encoder": "cnn"}, "no encoder"),
        ({"rank": 0}, "rank"),
    ],
)
def test_what_it_cannot_do_is_told_before_anything_is_opened(given: dict[str, object], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        adapt.read(asked(**given))


def test_an_accent_is_learned_from_the_default_recognizer() -> None:
    choice, adapter = adapt.read(asked(rank="4", rate="0.0005"))
    assert (choice.options.start, choice.options.rate, adapter.rank) == ("moonshine-base", 5e-4, 4)


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    """Two clips of a reading with their texts."""
    whole = Source(sample("reading", Quiet())).load(rate=16000, mono=True, end=4.6)
    lines = []
    for k, (start, end, text) in enumerate(((0.0, 3.0, TEXTS[0]), (2.2, 4.6, TEXTS[1]))):
        whole.cut(start, end).save(tmp_path / f"{k}.wav")
        lines.append(json.dumps({"audio": f"{k}.wav", "duration": end - start, "text": text, "speaker": f"s{k}"}) + "\n")
    (tmp_path / "rows.jsonl").write_text("".join(lines))
    return tmp_path / "rows.jsonl"


@pytest.mark.weights
def test_a_run_ends_in_a_small_folder_that_writes_and_times_words(rows: Path, tmp_path: Path) -> None:
    said: list[str] = []
    given = {"epochs": 1, "batch": 2, "rank": 2, "threads": 1}
    ask = Ask("transcribe", rows, tmp_path / "run", rows, None, "adapt", given, force=True)
    made = train(ask, say=said.append)
    assert made.card.kind == "adapted" and made.card.longest_input == 30.0
    texts = json.loads((tmp_path / "run" / "texts.json").read_text())
    assert [t.lower().rstrip(".,") for t in texts["train"]] == list(TEXTS) and texts["train"][0][0] == "I"
    assert sum(p.stat().st_size for p in (tmp_path / "run" / "model").iterdir()) < 1_000_000
    samples = Source(rows.parent / "0.wav").load(rate=16000, mono=True).samples
    with store.open_model(str(tmp_path / "run"), "recognizer", Runtime("cpu", 1)) as model:
        (told,) = model.recognize(samples, np.array([samples.shape[1]]), Decoding())  # type: ignore[attr-defined]
    assert told.text.lower().startswith("it was the") and told.words and {w.timed for w in told.words} == {"measured"}


@pytest.mark.weights
def test_changes_of_nothing_are_the_base_itself(tmp_path: Path) -> None:
    base = store.entry_of("moonshine-base", "recognizer").card
    nothing = {"layers.0.self_attn.q_proj": (np.ones((2, 416), np.float32), np.zeros((416, 2), np.float32))}
    adapted.write(tmp_path, base.name, nothing)
    samples = Source(sample("reading", Quiet())).load(rate=16000, mono=True, end=3.0).samples
    lengths = np.array([samples.shape[1]])
    card = dataclasses.replace(base, kind="adapted")
    runtime = Runtime("cpu", 1)
    with adapted.open(tmp_path, card, runtime) as own, store.open_model(base.name, "recognizer", runtime) as other:
        assert own.recognize(samples, lengths, Decoding()) == other.recognize(samples, lengths, Decoding())  # type: ignore[attr-defined]


def test_a_folder_that_fits_no_base_is_refused(tmp_path: Path) -> None:
    pair = (np.ones((2, 416), np.float32), np.zeros((416, 2), np.float32))
    adapted.write(tmp_path, "moonshine-base", {"layers.0.self_attn.q_proj": pair})
    assert set(adapted.read(tmp_path)) == {"layers.0.self_attn.q_proj"}
    card = dataclasses.replace(store.entry_of("moonshine-base", "recognizer").card, kind="adapted")
    (tmp_path / "base.json").write_text('{"base": "moonshine-base", "files": {"encoder_model.ort": "0"}}')
    with pytest.raises(ModelRefused, match="another version"):
        adapted.open(tmp_path, card, Runtime("cpu", 1))
    (tmp_path / "base.json").write_text("[]")
    with pytest.raises(ModelRefused, match="does not tell its base"):
        adapted.open(tmp_path, card, Runtime("cpu", 1))
    tensors.write(tmp_path / adapted.CHANGES, {"a.down": np.zeros((2, 4), np.float16)})
    with pytest.raises(ModelRefused, match="do not fit"):
        adapted.read(tmp_path)


def test_half_the_strength_keeps_half_of_each_change(tmp_path: Path) -> None:
    change = Change(416, 416, 2)
    with torch.no_grad():
        change.up.fill_(0.5)
    written = {}
    for strength in (1.0, 0.5):
        job = dataclasses.replace(asked(), folder=tmp_path / str(strength))
        adapt._exported(job, adapt.read(job)[0], store.entry_of("moonshine-base", "recognizer").card,
                        {"encoder.layers.0.self_attn.q_proj": change}, strength)  # fmt: skip
        written[strength] = adapted.read(job.model)["layers.0.self_attn.q_proj"]
    np.testing.assert_array_equal(written[0.5][0], written[1.0][0])
    np.testing.assert_allclose(written[0.5][1], 0.5 * written[1.0][1])


def test_an_adapted_one_goes_on(tmp_path: Path) -> None:
    pair = (np.ones((2, 416), np.float32), np.full((416, 2), 0.25, np.float32))
    adapted.write(tmp_path, "moonshine-base", {"layers.0.self_attn.q_proj": pair})
    card = dataclasses.replace(store.entry_of("moonshine-base", "recognizer").card, kind="adapted", files={})
    write_card(card, tmp_path / "card.json")
    begun = adapt.beginning(adapt.read(asked(start=str(tmp_path)))[0].options)
    assert begun.base.name == "moonshine-base"
    one = Change(416, 416, 2)
    adapt._take({"encoder.layers.0.self_attn.q_proj": one}, begun.changes)
    assert bool((one.down == 1.0).all()) and bool((one.up == 0.25).all())
    with pytest.raises(UsageError, match="other changes"):
        adapt._take({"encoder.layers.0.self_attn.q_proj": Change(416, 416, 3)}, begun.changes)


def test_rows_without_a_text_are_refused(rows: Path, tmp_path: Path) -> None:
    silent = [json.loads(line) for line in rows.read_text().splitlines()]
    bare = tmp_path / "bare.jsonl"
    bare.write_text("".join(json.dumps({k: v for k, v in row.items() if k != "text"}) + "\n" for row in silent))
    with pytest.raises(LearningError, match="text"):
        train(Ask("transcribe", bare, tmp_path / "run", bare, None, "adapt", {"threads": 1}, force=True), say=lambda text: None)


def test_clips_longer_than_the_recognizer_hears_are_left_out(rows: Path, tmp_path: Path) -> None:
    from aural.corpora.manifest import read_manifest
    from aural.learn.adapting import texts

    said: list[str] = []
    clips = [dataclasses.replace(c, text="It was.") for c in read_manifest(rows)]
    clips[1] = dataclasses.replace(clips[1], duration=31.0)
    job = dataclasses.replace(asked(), folder=tmp_path / "run", clips={"train": clips, "valid": clips[:1]}, say=said.append)
    kept = texts.in_style(job, "moonshine-base", 30.0, 1)
    assert [len(kept["train"]), len(kept["valid"])] == [1, 1] and "longer than 30 s" in said[0]
    with pytest.raises(LearningError, match="at most 2 s"):
        texts.in_style(dataclasses.replace(job, folder=tmp_path / "other"), "moonshine-base", 2.0, 1)


def test_the_card_can_be_read_back(tmp_path: Path) -> None:
    job = dataclasses.replace(asked(), folder=tmp_path)
    choice, _ = adapt.read(job)
    card = adapt._exported(job, choice, adapt.beginning(choice.options).base, {}, 1.0)
    assert read_card(tmp_path / "model" / "card.json") == card
