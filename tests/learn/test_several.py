"""Folds, sweeps and curves: which trainings there are, what their tables say, and going on after a stop."""

from __future__ import annotations

import csv
import itertools
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import aural
from aural.cli.main import main
from aural.corpora.manifest import Clip, read_manifest
from aural.errors import UsageError
from aural.learn import several
from aural.learn.series import curve
from aural.learn.several import Asked, learn
from aural.learn.train import Ask
from aural.sound.sound import Sound

RATE = 16000
NAMES = sorted(f"{k}.wav" for k in range(48))
QUICK = {"features": "statistics", "folds": 2}


@pytest.fixture(scope="module")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Noise in two bands that overlap, by twelve speakers: four clips each."""
    rng, folder = np.random.default_rng(0), tmp_path_factory.mktemp("sounds")
    lines = []
    for k in range(48):
        label, hz = ("low", 700.0) if k % 2 else ("high", 1000.0)
        spectrum = np.fft.rfft(rng.standard_normal(4000))
        shape = np.exp(-(((np.fft.rfftfreq(4000, 1 / RATE) - hz * rng.uniform(0.75, 1.33)) / 300) ** 2))
        Sound(np.fft.irfft(spectrum * shape).astype(np.float32)[None], RATE).save(folder / f"{k}.wav")
        lines.append(json.dumps({"audio": f"{k}.wav", "label": label, "speaker": f"s{k // 4}"}))
    (folder / "rows.jsonl").write_text("\n".join(lines))
    return folder / "rows.jsonl"


def ask(rows: Path, run: Path, **more: object) -> Ask:
    return Ask("classify", rows, run, method="classical", given=QUICK, share=0.25, **more)  # type: ignore[arg-type]


def figures(run: Path, name: str) -> list[dict[str, str]]:
    with open(run / f"{name}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_clip_is_validated_on_once(sounds: Path, tmp_path: Path) -> None:
    told: list[str] = []
    made = learn(ask(sounds, tmp_path / "run"), Asked(folds=3), say=told.append)
    parts = [
        (read_manifest(p / "train.jsonl"), read_manifest(p / "valid.jsonl")) for p in sorted((tmp_path / "run").glob("fold-*"))
    ]
    assert len(parts) == 3 and sorted(c.audio.name for _, v in parts for c in v) == NAMES
    assert all({c.speaker for c in t}.isdisjoint({c.speaker for c in v}) for t, v in parts), "a voice on both sides"
    assert made.receipt is not None and made.receipt.metrics["accuracy"].n == 48
    rows = figures(tmp_path / "run", "folds")
    right = sum(float(r["accuracy"]) * len(v) for r, (_, v) in zip(rows, parts, strict=True)) / 48
    assert made.receipt.metrics["accuracy"].value == pytest.approx(right, abs=1e-3)
    low, high = made.receipt.metrics["accuracy"].low, made.receipt.metrics["accuracy"].high
    assert low is not None and high is not None and low < made.receipt.metrics["accuracy"].value < high
    assert sorted(Path(item["id"]).name for item in made.receipt.items) == NAMES
    assert all(Path(item["id"]).is_file() for item in made.receipt.items), "a clip cannot be found by its id"
    assert made.card.kind == "ensemble" and made.card.figures["folds"]["accuracy"]["n"] == 48
    answer = aural.classify(sounds.parent / "0.wav", model=str(tmp_path / "run"))
    assert {x.label for x in answer.labels} == {"low", "high"}


def test_repeats_divide_anew(sounds: Path, tmp_path: Path) -> None:
    made = learn(ask(sounds, tmp_path / "run"), Asked(folds=2, repeats=2), say=lambda text: None)
    sides = [{c.audio.name for c in read_manifest(tmp_path / "run" / f"repeat-{k}-fold-1" / "valid.jsonl")} for k in (1, 2)]
    assert sides[0] != sides[1] and {c for s in sides for c in s} <= set(NAMES)
    assert made.receipt is not None and made.receipt.metrics["accuracy"].n == 96


def test_a_sweep_tries_all_pairs_and_keeps_the_best(sounds: Path, tmp_path: Path) -> None:
    told: list[str] = []
    made = learn(ask(sounds, tmp_path / "run"), Asked(sweep=("l2=0.01,10000000", "balanced=yes,no")), say=told.append)
    rows = figures(tmp_path / "run", "sweep")
    assert [(r["l2"], r["balanced"]) for r in rows] == [("0.01", "yes"), ("0.01", "no"), ("10000000", "yes"), ("10000000", "no")]
    best = max(rows, key=lambda r: float(r["accuracy"]))
    assert any(line.startswith(f"best: l2={best['l2']}") for line in told)
    assert made.receipt is not None and made.receipt.metrics["accuracy"].value == pytest.approx(float(best["accuracy"]), abs=1e-4)
    assert (tmp_path / "run" / "sweep.md").read_text().startswith("| l2")
    splits = [(p / "valid.jsonl").read_text() for p in sorted((tmp_path / "run").glob("l2=*"))]
    assert len(set(splits)) == 1, "settings are compared on other clips"


def test_a_stop_is_gone_on_from(sounds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped after two of four: the two are not run again, and the tables are those of one that was not stopped."""
    asked, counted = Asked(sweep=("l2=0.01,1,100,10000",)), [0]
    straight = learn(ask(sounds, tmp_path / "straight"), asked, say=lambda text: None)
    real: Callable[..., object] = several.learned

    def stopping(*given: object) -> object:
        counted[0] += 1
        if counted[0] == 3:
            raise KeyboardInterrupt
        return real(*given)

    monkeypatch.setattr(several, "learned", stopping)
    with pytest.raises(KeyboardInterrupt):
        learn(ask(sounds, tmp_path / "run"), asked, say=lambda text: None)
    assert not (tmp_path / "run" / "sweep.csv").exists()
    assert (
        main(
            ["train", "classify", "-o", str(tmp_path / "run"), "--resume", "--method", "classical", *flags(), "--progress", "none"]
        )
        == 0
    )
    assert counted[0] == 5, "what was done was done again"
    with pytest.raises(UsageError, match=r"begun with --sweep\. Leave --folds out"):
        learn(ask(sounds, tmp_path / "run", resume=True), Asked(folds=3), say=lambda text: None)
    one, other = (figures(tmp_path / name, "sweep") for name in ("straight", "run"))
    assert [r["accuracy"] for r in one] == [r["accuracy"] for r in other] and straight.receipt is not None


