"""Sound from what a voice is made of: pulses at the pitch, noise, and the envelope that shapes both.

Source: M. Morise, F. Yokomori and K. Ozawa, "WORLD: a vocoder-based high-quality speech synthesis system", IEICE E99-D, 2016.
"""

from __future__ import annotations

import numpy as np

from aural.sound.envelope import band_weights, fade

_BLOCK = 256


def pulses(pitch: np.ndarray, *, sample_rate: int, hop: float) -> np.ndarray:
    """Places (samples, not whole) at which a voice of `pitch` [F] (Hz, 0 = none) closes, one a period."""
    length = round(len(pitch) * hop * sample_rate)
    frame = np.arange(length) / (hop * sample_rate)
    near = np.minimum(np.round(frame).astype(int), len(pitch) - 1)
    voiced = pitch[near] > 0
    known = np.flatnonzero(pitch > 0)
    if not len(known):
        return np.zeros(0)
    speed = np.where(voiced, np.interp(frame, known, pitch[known]) / sample_rate, 0.0)
    turns = np.cumsum(speed)
    whole = np.floor(turns)
    jumps = np.flatnonzero(np.diff(whole) > 0) + 1
    return np.asarray(jumps - (turns[jumps] - whole[jumps]) / np.maximum(speed[jumps], 1e-9))


def synthesize(
    pitch: np.ndarray, log_power: np.ndarray, noise: np.ndarray, *, sample_rate: int, hop: float, rng: np.random.Generator
) -> np.ndarray:
    """Samples [F * hop * sample_rate] of `pitch` [F] (Hz, 0 = none), log powers [F, D] and each band's share of noise [F, B]."""
    bins = log_power.shape[1]
    n_fft = 2 * (bins - 1)
    length = round(len(pitch) * hop * sample_rate)
    out = np.zeros(length + 2 * n_fft)
    share = np.where((pitch > 0)[:, None], noise @ band_weights(sample_rate, bins), 1.0)
    _add_pulses(out, pulses(pitch, sample_rate=sample_rate, hop=hop), pitch, log_power + np.log(1 - np.minimum(share, 0.9999)),
                (sample_rate, hop))  # fmt: skip
    _add_noise(out, log_power + np.log(share), (sample_rate, hop), rng)
    return np.asarray(out[n_fft : n_fft + length], np.float32)


def _add_pulses(out: np.ndarray, places: np.ndarray, pitch: np.ndarray, log_power: np.ndarray, grid: tuple[int, float]) -> None:
    """Each pulse as the shortest response that has the envelope (minimum phase), shifted by the part of a sample."""
    sample_rate, hop = grid
    bins = log_power.shape[1]
    n_fft = 2 * (bins - 1)
    fold = np.zeros(n_fft)
    fold[0], fold[1 : n_fft // 2], fold[n_fft // 2] = 1, 2, 1
    known = np.flatnonzero(pitch > 0)
    omega = 2j * np.pi * np.arange(bins) / n_fft
    for at in range(0, len(places), _BLOCK):
        own = places[at : at + _BLOCK]
        frame = np.clip(own / (hop * sample_rate), 0, len(pitch) - 1)
        low = np.minimum(frame.astype(int), max(0, len(pitch) - 2))
        part = (frame - low)[:, None]
        log = log_power[low] * (1 - part) + log_power[np.minimum(low + 1, len(pitch) - 1)] * part
        # between two frames of which one has no voice, that of the voiced one counts
        log = np.where((pitch[low] > 0)[:, None] & (pitch[np.minimum(low + 1, len(pitch) - 1)] > 0)[:, None], log,
                       log_power[np.round(frame).astype(int)])  # fmt: skip
        period = sample_rate / np.interp(frame, known, pitch[known])
        cepstrum = np.fft.irfft(0.5 * log, axis=1) * fold
        whole = np.floor(own).astype(int)
        spectrum = np.exp(np.fft.rfft(cepstrum, axis=1) - omega * (own - whole)[:, None]) * np.sqrt(period)[:, None]
        spectrum[:, 0] = 0.0  # no offset
        response = np.fft.irfft(spectrum, axis=1)
        np.add.at(out, (whole + n_fft)[:, None] + np.arange(n_fft)[None], response)


def _add_noise(out: np.ndarray, log_power: np.ndarray, grid: tuple[int, float], rng: np.random.Generator) -> None:
    """White noise in overlapping slices, each shaped by its frame."""
    sample_rate, hop = grid
    bins = log_power.shape[1]
    n_fft, count = 2 * (bins - 1), len(log_power)
    step = max(1, round(hop * sample_rate))
    rise = fade(step)
    window = np.concatenate([rise, rise[::-1]])
    for at in range(0, count, _BLOCK):
        rows = np.arange(at, min(count, at + _BLOCK))
        slices = rng.standard_normal((len(rows), 2 * step)) * window
        shaped = np.fft.irfft(np.fft.rfft(slices, n_fft, axis=1) * np.exp(0.5 * log_power[rows]), axis=1)
        shaped = np.roll(shaped, n_fft // 4, axis=1)  # zero phase rings to both sides
        begin = np.round(rows * hop * sample_rate).astype(int) - step + n_fft - n_fft // 4
        np.add.at(out, begin[:, None] + np.arange(n_fft)[None], shaped)
