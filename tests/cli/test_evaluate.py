"""`aural evaluate` from end to end, with a task that needs no model."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from aural import receipts
from aural.cli.main import main
from aural.judge import run as judging
from aural.judge import trials as judging_trials

_SPEC = importlib.util.spec_from_file_location("judge_fake", Path(__file__).parents[1] / "judge" / "judge_fake.py")
assert _SPEC and _SPEC.loader
judge_fake = sys.modules.get("judge_fake") or importlib.util.module_from_spec(_SPEC)
if "judge_fake" not in sys.modules:
    sys.modules["judge_fake"] = judge_fake
    _SPEC.loader.exec_module(judge_fake)

TEXTS = ["the cat sat on the mat", "Mr. Smith paid $1.50", "hello there", "twenty one days"]
ANSWERS = {"0": "the cat sat the mat", "1": "mister smith paid one dollar fifty", "2": "hello there", "3": "twenty two days"}


@pytest.fixture
def manifest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    task = judge_fake.task({k: {"text": v} for k, v in ANSWERS.items()})
    monkeypatch.setattr(judging, "task_of", lambda verb: task)
    rows = [
        {"audio": f"{n}.wav", "text": text, "speaker": f"s{n}", "gender": "f" if n < 2 else "m", "accent": None if n else "x"}
        for n, text in enumerate(TEXTS)
    ]
    return judge_fake.manifest(tmp_path, rows)


def test_table_slices_and_receipt(manifest: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out" / "receipt.json"
    assert main(["evaluate", "transcribe", "--manifest", str(manifest), "--slice", "gender,accent", "--json", str(out)]) == 0
    told = capsys.readouterr().out
    # 1 deletion and 1 substitution in 6 + 6 + 2 + 2 words: "$1.50" is three words, "21" one
    assert "wer" in told and "2 of 16" in told and "12.50 %" in told
    assert "wer by gender" in told and "<- worst" in told and "gap: m is" in told
    made = json.loads(out.read_text())
    assert made["task"] == "transcribe"
    assert made["metrics"]["wer"]["value"] == pytest.approx(2 / 16) and made["metrics"]["wer"]["n"] == 4
    assert made["metrics"]["wer"]["low"] <= 2 / 16 <= made["metrics"]["wer"]["high"]
    assert made["metrics"]["deletions"]["value"] == pytest.approx(1 / 16)
    assert made["slices"]["gender"]["f"]["wer"]["value"] == pytest.approx(1 / 12)
    assert made["slices"]["accent"]["unknown"]["wer"]["n"] == 3
    assert made["models"] == {"recognizer": "fake"}
    assert len(made["manifest_sha256"]) == 64 and made["versions"]["normalizer_english"].startswith("aural-en-")
    assert made["options"]["terms"]["normalizer"] == "auto" and made["command"] and made["machine"]["cores"]
    assert [i["id"] for i in made["items"]] == ["0.wav", "1.wav", "2.wav", "3.wav"]
    assert receipts.read(out).metrics["wer"].value == made["metrics"]["wer"]["value"]


def test_noise_conditions_and_the_picture(manifest: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, plot = tmp_path / "r.json", tmp_path / "snr.svg"
    line = [
        "evaluate",
        "transcribe",
        "--manifest",
        str(manifest),
        "--snr",
        "20,0",
        "--telephone",
        "--json",
        str(out),
        "--plot",
        str(plot),
    ]
    assert main(line) == 0
    assert "wer by condition" in capsys.readouterr().out
    made = json.loads(out.read_text())
    assert set(made["slices"]["condition"]) == {"clean", "snr 20", "snr 0", "telephone"}
    assert len(made["items"]) == 16 and made["metrics"]["wer"]["n"] == 4
    assert plot.read_text().startswith("<svg")


def test_limit(manifest: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "transcribe", "--manifest", str(manifest), "--limit", "2"]) == 0
    assert "2 clips" in capsys.readouterr().out


def test_a_gap_can_fail_the_run(manifest: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = ["evaluate", "transcribe", "--manifest", str(manifest), "--slice", "gender", "--fail-gap"]
    assert main([*line, "50"]) == 0
    assert main([*line, "5"]) == 1
    assert "the gap by gender is" in capsys.readouterr().err


def test_a_failed_clip_is_told_and_exits_1(
    manifest: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    task = judge_fake.task({**{k: {"text": v} for k, v in ANSWERS.items()}, "2": {"damaged": True}})
    monkeypatch.setattr(judging, "task_of", lambda verb: task)
    assert main(["evaluate", "transcribe", "--manifest", str(manifest)]) == 1
    told = capsys.readouterr()
    assert "1 failed and count as empty answers" in told.out and "2.wav (clean): " in told.err


def test_two_receipts_are_compared_on_common_clips(manifest: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = [str(tmp_path / name) for name in ("a.json", "b.json", "c.json")]
    line = ["evaluate", "transcribe", "--manifest", str(manifest), "--json"]
    assert main([*line, paths[0]]) == 0
    assert main([*line, paths[1], "--set", "worse=true", "--limit", "3"]) == 0
    assert main([*line, paths[2], "--normalizer", "none"]) == 0
    capsys.readouterr()
    assert main(["evaluate", "--compare", *paths[:2]]) == 0
    told = capsys.readouterr().out
    assert "3 items in both" in told
    row = next(line for line in told.splitlines() if line.strip().startswith("wer"))
    assert "* A is better" in row and "A-B" in row
    assert main(["evaluate", "--compare", paths[0], paths[0]]) == 0
    assert "is better" not in capsys.readouterr().out
    assert main(["evaluate", "--compare", paths[0], paths[2]]) == 2
    assert "normalized differently" in capsys.readouterr().err


def test_diarize(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    task = judge_fake.task({"a": {"turns": [(0.0, 0.5, "x")]}})
    monkeypatch.setattr(judging, "task_of", lambda verb: task)
    (tmp_path / "a.rttm").write_text("SPEAKER a 1 0.0 0.5 <NA> <NA> A <NA> <NA>\nSPEAKER a 1 0.5 0.5 <NA> <NA> B <NA> <NA>\n")
    path = judge_fake.manifest(tmp_path, [{"audio": "a.wav", "rttm": "a.rttm"}])
    out = tmp_path / "r.json"
    assert main(["evaluate", "diarize", "--manifest", str(path), "--json", str(out)]) == 0
    made = json.loads(out.read_text())["metrics"]
    assert made["der"]["value"] == pytest.approx(0.5) == made["missed"]["value"]
    assert made["speaker_count_error"]["value"] == 1 and made["speaker_count_right"]["value"] == 0
    # one recording alone has no interval
    assert made["der"]["low"] is None
    assert main(["evaluate", "diarize", "--manifest", str(path), "--collar", "0.1", "--json", str(out)]) == 0
    assert json.loads(out.read_text())["items"][0]["speakers"]["spoken"] == pytest.approx(0.6)


@pytest.mark.parametrize("twisted", [False, True], ids=["cosine", "another score"])
def test_verify(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], twisted: bool) -> None:
    for name, level in (("a1", 0.3), ("a2", 0.2), ("b1", -0.3), ("b2", -0.2)):
        judge_fake.wav(tmp_path / f"{name}.wav", level=level)
    (tmp_path / "segments.tsv").write_text("segment\taudio\tstart\tend\tspeaker\n" + "".join(
        f"{n}\t{n}.wav\t0.1\t0.9\t{n[0]}\n" for n in ("a1", "a2", "b1", "b2")
    ))  # fmt: skip
    rows = ["enroll\ttest\ttarget\tsame_gender", "a1\ta2\t1\t1", "b1\tb2\t1\t1", "a1\tb1\t0\t0", "a2\tb2\t0\t1", "b1\ta2\t0\t0"]
    (tmp_path / "t.tsv").write_text("\n".join(rows) + "\n")
    monkeypatch.setattr(judging, "task_of", lambda verb: judge_fake.verify(0.1, twisted))
    monkeypatch.setattr(judging_trials, "task_of", lambda verb: judge_fake.verify(0.1, twisted))
    monkeypatch.setattr(judging_trials._Voices, "_embedder", staticmethod(judge_fake.embed))
    out = tmp_path / "r.json"
    assert main(["evaluate", "verify", "--trials", str(tmp_path / "t.tsv"), "--slice", "same_gender", "--json", str(out)]) == 0
    made = json.loads(out.read_text())
    assert made["metrics"]["eer"]["value"] == 0 == made["metrics"]["min_dcf"]["value"]
    assert made["metrics"]["accuracy"]["value"] == 1 and made["metrics"]["eer"]["n"] == 5
    assert set(made["slices"]["same_gender"]) == {"0", "1"} and "eer" not in made["slices"]["same_gender"]["0"]
    told = capsys.readouterr().out
    assert "verify" in told and "5 trials" in told and "threshold at the equal error rate" in told


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (["transcribe"], "--manifest is missing"),
        ([], "which verb"),
        (["verify"], "--trials is missing"),
        (["transcribe", "--manifest", "none.jsonl"], "no such manifest"),
        (["spectrogram", "--manifest", "M"], "cannot be evaluated"),
        (["transcribe", "--manifest", "M", "--slice", "age"], "no row has 'age'"),
        (["transcribe", "--manifest", "M", "--snr", "loud"], "--snr takes numbers"),
        (["transcribe", "--manifest", "M", "--noise", "."], "--noise needs --snr"),
        (["transcribe", "--manifest", "M", "--set", "worse"], "--set takes name=value"),
        (["transcribe", "--manifest", "M", "--set", "wrose=1"], "worse"),
        (["transcribe", "--manifest", "M", "--limit", "0"], "--limit is 0"),
        (["transcribe", "--manifest", "M", "--plot", "x.svg"], "nothing to draw"),
        (["transcribe", "--manifest", "M", "--snr", "5", "--plot", "x.pdf"], "not as 'x.pdf'"),
        (["transcribe", "--manifest", "M", "--fail-if-gap"], "--fail-if-gap: there are no groups"),
        (["transcribe", "--manifest", "M", "--fail-gap", "5"], "--fail-gap: there are no groups"),
        (["transcribe", "--manifest", "."], "this is a folder"),
        (["transcribe", "--manifest", "M", "--collar", "x"], "--collar takes a number"),
        (["transcribe", "--manifest", "M", "--map", "a=b"], "no class 'a'"),
        (["--compare", "none.json", "none.json"], "receipt cannot be read"),
    ],
    ids=range(19),
)
def test_complaints_are_one_line(
    manifest: Path, line: list[str], told: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["evaluate", *[str(manifest) if part == "M" else part for part in line]]) in (2, 3)
    error: Any = capsys.readouterr().err
    assert told in error and error.count("\n") == 1
