"""Vocoders from model folders: WaveNet's cached samples are those of the definition, each at one cost; other rates are refused."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from aural.errors import ModelRefused, UsageError
from aural.models import store
from aural.models.card import Card, Licences
from aural.models.engines import wavenet as engine
from aural.nets.vocoders import wavenet

CARD = Card("w", "vocoder", "wavenet", Licences("x", "x", "x", None, "a test"), "a test", sample_rate=8000)


def engine_of(net: wavenet.Vocoder, hop: int, output: str) -> engine.WaveNet:
    weights = {name: value.numpy() for name, value in net.state_dict().items()}
    return engine.WaveNet(CARD, weights, {"dilations": net.core.stack.dilations, "hop": hop, "output": output})


@pytest.mark.parametrize("output", ["logistics", "mu_law"])
def test_cached_samples_are_bit_for_bit_those_of_the_definition(output: str) -> None:
    torch.manual_seed(0)
    net = wavenet.Vocoder(replace(wavenet.tiny(), output=output), 5, 16).double()
    mel = torch.randn(1, 5, 10, dtype=torch.float64) - 5
    draws = torch.from_numpy(np.random.default_rng(0).random((1, 150, 2)))
    slow = net.slow_samples(mel, draws)[0].numpy().astype(np.float32)
    fast = engine_of(net, 16, output).drawn(mel[0].numpy(), draws[0].numpy())
    assert np.array_equal(slow, fast)
    assert len(np.unique(fast)) > 20  # it did draw


def test_a_sample_costs_the_same_however_long_the_sound_is() -> None:
    net = wavenet.Vocoder(wavenet.tiny(), 5, 16)
    run, rng = engine_of(net, 16, "logistics"), np.random.default_rng(0)

    def cost(count: int) -> float:
        mel, draws = rng.standard_normal((5, count // 16)).astype(np.float32), rng.random((count, 2))
        best = float("inf")
        for _ in range(3):
            begun = time.process_time()
            run.drawn(mel, draws)
            best = min(best, time.process_time() - begun)
        return best / count

    # Hearing everything again would make it eight times as dear.
    assert cost(3200) < 2.5 * cost(400)


def test_the_shipped_floor_speaks_at_any_rate() -> None:
    with store.open_model("griffin-lim", "vocoder") as vocoder:
        for rate in (8000, 22050):
            assert vocoder.sound(np.full((80, 6), -6.0, np.float32), rate).shape == (6 * 256,)


def test_another_rate_and_broken_sizes_are_refused(tmp_path: Path) -> None:
    net = wavenet.Vocoder(wavenet.tiny(), 5, 16)
    with pytest.raises(UsageError, match="8000 Hz"):
        engine_of(net, 16, "logistics").sound(np.zeros((5, 2), np.float32), 22050)
    (tmp_path / engine.SIZES).write_text("{")
    with pytest.raises(ModelRefused):
        engine.open(tmp_path, CARD, store.Runtime())
