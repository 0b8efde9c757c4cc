"""Opens ONNX graphs on the device that was asked for, and turns the runtime's errors into aural's."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import final

import numpy as np

# The runtime has telemetry of its own, on by default from the moment it is imported. aural sends nothing to anybody,
# so it is switched off before that import, whatever the environment says.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import onnxruntime as ort
from onnxruntime.capi import onnxruntime_pybind11_state as ort_errors

from aural.errors import LimitReached, ModelError, ModelMissing, ModelRefused, UsageError

PROVIDERS = {
    "cpu": "CPUExecutionProvider",
    "cuda": "CUDAExecutionProvider",
    "coreml": "CoreMLExecutionProvider",
    "directml": "DmlExecutionProvider",
}
_PREFERRED = ("cuda", "coreml", "directml", "cpu")
_ROWS = 16  # a graphics card answers so many in about the time of one
MOST_THREADS = 1024  # beyond that only memory is spent
VERSION: str = ort.__version__

# Each error class of the runtime and what it means here; a test holds this against the package.
ERRORS: Mapping[type[BaseException], type[ModelError]] = {
    ort_errors.Fail: ModelRefused,
    ort_errors.InvalidArgument: ModelRefused,
    ort_errors.InvalidGraph: ModelRefused,
    ort_errors.InvalidProtobuf: ModelRefused,
    ort_errors.ModelLoadCanceled: ModelError,
    ort_errors.ModelLoaded: ModelError,
    ort_errors.ModelRequiresCompilation: ModelRefused,
    ort_errors.EPFail: ModelError,
    ort_errors.EngineError: ModelError,
    ort_errors.NoModel: ModelMissing,
    ort_errors.NoSuchFile: ModelMissing,
    ort_errors.NotImplemented: ModelRefused,
    ort_errors.NotFound: ModelRefused,
    ort_errors.DeviceReset: ModelError,
    ort_errors.RuntimeException: ModelRefused,
}

# Raised beside these: a message that is no text (damaged names), what C++ threw without a class of its own.
_CAUGHT: tuple[type[BaseException], ...] = (*ERRORS, UnicodeDecodeError, RuntimeError, MemoryError)


def devices() -> tuple[str, ...]:
    """The devices that the installed runtime offers, best first."""
    have = set(ort.get_available_providers())
    return tuple(d for d in _PREFERRED if PROVIDERS[d] in have)


class Halted(LimitReached):
    """Somebody ended the work while a graph ran, or before the next one did."""


@final
class Halt:
    """Ends what sessions run in a thread, at once, until that thread is `freed`; safe to use from any other."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: dict[int, ort.RunOptions] = {}
        self._stopped: set[int] = set()
        self._all = False

    def stop(self, thread: int | None = None) -> None:
        """End what runs in a thread and refuse what would run there next; None = in every thread, for good."""
        with self._lock:
            self._all = self._all or thread is None
            if thread is not None:
                self._stopped.add(thread)
            for own, options in self._running.items():
                if thread in (None, own):
                    options.terminate = True

    def free(self, thread: int) -> None:
        """The thread has other work now."""
        with self._lock:
            self._stopped.discard(thread)

    @contextlib.contextmanager
    def watched(self) -> Iterator[ort.RunOptions]:
        """The options of one run in this thread. Raises: Halted when it may not begin, or was ended."""
        own, options = threading.get_ident(), ort.RunOptions()
        with self._lock:
            if self._all or own in self._stopped:
                raise Halted("this was stopped")
            self._running[own] = options
        try:
            yield options
        except _CAUGHT as error:
            if options.terminate:
                raise Halted("this was stopped") from error
            raise
        finally:
            with self._lock:
                self._running.pop(own, None)


class Session:
    """One open graph: names in, arrays out."""

    def __init__(self, inner: ort.InferenceSession, where: str, halt: Halt | None = None) -> None:
        self._inner, self._where, self._halt = inner, where, halt
        self.inputs = tuple(i.name for i in inner.get_inputs())
        self.outputs = tuple(o.name for o in inner.get_outputs())

    def shape(self, name: str) -> list[int | str | None]:
        """The declared shape of an input."""
        return next(list(i.shape) for i in self._inner.get_inputs() if i.name == name)

    def width(self, name: str) -> int:
        """The last size of an output, 0 where the graph leaves it free."""
        size = next(o.shape[-1] for o in self._inner.get_outputs() if o.name == name)
        return size if isinstance(size, int) else 0

    def run(self, feeds: Mapping[str, np.ndarray], outputs: Sequence[str] | None = None) -> list[np.ndarray]:
        """Run the graph. Raises: ModelRefused when it cannot take the feeds, LimitReached out of memory, Halted."""
        names = list(outputs) if outputs else None
        try:
            if self._halt is None:
                return list(self._inner.run(names, dict(feeds)))
            with self._halt.watched() as options:
                return list(self._inner.run(names, dict(feeds), options))
        except _CAUGHT as error:
            raise _translated(error, self._where) from error


