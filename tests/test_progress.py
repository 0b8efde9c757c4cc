"""Progress: bars for people, lines for programs, callbacks for code."""

from __future__ import annotations

import io
import json
import time

import pytest

from aural.progress import Bar, Callback, JsonLines, Progress, Quiet


def test_json_lines() -> None:
    out = io.StringIO()
    lines = JsonLines(out)
    for done in range(1, 101):
        lines.step(done, 100, "transcribe")
    told = [json.loads(x) for x in out.getvalue().splitlines()]
    assert told[-1] == {"stage": "transcribe", "done": 100, "total": 100, "unit": "s"}
    assert len(told) < 50, "at most ten a second"


def test_bar_tells_share_size_speed_and_time_left() -> None:
    out = io.StringIO()
    bar = Bar(out)
    bar.step(0, 56_000_000, "fetch", "B")
    bar.step(56_000_000, 56_000_000, "fetch", "B")
    bar.close()
    text = out.getvalue()
    assert "100%" in text
    assert "56.0 MB of 56.0 MB" in text
    assert "MB/s" in text
    assert "left" in text
    assert text.endswith("\r")


def test_a_stage_that_is_done_at_its_first_step_tells_no_speed() -> None:
    out = io.StringIO()
    Bar(out).step(8.0, 8.0, "transcribe")
    assert out.getvalue() == "\rtranscribe  " + "█" * 24 + " 100%  00:08 of 00:08"


def test_bar_without_a_total() -> None:
    out = io.StringIO()
    Bar(out).step(61, None, "decode")
    assert "01:01" in out.getvalue()


def test_a_callback_can_stop_the_work() -> None:
    def stop(done: float, total: float | None, stage: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Callback(stop).step(1, 2, "x")


@pytest.mark.parametrize("shown", [Quiet(), JsonLines(io.StringIO()), Bar(io.StringIO()), Callback(lambda *_: None)])
def test_all_can_be_closed_twice(shown: Progress) -> None:
    shown.step(1, 2, "x")
    shown.close()
    shown.close()


def test_a_new_title_over_the_same_work_keeps_its_speed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next epoch of a training is no new stage: time left does not begin anew."""
    now, out = [0.0], io.StringIO()
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    bar = Bar(out)
    for done in range(1, 5):
        now[0] += 2.0
        bar.step(done, 10, f"epoch {1 + done // 3} of 3", "steps")
    assert "0.5 steps/s" in out.getvalue().split("\r")[-1] and "epoch 2" in out.getvalue()
    now[0] += 1.0
    bar.step(1, 10, "look", "steps")
    now[0] += 1.0
    bar.step(2, 10, "look", "steps")
    assert "1.0 steps/s" in out.getvalue().split("\r")[-1], "another stage begins anew"
