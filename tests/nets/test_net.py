"""A whole net: the log-mel in the graph equals the one of sound/, parts are named, cells are answered."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from aural.errors import UsageError
from aural.nets.cells import CELLS
from aural.nets.frontends import log_mel
from aural.nets.net import Net, Plan
from aural.results import Question
from aural.sound.mel import filterbank


def test_log_mel_is_a_fourier_transform() -> None:
    rate, size, hop = 16000, 400, 160
    samples = np.random.default_rng(0).standard_normal(4000).astype(np.float32) * 0.1
    ours, frames = log_mel.Frontend(log_mel.Config(), rate)(torch.from_numpy(samples)[None], torch.tensor([4000]))
    padded = np.pad(samples, (0, size + hop))
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)
    rows = np.stack([padded[f * hop : f * hop + size] * window for f in range(25)])
    power = np.abs(np.fft.rfft(rows, 512) * 2 / window.sum()) ** 2
    bank = filterbank(rate, n_fft=512, n_mels=64, f_min=20.0)
    assert frames.tolist() == [25]
    assert np.abs(ours[0].numpy() - np.log(power @ bank.T + 1e-8)).max() < 1e-3


@pytest.mark.parametrize("cell", sorted(CELLS))
def test_every_cell_has_answers_in_its_range(cell: tuple[str, str]) -> None:
    plan = Plan(Question(*cell), 3, settings={"encoder": {"width": 4, "blocks": 2}})  # type: ignore[arg-type]
    net = Net(plan).eval()
    logits, frames = net(torch.randn(2, 4000), torch.tensor([4000, 1000]))
    answers = net.answer(logits)
    assert frames.tolist() == net.frames(torch.tensor([4000, 1000])).tolist()
    if CELLS[cell].squash == "softmax":
        assert torch.allclose(answers.sum(-1), torch.ones(answers.shape[:-1]), atol=1e-5)
    elif CELLS[cell].squash == "sigmoid":
        assert bool(((answers >= 0) & (answers <= 1)).all())


def test_same_seed_same_weights() -> None:
    def made() -> dict[str, torch.Tensor]:
        torch.manual_seed(3)
        return Net(Plan(Question("clip", "class"), 3)).state_dict()

    first, second = made(), made()
    assert all(torch.equal(first[n], second[n]) for n in first)


def test_a_frontend_that_does_not_fit_is_told() -> None:
    with pytest.raises(UsageError, match="takes frames"):
        Net(Plan(Question("clip", "class"), 3, "cnn", "raw"))
    with pytest.raises(UsageError, match="widht"):
        Net(Plan(Question("clip", "class"), 3, settings={"encoder": {"widht": 3}}))
