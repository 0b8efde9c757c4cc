"""Moonshine in torch: rows in a batch are heard as alone, pieces see none behind them, and it is the fetched graphs' equal."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from aural.corpora.samples import sample
from aural.models import graph, moonshine_weights, store
from aural.models.engines._moonshine import DECODER, ENCODER, VOCABULARY
from aural.models.runtime import Runtime
from aural.nets.moonshine import END, START, Moonshine, Size, checkpoint_name, loaded, own_name
from aural.progress import Quiet
from aural.sound.source import Source
from aural.text.pieces import Pieces

SIZE = Size(width=288, encoder=1, decoder=1, hidden=16, pieces=20)


def tiny() -> Moonshine:
    torch.manual_seed(0)
    return Moonshine(SIZE).eval()


@torch.no_grad()
def test_a_row_in_a_batch_is_heard_as_alone() -> None:
    net, lengths = tiny(), torch.tensor([6000, 3100, 400])
    samples = 0.1 * torch.randn(3, 6000, generator=torch.Generator().manual_seed(1))
    for row, length in enumerate(lengths.tolist()):
        samples[row, length:] = 0.0
    pieces = torch.tensor([[3, 4, 5], [6, 7, 8], [9, 3, 4]])
    together = net(samples, lengths, pieces)
    sound, frames = net.encoder(samples, lengths)
    for row, length in enumerate(lengths.tolist()):
        alone = net(samples[row : row + 1, :length], lengths[row : row + 1], pieces[row : row + 1])
        assert torch.allclose(together[row], alone[0], atol=2e-5)
        own, count = net.encoder(samples[row : row + 1, :length], lengths[row : row + 1])
        assert count == frames[row] == own.shape[1]
        assert torch.allclose(sound[row, : int(count)], own[0], atol=2e-5)


@torch.no_grad()
def test_a_piece_sees_those_before_it_alone() -> None:
    net, samples, lengths = tiny(), torch.randn(1, 3000), torch.tensor([3000])
    one = net(samples, lengths, torch.tensor([[3, 4, 5]]))
    other = net(samples, lengths, torch.tensor([[3, 4, 9]]))
    assert torch.allclose(one[:, :3], other[:, :3], atol=1e-6) and not torch.allclose(one[:, 3], other[:, 3], atol=1e-4)


def test_its_size_is_read_off_its_weights_and_names_go_both_ways() -> None:
    arrays = {checkpoint_name(name): value.detach().numpy() for name, value in tiny().state_dict().items()}
    assert Size.of(arrays) == SIZE
    assert {own_name(name) for name in arrays} == set(tiny().state_dict())
    again = loaded(arrays)
    assert all(torch.equal(a, b) for a, b in zip(again.state_dict().values(), tiny().state_dict().values(), strict=True))


@pytest.mark.weights
@torch.no_grad()
def test_it_answers_as_the_fetched_graphs_do(tmp_path: Path) -> None:
    folder = store.ensure("moonshine-base", "recognizer", Quiet())
    samples = Source(sample("reading", Quiet())).load(rate=16000, mono=True, end=3.0).samples
    text = Pieces.read((folder / VOCABULARY).read_bytes()).tokens("It was the best of times.")
    graph.as_onnx(folder / ENCODER, tmp_path / "encoder.onnx")
    graph.as_onnx(folder / DECODER, tmp_path / "whole.onnx")
    graph.write(graph.only_branch(graph.read(tmp_path / "whole.onnx"), "else_branch"), tmp_path / "first.onnx")
    (frames,) = Runtime("cpu", 1).session(tmp_path / "encoder.onnx").run({"input_values": samples})
    fed = {"input_ids": np.array([[START, *text]]), "encoder_hidden_states": frames}
    (logits,) = Runtime("cpu", 1).session(tmp_path / "first.onnx").run(fed, ("logits",))
    net = loaded(moonshine_weights.read(folder / ENCODER, folder / DECODER))
    told = net(torch.from_numpy(samples), torch.tensor([samples.shape[1]]), torch.tensor([text])).numpy()
    # The graphs' own weights, before their products are made on integers: the same numbers but for rounding.
    assert np.abs(told - logits).max() < 2e-3 * np.abs(logits).max()
    assert told[0, -1].argmax() == END
