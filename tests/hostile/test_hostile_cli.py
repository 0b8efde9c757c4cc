"""Hostile command lines: each ends in a result or in one line of aural's own with the right exit code."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from aural.cli import main as cli
from aural.sound.sound import Sound

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="names and signals of POSIX systems")


@pytest.fixture
def clip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A second of a tone, as talk.wav in the working directory."""
    monkeypatch.chdir(tmp_path)
    tone = 0.1 * np.sin(2 * np.pi * 220 * np.arange(16000) / 16000)
    return Sound(np.stack([tone, -tone]), 16000).save(tmp_path / "talk.wav")


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = cli.main(list(arguments))
    out, err = capsys.readouterr()
    assert "Traceback" not in out + err
    assert all(line.startswith("aural: ") for line in err.splitlines()), err
    return code, out, err


BAD_LINES = {
    "a misspelt option": ("info talk.wav --fromat json", 2, "--format"),
    "an option of another verb": ("info talk.wav --min_speakers 2", 2, "diarize"),
    "no recording": ("info", 2, "AUDIO is missing"),
    "neither recording nor text": ("align", 2, "AUDIO and TEXT are missing"),
    "a manifest without its flag": ("evaluate transcribe text.wav", 2, "Write --manifest text.wav"),
    "an option instead of a verb": ("--hlep", 2, "verb"),
    "an unknown format": ("info talk.wav -f jsn -o out", 2, "json"),
    "no format": ("info talk.wav -f ,", 2, "no format"),
    "threads below 0": ("info talk.wav --threads -1", 2, "0 to 1024"),
    "threads without end": ("info talk.wav --threads 100000", 2, "0 to 1024"),
    "jobs below 0": ("info talk.wav --jobs -5", 2, "0 to 1024"),
    "threads in letters": ("info talk.wav --threads two", 2, "whole number"),
    "an unknown device": ("info talk.wav --device banana", 2, "cpu"),
    "a threshold above 1": ("vad talk.wav --threshold 7", 2, "0 to 1"),
    "a gate that is no number": ("transcribe talk.wav --gate nan", 2, "number"),
    "no speakers": ("diarize talk.wav --speakers 0", 2, "1 or more"),
    "no beam": ("transcribe talk.wav --beam_size 0", 2, "1 to 32"),
    "no line": ("transcribe talk.wav -f srt --max_line_width 0", 2, "1 or more"),
    "a role that is none": ("vad talk.wav --models foo=bar", 2, "Roles: vad"),
    "a model for a verb without": ("info talk.wav --model tiny", 2, "--model"),
    "a config that is not there": ("info talk.wav --config no.toml", 2, "No such file"),
    "a config that is a sound": ("info talk.wav --config talk.wav", 2, "TOML"),
    "a channel too many": ("info talk.wav --channel 9", 2, "channel 9"),
    "a start that is none": ("info talk.wav --start -1", 2, "0 or more"),
    "a start behind the end": ("info talk.wav --start 5", 3, "nothing lies behind"),
    "a file that is not there": ("info tlak.wav", 3, "Did you mean talk.wav?"),
    "an address": ("info https://example.org/talk.wav", 3, "Download it first"),
    "words instead of a recording": ("intent turn on", 3, 'A text is given as --text "turn on"'),
    "a name without end": ("info " + "x" * 5000, 3, "too long"),
    "a folder without recordings": ("info empty", 3, "no recording"),
    "text for sound": ("info text.wav", 3, "plain text"),
    "nothing for sound": ("info nothing.wav", 3, "empty"),
    "a folder that is a file": ("info talk.wav -o text.wav/x", 2, "no folder"),
    "a folder with a name without end": ("info talk.wav -o " + "y" * 300, 2, "too long"),
    "one file for two recordings": ("info talk.wav text.wav -o both.json", 2, "one file for 2"),
    "a file and another format": ("info talk.wav -f csv -o one.json", 2, "one file"),
    "an answer in the place of a folder": ("info talk.wav -f json -o full", 2, "this is a folder"),
    "one answer behind a file": ("verify talk.wav talk.wav -o text.wav/x.json", 2, "no folder"),
    "a map behind a file": ("cluster talk.wav talk.wav talk.wav --write text.wav/x.html", 2, "no folder"),
    "speech behind a file": ("speak Hello. -o text.wav/x.wav", 2, "no folder"),
    "speech with a name without end": (f"speak Hello. -o {'y' * 300}.wav", 2, "too long"),
    "speech over its text": ("speak -i full/words.txt -o full/words.wav -f txt --overwrite", 2, "over the text"),
    "speech to an address": ("speak Hello. -o s3://bucket/x.wav", 2, "of this machine"),
    "a receipt behind a file": ("evaluate transcribe --manifest no.jsonl --json text.wav/x.json", 2, "no folder"),
    "voices behind a file": ("voices --listen text.wav/x.html", 2, "no folder"),
    "a training behind a file": ("train classify full -o text.wav/run", 2, "no folder"),
    "a picture of no kind": ("spectrogram talk.wav -o talk.bmp", 2, "png"),
    "a picture of nothing": ("spectrogram talk.wav --width 0", 2, "80 to"),
    "an answer that is no subtitle": ("info talk.wav -f srt", 2, "json"),
    "a sample that is none": ("info sample:nosuch", 2, "There are"),
    "one recording for two": ("verify talk.wav", 2, "AUDIO is missing"),
    "one pipe for two": ("verify - -", 2, "one recording"),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(BAD_LINES))