def flags() -> list[str]:
    return [word for name, value in QUICK.items() for word in ("--set", f"{name}={value}")]


def test_a_curve_learns_from_nested_parts(sounds: Path, tmp_path: Path) -> None:
    told: list[str] = []
    learn(ask(sounds, tmp_path / "run"), Asked(curve=True), say=told.append)
    names = [r["part"] for r in figures(tmp_path / "run", "curve")]
    assert names == ["part-1-of-8", "part-1-of-4", "part-1-of-2", "all"]
    parts = [{c.id for c in read_manifest(tmp_path / "run" / name / "train.jsonl")} for name in names]
    assert all(a < b for a, b in itertools.pairwise(parts)) and len(parts[-1]) == 36
    assert any(line.startswith("72 clips instead of 36: 1 - accuracy about") for line in told), told


def test_the_power_law_is_found_again() -> None:
    rng, clips = np.random.default_rng(1), [50, 100, 200, 400]
    errors = 2.0 * np.array(clips) ** -0.4
    law = curve.law_of(clips, errors, rng.normal(errors, 0.01, (400, 4)))
    assert law.power == pytest.approx(0.4, abs=1e-6) and law.scale == pytest.approx(2.0, rel=1e-6)
    assert law.low < 2.0 * 800**-0.4 < law.high and law.gain[0] > 0
    noisy = curve.law_of(clips, np.full(4, 0.3), rng.normal(0.3, 0.05, (400, 4)))
    assert noisy.gain[0] < 0 < noisy.gain[1], "noise is told as a gain"


def test_halves_keep_labels_and_groups() -> None:
    clips = [Clip(Path(f"{k}.wav"), f"{k}", label="ab"[k % 2], labels=("ab"[k % 2],), speaker=f"s{k // 4}") for k in range(40)]
    half = curve._half(clips, 0)
    assert len(half) == 20 and {c.speaker for c in half}.isdisjoint({c.speaker for c in clips} - {c.speaker for c in half})
    alone = [Clip(c.audio, c.id, label=c.label, labels=c.labels, speaker="one") for c in clips]
    kept = curve._half(alone, 0)
    assert len(kept) == 20 and {c.label for c in kept} == {"a", "b"} and {c.speaker for c in kept} == {"one"}


def test_what_cannot_be_asked_is_said_before_recordings_are_opened(tmp_path: Path) -> None:
    nowhere = ask(tmp_path / "no.jsonl", tmp_path / "run")
    for asked, says in (
        (Asked(sweep=("l2",)), "names no values"), (Asked(sweep=("l2=1",)), "1 trainings"), (Asked(sweep=("l3=1,2",)), "l3"),
        (Asked(folds=1), "cannot be"), (Asked(curve=True, repeats=0), "repeats"),
    ):  # fmt: skip
        with pytest.raises(UsageError, match=says):
            learn(nowhere, asked, say=lambda text: None)
    with pytest.raises(UsageError, match="two questions"):
        _ = Asked(folds=2, curve=True).kind
    with pytest.raises(UsageError, match="--repeats repeats"):
        _ = Asked(repeats=2).kind
    assert not (tmp_path / "run").exists()
