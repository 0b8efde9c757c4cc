"""Writes anomaly.json: what scikit-learn's roc_auc_score says, whole and with max_fpr."""

from __future__ import annotations

import importlib.metadata
import json
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score

HERE = Path(__file__).parent


def main() -> None:
    rng, cases = np.random.default_rng(3), []
    for n, steps in ((12, 100), (40, 6), (40, 1000), (101, 15), (7, 2)):
        truth = rng.random(n) < 0.5
        truth[:2] = [True, False]
        scores = np.round(rng.standard_normal(n) + truth, 6)
        scores = np.round(scores * steps) / steps if steps < 50 else scores
        told = {str(f): float(roc_auc_score(truth, scores, max_fpr=f)) for f in (0.05, 0.1, 0.33, 1.0)}
        cases.append(
            {"truth": truth.tolist(), "scores": scores.tolist(), "auc": float(roc_auc_score(truth, scores)), "partial": told}
        )
    made_with = {"scikit-learn": importlib.metadata.version("scikit-learn")}
    (HERE / "anomaly.json").write_text(json.dumps({"made_with": made_with, "cases": cases}, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
