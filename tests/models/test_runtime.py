"""Graphs open on the device that was asked for, and no error of the runtime comes through as it is."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnxruntime.capi import onnxruntime_pybind11_state as ort_errors

from aural.errors import AuralError, LimitReached, ModelError, ModelMissing, ModelRefused, UsageError
from aural.models import runtime
from aural.models.runtime import Halt, Halted, Runtime, Session, devices

# y = x + x over float32 [n, 3], opset 13: the smallest graph that does something.
DOUBLE = bytes.fromhex(
    "080812003a3f0a0e0a01780a017812017922034164641201675a140a0178120f0a0d080112090a0312016e0a02080362140a0179120f0a0d08011209"
    "0a0312016e0a02080342040a00100d"
)
X = np.arange(6, dtype=np.float32).reshape(2, 3)


def test_a_graph_runs_from_a_file_and_from_memory(tmp_path: Path) -> None:
    (tmp_path / "double.onnx").write_bytes(DOUBLE)
    for graph in (tmp_path / "double.onnx", DOUBLE):
        session = Runtime("cpu", 1).session(graph)
        assert session.inputs == ("x",) and session.outputs == ("y",)
        assert session.shape("x") == ["n", 3]
        np.testing.assert_array_equal(session.run({"x": X})[0], X + X)


def test_a_graph_is_saved_as_onnx(tmp_path: Path) -> None:
    Runtime("cpu", 1).session(DOUBLE, folded=False, save=tmp_path / "saved.onnx")
    again = Runtime("cpu", 1).session(tmp_path / "saved.onnx")
    np.testing.assert_array_equal(again.run({"x": X}, ["y"])[0], X + X)


def test_every_error_of_the_runtime_has_a_counterpart() -> None:
    theirs = {c for c in vars(ort_errors).values() if isinstance(c, type) and issubclass(c, BaseException)}
    assert theirs == set(runtime.ERRORS)
    for theirs_class, ours in runtime.ERRORS.items():
        error = runtime._translated(theirs_class("some words\nand more"), "here")
        assert isinstance(error, ours) and issubclass(ours, ModelError)
        assert "some words" in str(error) and "and more" not in str(error) and str(error).startswith("here")


def test_memory_that_ran_out_is_a_limit() -> None:
    assert isinstance(runtime._translated(ort_errors.RuntimeException("std::bad_alloc"), "x"), LimitReached)


def test_the_cpu_is_always_offered_and_last() -> None:
    assert devices()[-1] == "cpu"


@pytest.mark.parametrize("device", ["tpu", "", "CPU"])
def test_a_device_that_does_not_exist_is_a_usage_error(device: str) -> None:
    with pytest.raises(UsageError, match="--device"):
        Runtime(device).session(DOUBLE)


def test_a_device_that_is_not_offered_is_an_error_and_never_replaced() -> None:
    missing = next((d for d in runtime.PROVIDERS if d not in devices()), None)
    if missing is None:
        pytest.skip("this runtime offers every device")
    with pytest.raises(UsageError, match="not offered"):
        Runtime(missing).session(DOUBLE)


def test_auto_takes_what_is_there() -> None:
    np.testing.assert_array_equal(Runtime("auto", 1).session(DOUBLE).run({"x": X})[0], X + X)


@pytest.mark.parametrize("name", ["none.onnx", "none/none.ort"])
def test_a_graph_that_is_not_there_is_missing(tmp_path: Path, name: str) -> None:
    with pytest.raises(ModelMissing):
        Runtime("cpu").session(tmp_path / name)


@pytest.mark.parametrize("data", [b"", b"x", b"ORTM", DOUBLE[:30], b"\x80\x04\x95pickle", b"PK\x03\x04", bytes(1000)])
@pytest.mark.parametrize("suffix", [".onnx", ".ort"])
def test_bytes_that_are_no_graph_are_refused(tmp_path: Path, data: bytes, suffix: str) -> None:
    path = tmp_path / f"graph{suffix}"
    path.write_bytes(data)
    with pytest.raises(ModelRefused) as caught:
        Runtime("cpu").session(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("feed", [X.astype(np.float64), X[:, :2], X[0]])
def test_feeds_that_do_not_fit_are_refused(feed: np.ndarray) -> None:
    session = Runtime("cpu", 1).session(DOUBLE)
    with pytest.raises(AuralError):
        session.run({"x": feed})


def test_the_runtime_writes_nothing_of_its_own(tmp_path: Path) -> None:
    code = (
        "import sys; from aural.models.runtime import Runtime; from aural.errors import AuralError\n"
        "try: Runtime('cpu').session(b'junk')\n"
        "except AuralError: pass\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ})
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


class _Slow:
    """A graph that runs until it is ended."""

    def __init__(self) -> None:
        self.begun = threading.Event()

    def get_inputs(self) -> list[Any]:
        return []

    def get_outputs(self) -> list[Any]:
        return []

    def run(self, names: object, feeds: object, options: Any) -> list[Any]:
        self.begun.set()
        while not options.terminate:
            time.sleep(0.005)
        raise RuntimeError("Exiting due to terminate flag being set")


def test_a_window_that_runs_is_ended_and_the_thread_is_free_again() -> None:
    halt, inner = Halt(), _Slow()
    session = Session(inner, "slow", halt)
    told: list[str] = []

    def work() -> None:
        for _ in range(2):  # the second one may not even begin
            try:
                session.run({})
            except Halted as error:
                told.append(str(error))

    thread = threading.Thread(target=work)
    thread.start()
    inner.begun.wait()
    halt.stop(thread.ident)
    thread.join(10)
    assert told == ["this was stopped"] * 2
    halt.stop(threading.get_ident())
    halt.free(threading.get_ident())
    with halt.watched():
        pass
    halt.stop()
    with pytest.raises(Halted), halt.watched():
        pass


@pytest.mark.parametrize(("where", "threads"), [(Runtime("cpu", 2), 2), (Runtime("cpu", 2).single, 1)])
def test_threads_do_not_wait_in_a_loop(where: Runtime, threads: int) -> None:
    """The requests of a server would take the cores from each other."""
    options = where.session(DOUBLE)._inner.get_session_options()
    assert options.get_session_config_entry("session.intra_op.allow_spinning") == "0"
    assert options.intra_op_num_threads == threads
