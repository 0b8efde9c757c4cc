"""Metric learning: pairs of vectors, and a trainee that goes on as if it had not stopped."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from aural.learn.job import Job
from aural.learn.loading import Batch
from aural.learn.methods.metric import HEAD, LOSS, Voices
from aural.learn.nets import choice_of, loss_of, net_of
from aural.learn.scores import METRICS, pairs
from aural.results import Question

GIVEN = {"sample_rate": 8000, "width": 2, "blocks": 2, "n_mels": 12, "head.size": 4, "average": 0.9, "batch": 4}


def test_pairs_and_their_error() -> None:
    vectors = [np.array(v, float) for v in ([1, 0], [2, 0.1], [0, 1], [0, 3])]
    scores, same = pairs(vectors, [np.eye(2)[k] for k in (0, 0, 1, 1)])
    assert same.tolist() == [True, False, False, False, False, True] and scores[0] > 0.99 and abs(scores[1]) < 0.01
    assert METRICS["eer"].of(vectors, [np.eye(2)[k] for k in (0, 0, 1, 1)]) == 0
    assert np.isnan(METRICS["eer"].of(vectors, [np.eye(1)[0]] * 4))


def trainee() -> Voices:
    job = Job("embed", "speaker_embedding", Question("clip", "class"), {}, Path(), GIVEN)
    choice = choice_of(job, HEAD, LOSS)
    return Voices(net_of(job, choice, 4), loss_of(choice, 3, 4), choice.options, torch.device("cpu"))


def batch(seed: int, count: int = 4) -> Batch:
    generator = torch.Generator().manual_seed(seed)
    lengths, ones = torch.full((count,), 2000), torch.ones(count)
    truth = torch.eye(3)[torch.arange(count) % 3]
    return Batch(torch.randn(count, 2000, generator=generator), lengths, truth, 3 * ones, ones, torch.arange(count))


@pytest.mark.parametrize("count", [4, 1])
def test_what_was_saved_goes_on_the_same(count: int) -> None:
    first = trainee()
    for step in range(3):
        told = first.learn(batch(step), step / 6)
    assert set(told) == {"loss"}
    tensors, plain = first.state()
    tensors = {n: t.clone() for n, t in tensors.items()}
    second = trainee()
    second.restore(tensors, plain)
    for one in (first, second):
        one.learn(batch(9, count), 0.5)
    a, b = first.weights(), second.weights()
    assert a.keys() == b.keys() and all(torch.equal(a[n], b[n]) for n in a)
    assert torch.allclose(first.answers(batch(1))[0].norm(dim=1), torch.ones(4))
