"""What is done to the features of whole batches."""

from __future__ import annotations

import torch

from aural.learn.augment import Mixes, specaugment, warped


def _generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_warped_bands_move_and_frames_stay() -> None:
    bands = torch.exp(-((torch.arange(40.0) - 20) ** 2) / 4)
    features = bands.repeat(64, 5, 1)
    told = warped(features, _generator())
    peaks = told[:, 0].argmax(1)
    assert told.shape == features.shape and len(set(peaks.tolist())) >= 3
    assert (peaks - 20).abs().max() <= 3  # a tenth of the way up
    assert (told == told[:, :1]).all()


def test_warping_follows_the_generator_and_keeps_a_flat_spectrum() -> None:
    features = torch.randn(3, 7, 16, generator=_generator(1))
    assert torch.equal(warped(features, _generator(2)), warped(features, _generator(2)))
    assert not torch.equal(warped(features, _generator(2)), warped(features, _generator(3)))
    assert torch.allclose(warped(torch.ones(3, 7, 16), _generator()), torch.ones(3, 7, 16))


def test_masks_and_warps_are_drawn_where_they_are_asked_for() -> None:
    features, frames = torch.randn(2, 30, 16, generator=_generator(4)), torch.tensor([30, 20])
    assert torch.equal(Mixes.of(()).masked(features, frames, _generator())[0], features)
    assert torch.equal(Mixes.of(("warp",)).masked(features, frames, _generator())[0], warped(features, _generator()))
    both = _generator()
    told = Mixes.of(("specaugment", "warp")).masked(features, frames, _generator())[0]
    assert torch.equal(told, specaugment(warped(features, both), frames, both))
