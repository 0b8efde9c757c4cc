"""Trainings that begin with a fetched recognizer's encoder: what it brings, its weights under our names, and what is refused."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from learn_clips import manifest

from aural import settings
from aural.corpora.samples import sample
from aural.errors import UsageError
from aural.learn import fetched, transfer
from aural.learn.train import Ask, train
from aural.models import moonshine_weights, store
from aural.models.engines._moonshine import DECODER, ENCODER
from aural.models.listener import Listener
from aural.models.runtime import Runtime
from aural.nets import moonshine
from aural.nets.net import page_of
from aural.progress import Quiet
from aural.sound.source import Source


def test_only_recognizers_that_can_be_read_are_begun_with() -> None:
    assert fetched.knows("moonshine-base") and transfer.elsewhere("moonshine-base") is fetched
    assert not fetched.knows("yamnet") and not fetched.knows("no-such-model") and transfer.elsewhere("runs/x") is not fetched
    with pytest.raises(UsageError, match="moonshine-tiny cannot lend its encoder"):
        fetched.told("moonshine-tiny")
    with pytest.raises(UsageError, match="no run folder"):
        transfer.joined({"start": "yamnet"})


@torch.no_grad()
def test_the_last_frames_are_held_on() -> None:
    """A frame for each 384 samples begun, as the encoder of a recognizer hears it; the last ones are the last whole one again."""
    page = page_of("encoder", "moonshine")
    torch.manual_seed(0)
    made = page.Encoder(dataclasses.replace(page.tiny(), above=0), 1).eval()
    samples, lengths = 0.1 * torch.randn(2, 6000), torch.tensor([6000, 2000])
    samples[1, 2000:] = 0
    told, frames = made(samples[..., None], lengths)
    heard, real = made.net(samples, lengths)
    assert frames.tolist() == [16, 6] and real.tolist() == [14, 3] and told.shape[1] == 16
    assert torch.allclose(told[0, :14], heard[0], atol=1e-5) and torch.equal(told[0, 14], told[0, 13])
    assert torch.equal(told[1, 5], told[1, 2]) and not told[1, 6:].any()


@pytest.mark.weights
@torch.no_grad()
def test_it_hears_as_the_recognizer_does() -> None:
    folder = store.ensure("moonshine-base", "recognizer", Quiet())
    told = fetched.told("moonshine-base")
    page = page_of("encoder", told["encoder"])
    made = page.Encoder(settings.build(page.Config, told["parts"]["encoder"]), 1).eval()
    made.lent.load_state_dict(fetched.weights("moonshine-base"))
    whole = moonshine.loaded(moonshine_weights.read(folder / ENCODER, folder / DECODER))
    samples = torch.from_numpy(Source(sample("reading", Quiet())).load(rate=16000, mono=True, end=2.0).samples)
    true, real = whole.encoder(samples, torch.tensor([samples.shape[1]]))
    assert torch.allclose(made(samples[..., None], torch.tensor([samples.shape[1]]))[0][:, : int(real)], true, atol=1e-4)


@pytest.mark.weights
def test_a_training_begins_with_it(tmp_path: Path) -> None:
    given = {"start": "moonshine-base", "freeze": "always", "epochs": 1, "batch": 4, "threads": 1, "patience": 0}
    train(Ask("classify", manifest(tmp_path, 4), tmp_path / "run", manifest(tmp_path, 1, 1), given=given), say=lambda text: None)
    options = json.loads((tmp_path / "run" / "options.json").read_text())
    assert options["encoder"] == "moonshine" and options["sample_rate"] == 16000 and options["parts"]["encoder"]["width"] == 416
    told = json.loads((tmp_path / "run" / "model" / "card.json").read_text())["licences"]
    assert told["weights"].startswith("begun with moonshine-base (MIT)") and told["commercial"] is None


@pytest.mark.weights
@torch.no_grad()
def test_a_graph_of_the_encoder_hears_as_the_net_does(tmp_path: Path) -> None:
    assert fetched.write_encoder("moonshine-base", tmp_path / "encoder.onnx") > 20_000_000
    samples = Source(sample("reading", Quiet())).load(rate=16000, mono=True, end=3.0).samples[0]
    told = Listener(Runtime("cpu", 1).session(tmp_path / "encoder.onnx"), 16000).frames(samples)
    net = moonshine.Encoder(moonshine.Size(416, 8, 0, 1664, 0)).eval()
    net.load_state_dict(fetched.weights("moonshine-base"))
    true, real = net(torch.from_numpy(samples[None]), torch.tensor([len(samples)]))
    assert told.shape == (int(real), 416) and np.allclose(told, true[0], atol=5e-3)
