"""Where each period of a voice begins, and speech made faster or higher by setting its periods anew.

Source: E. Moulines and F. Charpentier, "Pitch-synchronous waveform processing techniques for text-to-speech synthesis using
diphones", Speech Communication 9, 1990.
"""

from __future__ import annotations

import numpy as np

_SEARCH = 0.2  # of a period, around where the next one is expected
_SMOOTH = 1000.0  # Hz: what lies above says nothing of the period
UNVOICED = 0.005  # s between marks where there is no voice


def epochs(samples: np.ndarray, pitch: np.ndarray, *, sample_rate: int, hop: float) -> np.ndarray:
    """The samples [E], in order, at which periods are marked: the strongest peak of each, where there is a `pitch` [F] (Hz).

    Marks lie a period apart, give or take a fifth, so that two of them can be laid over each other.
    """
    found: list[int] = []
    wave = _low(np.asarray(samples, np.float64), sample_rate)
    voiced = np.concatenate([[False], pitch > 0, [False]])
    edges = np.flatnonzero(np.diff(voiced.astype(int)))
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        low = max(0, round((first - 0.5) * hop * sample_rate))
        high = min(len(wave), round((last - 0.5) * hop * sample_rate) + 1)
        if high - low > 2:
            frames = np.arange(low, high) / (hop * sample_rate)
            period = sample_rate / np.interp(frames, np.arange(first, last), pitch[first:last])
            found += _marks(wave, low, high, period)
    return np.array(found, np.int64)


def _low(samples: np.ndarray, sample_rate: int) -> np.ndarray:
    """The slow part of samples [T], its larger peaks turned up."""
    if not len(samples):
        return samples
    count = 1 << (len(samples) - 1).bit_length()
    spectrum = np.fft.rfft(samples, count)
    hertz = np.arange(len(spectrum)) * sample_rate / count
    spectrum *= 1 / (1 + (hertz / _SMOOTH) ** 4)
    spectrum[hertz < 40] = 0
    wave = np.fft.irfft(spectrum, count)[: len(samples)]
    return np.asarray(wave if (wave**3).sum() >= 0 else -wave)


def _marks(wave: np.ndarray, low: int, high: int, period: np.ndarray) -> list[int]:
    """Marks of one voiced stretch [low, high): from its strongest peak to both sides; period [high - low] in samples."""
    top = low + int(wave[low:high].argmax())
    marks = [top]
    for way in (1, -1):
        at = top
        while True:
            length = period[at - low]
            begin, end = sorted((at + way * (1 - _SEARCH) * length, at + way * (1 + _SEARCH) * length))
            first, last = int(np.ceil(begin)), int(end) + 1
            if first < low or last > high or last <= first:
                break
            # of two peaks alike the one a whole period away
            away = np.abs(np.arange(first, last) - (at + way * length)) / (_SEARCH * length)
            part = wave[first:last]
            at = first + int((part - 0.3 * np.abs(part).max() * away).argmax())
            marks.append(at)
    return sorted(marks)


def marked(length: int, voiced: np.ndarray, sample_rate: int) -> tuple[np.ndarray, np.ndarray]:
    """Marks over all samples, and whether each is one of `voiced`: where those are far apart, others stand every 5 ms."""
    step = round(UNVOICED * sample_rate)
    every, own = [], []
    previous = -step
    for mark in [*voiced.tolist(), length + step]:
        gap = mark - previous
        if gap > 5 * step:  # more than any period: no voice in between
            fill = np.arange(previous + step, mark - step // 2, step)
            every += fill.tolist()
            own += [False] * len(fill)
        if mark < length:
            every.append(mark)
            own.append(True)
        previous = mark
    kept = [(m, v) for m, v in zip(every, own, strict=True) if 0 <= m < length]
    return np.array([m for m, _ in kept], np.int64), np.array([v for _, v in kept], bool)


def restrung(samples: np.ndarray, voiced: np.ndarray, *, sample_rate: int, speed: float, pitch: float) -> np.ndarray:
    """Samples [T] said `speed` times as fast and `pitch` times as high: each period is cut out under a window and set anew.

    `voiced`: the marks of `epochs`. What has no voice keeps its sound.
    """
    marks, own = marked(len(samples), voiced, sample_rate)
    if len(marks) < 3 or (speed == 1.0 and pitch == 1.0):
        return np.asarray(samples, np.float32)
    gaps = np.diff(marks)
    before, after = np.concatenate([gaps[:1], gaps]), np.concatenate([gaps, gaps[-1:]])
    longest = round(0.02 * sample_rate)
    before, after = np.minimum(before, longest), np.minimum(after, longest)
    length = round(len(samples) / speed)
    out = np.zeros(length + 2 * longest)
    weight = np.zeros_like(out)
    padded = np.pad(np.asarray(samples, np.float64), longest)
    at = 0.0
    while at < length:
        nearest = int(np.abs(marks - at * speed).argmin())
        left, right = int(before[nearest]), int(after[nearest])
        window = np.concatenate(
            [0.5 - 0.5 * np.cos(np.pi * np.arange(left) / left), 0.5 + 0.5 * np.cos(np.pi * np.arange(right) / right)]
        )
        begin = round(at) - left + longest
        cut = padded[marks[nearest] - left + longest : marks[nearest] + right + longest]
        end = min(len(out), begin + len(window))
        out[begin:end] += (cut * window)[: end - begin]
        weight[begin:end] += window[: end - begin]
        at += max(1.0, right / (pitch if own[nearest] else 1.0))
    # where more windows lie over each other than one, their sum is brought back, as far as it is one
    return np.asarray(out[longest : longest + length] / np.maximum(weight[longest : longest + length], 1.0), np.float32)
