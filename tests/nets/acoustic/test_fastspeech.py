"""FastSpeech: padding changes nothing, every weight learns, frames are laid as durations say, alike in torch and numpy."""

from __future__ import annotations

import numpy as np
import torch

from aural.models import through
from aural.nets.acoustic import fastspeech as page
from aural.nets.phones import laid


def net() -> page.Acoustic:
    torch.manual_seed(0)
    return page.Acoustic(page.tiny(), 7, 5)


def test_padding_changes_nothing() -> None:
    symbols, durations = torch.tensor([[1, 2, 3, 4]]), torch.tensor([[2, 0, 3, 1]])
    voice = torch.randn(2, 1, 4)
    plan, mel = net()(symbols, torch.tensor([4]), durations, voice[0], voice[1])
    longer = torch.tensor([[1, 2, 3, 4, 6, 6], [1, 1, 1, 1, 1, 5]])
    wide = torch.tensor([[2, 0, 3, 1, 0, 0], [2, 2, 2, 2, 2, 2]])
    others = torch.nn.functional.pad(voice, (0, 2), value=9.0).repeat(1, 2, 1)
    plans, mels = net()(longer, torch.tensor([4, 6]), wide, others[0], others[1])
    for name in ("durations", "pitch", "level"):
        assert torch.allclose(getattr(plans, name)[0, :4], getattr(plan, name)[0], atol=1e-5)
        assert not getattr(plans, name)[0, 4:].any()
    assert mels.shape == (2, 5, 12) and torch.allclose(mels[0, :, :6], mel[0], atol=1e-5)


def test_every_weight_learns() -> None:
    one = net()
    plan, mel = one(torch.tensor([[1, 2, 3]]), torch.tensor([3]), torch.tensor([[2, 2, 2]]), torch.ones(1, 3), torch.ones(1, 3))
    ((mel * torch.randn(mel.shape)).sum() + plan.durations.sum() + plan.pitch.sum() + plan.level.sum()).backward()
    idle = [n for n, p in one.named_parameters() if p.grad is None or not bool(p.grad.abs().max() > 0)]
    assert idle == []


def test_frames_are_laid_as_durations_say_in_torch_and_numpy() -> None:
    rng = np.random.default_rng(0)
    for _ in range(20):
        durations = rng.integers(0, 6, 9)
        durations[-1] += 2
        owners, within, total = laid(torch.from_numpy(durations)[None])
        own, where = through.laid(durations)
        assert total.tolist() == [durations.sum()] and owners[0].tolist() == own.tolist()
        assert np.abs(within[0].numpy() - where).max() < 1e-6
        assert np.bincount(own, minlength=9).tolist() == durations.tolist()
