"""A writer that learns: both losses fall, padding changes nothing, and its encoder can be taken over by a net of another kind."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from aural.learn import checkpoint, transfer
from aural.learn.contracts import net_of
from aural.learn.loading import Batch
from aural.learn.losses import ctc, written
from aural.learn.options import Options
from aural.learn.written.contracts import writer_of
from aural.learn.written.trainee import Writing


def trainee(share: float = 0.3) -> Writing:
    options = Options(ctc=share, rate=0.01, warmup=0.0)
    losses = written.Made(written.Config(smoothing=0.0), 3), ctc.Made(ctc.Config(), 3)
    writer = writer_of("recurrent")
    writer.net.head.dropout.p = 0.0  # what is dropped depends on the number of frames
    return Writing(writer, *losses, options, torch.device("cpu"))


def batch(behind: int = 0) -> Batch:
    """Two clips; `behind` samples of loud noise stand behind their ends."""
    samples = 0.1 * torch.randn(2, 9000, generator=torch.Generator().manual_seed(0))
    samples[1, 5000:] = 0.0
    wild = torch.cat([samples, torch.full((2, behind), 9.0)], dim=1) if behind else samples
    targets = torch.tensor([[1.0, 2.0, 3.0], [2.0, 2.0, 0.0]])
    return Batch(wild, torch.tensor([9000, 5000]), targets, torch.tensor([3, 2]), torch.ones(2), torch.arange(2))


def test_both_losses_fall() -> None:
    learner = trainee()
    told = [learner.learn(batch(), 0.1) for _ in range(30)]
    assert all(np.isfinite(list(t.values())).all() for t in told)
    assert told[-1]["written"] < 0.7 * told[0]["written"] and told[-1]["ctc"] < told[0]["ctc"]
    assert abs(told[0]["loss"] - 0.7 * told[0]["written"] - 0.3 * told[0]["ctc"]) < 1e-5
    assert "ctc" not in trainee(0.0).learn(batch(), 0.1)


def test_padding_changes_neither_losses_nor_answers() -> None:
    one, other = trainee(), trainee()
    plain, padded = one.answers(batch())[0], other.answers(batch(behind=3000))[0]
    assert torch.equal(plain, padded)
    a, b = one.learn(batch(), 0.1), other.learn(batch(behind=3000), 0.1)
    assert abs(a["loss"] - b["loss"]) < 1e-4


def test_an_encoder_that_wrote_is_taken_over_by_another_net(tmp_path: Path) -> None:
    learner = trainee()
    learner.learn(batch(), 0.1)
    tensors, plain = checkpoint.merged({"trainee": learner.state(), "best": (learner.weights(), {})})
    checkpoint.save(tmp_path / "checkpoints", 1, tensors, plain)
    net = net_of("crnn", "clip")
    before = {n: p.clone() for n, p in net.encoder.named_parameters()}
    transfer.load(net, str(tmp_path))
    own = dict(learner.net.net.encoder.named_parameters())
    assert all(torch.equal(p, own[n]) for n, p in net.encoder.named_parameters())
    assert any(not torch.equal(before[n], p) for n, p in net.encoder.named_parameters())
