"""An encoder of another run: taken over whole, held as asked, and gone on with bit for bit after a stop."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from learn_clips import RATE, manifest
from safetensors.numpy import load_file

from aural.errors import UsageError
from aural.learn.train import Ask, train
from aural.learn.transfer import joined
from aural.progress import Progress

SMALL = {
    "sample_rate": RATE, "epochs": 2, "batch": 4, "rate": 0.01, "width": 4, "blocks": 2, "halvings": 2,
    "n_mels": 16, "head.dropout": 0, "encoder.dropout": 0, "patience": 0, "threads": 1,
}  # fmt: skip
NEXT = {"epochs": 3, "batch": 4, "rate": 0.01, "head.dropout": 0, "patience": 0, "threads": 1}


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("first")
    train(Ask("classify", manifest(folder, 4), folder / "run", manifest(folder, 2, 1), given=SMALL), say=lambda text: None)
    return folder / "run"


def number(folder: Path) -> Path:
    """The same clips with numbers as labels: another question."""
    rows = [json.loads(line) for line in manifest(folder, 4).read_text().splitlines()]
    (folder / "numbers.jsonl").write_text("".join(json.dumps({**row, "label": str(row["number"])}) + "\n" for row in rows))
    return folder / "numbers.jsonl"


def weights(run: Path, part: str, module: str = "encoder") -> dict[str, np.ndarray]:
    folder = run / "checkpoints"
    found = load_file(folder / (folder / "latest.txt").read_text().strip() / "state.safetensors")
    head = f"{part}/net/{'module/' if part == 'trainee' else ''}net."
    return {n.removeprefix(head): t for n, t in found.items() if n.startswith(f"{head}{module}.")}


def learned(folder: Path, first: Path, name: str, **more: object) -> Path:
    given = {**NEXT, "start": str(first), **more}
    train(Ask("estimate", number(folder), folder / name, number(folder), given=given), say=lambda text: None)
    return folder / name


def test_what_stands_behind_the_encoder_comes_along_for_the_same_labels(first: Path, tmp_path: Path) -> None:
    def next_head(rows: Path, name: str) -> tuple[dict[str, np.ndarray], str]:
        said: list[str] = []
        given = {**NEXT, "epochs": 1, "rate": 1e-8, "start": str(first)}
        train(Ask("classify", rows, tmp_path / name, rows, given=given), say=said.append)
        return weights(tmp_path / name, "best", "head"), " ".join(said)

    before = weights(first, "best", "head")
    same, told = next_head(manifest(tmp_path, 4), "same")
    assert "begins with its head too" in told and all(np.allclose(same[n], before[n], atol=1e-6) for n in before)
    text = manifest(tmp_path, 4)
    lines = [json.loads(line) for line in text.read_text().splitlines()]
    text.write_text("".join(json.dumps({**row, "label": f"other {row['label']}"}) + "\n" for row in lines))
    other, told = next_head(text, "other")
    assert "begins with" not in told and not all(np.allclose(other[n], before[n], atol=1e-2) for n in before)


def test_what_is_held_stays_and_what_is_not_learns(first: Path, tmp_path: Path) -> None:
    before = weights(first, "best")
    held = weights(learned(tmp_path, first, "held", freeze="always"), "trainee")
    assert held.keys() == before.keys() and all(np.array_equal(held[n], before[n]) for n in before)
    staged = weights(learned(tmp_path, first, "staged", freeze="staged"), "trainee")
    assert any(not np.array_equal(staged[n], before[n]) for n in before)
    written = json.loads((tmp_path / "staged" / "options.json").read_text())
    assert written["parts"]["encoder"]["width"] == 4 and written["sample_rate"] == RATE and written["start"] == str(first)


def test_a_layer_above_a_lent_encoder_goes_on(tmp_path: Path) -> None:
    small = {"encoder": "moonshine", "encoder.width": 256, "encoder.layers": 1, "encoder.inner": 16, "encoder.above": 4}
    first = tmp_path / "first"
    rows = number(tmp_path)
    train(Ask("estimate", rows, first, rows, given={**NEXT, **small, "sample_rate": 16000}), say=lambda text: None)
    before, after = weights(first, "best"), weights(learned(tmp_path, first, "next", freeze="lent"), "trainee")
    moved = {name for name in before if not np.array_equal(before[name], after[name])}
    assert moved and moved == {name for name in before if ".above." in name}


def test_what_a_held_encoder_says_is_kept_for_the_next_training(first: Path, tmp_path: Path) -> None:
    kept = tmp_path / "heard"
    one = weights(learned(tmp_path, first, "one", freeze="always", heard=str(kept)), "trainee")
    files = {p: p.stat().st_mtime_ns for p in kept.rglob("*.npy")}
    other = weights(learned(tmp_path, first, "other", freeze="always", heard=str(kept)), "trainee")
    assert files and files == {p: p.stat().st_mtime_ns for p in kept.rglob("*.npy")}
    assert all(np.array_equal(one[name], other[name]) for name in one)


class Stop(Progress):
    """Stops a training at a step, as a kill would: nothing is written after it."""

    def __init__(self, at: int) -> None:
        self.at = at

    def step(self, done: float, total: float | None, stage: str, unit: str = "s") -> None:
        if unit == "steps" and done == self.at:
            raise KeyboardInterrupt

    def close(self) -> None: ...


def test_a_stopped_staged_training_goes_on_bit_equal(first: Path, tmp_path: Path) -> None:
    """The stop lies in the stage in which the encoder is held; another one behind it."""
    given = {"freeze": "staged", "epochs": 4, "checkpoint": 0}
    straight = learned(tmp_path, first, "straight", **given)
    ask = Ask("estimate", number(tmp_path), tmp_path / "run", number(tmp_path), given={**NEXT, "start": str(first), **given})
    for at, again in ((2, False), (6, True)):
        with pytest.raises(KeyboardInterrupt):
            train(Ask(**{**vars(ask), "resume": again}), Stop(at), say=lambda text: None)
    train(Ask(**{**vars(ask), "resume": True}), say=lambda text: None)
    one, other = weights(straight, "trainee"), weights(tmp_path / "run", "trainee")
    assert one.keys() == other.keys() and all(np.array_equal(one[n], other[n]) for n in one)


def test_what_cannot_be_is_said(first: Path, tmp_path: Path) -> None:
    rows = manifest(tmp_path, 4)
    for given, says in (
        ({"start": str(tmp_path)}, r"no run folder of a net \(No such file"), ({"freeze": "always"}, "learned nothing yet"),
        ({"start": str(first), "n_mels": 40}, "brings n_mels"), ({"start": str(first), "encoder": "rnn"}, "brings encoder"),
        ({"start": str(first), "freeze": "sometimes"}, "one of"), ({"heard": "x"}, "no encoder is held"),
        ({"heard": ""}, "no name of a folder"),
        ({"heard": "x", "start": str(first), "freeze": "always", "augment": "gain"}, "no encoder is held"),
        ({"heard": str(rows), "start": str(first), "freeze": "always"}, "a file and no folder"),
    ):  # fmt: skip
        with pytest.raises(UsageError, match=says):
            train(Ask("classify", rows, tmp_path / "run", given=given), say=lambda text: None)
    assert not (tmp_path / "run").exists()


def test_dropout_may_be_another_one(first: Path) -> None:
    """It shapes no weights; what does is brought, and may be said again but not otherwise."""
    brought = json.loads((first / "options.json").read_text(encoding="utf-8"))["parts"]["encoder"]
    given = joined({"start": str(first), "encoder.dropout": 0.5, "encoder.width": brought["width"]})
    assert given["encoder.dropout"] == 0.5 != brought["dropout"] and given["encoder.width"] == brought["width"]
    with pytest.raises(UsageError, match=r"brings encoder\.width"):
        joined({"start": str(first), "encoder.width": brought["width"] + 1})
