"""community-1 voice embedding: 256 numbers that tell a voice (WeSpeaker ResNet34, H. Wang et al. 2023)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import final

import numpy as np

from aural.archives import Wanted
from aural.errors import UsageError
from aural.models import graph
from aural.models.borrowed._community import LICENCES, piece
from aural.models.card import Card
from aural.models.face import FrameEmbedder
from aural.models.runtime import Runtime, Session
from aural.sound.fbank import kaldi_fbank

FILES: tuple[Wanted, ...] = (
    Wanted(
        "embedding.ort",
        "6e4af7d49562e6e7042672e444d6394935cb2c23c3a7dd4919da45922b91735b",
        6_975_920,
        (piece(12_463_296, 6_975_920),),
    ),
)

_FRAMES, _WEIGHTS = "/resnet/pool/Reshape_output_0", "resnet.seg_1.weight_add_tensor"
_BIAS = "resnet.seg_1.bias"
_SILENT = -8.0  # natural logarithm of a band's energy; 16-bit noise of one step lies at 0 and above
SHORTEST = 400 + 7 * 160  # samples of eight slices: one frame of the net

CARD = Card(
    name="community-embedding",
    role="speaker_embedding",
    kind="borrowed",
    licences=LICENCES,
    source="pyannote/speaker-diarization-community-1 (WeSpeaker ResNet34), inside moonshine-voice 0.1.0",
    input="kaldi fbank 80, mean removed",
    aliases=("default",),
    batch="one",
    hop=0.08,
    calibration={"center": 0.0125},  # s from the start of the samples to the middle of the first frame
    # Cosine of two whole utterances of 3 to 5 s; chosen on the train speakers of librispeech_mini.
    operating_points={"same_speaker": 0.42},
    files={w.name: w.sha256 for w in FILES},
    trained_on="VoxCeleb (by general knowledge)",
)


def open(folder: Path, runtime: Runtime) -> CommunityEmbedding:
    """The embedder from a folder that holds FILES; its graph is split once into frames and what is done with them."""
    source = folder / FILES[0].name
    made = graph.derived(source, "frames", lambda place: _split(source, place))
    head = np.load(made / "head.npz", allow_pickle=False)
    return CommunityEmbedding(runtime.session(made / "graph.onnx"), head["weights"], head["bias"])


def _split(source: Path, place: Path) -> None:
    """The net up to its frames as plain ONNX, and the last layer as arrays.

    The weights come as bytes that the graph would turn into floats at each call; in plain ONNX the runtime
    does that once when it opens the graph.
    """
    out = place / "graph.onnx"
    graph.as_onnx(source, out)
    model = graph.read(out)
    inner = model.child(graph.MODEL_GRAPH)
    stored, scale, offset = graph.dequantized(inner)[_WEIGHTS]
    weights = graph.array(stored).astype(np.float32) * np.float32(scale) + np.float32(offset)
    bias = graph.array(graph.tensors(inner)[_BIAS]).astype(np.float32)
    np.savez(place / "head.npz", weights=weights, bias=bias)
    graph.add_outputs(model, [_FRAMES])
    graph.write(graph.prune(model, lambda name: name == _FRAMES), out)


@final
class CommunityEmbedding(FrameEmbedder):
    """Voices as vectors of 256 numbers. The net is run once over a stretch; any parts of it are pooled afterwards."""

    def __init__(self, session: Session, weights: np.ndarray, bias: np.ndarray) -> None:
        self.card = CARD
        self._session, self._weights, self._bias = session, weights, bias

    def close(self) -> None:
        del self._session

    def embed(self, samples: np.ndarray, lengths: np.ndarray, weights: Sequence[np.ndarray] | None = None) -> np.ndarray:
        """samples [B, T], lengths [B] -> [B, 256]. Rows below 0.095 s are filled up with zeros.

        Raises: UsageError when a row is empty.
        """
        found = []
        for i, (row, length) in enumerate(zip(samples, np.asarray(lengths).tolist(), strict=True)):
            if length < 1:
                raise UsageError("an empty recording has no voice", where=CARD.name)
            given = np.ones(1) if weights is None else np.asarray(weights[i], np.float64)
            frames = self.frames(row[:length], given)
            found.append(self.pooled(frames, _spread(given, len(frames))[None])[0])
        return np.stack(found) if found else np.zeros((0, len(self._bias)), np.float32)

    def frames(self, samples: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
        """samples [T] -> [F, 2560], one each 80 ms; the mean over time is taken where `weights` are."""
        given = np.ones(1) if weights is None else np.asarray(weights, np.float64)
        if len(samples) < SHORTEST:
            samples, given = np.pad(samples, (0, SHORTEST - len(samples))), np.ones(1)
        bands = kaldi_fbank(samples)
        # Digital silence lies so far below any voice that a little of it would move the mean of everything.
        counts = _spread(given, len(bands)) * (bands.max(axis=1) > _SILENT)
        bands -= (counts @ bands / counts.sum() if counts.sum() > 0 else bands.mean(axis=0)).astype(np.float32)
        run = self._session.run({self._session.inputs[0]: bands[None]}, (_FRAMES,))
        return np.ascontiguousarray(run[0][0].T)

    def pooled(self, frames: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """frames [F, 2560], weights [K, F] -> [K, 256]: the last layer over their weighted mean and deviation.

        A row of zeros counts all frames the same.
        """
        w = weights.astype(np.float32)
        w = np.where(w.sum(axis=1, keepdims=True) > 1e-6, w, np.float32(1))
        total, squares = w.sum(axis=1, keepdims=True), (w * w).sum(axis=1, keepdims=True)
        mean = w @ frames / total
        spread = w @ (frames * frames) - total * mean * mean
        # The net was trained with the unbiased estimate; a single frame has no deviation.
        deviation = np.sqrt(np.maximum(spread, 0) / np.maximum(total - squares / total, 1e-8))
        deviation = np.where(total - squares / total > 1e-4, deviation, 0)
        vectors = np.concatenate([mean, deviation], axis=1) @ self._weights.T + self._bias
        return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9), np.float32)


def _spread(values: np.ndarray, count: int) -> np.ndarray:
    """Values on an even grid as `count` values on another: each takes the nearest."""
    return np.asarray(values[np.minimum((np.arange(count) + 0.5) / count * len(values), len(values) - 1).astype(int)])
