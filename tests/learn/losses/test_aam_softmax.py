"""The angular margin: the true class alone is held back, never turns around, and grows with the training."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from aural.learn.losses.aam_softmax import Config, Made

ONES = torch.ones(5, dtype=torch.int64)


def test_a_margin_lowers_the_true_class_alone() -> None:
    torch.manual_seed(0)
    loss, vectors, truth = Made(Config(), 3, 6), torch.randn(5, 6), torch.eye(3)[[0, 1, 2, 0, 1]]
    plain, harder = loss.cosines(vectors, truth, 0.0), loss.cosines(vectors, truth, 0.3)
    cosine = nn.functional.normalize(vectors) @ nn.functional.normalize(loss.weight).T
    assert torch.allclose(plain, 30 * cosine, atol=1e-4)
    assert torch.equal(plain[truth < 0.5], harder[truth < 0.5]) and bool((harder < plain)[truth > 0.5].all())


def test_the_margin_never_turns_around() -> None:
    """Even a vector that points away from its class gets a lower logit the farther away it points."""
    loss = Made(Config(), 1, 2)
    with torch.no_grad():
        loss.weight.copy_(torch.tensor([[1.0, 0.0]]))
    angles = torch.linspace(0, np.pi, 200)
    told = loss.cosines(torch.stack([angles.cos(), angles.sin()], 1), torch.ones(200, 1), 0.3)[:, 0]
    assert bool((told[1:] < told[:-1] + 1e-4).all())


def test_the_formula_by_angles() -> None:
    torch.manual_seed(1)
    loss, vectors, truth = (
        Made(Config(margin=0.2, sharpness=30, smoothing=0), 4, 5),
        torch.randn(5, 5),
        torch.eye(4)[[0, 1, 2, 3, 0]],
    )
    a = vectors.double().numpy()
    w = loss.weight.detach().double().numpy()
    angle = np.arccos((a / np.linalg.norm(a, axis=1)[:, None]) @ (w / np.linalg.norm(w, axis=1)[:, None]).T)
    logits = 30 * np.cos(angle + 0.2 * truth.numpy())
    true = np.log(np.exp(logits).sum(1)) - (logits * truth.numpy()).sum(1)
    assert np.allclose(loss(vectors, truth, ONES, ONES).detach().numpy(), true, atol=1e-3)


def test_the_margin_grows_with_the_training_and_length_means_nothing() -> None:
    torch.manual_seed(0)
    loss, vectors, truth = Made(Config(settled=0.5), 3, 6), torch.randn(5, 6), torch.eye(3)[[0, 1, 2, 0, 1]]
    told = []
    for share in (0.0, 0.25, 0.5, 1.0):
        loss.share = share
        told.append(float(loss(vectors, truth, ONES, ONES).mean().detach()))
    assert told[0] < told[1] < told[2] == told[3]
    assert torch.allclose(loss(vectors, truth, ONES, ONES), loss(7 * vectors, truth, ONES, ONES), atol=1e-4)
