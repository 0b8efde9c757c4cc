"""The pages of judge/scorers keep the same shape, and their figures are those of the metrics."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from aural import find
from aural.judge import scorers
from aural.judge.figures import Figure, mean, measured
from aural.judge.run import scorer
from aural.metrics.verification import eer, min_dcf

PAGES = find.names("judge/scorers")


def test_every_page_is_found() -> None:
    on_disk = sorted(p.stem for p in Path(scorers.__file__).parent.glob("[a-z]*.py"))
    assert list(PAGES) == on_disk and len(PAGES) == 6


@pytest.mark.parametrize("name", PAGES)
def test_shape(name: str) -> None:
    page = scorer(name)
    assert page.VERBS and page.HEADLINE in page.FIGURES
    assert all(isinstance(f, Figure) for f in page.FIGURES.values())
    assert all(metric == metric.lower() for metric in page.FIGURES)


def test_no_two_scorers_of_a_verb_give_the_same_metric() -> None:
    for verb in {v for name in PAGES for v in scorer(name).VERBS}:
        names = [metric for page in PAGES if verb in scorer(page).VERBS for metric in scorer(page).FIGURES]
        assert len(names) == len(set(names)), verb


def test_trials() -> None:
    rng = np.random.default_rng(0)
    items = [{"score": float(rng.normal() + t), "target": bool(t), "accepted": bool(t)} for t in (0, 1) for _ in range(30)]
    scores, targets = [i["score"] for i in items], [i["target"] for i in items]
    page = scorer("trials")
    assert page.FIGURES["eer"].over(items) == eer(scores, targets)
    assert page.FIGURES["min_dcf_01"].over(items) == min_dcf(scores, targets, 0.01)
    assert page.FIGURES["miss"].over(items) == 0 and page.FIGURES["accuracy"].over(items) == 1
    assert np.isnan(page.FIGURES["eer"].over(items[:5]))
    assert "threshold" in page.tell(items)[0] and page.tell(items[:5]) == []


def test_figures() -> None:
    items = [{"part": 1, "whole": 4}, {"part": 0, "whole": 2}, {"part": 2, "whole": 2}]
    figure = Figure(part="part", whole="whole")
    assert figure.over(items) == 3 / 8
    assert measured(figure, items, list("abc"), np.random.default_rng(0)).n == 3
    assert mean("part").over(items) == 1
    alone = measured(figure, items[:1], ["a"], np.random.default_rng(0))
    assert (alone.value, alone.low, alone.high) == (0.25, None, None)
    assert np.isnan(figure.over([{"part": 0, "whole": 0}]))
