"""Writes patterns.json: what scikit-learn says of linear models, neighbors, Gaussians and mixtures."""

from __future__ import annotations

import importlib.metadata
import json
from pathlib import Path

import numpy as np
from sklearn.covariance import LedoitWolf
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.mixture import GaussianMixture
from sklearn.neighbors import KNeighborsClassifier, NearestNeighbors
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

HERE = Path(__file__).parent
KEEP = 6  # digits are those of float64, but a page of them is enough


def main() -> None:
    rng = np.random.default_rng(8)
    found = {
        "made_with": {"scikit-learn": importlib.metadata.version("scikit-learn")},
        "logistic": [logistic(rng, *shape) for shape in ((40, 5, 3, 1.0, False), (30, 60, 4, 0.1, False), (60, 6, 3, 10.0, True))],
        "one_by_one": [one_by_one(rng, 40, 5, 3, 1.0, False), one_by_one(rng, 40, 50, 2, 0.5, True)],
        "ridge": [ridge(rng, 30, 4, 2.0), ridge(rng, 12, 30, 0.3)],
        "nearest": [nearest(rng, metric) for metric in ("euclidean", "cosine")],
        "gaussian": [gaussian(rng, 25, 4), gaussian(rng, 10, 30)],
        "mixture": mixture(rng),
    }
    (HERE / "patterns.json").write_text(json.dumps(found, sort_keys=True) + "\n")


def points(rng: np.random.Generator, n: int, d: int) -> np.ndarray:
    return np.round(rng.standard_normal((n, d)) * np.linspace(0.5, 20, d) + np.linspace(-3, 50, d), KEEP)


def logistic(rng: np.random.Generator, n: int, d: int, k: int, l2: float, balanced: bool) -> dict:
    x = points(rng, n, d)
    y = rng.integers(0, k, n) if not balanced else np.minimum(rng.integers(0, 2 * k, n), k - 1)
    y[:k] = np.arange(k)
    x[:, 0] += y
    model = make_pipeline(
        StandardScaler(), LogisticRegression(C=1 / l2, class_weight="balanced" if balanced else None, tol=1e-12, max_iter=100000)
    ).fit(x, y)
    new = points(rng, 7, d)
    return {"x": x.tolist(), "y": y.tolist(), "k": k, "l2": l2, "balanced": balanced, "new": new.tolist(),
            "probs": model.predict_proba(new).tolist()}  # fmt: skip


def one_by_one(rng: np.random.Generator, n: int, d: int, k: int, l2: float, balanced: bool) -> dict:
    x = points(rng, n, d)
    y = rng.random((n, k)) < 0.3
    new, probs = points(rng, 7, d), []
    for label in y.T:
        model = make_pipeline(
            StandardScaler(),
            LogisticRegression(C=1 / l2, class_weight="balanced" if balanced else None, tol=1e-12, max_iter=100000),
        ).fit(x, label)
        probs.append(model.predict_proba(new)[:, 1].tolist())
    return {
        "x": x.tolist(),
        "y": y.tolist(),
        "l2": l2,
        "balanced": balanced,
        "new": new.tolist(),
        "probs": np.transpose(probs).tolist(),
    }


def ridge(rng: np.random.Generator, n: int, d: int, l2: float) -> dict:
    x, y, new = points(rng, n, d), np.round(rng.standard_normal((n, 2)) + 5, KEEP), points(rng, 5, d)
    told = make_pipeline(StandardScaler(), Ridge(alpha=l2, solver="svd")).fit(x, y).predict(new)
    return {"x": x.tolist(), "y": y.tolist(), "l2": l2, "new": new.tolist(), "told": told.tolist()}


def nearest(rng: np.random.Generator, metric: str) -> dict:
    x, new, labels = points(rng, 20, 3), points(rng, 6, 3), rng.integers(0, 3, 20)
    away, numbers = NearestNeighbors(n_neighbors=4, metric=metric, algorithm="brute").fit(x).kneighbors(new)
    shares = KNeighborsClassifier(n_neighbors=5, metric=metric, algorithm="brute").fit(x, labels).predict_proba(new)
    return {"metric": metric, "x": x.tolist(), "new": new.tolist(), "labels": labels.tolist(), "away": away.tolist(),
            "numbers": numbers.tolist(), "shares": shares.tolist()}  # fmt: skip


def gaussian(rng: np.random.Generator, n: int, d: int) -> dict:
    x, new = points(rng, n, d), points(rng, 5, d)
    model = LedoitWolf().fit(x)
    return {"x": x.tolist(), "new": new.tolist(), "shrinkage": model.shrinkage_, "covariance": model.covariance_.tolist(),
            "distance": model.mahalanobis(new).tolist()}  # fmt: skip


def mixture(rng: np.random.Generator) -> dict:
    x = np.round(np.concatenate([rng.standard_normal((30, 2)), 0.5 * rng.standard_normal((20, 2)) + [6, 3]]), KEEP)
    shares, means, variances = np.array([0.5, 0.5]), np.array([[0.0, 1.0], [4.0, 4.0]]), np.ones((2, 2))
    model = GaussianMixture(
        2, covariance_type="diag", tol=1e-12, max_iter=2000, weights_init=shares, means_init=means, precisions_init=1 / variances
    ).fit(x)
    return {"x": x.tolist(), "start": [shares.tolist(), means.tolist(), variances.tolist()], "shares": model.weights_.tolist(),
            "means": model.means_.tolist(), "variances": model.covariances_.tolist(),
            "log_density": model.score_samples(x).tolist()}  # fmt: skip


if __name__ == "__main__":
    main()
