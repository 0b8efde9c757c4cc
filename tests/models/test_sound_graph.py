from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from aural.models.card import Card, Licences
from aural.models.runtime import Runtime
from aural.models.sound_graph import SoundGraph

PERMISSIVE = Licences("Apache-2.0", "Apache-2.0", "CC0", True, "test")


class Frames:
    """A session that tells the mean of each ten samples, one class a frame, and rubbish behind a row's end."""

    outputs = ("answers", "frames")

    def __init__(self) -> None:
        self.batches: list[int] = []
        self.begun, self.open = threading.Event(), threading.Event()

    def run(self, feeds: Mapping[str, np.ndarray], outputs: Sequence[str]) -> list[np.ndarray]:
        samples, frames = feeds["samples"], feeds["lengths"] // 10
        self.batches.append(len(samples))
        self.begun.set()
        assert self.open.wait(20)
        width = samples.shape[1] // 10
        answers = samples[:, : 10 * width].reshape(len(samples), width, 10).mean(-1, keepdims=True)
        answers = np.where(np.arange(width)[None, :, None] < frames[:, None, None], answers, 99)
        return [{"answers": answers, "frames": frames}[name] for name in outputs]


def _card(batch: str) -> Card:
    return Card("test", "tagger", "onnx", PERMISSIVE, "made here", batch=batch)  # type: ignore[arg-type]


def test_only_real_frames_are_told() -> None:
    session = Frames()
    session.open.set()
    graph = SoundGraph(_card("exact"), session, Runtime("cpu"))  # type: ignore[arg-type]
    samples = np.repeat(np.arange(8, dtype=np.float32).reshape(2, 4), 10, axis=1)
    long, short = graph.rows(samples, np.array([40, 25]))
    np.testing.assert_array_equal(long[:, 0], [0, 1, 2, 3])
    np.testing.assert_array_equal(short[:, 0], [4, 5])
    np.testing.assert_array_equal(graph.answers(samples, np.array([40, 25]))[1, :, 0], [4, 5, 0, 0])


@pytest.mark.parametrize(("batch", "together", "batches"), [("exact", 8, [1, 4]), ("exact", 1, [1] * 5), ("one", 8, [1] * 5)])
def test_rows_of_several_threads_are_a_batch_where_the_card_allows_it(batch: str, together: int, batches: list[int]) -> None:
    session = Frames()
    graph = SoundGraph(_card(batch), session, Runtime("cpu", together=together))  # type: ignore[arg-type]
    calls = [np.full((1, 20 + 10 * k), k, np.float32) for k in range(5)]
    with ThreadPoolExecutor(5) as pool:
        futures = [pool.submit(graph.rows, calls[0], np.array([20]))]
        assert session.begun.wait(20)
        futures += [pool.submit(graph.rows, call, np.array([call.shape[1]])) for call in calls[1:]]
        while len(graph._gathering._waiting) + len(session.batches) < 5:
            threading.Event().wait(0.002)
        session.open.set()
    for k, (call, future) in enumerate(zip(calls, futures, strict=True)):
        (row,) = future.result()
        np.testing.assert_array_equal(row[:, 0], np.full(call.shape[1] // 10, k))
    assert session.batches == batches


def test_rows_by_device() -> None:
    assert Runtime("cpu").rows() == 1 and Runtime("cpu", together=0).rows() == 1 and Runtime("cpu", together=6).rows() == 6
    assert Runtime("cpu", together=0).rows("cuda") == 16
