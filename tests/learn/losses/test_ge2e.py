"""GE2E against its formula written as loops; what is alone in a batch; and that it pulls classes apart."""

from __future__ import annotations

import numpy as np
import torch

from aural.learn.losses.ge2e import Config, Made


def formula(vectors: np.ndarray, classes: list[int], sharpness: float) -> list[float]:
    unit = vectors / np.linalg.norm(vectors, axis=1)[:, None]
    told = []
    for j, mine in enumerate(classes):
        others = [i for i, c in enumerate(classes) if c == mine and i != j]
        if not others:
            told.append(0.0)
            continue
        score = {}
        for name in set(classes):
            rows = others if name == mine else [i for i, c in enumerate(classes) if c == name]
            mean = unit[rows].mean(0)
            score[name] = sharpness * float(unit[j] @ mean / np.linalg.norm(mean))
        told.append(float(np.log(sum(np.exp(s) for s in score.values())) - score[mine]))
    return told


def test_the_formula_and_one_that_is_alone() -> None:
    vectors = torch.randn(7, 5, generator=torch.Generator().manual_seed(0))
    classes, ones = [0, 2, 0, 2, 2, 3, 0], torch.ones(7, dtype=torch.int64)
    told = Made(Config(), 5, 5)(3 * vectors, torch.eye(5)[classes], ones, ones)
    assert np.allclose(told.detach().numpy(), formula(vectors.double().numpy(), classes, 10.0), atol=1e-4)
    assert float(told[5].detach()) == 0


def test_it_pulls_classes_apart() -> None:
    vectors = torch.randn(12, 4, generator=torch.Generator().manual_seed(0)).requires_grad_()
    truth, ones = torch.eye(3)[torch.arange(12) % 3], torch.ones(12, dtype=torch.int64)
    loss = Made(Config(), 3, 4)
    steps = torch.optim.Adam([vectors], lr=0.05)
    for _ in range(200):
        steps.zero_grad()
        loss(vectors, truth, ones, ones).mean().backward()
        steps.step()
    unit = torch.nn.functional.normalize(vectors.detach())
    same, other = (unit @ unit.T)[(truth @ truth.T) > 0], (unit @ unit.T)[(truth @ truth.T) < 0.5]
    assert float(same.mean()) > 0.6 > 0.2 > float(other.mean())
