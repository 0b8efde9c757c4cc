"""community-1: what the two borrowed parts say of made and real sounds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from aural.errors import UsageError
from aural.models import store
from aural.models.borrowed import community_embedding, community_segmentation
from aural.models.borrowed.community_embedding import CommunityEmbedding
from aural.models.borrowed.community_segmentation import CommunitySegmentation
from aural.models.runtime import Runtime
from aural.sound.sound import load

pytestmark = pytest.mark.weights


@pytest.fixture(scope="module")
def segmentation() -> Iterator[CommunitySegmentation]:
    with store.open_model("community-segmentation", "speaker_segmentation", Runtime("cpu", 1)) as model:
        assert isinstance(model, CommunitySegmentation)
        yield model


@pytest.fixture(scope="module")
def embedding() -> Iterator[CommunityEmbedding]:
    with store.open_model("community-embedding", "speaker_embedding", Runtime("cpu", 1)) as model:
        assert isinstance(model, CommunityEmbedding)
        yield model


@pytest.fixture(scope="module")
def talk(data: Path) -> np.ndarray:
    """20 s of two speakers by turns, about 10 s each."""
    return load(data / "librispeech_mix" / "audio" / "mix01_2spk.opus", rate=16000, mono=True, end=20.0).samples[0]


def test_the_cards_attribute_and_say_who_told() -> None:
    for card in (community_segmentation.CARD, community_embedding.CARD):
        assert "CC-BY-4.0" in card.licences.weights and "pyannote" in card.licences.weights
        assert "general knowledge" in card.licences.told_by


def test_each_frame_is_a_distribution(segmentation: CommunitySegmentation, talk: np.ndarray) -> None:
    scores = segmentation.score(talk[None, :160000], np.array([160000]))
    assert scores.shape == (1, community_segmentation.FRAMES, len(segmentation.card.labels))
    assert np.allclose(scores.sum(axis=2), 1, atol=1e-5)
    assert scores[0, :, 0].mean() < 0.5, "nobody speaks in speech"


def test_silence_holds_nobody(segmentation: CommunitySegmentation) -> None:
    scores = segmentation.score(np.zeros((1, 16000), np.float32), np.array([16000]))
    assert (scores[0].argmax(axis=1) == 0).all()


def test_batch_is_the_same_as_one_by_one(segmentation: CommunitySegmentation, talk: np.ndarray) -> None:
    rows = np.stack([talk[:160000], talk[80000:240000]])
    together = segmentation.score(rows, np.array([160000, 160000]))
    alone = np.concatenate([segmentation.score(r[None], np.array([160000])) for r in rows])
    assert np.abs(together - alone).max() < 1e-4


def test_short_rows_are_filled_and_long_ones_refused(segmentation: CommunitySegmentation, talk: np.ndarray) -> None:
    short = segmentation.score(talk[None, :80000], np.array([80000]))
    filled = segmentation.score(np.pad(talk[:80000], (0, 80000))[None], np.array([160000]))
    assert np.abs(short - filled).max() < 1e-6
    with pytest.raises(UsageError):
        segmentation.score(np.zeros((1, 160001), np.float32), np.array([160001]))


def test_same_voice_is_near_and_level_does_not_matter(embedding: CommunityEmbedding, data: Path) -> None:
    folder = data / "librispeech_mini" / "audio"
    names = ("1688-142285-0001.opus", "1688-142285-0003.opus", "1069-133699-0000.opus")
    clips = [load(folder / n, rate=16000, mono=True, end=3.0).samples[0][:48000] for n in names]
    vectors = embedding.embed(np.stack(clips), np.array([48000] * 3))
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    near = vectors @ vectors.T
    assert near[0, 1] > 0.6 and near[0, 2] < 0.4 and near[1, 2] < 0.4
    soft = embedding.embed(0.01 * clips[0][None], np.array([48000]))[0]
    assert soft @ vectors[0] > 0.999


def test_pooling_parts_is_embedding_them(embedding: CommunityEmbedding, talk: np.ndarray) -> None:
    samples = talk[:48000]
    frames = embedding.frames(samples)
    assert abs(len(frames) - 48000 / 16000 / 0.08) <= 1
    whole = embedding.embed(samples[None], np.array([48000]))[0]
    assert np.allclose(embedding.pooled(frames, np.ones((1, len(frames))))[0], whole, atol=1e-6)
    assert np.allclose(embedding.pooled(frames, np.full((1, len(frames)), 0.5))[0], whole, atol=1e-3)
    assert np.allclose(embedding.pooled(frames, np.zeros((1, len(frames))))[0], whole, atol=1e-6)
    half = np.concatenate([np.ones(8), np.zeros(8)])
    by_weights = embedding.embed(samples[None], np.array([48000]), [half])[0]
    at = np.arange(len(frames)) < len(frames) / 2
    assert by_weights @ embedding.pooled(frames[at], np.ones((1, int(at.sum()))))[0] > 0.95
    of_half = embedding.frames(samples, half)
    assert by_weights @ embedding.pooled(of_half[at], np.ones((1, int(at.sum()))))[0] > 0.9999


def test_silence_beside_a_voice_does_not_shift_it(embedding: CommunityEmbedding, talk: np.ndarray) -> None:
    voice, silence = talk[:48000], np.zeros(96000, np.float32)
    plain = embedding.embed(voice[None], np.array([48000]))[0]
    framed = np.concatenate([silence, voice, silence])
    weights = np.concatenate([np.zeros(2), np.ones(1), np.zeros(2)])
    assert embedding.embed(framed[None], np.array([len(framed)]), [weights])[0] @ plain > 0.95


@pytest.mark.parametrize("length", [1, 100, 399, 1519, 1521])
def test_very_short_sounds_have_a_vector(embedding: CommunityEmbedding, talk: np.ndarray, length: int) -> None:
    vector = embedding.embed(talk[None, :length], np.array([length]))[0]
    assert np.isfinite(vector).all() and np.linalg.norm(vector) == pytest.approx(1, abs=1e-4)


def test_an_empty_row_is_refused(embedding: CommunityEmbedding) -> None:
    with pytest.raises(UsageError):
        embedding.embed(np.zeros((1, 5), np.float32), np.array([0]))
