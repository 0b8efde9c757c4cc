"""The transducer loss equals the sum over all paths, its gradient too; it equals published figures of another implementation."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch

from aural.learn.losses.transducer import Config, Made, minus_log_chance

LOGITS = [
    *(0.1, 0.6, 0.1, 0.1, 0.1), *(0.1, 0.1, 0.6, 0.1, 0.1), *(0.1, 0.1, 0.2, 0.8, 0.1),
    *(0.1, 0.6, 0.1, 0.1, 0.1), *(0.1, 0.1, 0.2, 0.1, 0.1), *(0.7, 0.1, 0.2, 0.1, 0.1),
]  # fmt: skip
SLOPES = [
    *(0.17703132, -0.39992708, 0.17703132, 0.17703132, -0.13116692), *(0.12247062, 0.12247062, -0.181684, 0.12247062, -0.1857276),
    *(0.06269141, 0.06269141, 0.06928471, 0.12624498, -0.32091248), *(0.05456069, -0.2182428, 0.05456069, 0.05456069, 0.05456069),
    *(0.12073967, 0.12073967, -0.48295838, 0.12073967, 0.12073967), *(0.30741188, 0.16871123, 0.18645471, 0.16871123, -0.83128875),
]  # fmt: skip


def brute(logits: torch.Tensor, target: list[int]) -> torch.Tensor:
    """-log of the sum over every order of F blanks (the last step is one) and the tokens; logits [F, L + 1, K]."""
    log_probs = torch.log_softmax(logits, -1)
    frames, found = logits.shape[0], []
    for places in itertools.combinations(range(frames - 1 + len(target)), len(target)):
        f = u = 0
        total = torch.zeros((), dtype=logits.dtype)
        for step in range(frames - 1 + len(target)):
            if step in places:
                total, u = total + log_probs[f, u, target[u]], u + 1
            else:
                total, f = total + log_probs[f, u, 0], f + 1
        found.append(total + log_probs[f, u, 0])
    return -torch.logsumexp(torch.stack(found), 0)


def brute_monotone(logits: torch.Tensor, target: list[int]) -> torch.Tensor:
    """-log of the sum over every choice of the frames that write a token each, the others a blank; 0 where there are too few."""
    log_probs = torch.log_softmax(logits, -1)
    found = []
    for places in itertools.combinations(range(logits.shape[0]), len(target)):
        u, total = 0, torch.zeros((), dtype=logits.dtype)
        for f in range(logits.shape[0]):
            total = total + log_probs[f, u, target[u] if f in places else 0]
            u += f in places
        found.append(total)
    return -torch.logsumexp(torch.stack(found), 0) if found else 0 * logits.sum()


@pytest.mark.parametrize("writes", ("many", "one"))
@pytest.mark.parametrize("target", ([], [1], [1, 2], [2, 2, 1]))
def test_it_is_the_sum_over_paths_with_its_gradient(target: list[int], writes: str) -> None:
    """Three rows of unlike lengths, padded with wild numbers."""
    by_hand = brute if writes == "many" else brute_monotone
    rng = np.random.default_rng(len(target))
    frames, lengths = torch.tensor([5, 3, 1]), torch.tensor([len(target), max(0, len(target) - 1), len(target)])
    logits = torch.from_numpy(9 * rng.normal(size=(3, 5, len(target) + 1, 3))).requires_grad_()
    targets = torch.tensor([target] * 3).reshape(3, len(target))
    told = Made(Config(writes=writes), 2)(logits, targets, frames, lengths) * lengths.clamp(min=1)
    true = torch.stack([by_hand(logits[k, : int(frames[k]), : int(lengths[k]) + 1], target[: int(lengths[k])]) for k in range(3)])
    torch.testing.assert_close(told, true)
    weights = torch.tensor([1.0, 0.5, 2.0], dtype=torch.float64)
    (own,), (whole,) = (torch.autograd.grad((x * weights).sum(), logits) for x in (told, true))
    torch.testing.assert_close(own, whole)


def test_its_slopes_are_those_of_small_steps() -> None:
    rng = np.random.default_rng(0)
    blank = torch.from_numpy(rng.normal(size=(2, 6, 4))).requires_grad_()
    token = torch.from_numpy(rng.normal(size=(2, 6, 3))).requires_grad_()
    frames, lengths = torch.tensor([6, 4]), torch.tensor([2, 3])
    for one in (False, True):
        assert torch.autograd.gradcheck(lambda a, b, one=one: minus_log_chance(a, b, frames, lengths, one=one), (blank, token))


def test_it_equals_published_figures() -> None:
    """Cost and gradient that the tests of torchaudio and warp-transducer hold their own against (blank moved to the front)."""
    logits = torch.tensor(LOGITS).reshape(1, 2, 3, 5)
    slopes = torch.tensor(SLOPES).reshape(1, 2, 3, 5)
    order = [4, 0, 1, 2, 3]  # there the blank is the last class
    own = logits[..., order].requires_grad_()
    told = Made(Config(), 4)(own, torch.tensor([[2, 3]]), torch.tensor([2]), torch.tensor([2])) * 2
    told.sum().backward()
    assert float(told.detach()) == pytest.approx(5.09566688538, abs=1e-5)
    assert own.grad is not None
    torch.testing.assert_close(own.grad, slopes[..., order], atol=1e-5, rtol=1e-5)


def test_early_raises_the_slope_of_writing_alone() -> None:
    blank, token = torch.full((1, 3, 2), -1.0, requires_grad=True), torch.full((1, 3, 1), -1.0, requires_grad=True)
    grads = []
    for early in (0.0, 0.1):
        grads.append(
            torch.autograd.grad(minus_log_chance(blank, token, torch.tensor([3]), torch.tensor([1]), early).sum(), (blank, token))
        )
    torch.testing.assert_close(grads[0][0], grads[1][0])
    torch.testing.assert_close(1.1 * grads[0][1], grads[1][1])
