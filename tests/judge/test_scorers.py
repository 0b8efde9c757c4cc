"""The pages of judge/scorers keep the same shape, and their figures are those of the metrics."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from aural import find
from aural.corpora.manifest import Clip
from aural.judge import scorers
from aural.judge.figures import Figure, mean, measured
from aural.judge.run import scorer
from aural.judge.terms import Names, Terms
from aural.learn.targets._text import text_of
from aural.metrics.verification import eer, min_dcf
from aural.results import Curve, Event, Label, Note, Recording, Result, Segment, Span

PAGES = find.names("judge/scorers")


def test_every_page_is_found() -> None:
    on_disk = sorted(p.stem for p in Path(scorers.__file__).parent.glob("[a-z]*.py"))
    assert list(PAGES) == on_disk and len(PAGES) == 16


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


def clip(**known: object) -> Clip:
    own = {k: known.pop(k) for k in ("label", "events", "start", "duration") if k in known}
    return Clip(Path("a.wav"), "a.wav", extra=known, **own)  # type: ignore[arg-type]


def answer(**parts: object) -> Result:
    return Result(Recording("a.wav", 2.0, 16000, 1), **parts)  # type: ignore[arg-type]


def test_numbers_are_found_by_their_name_or_as_the_label() -> None:
    page, told = scorer("numbers"), answer(curves=(Curve("age", "years", 0, 2, np.array([12.0])),))
    by_name, by_label = (page.item(c, told, Terms(), Names()) for c in (clip(age=10, label="x"), clip(label="15")))
    assert (by_name["true"], by_label["true"], by_name["told"]) == (10.0, 15.0, 12.0)
    several = answer(curves=(*told.curves, Curve("height", "cm", 0, 2, np.array([170.0]))))
    assert page.item(clip(height=171, label="x"), several, Terms(), Names())["told"] == 170.0
    assert page.item(clip(label="15"), several, Terms(), Names())["told"] == 12.0 and page.fits(clip(overall=3.5), "quality")
    failed = page.item(clip(age=10), None, Terms(), Names())
    assert page.FIGURES["mae"].over([by_name, by_label, failed]) == 2.5
    assert np.isnan(page.FIGURES["mae"].over([failed])) and "mean (12.5)" in page.tell([by_name, by_label])[0]
    assert page.fits(clip(age=10), "estimate") and not page.fits(clip(label="dog"), "estimate")


def test_pitch_notes_moments_and_voicing() -> None:
    pitch, notes, moments, voicing = (scorer(n) for n in ("pitches", "notes", "moments", "voicing"))
    row = clip(pitch={"hop": 0.5, "values": [440, 440, None, None]}, notes=[{"start": 0, "end": 1, "pitch": 60}], times=[0.5, 1.5],
               events=(Event(0.0, 1.0, "speech"),), duration=2.0)  # fmt: skip
    told = answer(curves=(Curve("pitch", "Hz", 0, 0.25, np.array([440.0] * 3 + [np.nan] * 5)),), notes=(Note(0.04, 0.5, 60),),
                  events=(Event(0.52, 0.53, "onset"),), speech=(Span(0.5, 1.0),))  # fmt: skip
    items = {page: page.item(row, told, Terms(), Names("x")) for page in (pitch, notes, moments, voicing)}
    assert pitch.FIGURES["raw_pitch_accuracy"].over([items[pitch]]) == 1 == pitch.FIGURES["overall_accuracy"].over([items[pitch]])
    assert notes.FIGURES["note_f1"].over([items[notes]]) == 1 and notes.FIGURES["note_f1_with_ends"].over([items[notes]]) == 0
    assert moments.FIGURES["onset_recall"].over([items[moments]]) == 0.5
    assert (
        voicing.FIGURES["frame_accuracy"].over([items[voicing]]) == 0.75
        and voicing.FIGURES["frames_missed"].over([items[voicing]]) == 0.5
    )
    assert all(page.FIGURES[page.HEADLINE].over([page.item(row, None, Terms(), Names("x"))]) <= 0.5 for page in items)


def test_scores_over_time_give_psds() -> None:
    page, names = scorer("events"), Names("detect", ("dog",))
    row = clip(events=(Event(1.0, 2.0, "dog"),), duration=4.0)
    right, wrong = np.zeros(40), np.zeros(40)
    right[10:20], wrong[30:40] = 0.9, 0.9
    score = {"right": right, "wrong": wrong}
    told = {
        k: page.item(row, answer(events=(), curves=(Curve("Dog", "score", 0, 0.1, v),)), Terms(), names) for k, v in score.items()
    }
    assert page.FIGURES["psds"].over([told["right"]]) == pytest.approx(1.0) and page.FIGURES["psds"].over([told["wrong"]]) == 0
    assert np.isnan(page.FIGURES["psds"].over([page.item(row, answer(events=()), Terms(), names)]))


def test_anomalies_are_judged_by_the_order_of_their_scores() -> None:
    page = scorer("anomaly")
    items = [{"anomalous": k > 2, "score": s, "right": int((s >= 0.5) == (k > 2)), "kind": ("normal", "rub")[k > 2]}
             for k, s in enumerate((0.1, 0.3, 0.6, 0.4, 0.7))]  # fmt: skip
    assert page.FIGURES["auc"].over(items) == pytest.approx(5 / 6)
    assert page.FIGURES["miss"].over(items) == 0.5 and page.FIGURES["false_alarm"].over(items) == pytest.approx(1 / 3)
    assert np.isnan(page.FIGURES["auc"].over(items[:3]))
    assert page.tell(items) == [
        "  normal                   1 of 3 told as anomalous",
        "  rub                      1 of 2 told as anomalous",
    ]
    clip = Clip(Path("a.wav"), "a.wav", label="rub")
    answer = Result(Recording("a.wav", 1.0, 16000, 1), labels=(Label("anomalous", 0.8), Label("normal", 0.2)))
    told = page.item(clip, answer, Terms(), Names("anomaly", ("rub",), None))
    assert (told["anomalous"], told["score"], told["right"]) == (True, 0.8, 1)
    assert page.item(clip, None, Terms(), Names("anomaly", ("rub",), None))["right"] == 0


def test_rows_that_a_training_takes_are_evaluated() -> None:
    labeled, bare = Clip(Path("a.wav"), "a", labels=("yes", "no")), Clip(Path("b.wav"), "b")
    for name in ("words", "words_listed"):
        page = scorer(name)
        assert page.fits(labeled, "transcribe") and not page.fits(labeled, "listen") and not page.fits(bare, "transcribe")
    answer = Result(Recording("a.wav", 1.0, 16000, 1), segments=(Segment(0.0, 0.9, "yes"),))
    item = scorer("words").item(labeled, answer, Terms(), Names())
    assert (item["words"], item["deleted"], item["reference"]) == (2, 1, text_of(labeled))
