"""Every encoder of nets/encoders, found by its file name, with each head: shapes, masks, gradients, causality, and the graph."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from aural import find
from aural.learn.export import write_graph
from aural.models.runtime import Runtime
from aural.nets import face
from aural.nets.layers import MaskedNorm
from aural.nets.net import Net, Plan, page_of
from aural.results import Question
from aural.settings import as_dict

ENCODERS = find.names("nets/encoders")
RATE = 16000
OVERS = ("clip", "frame", "sequence")


def net_of(encoder: str, over: str = "clip") -> Net:
    """A tiny net whose running statistics are not those it was born with."""
    torch.manual_seed(0)
    page = page_of("encoder", encoder)
    frontend = page_of("frontend", page.FRONTEND)
    parts = {"encoder": as_dict(page.tiny()), "frontend": as_dict(frontend.tiny())}
    net = Net(Plan(Question(over, "class"), 3, encoder, settings=parts))  # type: ignore[arg-type]
    generator = torch.Generator().manual_seed(1)
    if frontend.Frontend.kind == "frames":
        net.standard.mean.uniform_(-12, -6, generator=generator)
        net.standard.scale.uniform_(0.2, 0.6, generator=generator)
    for module in net.modules():
        if isinstance(module, MaskedNorm):
            module.mean.uniform_(-0.5, 0.5, generator=generator)
            module.variance.uniform_(0.5, 2, generator=generator)
    return net.eval()


def heard() -> tuple[Tensor, Tensor]:
    samples = 0.1 * torch.randn(3, 9000, generator=torch.Generator().manual_seed(2))
    return samples, torch.tensor([9000, 4100, 700])


def test_the_encoders_are_found() -> None:
    on_disk = {p.stem for p in (Path(face.__file__).parent / "encoders").glob("*.py") if not p.stem.startswith("_")}
    assert set(ENCODERS) == on_disk and len(ENCODERS) >= 8


@pytest.mark.parametrize("encoder", ENCODERS)
def test_a_page_says_what_it_is_and_what_it_takes(encoder: str) -> None:
    page = page_of("encoder", encoder)
    assert page_of("frontend", page.FRONTEND).Frontend.kind == page.TAKES
    source = Path(page.__file__).read_text(encoding="utf-8")
    assert "Source:" in source, "no source is named"


@pytest.mark.parametrize("encoder", ENCODERS)
@torch.no_grad()
def test_alone_as_in_a_batch_whatever_the_padding(encoder: str) -> None:
    net = net_of(encoder, "frame")
    samples, lengths = heard()
    wild = samples.clone()
    for row, length in enumerate(lengths.tolist()):
        wild[row, length:] = 50.0
    told, frames = net(wild, lengths)
    assert told.shape[0] == 3 and frames.tolist() == net.frames(lengths).tolist() == [-(-n // net.hop) for n in lengths.tolist()]
    for row, length in enumerate(lengths.tolist()):
        alone, _ = net(samples[row : row + 1, :length], lengths[row : row + 1])
        assert alone.shape[1] == frames[row]
        assert torch.allclose(told[row, : frames[row]], alone[0], atol=2e-5), f"row {row}"


@pytest.mark.parametrize("encoder", ENCODERS)
def test_every_weight_learns(encoder: str) -> None:
    net = net_of(encoder, "frame").train()
    samples, lengths = heard()
    logits, _ = net(samples, lengths)
    (logits * torch.randn(logits.shape, generator=torch.Generator().manual_seed(3))).sum().backward()
    idle = [name for name, p in net.named_parameters() if p.grad is None or not bool(torch.isfinite(p.grad).all())]
    assert idle == []
    still = [name for name, p in net.named_parameters() if not bool((p.grad != 0).any())]
    assert len(still) <= len(list(net.parameters())) // 4, still


@pytest.mark.parametrize("encoder", ENCODERS)
@torch.no_grad()
def test_a_causal_net_sees_no_later_frame(encoder: str) -> None:
    net = net_of(encoder, "frame")
    samples, lengths = heard()
    changed = samples.clone()
    changed[:, 6000:] = 0.3
    before, after = net(samples, lengths)[0][0], net(changed, lengths)[0][0]
    # A frame begins at f * hop and sees one window of the frontend beyond that.
    last = (6000 - 512) // net.hop - 1
    same = torch.allclose(before[:last], after[:last], atol=1e-6)
    if net.encoder.causal:
        assert same
        assert not torch.allclose(before[last + 8 :], after[last + 8 :], atol=1e-6)


@pytest.mark.parametrize("encoder", ENCODERS)
def test_the_graph_answers_as_torch_does_with_each_head(encoder: str, tmp_path: Path) -> None:
    """One graph with all three heads, since an export costs seconds; two other shapes, and padding."""
    three = _Three([net_of(encoder, over) for over in OVERS]).eval()
    write_graph(three, tmp_path / "model.onnx", RATE, OVERS)
    session = Runtime("cpu", 1).session(tmp_path / "model.onnx")
    rng = np.random.default_rng(0)
    for batch, length in ((3, 7000), (1, 12345)):
        samples = (0.1 * rng.standard_normal((batch, length))).astype(np.float32)
        lengths = np.array([length, length // 2, 400][:batch], np.int64)
        told = session.run({"samples": samples, "lengths": lengths}, OVERS)
        with torch.no_grad():
            true = three(torch.from_numpy(samples), torch.from_numpy(lengths))
        for over, a, b in zip(OVERS, told, true, strict=True):
            assert np.abs(a - b.numpy()).max() < 1e-4, over


class _Three(nn.Module):
    """One frontend and encoder, three heads."""

    def __init__(self, nets: list[Net]) -> None:
        super().__init__()
        self.net, self.heads = nets[0], nn.ModuleList(net.head for net in nets)

    def forward(self, samples: Tensor, lengths: Tensor) -> tuple[Tensor, ...]:
        x, frames = self.net.features(samples, lengths)
        x, frames = self.net.encoder(x, frames)
        clip, frame, sequence = (head(x, frames) for head in self.heads)
        return clip, frame, sequence * (torch.arange(x.shape[1])[None, :] < frames[:, None])[..., None]