@dataclass(frozen=True)
class Runtime:
    """Where graphs run. `device`: auto, cpu, cuda, coreml, directml; `threads` 0 = one for each core; `halt` can end them.

    `together`: rows of sound that threads ask about at once and that go through a model as one batch (gathering.py);
    0 = so many as pay on the device.
    """

    device: str = "auto"
    threads: int = 0
    together: int = 1
    halt: Halt | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        if isinstance(self.threads, bool) or not isinstance(self.threads, int) or not 0 <= self.threads <= MOST_THREADS:
            raise UsageError(
                f"threads is {self.threads!r:.40}", fix=f"It takes a whole number from 0 (all cores) to {MOST_THREADS}"
            )
        if self.device != "auto" and self.device not in PROVIDERS:
            raise UsageError(
                f"there is no device {self.device!r:.40}", where="--device", fix=f"It takes one of: auto, {', '.join(PROVIDERS)}"
            )

    def rows(self, device: str = "") -> int:
        """The rows of a batch on a device, "" the one that graphs run on."""
        device = device or (devices()[0] if self.device == "auto" else self.device)
        return self.together or (1 if device == "cpu" else _ROWS)

    @property
    def single(self) -> Runtime:
        """The same with one thread: for graphs that run once for each token, where several cost more than they bring."""
        return dataclasses.replace(self, threads=1)

    def session(self, graph: Path | bytes, *, folded: bool = True, save: Path | None = None) -> Session:
        """Open a graph. `folded` False switches all optimization off; `save` writes it as plain ONNX.

        Raises: ModelMissing, ModelRefused (damaged), UsageError (a device that is not there).
        """
        where = str(graph) if isinstance(graph, Path) else "a graph in memory"
        if isinstance(graph, Path) and not graph.is_file():
            raise ModelMissing("there is no such model file", where=where, fix="`aural models verify` checks the files")
        options = ort.SessionOptions()
        options.log_severity_level = 4
        options.intra_op_num_threads = self.threads
        options.inter_op_num_threads = 1
        # Threads that wait in a loop take the core from whoever has work: beside other programs, or with two requests at once,
        # all becomes slower by half, and twice the CPU is used.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        # Plans of memory by shape are kept for each length that comes; for sound, where no two lengths are alike, they take
        # a hundred megabytes and gain no time.
        options.enable_mem_pattern = False
        if not folded:
            options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
        if save is not None:
            options.optimized_model_filepath = str(save)
            options.add_session_config_entry("session.save_model_format", "ONNX")
        try:
            source = graph if isinstance(graph, bytes) else str(graph)
            return Session(ort.InferenceSession(source, options, self._providers(), enable_fallback=0), where, self.halt)
        except _CAUGHT as error:
            raise _translated(error, where) from error

    def _providers(self) -> list[str]:
        have = devices()
        if self.device == "auto":
            return [PROVIDERS[d] for d in have]
        if self.device not in have:
            raise UsageError(
                f"the device {self.device!r} is not offered by the installed runtime",
                fix=f"Here are: {', '.join(have)}; `aural doctor` tells what would mend it",
            )
        return [PROVIDERS[self.device], PROVIDERS["cpu"]] if self.device != "cpu" else [PROVIDERS["cpu"]]


def _translated(error: BaseException, where: str) -> ModelError | LimitReached:
    text = str(error).splitlines()[0][:300] if str(error) else type(error).__name__
    if isinstance(error, MemoryError) or "Failed to allocate memory" in text or "bad_alloc" in text:
        return LimitReached("memory ran out in the model", where=where, fix="Use -m small, fewer --jobs or a shorter --clip")
    kind = ERRORS.get(type(error), ModelRefused)
    return kind(f"the model could not be used ({text})", where=where, fix="`aural models verify` checks the files")
