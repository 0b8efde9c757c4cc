"""Writes labels.json, verification.json and regression.json: what scikit-learn says about random scores."""

from __future__ import annotations

import importlib.metadata
import json
from pathlib import Path

import numpy as np
import sklearn.metrics as sk
from scipy.interpolate import interp1d
from scipy.optimize import brentq

HERE = Path(__file__).parent
MADE_WITH = {"scikit-learn": importlib.metadata.version("scikit-learn")}


def labels() -> dict:
    rng, cases = np.random.default_rng(3), []
    for i in range(8):
        classes, count = 3 + i % 3, 30
        truth = rng.random((count, classes)) < 0.35
        truth[np.arange(classes), np.arange(classes)] = True
        # rounded, so that there are ties
        scores = np.round(rng.random((count, classes)) + 0.4 * truth, 1 if i % 2 else 3)
        true = [f"c{k}" for k in rng.integers(0, classes, count)]
        told = [t if rng.random() < 0.6 else f"c{rng.integers(0, classes)}" for t in true]
        weights = truth.sum(axis=1)
        known = weights > 0
        cases.append({
            "truth": truth.astype(int).tolist(), "scores": scores.tolist(), "true": true, "told": told,
            "map": sk.average_precision_score(truth, scores, average="macro"),
            "lwlrap": sk.label_ranking_average_precision_score(truth[known], scores[known], sample_weight=weights[known]),
            "auc": sk.roc_auc_score(truth, scores, average="macro"),
            "accuracy": sk.accuracy_score(true, told), "balanced": sk.balanced_accuracy_score(true, told),
            "confusion": sk.confusion_matrix(true, told, labels=sorted(set(true) | set(told))).tolist(),
        })  # fmt: skip
    single = np.array([rng.permutation(5) for _ in range(40)]) / 5.0
    answers = rng.integers(0, 5, 40)
    tops = {str(k): sk.top_k_accuracy_score(answers, single, k=k, labels=range(5)) for k in (1, 2, 3)}
    return {"made_with": MADE_WITH, "cases": cases, "top": {"scores": single.tolist(), "true": answers.tolist(), "k": tops}}


def verification() -> dict:
    rng, cases = np.random.default_rng(4), []
    for i in range(8):
        targets = rng.random(90) < 0.3
        scores = np.round(rng.normal(size=90) + (0.5 + i / 4) * targets, 2)
        false, hit, _ = sk.roc_curve(targets, scores, drop_intermediate=False)
        eer = brentq(lambda x: 1 - x - float(interp1d(false, hit)(x)), 0, 1, xtol=1e-14)  # noqa: B023
        costs = {str(p): float(np.min((p * (1 - hit) + (1 - p) * false) / min(p, 1 - p))) for p in (0.01, 0.05, 0.5)}
        det = [a.tolist() for a in sk.det_curve(targets, scores)] if i < 2 else None
        cases.append({"scores": scores.tolist(), "targets": targets.astype(int).tolist(), "eer": eer, "min_dcf": costs, "det": det})
    return {"made_with": MADE_WITH, "cases": cases}


def regression() -> dict:
    rng, cases = np.random.default_rng(6), []
    for _ in range(4):
        true = rng.normal(size=20)
        told = true + rng.normal(size=20) * 0.5
        cases.append({
            "true": true.tolist(), "told": told.tolist(), "mae": sk.mean_absolute_error(true, told),
            "rmse": sk.root_mean_squared_error(true, told), "r2": sk.r2_score(true, told),
            "correlation": float(np.corrcoef(true, told)[0, 1]),
        })  # fmt: skip
    return {"made_with": MADE_WITH, "cases": cases}


if __name__ == "__main__":
    for name, made in (("labels", labels()), ("verification", verification()), ("regression", regression())):
        (HERE / f"{name}.json").write_text(json.dumps(made, sort_keys=True) + "\n")
