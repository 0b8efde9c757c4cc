"""Heads that write among frames begin by saying that nearly every frame writes nothing, the rest shared evenly by their units."""

from __future__ import annotations

import torch

from aural.nets.heads import sequence, transducer

UNITS = 20


def test_frames_begin_as_blanks_and_no_unit_is_favored() -> None:
    torch.manual_seed(0)
    frames, lengths = torch.randn(4, 50, 16), torch.full((4,), 50)
    ctc = sequence.Head(sequence.Config(dropout=0.0), 16, UNITS)(frames, lengths).exp()
    head = transducer.Head(transducer.Config(joint=16, dropout=0.0), 16, UNITS)
    joined = head.joined(head(frames, lengths)[:, :, None], head.written(torch.randint(1, UNITS, (4, 3)))[:, None]).softmax(-1)
    for chances in (ctc, head.units(frames).exp(), joined):
        assert 0.85 < float(chances[..., 0].detach().mean()) < 0.95
        units = chances[..., 1:].detach().flatten(0, -2).mean(0)
        assert float(units.max() / units.min()) < 6
