"""Writes events.json: what sed_eval says about random events."""

from __future__ import annotations

import importlib.metadata
import json
import random
from pathlib import Path

import dcase_util
import sed_eval

HERE = Path(__file__).parent
NAMES = ["dog", "car", "rain"]


def listed(rows: list[list]) -> dcase_util.containers.MetaDataContainer:
    return dcase_util.containers.MetaDataContainer(
        [{"event_label": label, "event_onset": start, "event_offset": end, "file": "a.wav"} for start, end, label in rows]
    )


def main() -> None:
    rng, cases = random.Random(9), []
    for _ in range(12):
        reference = []
        for name in NAMES:
            clock = rng.uniform(0, 2)
            for _ in range(rng.randint(1, 4)):
                start = round(clock + rng.uniform(0.1, 2), 2)
                clock = round(start + rng.uniform(0.2, 3), 2)
                reference.append([start, clock, name])
        answer = [
            [round(max(0, s + rng.choice([0, 0.05, 0.15, -0.1, 0.3])), 2), round(e + rng.choice([0, 0.1, 0.15, 0.7]), 2),
             rng.choice(NAMES) if rng.random() < 0.25 else label]
            for s, e, label in reference if rng.random() < 0.85
        ]  # fmt: skip
        segments = sed_eval.sound_event.SegmentBasedMetrics(event_label_list=NAMES, time_resolution=1.0)
        events = sed_eval.sound_event.EventBasedMetrics(event_label_list=NAMES, t_collar=0.2, percentage_of_length=0.5)
        onsets = sed_eval.sound_event.EventBasedMetrics(event_label_list=NAMES, t_collar=0.2, evaluate_offset=False)
        for metric in (segments, events, onsets):
            metric.evaluate(listed(reference), listed(answer))
        case = {"reference": reference, "answer": answer}
        for name, metric in (("segment", segments), ("event", events), ("onset", onsets)):
            told = metric.results_overall_metrics()
            case[name] = [told["f_measure"]["f_measure"], told["error_rate"]["error_rate"]]
        cases.append(case)
    made_with = {"sed_eval": importlib.metadata.version("sed_eval")}
    (HERE / "events.json").write_text(json.dumps({"made_with": made_with, "cases": cases}, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
