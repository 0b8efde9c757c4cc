"""The method behind `--method transducer`: it learns, its folder answers whole and streamed, with every lookahead."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from said_tones import RATE, job, rows

import aural
from aural.beams.transducer import Search
from aural.errors import UsageError
from aural.learn.loading import Batch
from aural.learn.losses.transducer import Config, Made
from aural.learn.methods import transducer
from aural.learn.options import Options
from aural.learn.train import Ask, train
from aural.models import store
from aural.models.engines._joint import Joiner
from aural.models.engines.transducer import TransducerTranscriber
from aural.models.face import Decoding
from aural.models.runtime import Runtime
from aural.nets.heads.transducer import Head
from aural.nets.net import Net, Plan
from aural.results import Question

SMALL = {
    "sample_rate": RATE, "epochs": 2, "batch": 4, "n_mels": 12, "patience": 0, "encoder": "chunked_conformer", "encoder.width": 8,
    "layers": 1, "heads": 1, "kernel": 3, "left": 6, "lookaheads": "0,3", "joint": 8,
}  # fmt: skip


def test_what_it_cannot_do_is_refused() -> None:
    for given, wrong in (({"augment": ("mixup",)}, "no longer says"), ({"int8": True}, "int8"), ({"loss": "focal"}, "focal")):
        with pytest.raises(UsageError, match=wrong):
            transducer.read(job(given))
    assert transducer.read(job({"reader": "lstm", "early": 0.01})).parts["head"]["reader"] == "lstm"


def test_a_batch_is_learned_by_heart() -> None:
    """Three clips whose tones say which token is where: the loss falls to nearly nothing, and a search finds the tokens."""
    torch.manual_seed(0)
    plan = Plan(Question("sequence", "class"), 3, "rnn", sample_rate=RATE, head="transducer",
                settings={"encoder": {"width": 8, "layers": 1, "causal": True}, "frontend": {"n_mels": 8, "hop": 0.02},
                          "head": {"joint": 16, "dropout": 0.0}})  # fmt: skip
    net, loss = Net(plan), Made(Config(), 3)
    trainee = transducer.Transduced(net, loss, Options(rate=0.02, warmup=0.0, average=0.0), torch.device("cpu"))
    tones = {1: 300, 2: 900, 3: 2500}
    texts = [(1, 2), (3,), (2, 2, 1)]
    sound = np.zeros((3, RATE), np.float32)
    for row, text in zip(sound, texts, strict=True):
        for k, t in enumerate(text):
            row[1600 * k + 400 : 1600 * k + 1400] = 0.3 * np.sin(2 * np.pi * tones[t] * np.arange(1000) / RATE)
    targets = torch.tensor([[*t, *[0] * (3 - len(t))] for t in texts], dtype=torch.float32)
    batch = Batch(
        torch.from_numpy(sound), torch.tensor([RATE] * 3), targets, torch.tensor([2, 1, 3]), torch.ones(3), torch.arange(3)
    )
    net.standard.mean.fill_(-12.0)
    net.standard.scale.fill_(0.3)
    losses = [trainee.learn(batch, 0.0)["loss"] for _ in range(90)]
    assert losses[-1] < 0.4
    assert isinstance(net.head, Head)
    joiner = Joiner({name: value.numpy() for name, value in net.head.arrays().items()})
    search = Search(joiner, 8, None, 4)
    with torch.no_grad():
        frames = net.eval()(batch.samples, batch.lengths)[0].numpy()
    assert [search.finished(search.step(search.start(), row, 0))[0].tokens for row in frames] == texts


def test_it_does_not_stay_with_blanks_where_most_of_a_clip_is_silent() -> None:
    """New clips in each step, one to three short tones in 1.6 s. A net that must first learn that most frames write nothing was
    still at the loss of blanks alone (2.2) behind all these steps."""
    torch.manual_seed(0)
    plan = Plan(Question("sequence", "class"), 4, "rnn", sample_rate=RATE, head="transducer",
                settings={"encoder": {"width": 16, "layers": 1}, "frontend": {"n_mels": 12, "hop": 0.02},
                          "head": {"joint": 16, "dropout": 0.0}})  # fmt: skip
    net = Net(plan)
    net.standard.mean.fill_(-12.0)
    net.standard.scale.fill_(0.3)
    trainee = transducer.Transduced(net, Made(Config(), 4), Options(rate=0.01, warmup=0.0, average=0.0), torch.device("cpu"))
    rng = np.random.default_rng(0)
    losses = [trainee.learn(_scattered(rng, (300, 600, 1200, 2400)), 0.0)["loss"] for _ in range(70)]
    assert np.mean(losses[-10:]) < 1.4


def _scattered(rng: np.random.Generator, tones: tuple[int, ...]) -> Batch:
    """Six clips with tones at drawn places, with 0.1 s of silence at least between two."""
    sound = 1e-3 * rng.standard_normal((6, 8 * 1600)).astype(np.float32)
    targets, lengths = np.zeros((6, 3), np.float32), rng.integers(1, 4, 6)
    for row, target, count in zip(sound, targets, lengths, strict=True):
        target[:count] = rng.integers(1, len(tones) + 1, count)
        for place, token in zip(np.sort(rng.choice(8, count, replace=False)), target, strict=False):
            row[1600 * place + 300 : 1600 * place + 1300] += 0.3 * np.sin(
                2 * np.pi * tones[int(token) - 1] * np.arange(1000) / RATE
            )
    whole = torch.full((6,), sound.shape[1])
    return Batch(
        torch.from_numpy(sound), whole, torch.from_numpy(targets), torch.from_numpy(lengths), torch.ones(6), torch.arange(6)
    )


@pytest.mark.weights
def test_it_trains_and_answers_whole_and_streamed(tmp_path: Path) -> None:
    ask = Ask("transcribe", rows(tmp_path), tmp_path / "run", rows(tmp_path), method="transducer", given=SMALL, force=True)
    made = train(ask, say=lambda text: None)
    assert made.card.kind == "transducer" and made.card.latency == pytest.approx(0.175)
    assert set(made.card.files) == {"model.onnx", "joint.safetensors", "units.json", "stream.onnx", "stream.json"}
    samples = np.sin(np.arange(9001) ** 1.5 / 50).astype(np.float32) * 0.2
    with store.open_model(str(tmp_path / "run"), "recognizer", Runtime("cpu", 1)) as model:
        assert isinstance(model, TransducerTranscriber)
        whole = model._stream.whole(samples, 0.12)
        (offline,) = model._graph.rows(samples[None], np.array([9001]))
        assert whole.shape == offline.shape and np.abs(whole - offline).max() < 1e-4
        for lookahead in (0.0, 0.12):
            asked = Decoding(lookahead=lookahead)
            state = model.start(asked)
            for at in range(0, len(samples), 777):
                state, _ = model.step(state, samples[at : at + 777])
            read = model.recognize(samples[None], np.array([len(samples)]), asked)[0]
            assert read.words is not None and [w.text for w in model.finish(state).words] == [w.text for w in read.words]
    told = aural.transcribe(tmp_path / "0.wav", model=str(tmp_path / "run"), lookahead=120, beam=4)
    assert set(told.text.split()) <= {"low", "high"}
