"""Every encoder that says it can be streamed: block by block it gives the frames of the whole, for any size of block."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from aural import find
from aural.errors import UsageError
from aural.learn.stepping import Stepping, to_stream
from aural.models.engines._stepping import opened
from aural.models.runtime import Runtime
from aural.nets import face
from aural.nets.layers import MaskedNorm
from aural.nets.net import Net, Plan, page_of
from aural.results import Question
from aural.settings import as_dict

CHUNKED = [n for n in find.names("nets/encoders") if issubclass(page_of("encoder", n).Encoder, face.Chunked)]
STREAMING = [n for n in find.names("nets/encoders") if issubclass(page_of("encoder", n).Encoder, face.Streaming)]
RATE, LENGTH, WINDOW = 16000, 9111, 0.2


def net_of(encoder: str, over: str) -> Net:
    torch.manual_seed(0)
    page = page_of("encoder", encoder)
    config = as_dict(page.tiny())
    parts = {"encoder": {**config, "causal": True} if "causal" in config else config, "frontend": {"n_mels": 16}}
    net = Net(Plan(Question(over, "class"), 3, encoder, settings=parts))  # type: ignore[arg-type]
    generator = torch.Generator().manual_seed(1)
    net.standard.mean.uniform_(-12, -6, generator=generator)
    net.standard.scale.uniform_(0.2, 0.6, generator=generator)
    for module in net.modules():
        if isinstance(module, MaskedNorm):
            module.mean.uniform_(-0.5, 0.5, generator=generator)
            module.variance.uniform_(0.5, 2, generator=generator)
    return net.eval()


def heard() -> Tensor:
    return 0.1 * torch.randn(1, LENGTH, generator=torch.Generator().manual_seed(2))


@torch.no_grad()
def offline(net: Net) -> np.ndarray:
    """The answers [F, K] to the whole; over clips each frame's about the frames of the window that ends there."""
    x, frames = net.encoder(*net.features(heard(), torch.tensor([LENGTH])))
    if net.plan.question.over != "clip":
        return np.asarray(net.answer(net.head(x, frames))[0].numpy())
    window = round(WINDOW * RATE / net.hop)
    parts = [x[:, max(0, f + 1 - window) : f + 1] for f in range(x.shape[1])]
    return np.stack([net.answer(net.head(p, torch.tensor([p.shape[1]])))[0].numpy() for p in parts])


def test_the_streaming_encoders_are_found() -> None:
    assert len(STREAMING) >= 3 and {"bc_resnet", "rnn", "dvector"} <= set(STREAMING)


@pytest.mark.parametrize("encoder", STREAMING)
@pytest.mark.parametrize("over", ["clip", "frame"])
@torch.no_grad()
def test_steps_give_the_frames_of_the_whole(encoder: str, over: str) -> None:
    net = net_of(encoder, over)
    stepping = Stepping(net, round(WINDOW * RATE / net.hop)).eval()
    size, hop = stepping.frontend.size, net.hop
    frames = -(-LENGTH // hop)
    samples = torch.nn.functional.pad(heard(), (0, size))
    for block in (1, 3, 17):
        state, told = stepping.begin(), []
        for first in range(0, frames, block):
            count = min(block, frames - first)
            answers, state = stepping(samples[:, first * hop : (first + count - 1) * hop + size], state)
            told.append(answers[0].numpy())
        assert np.abs(np.concatenate(told) - offline(net)).max() < 1e-5, f"blocks of {block}"


@pytest.mark.parametrize(("encoder", "over"), [(e, ("clip", "frame")[k % 2]) for k, e in enumerate(STREAMING)])
def test_the_graph_streams_samples_in_blocks_of_any_size(encoder: str, over: str, tmp_path: Path) -> None:
    net = net_of(encoder, over)
    to_stream(net, tmp_path, WINDOW)
    stream = opened(tmp_path, Runtime("cpu", 1))
    samples, true = heard()[0].numpy(), offline(net)
    for sizes in ([1, 700, 3, 159, 160, 161, 2000], [LENGTH], [480]):
        state, told, at, turn = stream.start(), [], 0, 0
        while at < LENGTH:
            state, answers = stream.step(state, samples[at : at + sizes[turn % len(sizes)]])
            at, turn = at + sizes[turn % len(sizes)], turn + 1
            told.append(answers)
        told.append(stream.finish(state))
        assert np.concatenate(told).shape == true.shape and np.abs(np.concatenate(told) - true).max() < 1e-4, sizes


@pytest.mark.parametrize("encoder", CHUNKED)
@pytest.mark.parametrize("head", ["sequence", "transducer"])
@torch.no_grad()
def test_chunks_give_the_frames_of_the_whole_for_every_lookahead(encoder: str, head: str) -> None:
    assert CHUNKED == ["chunked_conformer"]
    torch.manual_seed(0)
    config = {**as_dict(page_of("encoder", encoder).tiny()), "lookaheads": (0, 2, 5)}
    parts = {"encoder": config, "frontend": {"n_mels": 16}}
    net = Net(Plan(Question("sequence", "class"), 3, encoder, settings=parts, head=head)).eval()
    net.standard.mean.uniform_(-12, -6)
    net.standard.scale.uniform_(0.2, 0.6)
    assert isinstance(net.encoder, face.Chunked)
    stepping, size, hop = Stepping(net, 10).eval(), net.frontend.size, net.frontend.hop  # type: ignore[union-attr]
    features, told = -(-LENGTH // hop), {}
    samples = torch.nn.functional.pad(heard(), (0, size))
    for ahead in (0, 2, 5):
        net.encoder.ahead = ahead
        told[ahead] = net.answer(net(heard(), torch.tensor([LENGTH]))[0])[0]
        for chunks in (1, 2, 50):
            step, state, parts_ = chunks * (ahead + 1) * net.encoder.stride, stepping.begin(), []
            for first in range(0, features, step):
                count = min(step, features - first)
                answers, state = stepping(samples[:, first * hop : (first + count - 1) * hop + size], state, torch.tensor([ahead]))
                parts_.append(answers[0])
            apart = float((torch.cat(parts_) - told[ahead]).abs().max())
            assert apart < 1e-5, f"lookahead {ahead}, {chunks} chunks at a time"
    assert float((told[0] - told[5]).abs().max()) > 1e-4, "who looks ahead hears more"


def test_what_cannot_be_streamed_is_told() -> None:
    for encoder in ("cnn", "m5"):
        page = page_of("encoder", encoder)
        net = Net(Plan(Question("clip", "class"), 3, encoder, settings={"encoder": as_dict(page.tiny())}))
        with pytest.raises(UsageError, match="cannot be streamed"):
            Stepping(net, 10)
