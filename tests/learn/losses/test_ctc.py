"""The CTC loss equals the sum over all paths, gradients too, with a prior taken off as well."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch

from aural.learn.losses.ctc import Config, Made


def brute(scores: torch.Tensor, target: list[int]) -> torch.Tensor:
    """-log of the sum over every path that collapses to the target; scores [F, K] as they are."""
    found = []
    for path in itertools.product(range(scores.shape[1]), repeat=scores.shape[0]):
        kept = [t for t, _ in itertools.groupby(path) if t]
        if kept == target:
            found.append(sum(scores[f, t] for f, t in enumerate(path)))
    return -torch.logsumexp(torch.stack(found), 0)  # type: ignore[arg-type]


@pytest.mark.parametrize("prior", (0.0, 0.4))
@pytest.mark.parametrize("target", ([1], [1, 2], [2, 2], [1, 2, 1]))
def test_it_is_the_sum_over_paths_with_its_gradient(target: list[int], prior: float) -> None:
    rng = np.random.default_rng(len(target))
    raw = torch.from_numpy(rng.normal(size=(2, 6, 3)).astype(np.float32)).requires_grad_()
    taken = torch.tensor([-0.2, -1.5, -2.5]) * prior
    frames, lengths = torch.tensor([6, 4]), torch.tensor([len(target)] * 2)
    told = Made(Config(), 2)(torch.log_softmax(raw, -1) - taken, torch.tensor([target] * 2), frames, lengths)
    (own,) = torch.autograd.grad(told.sum(), raw)
    scores = torch.log_softmax(raw, -1) - taken
    true = torch.stack([brute(scores[k, : int(frames[k])], target) for k in range(2)]) / len(target)
    (whole,) = torch.autograd.grad(true.sum(), raw)
    torch.testing.assert_close(told, true, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(own, whole, atol=1e-5, rtol=1e-4)


def test_a_clip_too_short_counts_nothing() -> None:
    told = Made(Config(), 2)(torch.zeros(1, 2, 3), torch.tensor([[1, 1, 2]]), torch.tensor([2]), torch.tensor([3]))
    assert told.tolist() == [0.0]