def test_a_wrong_line_is_one_clear_line(name: str, clip: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clip.with_name("text.wav").write_text("these are words\n" * 20)
    clip.with_name("nothing.wav").write_bytes(b"")
    clip.with_name("empty").mkdir()
    (clip.parent / "full" / "talk.json").mkdir(parents=True)
    clip.with_name("full").joinpath("words.txt").write_text("Hello.")
    before = sorted(p.name for p in clip.parent.iterdir())
    line, code, words = BAD_LINES[name]
    got, out, err = told(capsys, *line.split())
    assert (got, out) == (code, "")
    assert words in err
    assert len(err.splitlines()) == 1
    assert len(err) < 400
    assert sorted(p.name for p in clip.parent.iterdir()) == before, "nothing is left behind"


@pytest.mark.skipif(not Path("/proc/version").exists(), reason="no folder that nobody can write in")
@pytest.mark.parametrize(
    "line",
    [
        "info talk.wav -o /proc/aural/x.json", "info talk.wav -o /proc -f json", "transcribe talk.wav -o /proc/x.srt",
        "verify talk.wav talk.wav -f json -o /proc", "speak Hello. -o /proc/aural/x.wav", "speak Hello. -o /proc/",
        "cluster talk.wav talk.wav talk.wav --write /proc/x.html", "evaluate vad --manifest no.jsonl --json /proc/x.json",
        "train classify talks -o /proc/aural/run", "voices --listen /proc/x.html",
    ],
)  # fmt: skip
def test_a_place_that_cannot_be_written_is_told_before_the_work(
    line: str, clip: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aural.models.shelf.Shelf.open", lambda *_: pytest.fail("a model was opened"))
    code, out, err = told(capsys, *line.split())
    assert (code, out) == (2, "")
    assert "/proc: nothing may be written in this folder" in err and len(err.splitlines()) == 1


@POSIX
@pytest.mark.skipif(getattr(os, "geteuid", int)() == 0, reason="the superuser may write in all")
@pytest.mark.parametrize("line", ["info talk.wav -o shut/x.json", "info talk.wav -f csv -o shut/in", "speak Hi. -o shut/x.wav"])
def test_a_closed_folder_is_told(line: str, clip: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shut := clip.with_name("shut")).mkdir()
    shut.chmod(0)
    code, _, err = told(capsys, *line.split())
    shut.chmod(0o700)
    assert code == 2
    assert "shut: nothing may be written in this folder" in err and len(err.splitlines()) == 1


NAMES = ["with space.wav", "ümläut.wav", "emoji🎧.wav", "[x].wav", "per%cent.wav", "a" * 246 + ".wav"]
NAMES += [] if sys.platform == "win32" else ["q\"uo'te.wav", "new\nline.wav", "tab\t.wav", "<b>.wav", "*.wav"]


@pytest.mark.parametrize("name", NAMES)
def test_odd_names_are_heard_and_written(name: str, clip: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = clip.rename(clip.with_name(name))
    code, out, _ = told(capsys, "info", name, "-f", "json,csv", "-o", "out")
    assert code == 0
    assert len(out.splitlines()) == 2
    assert sorted(p.name for p in (clip.parent / "out").iterdir()) == sorted([path.stem + ".json", path.stem + ".csv"])


def test_a_name_that_begins_with_a_dash(clip: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clip.rename(clip.with_name("-dash.wav"))
    code, _, err = told(capsys, "info", "-dash.wav")
    assert code == 2
    assert f".{os.sep}-dash.wav" in err
    assert told(capsys, "info", "--", "-dash.wav")[0] == 0


def test_what_fails_does_not_stop_the_others(clip: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clip.with_name("text.wav").write_text("words " * 50)
    code, out, err = told(capsys, "info", "text.wav", "gone.wav", "talk.wav", "-f", "json", "-o", "out")
    assert code == 1
    assert len(err.splitlines()) == 2
    assert "talk.json" in out
    assert [p.name for p in Path("out").iterdir()] == ["talk.json"]


def test_inputs_may_stand_between_options(clip: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clip.with_name("b.wav").write_bytes(clip.read_bytes())
    code, out, _ = told(capsys, "info", "talk.wav", "-f", "json", "b.wav", "-o", "out")
    assert code == 0
    assert out.count("json") == 2


def test_a_recording_is_never_written_over(clip: Path, capsys: pytest.CaptureFixture[str]) -> None:
    disguised = clip.rename(clip.with_suffix(".json"))
    before = disguised.read_bytes()
    code, _, err = told(capsys, "info", "talk.json", "-f", "json", "--overwrite")
    assert code == 2
    assert "over a recording" in err
    assert disguised.read_bytes() == before


def test_a_file_names_its_format(clip: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, "info", "talk.wav", "-o", "facts.json")[0] == 0
    assert json.loads(Path("facts.json").read_text())
    assert told(capsys, "spectrogram", "talk.wav", "-o", "talk.svg", "--width", "200", "--kind", "wave")[0] == 0
    assert Path("talk.svg").read_text().startswith("<svg")


def _aural(*arguments: str, **more: object) -> subprocess.CompletedProcess[bytes]:
    line = [sys.executable, "-m", "aural", *arguments]
    return subprocess.run(line, capture_output=True, timeout=60, **more)  # type: ignore[call-overload, no-any-return]


@POSIX
def test_ascii_terminals_and_closed_streams(clip: Path) -> None:
    name = clip.rename(clip.with_name("ümläut🎧.wav")).name
    plain = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "ascii"}
    done = _aural("info", name, env=plain)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"\\xfc" in done.stdout or b"\\udcc3" in done.stdout
    line = f'exec "{sys.executable}" -m aural info "{name}" --no-pitch -f json -o out >&- 2>&- <&-'
    assert subprocess.run(["sh", "-c", line], timeout=60).returncode == 0
    assert json.loads(next(Path("out").iterdir()).read_text()), "messages must not land in the result"


@POSIX
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_behind_standard_output(clip: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run([sys.executable, "-m", "aural", "--help"], stdout=full, stderr=subprocess.PIPE, timeout=60)
    assert done.returncode == 5
    assert done.stderr.decode().startswith("aural: the disk is full")
    assert len(done.stderr.splitlines()) == 1


# A limit to the length of files is told as a full disk is, and needs no disk that is full.
SMALL = """import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (3000, resource.RLIM_INFINITY))
from aural.cli.main import main; sys.exit(main())"""


@POSIX
@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("info talk.wav b.wav c.wav -o all.jsonl", []),
        ("info talk.wav b.wav c.wav -o all.jsonl --skip-existing", ["all.jsonl.part"]),
        ("spectrogram talk.wav -o talk.png", []),
        ("spectrogram talk.wav -o talk.svg", []),
    ],
)
def test_a_full_disk_is_told_with_the_file(line: str, left: list[str], clip: Path) -> None:
    for name in ("b.wav", "c.wav"):
        clip.with_name(name).write_bytes(clip.read_bytes())
    before = {p.name for p in clip.parent.iterdir()}
    done = subprocess.run([sys.executable, "-c", SMALL, *line.split(), "--quiet"], capture_output=True, timeout=60)
    err = done.stderr.decode()
    assert err.startswith(f"aural: {line.split(' -o ')[1].split()[0]}: the disk is full"), err
    assert len(err.splitlines()) == 1 and done.returncode == 5
    assert sorted({p.name for p in clip.parent.iterdir()} - before) == left
    for name in left:
        assert {json.loads(row)["place"] for row in Path(name).read_text().splitlines()} < {"talk.wav", "b.wav", "c.wav"}


@POSIX
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_leaves_nothing_behind(number: signal.Signals, code: int, clip: Path) -> None:
    rng = np.random.default_rng(0)
    Sound(0.1 * rng.standard_normal(16000 * 1200), 16000).save(clip.with_name("long.wav"))
    line = [
        sys.executable,
        "-m",
        "aural",
        "info",
        "long.wav",
        "long.wav",
        "long.wav",
        "-f",
        "json",
        "-o",
        "out",
        "--progress",
        "json",
    ]
    # A shell that runs the tests in the background lets its children ignore ^C.
    heed = lambda: signal.signal(number, signal.SIG_DFL)  # noqa: E731
    running = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=heed)
    assert running.stderr is not None
    running.stderr.readline()  # it works by now
    begun = time.monotonic()
    running.send_signal(number)
    _, err = running.communicate(timeout=30)
    assert running.returncode == code
    assert time.monotonic() - begun < 10
    assert b"Traceback" not in err
    assert not list(clip.parent.rglob("*.part"))
    assert not list(clip.parent.rglob("*.json"))


@pytest.mark.weights
def test_whisper_habits(clip: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from aural.corpora.samples import sample
    from aural.sound.sound import load

    load(sample("sentence")).cut(0.2, 3.2).save(clip)
    line = "transcribe talk.wav --language English --word_timestamps True --output_dir out --fp16 False --beam_size 1"
    code, out, err = told(capsys, *line.split())
    assert code == 0
    assert sorted(p.name for p in Path("out").iterdir()) == [f"talk.{e}" for e in ("json", "srt", "tsv", "txt", "vtt")]
    assert "tried" in Path("out/talk.txt").read_text()
    assert "--fp16 has no effect" in err
    assert "--beam" not in err
    assert len(out.splitlines()) == 5
    assert told(capsys, *line.split())[0] == 2, "what exists is kept"
    assert told(capsys, *line.split(), "--skip-existing")[0] == 0
