"""The second stage: phones between their neighbors, their states tied by decision trees that the frames themselves grow."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np

from aural.learn.hidden_markov.rounds import Lesson, Plan, joined, lasting, retied, taught
from aural.models.acoustics import Acoustics
from aural.models.text_graph import Laid
from aural.patterns.gaussian_mixtures import single
from aural.patterns.phonetic_tree import STATES, Statistics, questions, tied
from aural.text.pronunciation.dictionary import Dictionary

ROUNDS, ANEW = 18, (5, 10, 14)


def triphones(
    model: Acoustics, lesson: Lesson, dictionary: Dictionary, sizes: tuple[int, int], say: Callable[[str], None]
) -> tuple[Acoustics, Lesson]:
    """Tied triphones with sizes = (states, Gaussians), begun from an alignment; what is heard stays as it is."""
    model, lesson = grown_up(model, lesson, sizes[0])
    say(f"  {len(model.tree.questions)} questions, {model.tree.states} tied states")
    return taught(model, lesson, Plan(ROUNDS, ANEW, sizes[1]), dictionary, say)


def grown_up(model: Acoustics, lesson: Lesson, leaves: int) -> tuple[Acoustics, Lesson]:
    """The model with a new tree, one Gaussian a state, and the lesson told in its states."""
    found = counted(lesson)
    phones = len(model.phones)
    middle = [found.get((p, STATES // 2)) for p in range(phones)]
    width = next(iter(found.values())).sums.shape[1]
    empty = np.zeros(width)
    counts = np.array([0.0 if one is None else one.counts.sum() for one in middle])
    sums, squares = (np.stack([empty if one is None else getattr(one, n).sum(0) for one in middle]) for n in ("sums", "squares"))
    spoken = {key: one for key, one in found.items() if key[0]}  # silence has no neighbors that matter
    tree = tied(spoken, questions(counts, sums, squares), phones, leaves)
    model = dataclasses.replace(model, tree=tree)
    lesson = retied(model, lesson)
    frames, states = joined(lesson)
    mixtures = single(frames, states, tree.states)
    return dataclasses.replace(model, mixtures=mixtures, stay=lasting(lesson, tree.states)), lesson


def counted(lesson: Lesson) -> dict[tuple[int, int], Statistics]:
    """Sums over the frames of each (phone, step) in each of its contexts."""
    pairs = [(x, codes(one)) for x, one in zip(lesson.heard, lesson.laid, strict=True) if one is not None]
    frames, code = np.concatenate([x for x, _ in pairs]), np.concatenate([c for _, c in pairs])
    order = np.argsort(code, kind="stable")
    kinds, begins, counts = np.unique(code[order], return_index=True, return_counts=True)
    ordered = frames[order].astype(np.float64)
    sums, squares = np.add.reduceat(ordered, begins), np.add.reduceat(ordered**2, begins)
    rows: dict[tuple[int, int], list[int]] = {}
    for k, kind in enumerate(kinds.tolist()):
        rows.setdefault((kind >> 22, kind >> 20 & 3), []).append(k)
    found = {}
    for key, own in rows.items():
        around = np.stack([kinds[own] >> 10 & 1023, kinds[own] & 1023], axis=1)
        found[key] = Statistics(around, counts[own].astype(float), sums[own], squares[own])
    return found


def codes(one: Laid) -> np.ndarray:
    """For each frame [F] phone, step, left and right phone in one number."""
    table = np.array([(phone << 22) + (left << 10) + right for left, phone, right in _contexts(one)], np.int64)
    return np.asarray(table[one.pieces] + (one.steps.astype(np.int64) << 20))


def _contexts(one: Laid) -> Sequence[tuple[int, int, int]]:
    return [piece.context for piece in one.known]
