"""The drawing of a net shows what runs: the same parts, in order, with the shapes that flow."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from aural import find
from aural.learn.contracts import net_of
from aural.learn.drawn import drawing, stages

SAMPLES = np.random.default_rng(0).normal(0, 0.1, 9000).astype(np.float32)


@pytest.mark.parametrize("encoder", find.names("nets/encoders"))
def test_every_net_is_drawn_as_it_runs(encoder: str) -> None:
    net = net_of(encoder, "clip")
    shown = stages(net, SAMPLES)
    assert shown[0].name == "samples" and shown[1].name == "frontend" and [s.name for s in shown[-2:]] == ["head", "answer"]
    with torch.no_grad():
        row = torch.from_numpy(SAMPLES)[None]
        features, _ = net.frontend(row, torch.tensor([9000]))
        logits, _ = net(row, torch.tensor([9000]))
    assert shown[1].values.shape == (features.shape[2], 1, features.shape[1])
    np.testing.assert_allclose(shown[-2].values.ravel(), logits.numpy().ravel(), atol=1e-6)
    np.testing.assert_allclose(shown[-1].values.sum(), 1.0, atol=1e-5)
    ran = {s.name for s in shown}
    assert {n.partition(".")[0] for n in ran} == {"samples", "frontend", "encoder", "head", "answer"}
    text = drawing(net, SAMPLES, ("noise", "mixup"))
    assert "in training: noise, mixup" in text
    assert all(f">{s.name}</text>" in text and f">{s.shape}</text>" in text for s in shown)


def test_a_part_that_does_not_run_is_not_drawn() -> None:
    net = net_of("cnn", "clip")
    net.encoder.idle = torch.nn.Linear(3, 3)
    assert not any("idle" in s.name for s in stages(net, SAMPLES)) and not net.training
