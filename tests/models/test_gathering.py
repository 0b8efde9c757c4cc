from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import pytest

from aural.errors import LimitReached
from aural.models.gathering import Gathering

Rows = Sequence[np.ndarray]


class Gate:
    """Work that tells of each batch, and holds the first one until all others wait."""

    def __init__(self, refuses: Callable[[Rows], bool] = lambda rows: False) -> None:
        self.begun, self.open, self.refuses = threading.Event(), threading.Event(), refuses
        self.batches: list[int] = []

    def __call__(self, rows: Rows) -> list[np.ndarray]:
        self.batches.append(len(rows))
        if not self.begun.is_set():
            self.begun.set()
            assert self.open.wait(20)
        if self.refuses(rows):
            raise LimitReached("too much")
        return [2 * row for row in rows]


def _asked(gate: Gate, most: int, calls: Sequence[Rows]) -> list[Future[Rows]]:
    """The answers of calls from as many threads, all of which wait while the first one is answered."""
    gathering = Gathering(gate, most)
    with ThreadPoolExecutor(len(calls)) as pool:
        futures = [pool.submit(gathering.run, calls[0])]
        assert gate.begun.wait(20)
        futures += [pool.submit(gathering.run, call) for call in calls[1:]]
        while len(gathering._waiting) < len(calls) - 1:
            threading.Event().wait(0.002)
        gate.open.set()
    return futures


def _calls(count: int, rows: int = 1) -> list[Rows]:
    return [[np.full(3 + k, 10 * k + n, np.float32) for n in range(rows)] for k in range(count)]


def test_who_waits_goes_in_together_and_each_gets_its_own() -> None:
    gate, calls = Gate(), _calls(6)
    futures = _asked(gate, 8, calls)
    for call, future in zip(calls, futures, strict=True):
        (answer,) = future.result()
        np.testing.assert_array_equal(answer, 2 * call[0])
    assert gate.batches == [1, 5]


@pytest.mark.parametrize(("most", "batches"), [(4, [2, 4, 4]), (5, [2, 4, 4]), (2, [2] * 5), (3, [2] * 5)])
def test_no_batch_is_larger_than_asked_and_no_call_is_cut(most: int, batches: list[int]) -> None:
    gate, calls = Gate(), _calls(5, rows=2)
    for call, future in zip(calls, _asked(gate, most, calls), strict=True):
        for one, answer in zip(call, future.result(), strict=True):
            np.testing.assert_array_equal(answer, 2 * one)
    assert gate.batches == batches


def test_a_row_that_fails_fails_alone() -> None:
    gate, calls = Gate(lambda rows: any(row[0] == 20 for row in rows)), _calls(4)
    futures = _asked(gate, 8, calls)
    for k, (call, future) in enumerate(zip(calls, futures, strict=True)):
        if k == 2:
            with pytest.raises(LimitReached):
                future.result()
        else:
            np.testing.assert_array_equal(future.result()[0], 2 * call[0])
    assert gate.batches[:2] == [1, 3] and sorted(gate.batches[2:]) == [1, 1, 1]


def test_after_a_failure_the_next_one_is_answered() -> None:
    gate = Gate(lambda rows: rows[0][0] == 0)
    gate.open.set()
    gathering = Gathering(gate, 8)
    with pytest.raises(LimitReached):
        gathering.run([np.zeros(2, np.float32)])
    np.testing.assert_array_equal(gathering.run([np.ones(2, np.float32)])[0], [2, 2])


def test_one_row_at_a_time_asks_nobody_to_wait() -> None:
    gate = Gate()
    gathering = Gathering(gate, 1)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(gathering.run, [np.ones(2, np.float32)])
        assert gate.begun.wait(20)
        np.testing.assert_array_equal(pool.submit(gathering.run, [np.ones(2, np.float32)]).result(20)[0], [2, 2])
        assert not first.done()
        gate.open.set()


def test_many_threads_for_long() -> None:
    gathering = Gathering(lambda rows: [row + 1 for row in rows], 4)

    def asks(seed: int) -> None:
        rng = np.random.default_rng(seed)
        for _ in range(200):
            rows = [rng.standard_normal(int(rng.integers(1, 9))) for _ in range(int(rng.integers(1, 4)))]
            for row, answer in zip(rows, gathering.run(rows), strict=True):
                np.testing.assert_array_equal(answer, row + 1)

    with ThreadPoolExecutor(8) as pool:
        for future in [pool.submit(asks, seed) for seed in range(8)]:
            future.result(60)
