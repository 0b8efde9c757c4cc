"""Writes groups.json: what scikit-learn says of groups: silhouettes, mutual information, Rand index."""

from __future__ import annotations

import importlib.metadata
import json
from pathlib import Path

import numpy as np
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score, silhouette_samples

HERE = Path(__file__).parent


def main() -> None:
    rng, cases = np.random.default_rng(4), []
    for n, k in ((12, 3), (40, 5), (9, 2)):
        points = np.round(rng.standard_normal((n, 3)), 4)
        found, true = rng.integers(0, k, n), rng.integers(0, k + 1, n)
        points += found[:, None]
        found[0] = k  # alone in its group
        cases.append({"points": points.tolist(), "found": found.tolist(), "true": true.tolist(),
                      "silhouettes": silhouette_samples(points, found).tolist(),
                      "nmi": float(normalized_mutual_info_score(true, found)),
                      "rand": float(adjusted_rand_score(true, found))})  # fmt: skip
    made_with = {"scikit-learn": importlib.metadata.version("scikit-learn")}
    (HERE / "groups.json").write_text(json.dumps({"made_with": made_with, "cases": cases}, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
