"""The nine cells of the table clip | frame | sequence x class | set | number: which head, squashing and loss fill each.

A sequence of labels without times is read by CTC; a sequence of sets (notes) or of numbers (onset times) is
asked of each frame as a chance and read off its peaks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from aural.results import Question


@dataclass(frozen=True)
class Cell:
    """`head`: a page of nets/heads; `squash`: from logits to answers; `loss`: the default page of learn/losses;
    `metric`: what validation is judged by."""

    head: str
    squash: Literal["softmax", "sigmoid", "scale"]
    loss: str
    metric: str


CELLS: Mapping[tuple[str, str], Cell] = {
    ("clip", "class"): Cell("clip", "softmax", "cross_entropy", "accuracy"),
    ("clip", "set"): Cell("clip", "sigmoid", "binary_cross_entropy", "map"),
    ("clip", "number"): Cell("clip", "scale", "regression", "mae"),
    ("frame", "class"): Cell("frame", "softmax", "cross_entropy", "accuracy"),
    ("frame", "set"): Cell("frame", "sigmoid", "binary_cross_entropy", "f1"),
    ("frame", "number"): Cell("frame", "scale", "regression", "mae"),
    ("sequence", "class"): Cell("sequence", "softmax", "ctc", "ter"),
    ("sequence", "set"): Cell("frame", "sigmoid", "binary_cross_entropy", "f1"),
    ("sequence", "number"): Cell("frame", "sigmoid", "binary_cross_entropy", "f1"),
}


def cell_of(question: Question) -> Cell:
    """The cell of a question."""
    return CELLS[question.over, question.answer]
