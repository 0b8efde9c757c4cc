"""VITS: flows go both ways, the monotonic path is the best of all, padding changes nothing, every weight learns."""

from __future__ import annotations

import itertools

import torch

from aural.nets.acoustic import vits as page


def net() -> page.Acoustic:
    torch.manual_seed(0)
    one = page.Acoustic(page.tiny(), 7, 9, 8)
    with torch.no_grad():
        for flow in one.flows:  # they begin as doing nothing
            flow.last.weight.normal_(0, 0.3)
    return one.eval()


@torch.no_grad()
def test_flows_go_both_ways() -> None:
    one, frames = net(), torch.tensor([11, 6])
    voice = torch.randn(2, 6, 11) * (torch.arange(11) < frames[:, None, None])
    text = one.toward_text(voice, frames)
    assert not torch.allclose(text, voice) and torch.allclose(one.toward_voice(text, frames), voice, atol=1e-5)
    alone = one.toward_text(voice[1:, :, :6], torch.tensor([6]))
    assert torch.allclose(text[1:, :, :6], alone, atol=1e-6) and not text[1, :, 6:].any()


def test_the_monotonic_path_is_the_best_of_all() -> None:
    generator = torch.Generator().manual_seed(0)
    sizes = [(1, 4), (3, 3), (3, 7), (4, 6), (2, 7)]
    score = torch.randn(len(sizes), 4, 7, generator=generator)
    lengths, frames = (torch.tensor([size[k] for size in sizes]) for k in (0, 1))
    found = page.best_durations(score, lengths, frames)
    for row, (count, size) in enumerate(sizes):
        ways = {}
        for borders in itertools.combinations(range(1, size), count - 1):
            edges = (0, *borders, size)
            own = tuple(b - a for a, b in itertools.pairwise(edges))
            ways[own] = sum(float(score[row, k, a:b].sum()) for k, (a, b) in enumerate(itertools.pairwise(edges)))
        assert tuple(found[row, :count].tolist()) == max(ways, key=lambda way: ways[way])
        assert not found[row, count:].any()


def test_a_path_of_too_few_frames_leaves_the_last_symbols_out() -> None:
    found = page.best_durations(torch.randn(1, 4, 5), torch.tensor([4]), torch.tensor([2]))
    assert found.tolist() == [[1, 1, 0, 0]]


@torch.no_grad()
def test_the_path_finds_what_the_voice_was_made_of() -> None:
    """Frames drawn near the means of symbols are given back to them."""
    durations = torch.tensor([[2, 3, 1, 4]])
    prior = page.Prior(torch.randn(1, 6, 4) * 3, torch.full((1, 6, 4), -1.0), torch.zeros(1, 4))
    text = page.spread_out(prior.mean, durations, 10) + 0.1 * torch.randn(1, 6, 10)
    assert torch.equal(page.aligned(text, prior, torch.tensor([4]), torch.tensor([10])), durations)


@torch.no_grad()
def test_padding_changes_nothing() -> None:
    one = net()
    alone = one.plan(torch.tensor([[1, 2, 3]]), torch.tensor([3]))
    beside = one.plan(torch.tensor([[1, 2, 3, 6, 6], [1, 1, 1, 1, 1]]), torch.tensor([3, 5]))
    for name in ("mean", "spread", "durations"):
        assert torch.allclose(getattr(beside, name)[:1, ..., :3], getattr(alone, name), atol=1e-5)
    spectra = torch.rand(1, 9, 5)
    mean, _ = one.posterior(spectra, torch.tensor([5]))
    padded, _ = one.posterior(torch.nn.functional.pad(spectra, (0, 4), value=3.0), torch.tensor([5]))
    assert torch.allclose(padded[:, :, :5], mean, atol=1e-6)


def test_divergence_is_nothing_between_the_same_and_positive_else() -> None:
    generator = torch.Generator().manual_seed(0)
    noise = torch.randn(1, 400, 200, generator=generator)
    same, frames = torch.zeros(1, 400, 200), torch.tensor([200])
    assert abs(float(page.divergence(noise, same, same, same, frames))) < 0.01
    assert float(page.divergence(noise, same, same + 1, same, frames)) > 0.4


def test_every_weight_learns() -> None:
    one = net().train()
    frames = torch.tensor([6])
    mean, spread = one.posterior(torch.rand(1, 9, 6), frames)
    voice = mean + spread.exp() * torch.randn(mean.shape)
    text, prior = one.toward_text(voice, frames), one.plan(torch.tensor([[1, 2, 3]]), torch.tensor([3]))
    durations = page.aligned(text, prior, torch.tensor([3]), frames)
    assert int(durations.sum()) == 6
    tied = page.divergence(text, spread, *(page.spread_out(x, durations, 6) for x in (prior.mean, prior.spread)), frames)
    (tied + one.decoder(voice).square().sum() + prior.durations.square().sum()).backward()
    idle = [n for n, p in one.named_parameters() if p.grad is None or not bool(torch.isfinite(p.grad).all())]
    assert idle == []
