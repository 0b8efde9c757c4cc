"""VITS: flows go both ways, the monotonic path is the best of all, padding changes nothing, every weight learns."""

from __future__ import annotations

import dataclasses
import itertools

import pytest
import torch

from aural.errors import UsageError
from aural.nets.acoustic import vits as page
from aural.nets.phones import laid


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
    likely = page.Likely(torch.randn(1, 6, 4) * 3, torch.full((1, 6, 4), -1.0))
    text = likely.mean.repeat_interleave(durations[0], 2) + 0.1 * torch.randn(1, 6, 10)
    assert torch.equal(page.aligned(text, likely, torch.tensor([4]), torch.tensor([10])), durations)


@torch.no_grad()
def test_padding_changes_nothing() -> None:
    one = net()
    alone = one.plan(torch.tensor([[1, 2, 3]]), torch.tensor([3]))
    beside = one.plan(torch.tensor([[1, 2, 3, 6, 6], [1, 1, 1, 1, 1]]), torch.tensor([3, 5]))
    for name in ("durations", "pitch", "level"):
        assert torch.allclose(getattr(beside, name)[:1, :3], getattr(alone, name), atol=1e-5)
    durations = torch.tensor([[2, 3, 1, 0, 0], [1, 2, 3, 1, 4]])
    owners, within, frames = laid(durations)
    voice = torch.randn(2, 2, 5) * (torch.arange(5) < torch.tensor([3, 5])[:, None, None])
    both = one.of_frames(beside.hidden, voice, owners, within, frames)
    first = one.of_frames(alone.hidden, voice[:1, :, :3], owners[:1, :6], within[:1, :6], torch.tensor([6]))
    assert torch.allclose(both.mean[:1, :, :6], first.mean, atol=1e-5) and not both.mean[0, :, 6:].any()
    spectra = torch.rand(1, 9, 5)
    heard = one.posterior(spectra, torch.tensor([5]))
    padded = one.posterior(torch.nn.functional.pad(spectra, (0, 4), value=3.0), torch.tensor([5]))
    assert torch.allclose(padded.mean[:, :, :5], heard.mean, atol=1e-6)


def test_divergence_is_that_of_two_normal_distributions() -> None:
    generator = torch.Generator().manual_seed(0)
    mean_q, ln_q, mean_p, ln_p = torch.tensor([0.3, -0.5, 0.4, 0.2])
    text = mean_q + ln_q.exp() * torch.randn(1, 40, 5000, generator=generator)
    likely, frames = page.Likely(mean_p.expand(text.shape), ln_p.expand(text.shape)), torch.tensor([5000])
    found = page.divergence(text, ln_q.expand(text.shape), likely, frames)
    true = torch.distributions.kl_divergence(
        torch.distributions.Normal(mean_q, ln_q.exp()), torch.distributions.Normal(mean_p, ln_p.exp())
    )
    assert float(found) == pytest.approx(40 * float(true), rel=0.02)
    same = page.Likely(mean_q.expand(text.shape), ln_q.expand(text.shape))
    assert abs(float(page.divergence(text, ln_q.expand(text.shape), same, frames))) < 40 * 0.01


@torch.no_grad()
def test_a_draw_begins_with_little_noise() -> None:
    heard = page.Acoustic(page.tiny(), 7, 9, 8).posterior(torch.rand(1, 9, 5), torch.tensor([5]))
    assert float(heard.spread.mean()) < -1


@pytest.mark.parametrize("head", ["waves", "stages"])
def test_a_frame_becomes_a_hop_of_samples(head: str) -> None:
    torch.manual_seed(0)
    one = page.Acoustic(dataclasses.replace(page.tiny(), head=head), 7, 9, 8).eval()
    assert one.sound(torch.randn(2, 6, 5), torch.tensor([5, 3])).shape == (2, 40)
    assert one.train().decoder(torch.randn(2, 6, 5)).shape == (2, 40)


def test_stages_that_miss_the_hop_are_refused() -> None:
    with pytest.raises(UsageError, match="8 samples of a frame, not 16"):
        page.Acoustic(dataclasses.replace(page.tiny(), head="stages"), 7, 9, 16)


def test_every_weight_learns() -> None:
    one = net().train()
    frames, durations = torch.tensor([6]), torch.tensor([[1, 3, 2]])
    heard = one.posterior(torch.rand(1, 9, 6), frames)
    voice = heard.mean + heard.spread.exp() * torch.randn(heard.mean.shape)
    text, plan = one.toward_text(voice, frames), one.plan(torch.tensor([[1, 2, 3]]), torch.tensor([3]))
    rough = one.of_symbols(plan.hidden, torch.tensor([3]))
    assert int(page.aligned(text, rough, torch.tensor([3]), frames).sum()) == 6
    owners, within, _ = laid(durations)
    likely = one.of_frames(plan.hidden, torch.stack([plan.pitch, plan.level], 1), owners, within, frames)
    tied = page.divergence(text, heard.spread, likely, frames) + rough.mean.square().sum() + rough.spread.square().sum()
    (tied + one.decoder(voice).square().sum() + plan.durations.square().sum()).backward()
    idle = [n for n, p in one.named_parameters() if p.grad is None or not bool(torch.isfinite(p.grad).all())]
    assert idle == []
