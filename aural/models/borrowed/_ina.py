"""What the nets of inaSpeechSegmenter share: the carrier, the front end and the walk over patches."""

from __future__ import annotations

from functools import cache

import numpy as np

from aural.archives import Archive
from aural.models.card import Card, Licences
from aural.models.face import Scorer
from aural.models.runtime import Session
from aural.sound.mel import hz_to_mel, mel_to_hz

WHEEL = Archive(
    "inaSpeechSegmenter",
    "0.6.8",
    "inaSpeechSegmenter-0.6.8-py3-none-any.whl",
    "16303a0b4f7e71b823b7f281e620ab399f9c1b26526e0f0c9e135bc70d313250",
    13_853_149,
)
LICENCES = Licences(
    code="not used",
    weights="MIT",
    data="unknown (French radio and television)",
    commercial=True,
    told_by="LICENSE and METADATA of the package that carries the weights",
)

RATE, FRAME, STEP, FFT, BANDS = 16000, 400, 160, 512, 24
PATCH = 68
WINDOW_SAMPLES = FRAME + (PATCH - 1) * STEP
_BATCH = 64


class PatchNet(Scorer):
    """Probabilities [B, F, K]; frame f is heard from f * card.hop seconds on, over 0.695 s."""

    def __init__(self, card: Card, session: Session, bands: int) -> None:
        assert card.hop is not None
        self.card, self._bands, self._stride = card, bands, round(card.hop * RATE / STEP)
        self._session: Session | None = session

    def score(self, samples: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        """samples [B, T] 16 kHz, lengths [B] -> [B, F, K]; rows past a clip's end are 0."""
        counts = [frames(int(n), self._stride) for n in lengths]
        out = np.zeros((len(samples), max(counts, default=0), len(self.card.labels)), np.float32)
        for row, (sound, length, count) in enumerate(zip(samples, lengths, counts, strict=True)):
            mel = log_mel(sound[: int(length)], PATCH + (count - 1) * self._stride)[:, : self._bands]
            patches = np.lib.stride_tricks.sliding_window_view(mel, PATCH, axis=0)[:: self._stride].transpose(0, 2, 1)
            for begin in range(0, count, _BATCH):
                out[row, begin : begin + _BATCH] = self._answer(patches[begin : begin + _BATCH])
        return out

    def close(self) -> None:
        self._session = None

    def _answer(self, patches: np.ndarray) -> np.ndarray:
        """patches [N, 68, bands] -> [N, K]; each patch is brought to mean 0 and deviation 1 first."""
        assert self._session is not None, "the model was closed"
        centered = patches - patches.mean((1, 2), keepdims=True)
        scaled = centered / (np.sqrt((centered**2).mean((1, 2), keepdims=True)) + 1e-9)
        return self._session.run({"patches": np.ascontiguousarray(scaled[:, None], dtype=np.float32)})[0]


def frames(length: int, stride: int) -> int:
    """How many patches, `stride` frames apart, a clip of `length` samples gets: at least one."""
    return 1 + max(0, -(-(length - WINDOW_SAMPLES) // (stride * STEP)))


def log_mel(sound: np.ndarray, rows: int) -> np.ndarray:
    """sound [T] 16 kHz -> [rows, 24] natural log of band energies, pre-emphasized by 0.97.

    Where the sound is shorter its last frame is repeated.
    """
    padded = np.pad(sound.astype(np.float32), (0, max(0, FRAME - len(sound))))
    windows = np.lib.stride_tricks.sliding_window_view(padded, FRAME)[::STEP][:rows]
    mel = np.empty((len(windows), BANDS), np.float32)
    hann = np.hanning(FRAME).astype(np.float32)
    for begin in range(0, len(windows), 1000):
        block = windows[begin : begin + 1000]
        emphasized = np.concatenate([block[:, :1] * np.float32(0.03), block[:, 1:] - np.float32(0.97) * block[:, :-1]], axis=1)
        power = np.abs(np.fft.rfft(emphasized * hann, FFT)) ** 2
        mel[begin : begin + 1000] = np.log(power @ filters().T + 1e-30)
    return np.pad(mel, ((0, rows - len(mel)), (0, 0)), mode="edge")


@cache
def filters() -> np.ndarray:
    """[24, 257] triangles of area 1 from 100 to 8000 Hz at equal HTK mel steps, cut at whole bins.

    A side begins at the first bin above its corner, so the corners' own bins count nothing; this is
    what the nets were trained with (Source: the SIDEKIT front end), and differs from a plain bank.
    """
    corners = mel_to_hz(np.linspace(hz_to_mel(100.0), hz_to_mel(8000.0), BANDS + 2))
    hz = np.arange(FFT // 2 + 1) * (RATE / FFT)
    low, middle, high = corners[:-2, None], corners[1:-1, None], corners[2:, None]
    bins = np.floor(corners * FFT / RATE)
    index = np.arange(FFT // 2 + 1)
    rising = (index > bins[:-2, None]) & (index <= bins[1:-1, None])
    falling = (index > bins[1:-1, None]) & (index <= bins[2:, None])
    sides = np.where(rising, (hz - low) / (middle - low), 0) + np.where(falling, (high - hz) / (high - middle), 0)
    return np.asarray(sides * 2 / (high - low), np.float32)
