"""Every frontend of nets/frontends, found by its file name: shapes, masks, gradients, and the graph with an encoder behind it."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from aural import find
from aural.learn.export import Answering, parity, write_graph
from aural.nets import face
from aural.nets.masks import halved
from aural.nets.net import Net, Plan, page_of
from aural.results import Question
from aural.settings import as_dict

FRONTENDS = find.names("nets/frontends")
ENCODER = {"frames": "cnn", "samples": "m5"}
RATE = 16000


def made(name: str) -> face.Frontend:
    page = page_of("frontend", name)
    frontend: face.Frontend = page.Frontend(page.tiny(), RATE)
    return frontend.eval()


def heard() -> tuple[Tensor, Tensor]:
    samples = 0.1 * torch.randn(3, 9000, generator=torch.Generator().manual_seed(2))
    return samples, torch.tensor([9000, 4100, 700])


def test_the_frontends_are_found() -> None:
    on_disk = {p.stem for p in (Path(face.__file__).parent / "frontends").glob("*.py") if not p.stem.startswith("_")}
    assert set(FRONTENDS) == on_disk and len(FRONTENDS) >= 5


@pytest.mark.parametrize("name", FRONTENDS)
@torch.no_grad()
def test_alone_as_in_a_batch_whatever_the_padding(name: str) -> None:
    frontend = made(name)
    samples, lengths = heard()
    wild = samples.clone()
    for row, length in enumerate(lengths.tolist()):
        wild[row, length:] = 50.0
    x, frames = frontend(wild, lengths)
    assert frames.tolist() == halved(lengths, frontend.hop).tolist()
    assert x.shape == (3, int(frames[0]), frontend.width)
    for row, length in enumerate(lengths.tolist()):
        alone, _ = frontend(samples[row : row + 1, :length], lengths[row : row + 1])
        assert alone.shape[1] == frames[row]
        assert torch.allclose(x[row, : frames[row]], alone[0], atol=1e-5), f"row {row}"
        assert not x[row, int(frames[row]) :].any()


@pytest.mark.parametrize("name", FRONTENDS)
@torch.no_grad()
def test_the_shortest_and_the_silent_clip_have_numbers(name: str) -> None:
    frontend = made(name)
    for samples in (torch.zeros(1, 1), torch.zeros(1, 3000), torch.ones(1, 37)):
        x, frames = frontend(samples, torch.tensor([samples.shape[1]]))
        assert bool(torch.isfinite(x).all()) and frames[0] >= 1


@pytest.mark.parametrize("name", FRONTENDS)
def test_what_can_learn_learns(name: str) -> None:
    frontend = made(name).train()
    weights = [p for p in frontend.parameters() if p.requires_grad]
    assert bool(weights) or not frontend.learned
    samples, lengths = heard()
    if weights:
        x, _ = frontend(samples, lengths)
        (x * torch.randn(x.shape, generator=torch.Generator().manual_seed(3))).sum().backward()
        assert all(p.grad is not None and bool(torch.isfinite(p.grad).all()) and bool((p.grad != 0).any()) for p in weights)


@pytest.mark.parametrize("name", FRONTENDS)
def test_the_graph_answers_as_torch_does(name: str, tmp_path: Path) -> None:
    torch.manual_seed(0)
    encoder = page_of("encoder", ENCODER[page_of("frontend", name).Frontend.kind])
    parts = {"encoder": as_dict(encoder.tiny()), "frontend": as_dict(page_of("frontend", name).tiny())}
    plan = Plan(Question("frame", "set"), 3, encoder.__name__.rpartition(".")[2], name, RATE, parts)
    net = Net(plan).eval()
    write_graph(Answering(net), tmp_path / "model.onnx", RATE, ("answers", "frames"))
    assert parity(net, tmp_path / "model.onnx") < 1e-4
