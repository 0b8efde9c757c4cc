"""Make librosa.npz. Run with a Python that has librosa: python tests/golden/spectra/make_librosa.py"""

import warnings
from pathlib import Path

import librosa
import numpy as np
from glide import signal

RATE = 22050
warnings.simplefilter("ignore")
pcm = signal(RATE, 7000)
y = (pcm / np.float32(32768)).astype(np.float32)
S = np.abs(librosa.stft(y))
mfcc = librosa.feature.mfcc(y=y, sr=RATE, n_mfcc=20)
# The transform at the full rate, from librosa's own wavelets: its cqt computes lower octaves from resampled sound.
notes = librosa.cqt_frequencies(84, fmin=librosa.note_to_hz("C1"))
wavelets, lengths = librosa.filters.wavelet(freqs=notes, sr=RATE, gamma=0, norm=1, pad_fft=True, dtype=np.complex128)
around = np.pad(y.astype(float), wavelets.shape[1] // 2)
slices = np.stack([around[f * 512 : f * 512 + wavelets.shape[1]] for f in range(1 + len(y) // 512)], axis=1)
# librosa multiplies spectra without conjugation: the slice runs backwards through the (symmetric) wavelet.
direct = np.sqrt(lengths)[:, None] * (wavelets @ slices[-np.arange(len(slices))])
found = {
    "pcm": pcm,
    "stft": librosa.stft(y)[::4, 3:5],
    "bank": librosa.filters.mel(sr=16000, n_fft=400, n_mels=20),
    "bank_htk": librosa.filters.mel(sr=16000, n_fft=400, n_mels=20, htk=True, norm=None),
    "logmel": librosa.power_to_db(librosa.feature.melspectrogram(y=y, sr=RATE, n_mels=32)),
    "mfcc": mfcc,
    "delta": librosa.feature.delta(mfcc),
    "delta2": librosa.feature.delta(mfcc, order=2),
    "lifted": librosa.feature.mfcc(y=y, sr=RATE, n_mfcc=13, lifter=22),
    "centroid": librosa.feature.spectral_centroid(y=y, sr=RATE)[0],
    "bandwidth": librosa.feature.spectral_bandwidth(y=y, sr=RATE)[0],
    "rolloff": librosa.feature.spectral_rolloff(y=y, sr=RATE)[0],
    "flatness": librosa.feature.spectral_flatness(y=y)[0],
    "contrast": librosa.feature.spectral_contrast(y=y, sr=RATE),
    "crossings": librosa.feature.zero_crossing_rate(y)[0],
    "rms": librosa.feature.rms(y=y)[0],
    "chroma": librosa.feature.chroma_stft(y=y, sr=RATE, tuning=0.0),
    "chroma_tuned": librosa.filters.chroma(sr=RATE, n_fft=256, tuning=0.25),
    "cqt_top": librosa.cqt(y, sr=RATE, fmin=4186.0, n_bins=12, sparsity=0, tuning=0.0),
    "cqt_direct": np.abs(direct[::2]).astype(np.float32),
    "cqt": np.abs(librosa.cqt(y, sr=RATE, sparsity=0, tuning=0.0)).astype(np.float32),
    "hz_to_mel": librosa.hz_to_mel([0, 200, 1000, 5000, 11025]),
    "to_db": librosa.amplitude_to_db(S[::8, :4], ref=np.max),
    "versions": f"librosa {librosa.__version__}, numpy {np.__version__}",
}
np.savez_compressed(Path(__file__).parent / "librosa.npz", **found)
