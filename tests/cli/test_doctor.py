"""`aural doctor` says what is missing and the line that mends it; its exit code says whether the main job works."""

from __future__ import annotations

import importlib.metadata
import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from aural.cli.commands import _house, doctor
from aural.cli.main import main


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AURAL_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("AURAL_OFFLINE", "1")
    monkeypatch.setattr(_house, "defaults", lambda: {"vad": "silero-vad"})
    return tmp_path / "home"


def test_offline_without_models_the_main_job_does_not_work(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 4
    text = capsys.readouterr().out
    assert "FAIL  vad: silero-vad, not fetched" in text
    assert f"into {home / 'archives'}" in text and ".whl" in text
    assert "offline: AURAL_OFFLINE" in text


def test_where_models_can_be_fetched_it_works(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("AURAL_OFFLINE")
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    assert main(["doctor"]) == 0
    text = capsys.readouterr().out
    assert "fix: aural models fetch default" in text and "11.3 MB are fetched" in text and "The main job works." in text
    for group in ("packages", "sound", "models", "runtime", "storage", "network", "extras", "licenses", "shadows"):
        assert f"\n{group}\n" in text
    assert "GPL" in text and "LGPL" in text
    assert not home.exists(), "a doctor looks and writes nothing"


def test_a_missing_package_is_named_with_the_line(monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.metadata.version

    def version(name: str) -> str:
        if name == "soxr":
            raise importlib.metadata.PackageNotFoundError(name)
        return real(name)

    monkeypatch.setattr(importlib.metadata, "version", version)
    bad = [f for f in doctor.packages() if f.good is False]
    assert [(f.what, f.fix) for f in bad] == [("soxr is not installed", "pip install soxr")]


def test_a_part_that_cannot_be_imported_is_a_finding_not_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> list[doctor.Finding]:
        raise ImportError("no libsndthing.so")

    broken.__name__ = "sound"
    monkeypatch.setattr(doctor, "sound", broken)
    assert main(["doctor"]) == 4
    assert "FAIL  cannot be looked at (no libsndthing.so)" in capsys.readouterr().out


def test_sound_is_really_written_and_read() -> None:
    found = doctor.sound()
    assert all(f.good is not False for f in found)
    assert [f for f in found if f.good] and any("flac" in f.what for f in found)


def test_a_small_disk_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10, 9, 1_000_000))
    assert any("less than 1 GB" in f.what and f.fix for f in doctor.storage())


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("AURAL_HOME", str(tmp_path / "file"))
    assert [f.what for f in doctor.storage() if f.good is False] == ["this folder cannot be written"]


def test_extras_are_read_from_the_package_itself() -> None:
    told = {f.what.partition(":")[0]: f for f in doctor.extras()}
    assert {"hub", "mic", "serve", "train"} <= set(told)
    for name, finding in told.items():
        assert finding.good or finding.fix == f'pip install "aural[{name}]"'


def test_files_that_hide_modules_are_named(tmp_path: Path) -> None:
    for name in ("numpy.py", "wave.py", "harmless.py", "random.txt"):
        (tmp_path / name).write_text("")
    (tmp_path / "aural").mkdir()
    assert [f.fix for f in doctor.shadows(tmp_path)] == ["rename numpy.py", "rename wave.py"]
    (tmp_path / "aural" / "__init__.py").write_text("")
    assert "rename aural" in [f.fix for f in doctor.shadows(tmp_path)]


def test_the_checkout_itself_hides_nothing() -> None:
    assert [f.good for f in doctor.shadows(Path(__file__).parents[2])] == [True]
