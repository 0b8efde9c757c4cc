"""The YAMNet page: its front end, its patches, its answers on made sounds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from aural.errors import ModelRefused
from aural.models import store
from aural.models.borrowed import yamnet
from aural.models.runtime import Runtime


@pytest.fixture(scope="module")
def model() -> Iterator[yamnet.Yamnet]:
    with store.open_model("yamnet", "tagger", Runtime("cpu", 1)) as opened:
        assert isinstance(opened, yamnet.Yamnet)
        yield opened


@pytest.mark.parametrize(("length", "count"), [(0, 1), (1, 1), (15_600, 1), (15_601, 2), (23_280, 2), (23_281, 3)])
def test_patches_cover_every_sample(length: int, count: int) -> None:
    assert yamnet.frames(length) == count
    assert (count - 1) * yamnet.STRIDE_SAMPLES + yamnet.PATCH_SAMPLES >= length


def test_log_mel_of_a_tone_peaks_in_its_band_and_follows_the_definition() -> None:
    tone = 0.5 * np.sin(2 * np.pi * 1000 * np.arange(15_600) / 16_000).astype(np.float32)
    mel = yamnet.log_mel(tone, 1)
    assert mel.shape == (96, 64)
    edges = 700 * np.expm1(np.linspace(1127 * np.log1p(125 / 700), 1127 * np.log1p(7500 / 700), 66) / 1127)
    assert (mel.argmax(1) == np.abs(edges[1:-1] - 1000).argmin()).all()
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(400) / 400)
    magnitude = np.abs(np.fft.rfft(tone[160:560] * window, 512))
    to_mel = 1127 * np.log1p(np.arange(257) * 16_000 / 512 / 700)
    corner = 1127 * np.log1p(edges[20:23] / 700)
    rise, fall = (to_mel - corner[0]) / (corner[1] - corner[0]), (corner[2] - to_mel) / (corner[2] - corner[1])
    triangle = np.maximum(np.minimum(rise, fall), 0)
    assert mel[1, 20] == pytest.approx(np.log(magnitude @ triangle + 0.001), abs=1e-4)


def test_what_is_not_there_counts_as_silence() -> None:
    assert np.allclose(yamnet.log_mel(np.zeros(0, np.float32), 1), np.log(0.001), atol=1e-6)


def test_a_damaged_table_of_names_is_refused(tmp_path: Path) -> None:
    table = tmp_path / "yamnet_class_map.csv"
    table.write_text("index,mid,display_name\n0,/m/09x0r,Speech\n", encoding="utf-8")
    with pytest.raises(ModelRefused, match="1 class names, not 521"):
        yamnet.read_labels(table)
    table.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ModelRefused):
        yamnet.read_labels(table)


@pytest.mark.weights
def test_made_sounds_get_their_names(model: yamnet.Yamnet) -> None:
    rng = np.random.default_rng(0)
    t = np.arange(48_000) / 16_000
    tone = 0.3 * np.sin(2 * np.pi * 440 * t)
    noise = 0.1 * rng.standard_normal(48_000)
    scores = model.score(np.stack([tone, noise, 0 * t]).astype(np.float32), np.array([48_000, 48_000, 48_000])).mean(1)
    named = [[model.card.labels[k] for k in np.argsort(-row)[:8]] for row in scores]
    assert {"Sine wave", "Beep, bleep", "Tuning fork", "Dial tone"} & set(named[0])
    assert {"White noise", "Noise", "Pink noise", "Static", "Waterfall"} & set(named[1])
    assert named[2][0] == "Silence"
    assert ((scores >= 0) & (scores <= 1)).all()


@pytest.mark.weights
def test_rows_of_a_batch_answer_as_they_do_alone(model: yamnet.Yamnet) -> None:
    samples = np.random.default_rng(1).normal(0, 0.1, (2, 40_000)).astype(np.float32)
    both = model.score(samples, np.array([40_000, 20_000]))
    assert np.array_equal(both[1, : yamnet.frames(20_000)], model.score(samples[1:, :20_000], np.array([20_000]))[0])
    assert not both[1, yamnet.frames(20_000) :].any()


@pytest.mark.weights
def test_the_embedding_is_what_the_last_layer_reads(model: yamnet.Yamnet) -> None:
    rng = np.random.default_rng(2)
    sounds = rng.normal(0, 0.1, (3, 40_000)).astype(np.float32) * np.array([[1], [0.1], [0.01]], np.float32)
    frames = np.concatenate([model.frames(s) for s in sounds])
    assert frames.shape == (3 * yamnet.frames(40_000), 1024) and frames.min() >= 0
    # The scores follow from these numbers by one layer: equal numbers, equal scores, whatever came before.
    again = model.frames(sounds[1])
    assert np.array_equal(again, frames[yamnet.frames(40_000) : 2 * yamnet.frames(40_000)])
    vectors = model.embed(sounds, np.array([40_000, 40_000, 0]))
    assert vectors.shape == (3, 1024)
    assert np.allclose(np.linalg.norm(vectors, axis=1)[:2], 1, atol=1e-5)
    assert np.array_equal(vectors[:1], model.embed(sounds[:1], np.array([40_000])))


@pytest.mark.weights
def test_an_embedding_weighs_frames(model: yamnet.Yamnet) -> None:
    t = np.arange(64_000) / 16_000
    half = np.where(t < 2, np.sin(2 * np.pi * 440 * t), np.random.default_rng(3).standard_normal(64_000)).astype(np.float32) * 0.1
    first, last = (model.embed(half[None], np.array([64_000]), [np.array(w)])[0] for w in ([1.0, 0.0], [0.0, 1.0]))
    alone = model.embed(half[None, :32_000], np.array([32_000]))[0]
    assert first @ alone > 0.9 > first @ last
