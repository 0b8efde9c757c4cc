"""Make torchaudio.npz from torchaudio's written definitions, sum by sum: the package itself was not run.

Definitions: MelSpectrogram(16000, n_fft=400, hop_length=160, n_mels=80): periodic Hann, centered, reflected ends, power 2,
melscale_fbanks(norm=None, mel_scale="htk"); AmplitudeToDB("power", top_db): 10 log10(max(x, 1e-10)), cut top_db below
the maximum; MFCC: orthonormal DCT-II of that with top_db 80; compute_deltas(win_length=5): sum n x[t+n] / sum n^2, ends repeated.
"""

import math
from pathlib import Path

import numpy as np
from glide import signal

RATE, N_FFT, HOP, MELS = 16000, 400, 160, 80
pcm = signal(RATE, 2400)
x = pcm.astype(np.float64) / 32768
padded = np.concatenate([x[N_FFT // 2 : 0 : -1], x, x[-2 : -N_FFT // 2 - 2 : -1]])
hann = np.array([0.5 - 0.5 * math.cos(2 * math.pi * n / N_FFT) for n in range(N_FFT)])
turn = np.exp(-2j * np.pi * np.outer(np.arange(N_FFT // 2 + 1), np.arange(N_FFT)) / N_FFT)
frames = 1 + len(x) // HOP
power = np.stack([np.abs(turn @ (padded[f * HOP : f * HOP + N_FFT] * hann)) ** 2 for f in range(frames)], axis=1)
top = 2595 * math.log10(1 + RATE / 2 / 700)
corners = [700 * (10 ** (m / 2595) - 1) for m in np.linspace(0, top, MELS + 2)]
bank = np.zeros((MELS, N_FFT // 2 + 1))
for m in range(MELS):
    for k in range(N_FFT // 2 + 1):
        hz = k * (RATE // 2) / (N_FFT // 2)
        rise, fall = (hz - corners[m]) / (corners[m + 1] - corners[m]), (corners[m + 2] - hz) / (corners[m + 2] - corners[m + 1])
        bank[m, k] = max(0.0, min(rise, fall))
mel = bank @ power
decibel = 10 * np.log10(np.maximum(mel, 1e-10))
cut = np.maximum(decibel, decibel.max() - 80)
dct = np.array([[math.cos(math.pi / MELS * (n + 0.5) * k) * math.sqrt(2 / MELS) for n in range(MELS)] for k in range(40)])
dct[0] *= 1 / math.sqrt(2)
mfcc = dct @ cut
ends = np.pad(mfcc, [(0, 0), (2, 2)], mode="edge")
deltas = sum(n * ends[:, 2 + n : 2 + n + frames] for n in (-2, -1, 1, 2)) / 10
found = {"mel": mel, "decibel": decibel, "mfcc": mfcc, "deltas": deltas}
np.savez_compressed(
    Path(__file__).parent / "torchaudio.npz",
    pcm=pcm,
    versions="torchaudio's documentation, 2.x",
    **{name: value.astype(np.float32) for name, value in found.items()},
)
