"""Marks around texts: what a row becomes, what of it is learned, and how units and marks are told apart again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from aural.corpora.manifest import Clip
from aural.errors import DataError
from aural.learn.loading import Batch
from aural.learn.losses import ctc
from aural.learn.options import Options
from aural.learn.written.contracts import writer_of
from aural.learn.written.marked import Marked, Marking, _apart, stretches
from aural.models.engines._whisper import marks_behind
from aural.nets.writer import Writer
from aural.text import units as text_units

UNITS = text_units.train("words", ["one two three"], 0)
MARKS = marks_behind(3, ("de", "en"))
MANY = Marking(UNITS, MARKS, ("de", "en"), 0.04, 26)
ONE = Marking(UNITS, marks_behind(3, ()), (), 0.04, 26)
WORDS = [("one", 0.1, 0.3), ("two", 0.34, 0.5), ("three", 1.6, 1.9)]


def clip(text: str, start: float = 0.0, **extra: object) -> Clip:
    return Clip(Path("a.wav"), "a", start=start, text=text, extra=extra)


def timed(start: float = 0.0) -> Clip:
    return clip(
        "one two three", start, words=[{"text": t, "start": a + start, "end": b + start} for t, a, b in WORDS], language="de"
    )


def test_marks_lie_behind_the_units_and_never_meet() -> None:
    own = [
        MARKS.end,
        MARKS.start,
        *MARKS.languages.values(),
        MARKS.transcribe,
        MARKS.translate,
        MARKS.no_speech,
        MARKS.no_timestamps,
    ]
    assert own == list(range(3, 11)) and MARKS.first_time == 11 and MANY.classes == 37
    assert set(MARKS.never) == {4, 5, 6, 7, 8, 9}


def test_what_a_row_becomes() -> None:
    one, two, three = UNITS.encode("one two three")
    m = MARKS
    told = MANY(clip("two one", language="en"), 1).tolist()
    assert told == [m.start, m.languages["en"], m.transcribe, m.no_timestamps, two, one, m.end]
    assert MANY(clip("two", language="de", task="translate"), 1).tolist()[2] == m.translate
    assert MANY(clip("", language="de"), 1).tolist() == [m.start, m.no_speech, m.end]
    for start in (0.0, 5.0):  # times are those of the clip
        told = MANY(timed(start), 1).tolist()
        zero = m.first_time
        stretched = [zero + 2, one, two, zero + 12, zero + 25, three, zero + 25]  # 1.6 s and later lie behind the last step
        assert told == [m.start, m.languages["de"], m.transcribe, *stretched, m.end]
    assert MANY.bare([int(i) for i in told])[3:] == [m.no_timestamps, one, two, three, m.end]
    assert ONE(clip("two"), 1).tolist() == [ONE.marks.start, ONE.marks.no_timestamps, two, ONE.marks.end]
    with pytest.raises(DataError, match="summarize"):
        MANY(clip("one", task="summarize"), 1)


def test_times_are_taken_where_they_are_of_these_words() -> None:
    assert stretches(clip("one two"), "one two") is None
    assert stretches(clip("one", words=[{"text": "two", "start": 0, "end": 1}]), "one") is None
    with pytest.raises(DataError, match="words"):
        stretches(clip("one", words=[{"text": "one"}]), "one")
    assert [text for *_, text in stretches(timed(), "one two three") or ()] == ["one two", "three"]


def test_errors_are_those_of_units() -> None:
    target = MANY(timed(), 1)
    told = np.array([*UNITS.encode("one three"), MARKS.end, MARKS.end], np.float32)
    assert MANY.errors([told], [target]) == pytest.approx(1 / 3)


def test_every_id_behind_the_start_is_learned_and_nothing_behind_the_end() -> None:
    before, behind = _apart([[4, 9, 3], [4, 10, 0, 1, 3]], 3)
    assert before.tolist() == [[4, 9, 3, 3], [4, 10, 0, 1]] and behind.tolist() == [[9, 3, -100, -100], [10, 0, 1, 3]]


def test_a_batch_of_all_kinds_of_rows_is_learned() -> None:
    net = writer_of("transformer").net
    page = Writer(net, "transformer", {"width": 8, "layers": 1, "heads": 2, "dropout": 0.0}, MANY.classes)
    options = Options(ctc=0.3, rate=0.01, warmup=0.0)
    trainee = Marked(page, MANY, ctc.Made(ctc.Config(), 3), 0.0, options, torch.device("cpu"))
    rows = [MANY(c, 1) for c in (timed(), clip("two", language="en", task="translate"), clip(""), clip("one one", language="en"))]
    longest = max(map(len, rows))
    targets = torch.from_numpy(np.stack([np.pad(r, (0, longest - len(r))) for r in rows]))
    samples = 0.1 * torch.randn(4, 9000, generator=torch.Generator().manual_seed(0))
    batch = Batch(samples, torch.tensor([9000, 5000, 4000, 8000]), targets, torch.tensor([len(r) for r in rows]), torch.ones(4),
                  torch.arange(4))  # fmt: skip
    losses = [trainee.learn(batch, 0.1)["written"] for _ in range(40)]
    assert np.isfinite(losses).all() and np.mean(losses[-4:]) < 0.7 * np.mean(losses[:4])
    told, frames = trainee.answers(batch)
    assert told.shape[0] == 4 and frames.shape == (4,) and bool((told < MANY.classes).all())
