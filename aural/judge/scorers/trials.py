"""EER, minDCF and the decisions at the task's own threshold, over verification trials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from aural.corpora.manifest import Clip
from aural.judge.figures import Figure, Item
from aural.metrics import verification

VERBS = ("verify",)
OPTIONS: Mapping[str, Mapping[str, Any]] = {}
HEADLINE = "eer"


def fits(clip: Clip, verb: str) -> bool:
    """Never: trials come from a file of their own, not from the rows of a manifest."""
    return False


def _arrays(items: Sequence[Item]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([i["score"] for i in items]), np.array([i["target"] for i in items], dtype=bool)


def _both(items: Sequence[Item]) -> bool:
    return len({i["target"] for i in items}) == 2


def _eer(items: Sequence[Item]) -> float:
    return verification.eer(*_arrays(items)) if _both(items) else float("nan")


def _cost(p_target: float) -> Figure:
    def cost(items: Sequence[Item]) -> float:
        return verification.min_dcf(*_arrays(items), p_target) if _both(items) else float("nan")

    return Figure(cost, percent=False)


def _share(items: Sequence[Item], target: bool, accepted: bool) -> float:
    kind = [i["accepted"] == accepted for i in items if i["target"] == target]
    return float(np.mean(kind)) if kind else float("nan")


FIGURES = {
    "eer": Figure(_eer),
    "min_dcf": _cost(0.05),
    "min_dcf_01": _cost(0.01),
    "miss": Figure(lambda items: _share(items, True, False)),
    "false_alarm": Figure(lambda items: _share(items, False, True)),
    "accuracy": Figure(lambda items: float(np.mean([i["accepted"] == i["target"] for i in items])), better="higher"),
}


def tell(items: Sequence[Item]) -> list[str]:
    """The threshold at the equal error rate, for whoever wants to set one."""
    if not _both(items):
        return []
    return [f"  threshold at the equal error rate {verification.threshold_at_eer(*_arrays(items)):.4f}"]
