"""Writes found.json: what mir_eval says of random pitch curves, onsets and notes, and psds_eval of random events."""

from __future__ import annotations

import importlib.metadata
import json
import warnings
from pathlib import Path

import mir_eval
import numpy as np
import pandas as pd
from psds_eval import PSDSEval

HERE = Path(__file__).parent
LABELS = ("a", "b", "c")


def pitches(rng: np.random.Generator) -> dict:
    true = np.where(rng.random(200) < 0.7, 440 * 2 ** rng.uniform(-2, 1, 200), 0.0)
    told = np.where(rng.random(200) < 0.85, true * 2 ** (rng.normal(0, 40, 200) / 1200) * rng.choice([1, 1, 1, 2, 0.5], 200), 0.0)
    told = np.where((true == 0) & (rng.random(200) < 0.3), 300.0, told)
    times = np.arange(200) * 0.01
    found = mir_eval.melody.evaluate(times, true, times, told)
    names = ("Raw Pitch Accuracy", "Raw Chroma Accuracy", "Voicing Recall", "Voicing False Alarm", "Overall Accuracy")
    return {"true": true.tolist(), "told": told.tolist(), "says": [float(found[n]) for n in names]}


def onsets(rng: np.random.Generator) -> dict:
    true = np.sort(rng.uniform(0, 6, 40)).round(4)
    told = np.concatenate([true[rng.random(40) < 0.8], rng.uniform(0, 6, 8)])
    told = np.sort(np.abs(told + rng.normal(0, 0.03, len(told)))).round(4)
    return {"true": true.tolist(), "told": told.tolist(), "says": list(map(float, mir_eval.onset.f_measure(true, told)))}


def notes(rng: np.random.Generator) -> dict:
    def drawn(count: int) -> np.ndarray:
        start = rng.uniform(0, 8, count).round(3)
        return np.stack([start, (start + rng.uniform(0.1, 1, count)).round(3), rng.integers(55, 62, count)], axis=1)

    true = drawn(25)
    told = np.concatenate([true[rng.random(25) < 0.85], drawn(5)])
    told[:, 0] = np.abs(told[:, 0] + rng.normal(0, 0.03, len(told))).round(3)
    told[:, 1] = np.maximum(told[:, 1] + rng.normal(0, 0.08, len(told)), told[:, 0] + 0.05).round(3)

    def hz(rows: np.ndarray) -> np.ndarray:
        return 440 * 2 ** ((rows[:, 2] - 69) / 12)

    args = (true[:, :2], hz(true), told[:, :2], hz(told))
    says = [
        float(x) for ratio in (None, 0.2) for x in mir_eval.transcription.precision_recall_f1_overlap(*args, offset_ratio=ratio)[:3]
    ]
    return {"true": true.tolist(), "told": told.tolist(), "says": says}


def events(rng: np.random.Generator, count: int, seconds: float) -> list[list]:
    found: list[list] = []
    for _ in range(count):
        start = round(float(rng.uniform(0, seconds - 2)), 3)
        row = [start, round(start + float(rng.uniform(0.3, 1.9)), 3), str(rng.choice(LABELS))]
        if not any(o[2] == row[2] and row[0] < o[1] and o[0] < row[1] for o in found):
            found.append(row)
    return sorted(found)


def sounds(rng: np.random.Generator) -> dict:
    seconds, files = 20.0, [f"f{i}" for i in range(6)]
    truth = {name: events(rng, 9, seconds) for name in files}
    told: dict[str, dict[str, list[list]]] = {}
    for threshold in (0.2, 0.4, 0.6, 0.8):
        told[str(threshold)] = {}
        for name in files:
            moved = [[round(max(0, s + rng.normal(0, 0.1)), 3), round(e + rng.normal(0, 0.1), 3),
                      k if rng.random() < 0.85 else str(rng.choice(LABELS))]
                     for s, e, k in truth[name] if rng.random() < 1.1 - threshold]  # fmt: skip
            extra = events(rng, max(0, round(6 * (0.9 - threshold))), seconds)
            kept: list[list] = []
            for row in sorted(moved + extra):
                clash = any(o[2] == row[2] and row[0] < o[1] and o[0] < row[1] for o in kept)
                if row[1] > row[0] + 0.05 and not clash:
                    kept.append(row)
            told[str(threshold)][name] = kept
    columns = ["filename", "onset", "offset", "event_label"]

    def frame(rows: dict[str, list[list]]) -> pd.DataFrame:
        return pd.DataFrame([[n, *r] for n, rs in rows.items() for r in rs], columns=columns)

    meta = pd.DataFrame([[n, seconds] for n in files], columns=["filename", "duration"])
    says = []
    for dtc, gtc, cttc, ct, st in ((0.7, 0.7, 0.3, 0.0, 1.0), (0.1, 0.1, 0.3, 0.5, 1.0), (0.5, 0.5, 0.3, 0.0, 0.0)):
        judge = PSDSEval(ground_truth=frame(truth), metadata=meta, dtc_threshold=dtc, gtc_threshold=gtc, cttc_threshold=cttc)
        for rows in told.values():
            judge.add_operating_point(frame(rows))
        for most in (100.0, 1000.0):
            says.append([dtc, gtc, cttc, ct, st, most, float(judge.psds(alpha_ct=ct, alpha_st=st, max_efpr=most).value)])
    return {"seconds": seconds, "labels": LABELS, "truth": truth, "told": told, "says": says}


def main() -> None:
    warnings.simplefilter("ignore")
    rng = np.random.default_rng(11)
    made = {n: importlib.metadata.version(n) for n in ("mir_eval", "psds-eval")}
    found = {
        "made_with": made,
        "pitch": [pitches(rng) for _ in range(4)],
        "onsets": [onsets(rng) for _ in range(4)],
        "notes": [notes(rng) for _ in range(4)],
        "sounds": [sounds(rng) for _ in range(4)],
    }
    (HERE / "found.json").write_text(json.dumps(found, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
