"""A task as a Python function: what comes in, what is refused, what a callback may do."""

from __future__ import annotations

import inspect
import io
import multiprocessing
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import aural
from aural import find
from aural.errors import AuralError, UsageError
from aural.models.shelf import Shelf
from aural.progress import Quiet
from aural.tasks import _call

RATE = 16000
TONE = (0.1 * np.sin(2 * np.pi * 220 * np.arange(RATE) / RATE)).astype(np.float32)


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return aural.Sound(TONE, RATE).save(tmp_path / "talk.wav")


def test_whatever_holds_a_recording_comes_in(clip: Path) -> None:
    data = clip.read_bytes()
    with clip.open("rb") as file:
        given: list[Any] = [clip, str(clip), data, bytearray(data), memoryview(data), io.BytesIO(data), file,
                            aural.load(clip), aural.Source(clip), (TONE, RATE), (TONE.astype(np.float64), RATE),
                            ((TONE * 32767).astype(np.int16), RATE), (TONE.tolist(), RATE)]  # fmt: skip
        answers = [aural.info(x, pitch=False) for x in given]
    values = [{name: value for rows in a.sections.values() for name, value, _ in rows} for a in answers]
    assert {v["seconds"] for v in values} == {1.0}
    assert max(v["RMS"] for v in values) - min(v["RMS"] for v in values) < 1e-4
    assert aural.info(audio=clip, pitch=False).title == "talk.wav"


class Failing:
    """A file object that is none."""

    def __init__(self, answer: Any) -> None:
        self._answer = answer

    def read(self, _: int = -1) -> Any:
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


WRONG: dict[str, Any] = {
    "None": None, "a number": 5, "a list": [1, 2], "a dict": {}, "an array alone": TONE, "a generator": (x for x in (b"",)),
    "an empty path": "", "no file": "nowhere/x.wav", "a NUL": "a\0b.wav", "a folder": Path(), "no bytes": b"",
    "an address": "https://example.org/a.wav", "no sample": "sample:nosuch", "text": io.StringIO("words"),
    "text by reading": Failing("words"), "numbers by reading": Failing(5), "a failing disk": Failing(OSError("gone")),
    "three things": (TONE, RATE, 1), "no samples": (np.zeros((1, 0)), RATE), "a scalar": (np.float32(1), RATE),
    "three dimensions": (np.zeros((2, 2, 2)), RATE), "truths": (np.ones(9, bool), RATE), "complex": (TONE + 1j, RATE),
    "objects": (np.array([[None]]), RATE), "ragged": ([[1.0, 2.0], [1.0]], RATE), "NaN": (np.full(9, np.nan), RATE),
    "infinity": (np.full(9, np.inf), RATE), "far too loud": (np.full(9, 1e30), RATE), "turned": (np.zeros((9000, 2)), RATE),
    "no rate": (TONE, None), "rate 0": (TONE, 0), "rate below 0": (TONE, -5), "half a rate": (TONE, 0.5),
    "NaN for a rate": (TONE, float("nan")), "text for a rate": (TONE, "16000"), "10^12 Hz": (TONE, 10**12),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(WRONG))
def test_what_holds_none_is_told(name: str) -> None:
    with pytest.raises(AuralError) as caught:
        aural.info(WRONG[name], pitch=False)
    assert len(str(caught.value).splitlines()) == 1
    assert len(str(caught.value)) < 300


def test_a_closed_file_is_told(clip: Path) -> None:
    with clip.open("rb") as file:
        pass
    with pytest.raises(AuralError, match="closed"):
        aural.info(file)


BAD_OPTIONS: dict[str, tuple[dict[str, Any], str]] = {
    "a misspelt name": ({"threshhold": 1}, "threshold"),
    "no number": ({"threshold": None}, "number"),
    "a list": ({"threshold": [1]}, "number"),
    "a truth": ({"threshold": True}, "number"),
    "NaN": ({"threshold": float("nan")}, "number"),
    "too much": ({"threshold": 7}, "0 to 1"),
    "beyond floats": ({"pad": 10**400}, "number"),
    "no model": ({"model": 5}, "model"),
    "models in a row": ({"models": ["silero-vad"]}, "role"),
    "a role of another task": ({"models": {"tagger": "yamnet"}}, "Roles: vad"),
    "two models for one part": ({"model": "silero-vad", "models": {"vad": "other"}}, "both name the vad"),
    "no device": ({"device": None}, "auto, cpu"),
    "threads in letters": ({"threads": "2"}, "whole number"),
    "threads without end": ({"threads": 10**9}, "1024"),
    "no function": ({"on_progress": 5}, "on_progress"),
}


@pytest.mark.parametrize("name", sorted(BAD_OPTIONS))
def test_an_option_that_does_not_fit(name: str, clip: Path) -> None:
    options, words = BAD_OPTIONS[name]
    with pytest.raises(UsageError, match=words):
        aural.vad(clip, **options)


def test_inputs_are_counted(clip: Path) -> None:
    with pytest.raises(UsageError, match="got nothing"):
        aural.vad()
    with pytest.raises(UsageError, match="one input"):
        aural.vad(TONE, RATE)
    with pytest.raises(UsageError, match="first and second"):
        aural.verify(clip)
    with pytest.raises(UsageError, match="a name is a text"):
        aural.enroll(5, clip)


def test_progress_is_told_and_what_it_raises_comes_out(clip: Path) -> None:
    seen: list[tuple[float, float | None, str]] = []
    aural.info(clip, on_progress=lambda done, total, stage: seen.append((done, total, stage)))
    assert seen[-1][0] == pytest.approx(1.0, abs=0.1)

    def stop(*_: Any) -> None:
        raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError, match="mine"):
        aural.info(clip, on_progress=stop)


def test_the_display_is_closed_whatever_happens() -> None:
    class Shown(Quiet):
        closed = False

        def close(self) -> None:
            self.closed = True

    shown = Shown()
    task = find.page("tasks", "info").TASK
    with pytest.raises(AuralError):
        _call.run(task, aural.Source(b"no sound at all"), task.options(), Shelf({}), shown)
    assert shown.closed


def test_functions_say_what_they_take() -> None:
    for name in find.names("tasks"):
        made = getattr(aural, name)
        names = list(inspect.signature(made).parameters)
        assert names[0] in {"audio", "first", "name", "text"}
        assert {"device", "threads", "on_progress"} <= set(names)
        assert made.__doc__
    assert _call.verb("info") is _call.verb("info")


def _seconds(path: str) -> float:
    return float(aural.load(path).duration)


def test_in_a_thread_and_in_a_spawned_process(clip: Path) -> None:
    found: list[Any] = []
    threads = [threading.Thread(target=lambda: found.append(aural.info(clip, pitch=False))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({str(report) for report in found}) == 1
    assert len(found) == 3
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.apply(_seconds, (str(clip),)) == 1.0
