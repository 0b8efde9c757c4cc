"""The nets of inaSpeechSegmenter: the joined graphs against a forward pass in plain numpy, and their front end."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from aural.models import skeleton, store
from aural.models.borrowed import _ina
from aural.models.runtime import Runtime
from bench.convert.ina_graphs import GENDER, SPEECH_MUSIC, Net, build

NETS = {"ina-speech-music": (SPEECH_MUSIC, "speech_music"), "ina-gender": (GENDER, "gender")}


@pytest.mark.parametrize("net", [SPEECH_MUSIC, GENDER], ids=lambda n: n.name)
def test_shipped_graphs_are_what_the_script_writes(net: Net) -> None:
    pytest.importorskip("onnx")
    assert skeleton.shipped(net.name).read_bytes() == build(net).SerializeToString(deterministic=True)
    assert skeleton.shipped(net.name).stat().st_size < 8_000  # no weights in it


def test_filters_have_area_one_and_stand_in_mel_order() -> None:
    bank = _ina.filters()
    assert bank.shape == (24, 257)
    peaks = bank.argmax(1)
    assert (np.diff(peaks) > 0).all() and 100 < peaks[0] * 31.25 < 250 and peaks[-1] * 31.25 < 8000
    assert np.allclose(bank.sum(1)[4:] * 31.25, 1, atol=0.15)  # coarse: narrow bands hold few bins


@pytest.mark.parametrize("length", [0, 1, 399, 400, 11_120, 11_121, 40_000])
def test_log_mel_fills_the_last_patch(length: int) -> None:
    count = _ina.frames(length, 10)
    mel = _ina.log_mel(np.full(length, 0.1, np.float32), _ina.PATCH + (count - 1) * 10)
    assert mel.shape == (_ina.PATCH + (count - 1) * 10, 24) and np.isfinite(mel).all()


@pytest.mark.weights
@pytest.mark.parametrize("name", NETS)
def test_graph_equals_plain_numpy(name: str) -> None:
    net, role = NETS[name]
    folder = store.ensure(name, role)
    weights = next(folder.glob("*.hdf5")).read_bytes()
    patch = np.random.default_rng(0).normal(size=(2, 68, net.bands)).astype(np.float32)
    session = Runtime("cpu", 1).session(skeleton.joined(net.name, next(folder.glob("*.hdf5"))))
    (told,) = session.run({"patches": patch[:, None]})
    assert np.allclose(told, forward(net, weights, patch), atol=1e-5)
    assert np.allclose(told.sum(1), 1, atol=1e-5)


@pytest.mark.weights
def test_speech_and_noise_are_told_apart(data: Path) -> None:
    from aural.sound.sound import load

    model = store.open_model("ina-speech-music", "speech_music", Runtime("cpu", 1))
    clip = next((data / "librispeech_mini" / "audio").iterdir())
    speech = load(clip).mono().resample(16_000).samples[0, :64_000]
    noise = np.random.default_rng(0).normal(0, 0.05, len(speech)).astype(np.float32)
    with model:
        scores = model.score(np.stack([speech, noise]), np.full(2, len(speech))).mean(1)  # type: ignore[attr-defined]
    assert model.card.labels[scores[0].argmax()] == "speech"
    assert model.card.labels[scores[1].argmax()] == "noise"


def forward(net: Net, weights: bytes, patches: np.ndarray) -> np.ndarray:
    """The net layer by layer, channels last, as its makers laid it out."""

    def stored(offset: int, *shape: int) -> np.ndarray:
        return np.frombuffer(weights, np.float32, int(np.prod(shape)), offset).reshape(shape)

    x = patches[..., None]
    for layer in net.layers:
        kernel, width = stored(layer.at[0], *layer.shape), layer.shape[-1]
        bias, gamma, beta, mean, variance = (stored(o, width) for o in layer.at[1:])
        if len(layer.shape) == 4:
            views = np.lib.stride_tricks.sliding_window_view(x, layer.shape[:2], axis=(1, 2))
            x = np.einsum("nhwcij,ijco->nhwo", views, kernel, optimize=True) + bias
        else:
            x = x.reshape(len(x), -1) @ kernel + bias
        x = np.maximum((x - mean) / np.sqrt(variance + 1e-3) * gamma + beta, 0)
        if layer.pool:
            up, left, down, right = layer.pads
            x = np.pad(x, ((0, 0), (up, down), (left, right), (0, 0)), constant_values=-np.inf)
            high, wide = layer.pool
            x = np.lib.stride_tricks.sliding_window_view(x, (high, wide), axis=(1, 2))[:, ::high, ::wide].max((-1, -2))
    logits = x @ stored(net.last.at[0], *net.last.shape) + stored(net.last.at[1], net.last.shape[-1])
    raised = np.exp(logits - logits.max(1, keepdims=True))
    return np.asarray(raised / raised.sum(1, keepdims=True))
