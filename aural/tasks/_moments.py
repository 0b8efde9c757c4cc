"""Views of one moment rather than of time: the spectrum of a slice, single samples, and both sides of a tone."""

from __future__ import annotations

import dataclasses
from typing import final

import numpy as np

from aural.errors import EmptySound
from aural.pictures import ticks
from aural.pictures.panels import Curves, Stems
from aural.pictures.picture import Picture, Table
from aural.pictures.sides import two_sides
from aural.pictures.ticks import Axis
from aural.sound.decibels import power_to_db
from aural.sound.pitch import fundamental, harmonics, steady_tone
from aural.sound.preview import Slices
from aural.sound.source import Source
from aural.sound.spectrum import Framing, power, spectrogram, stft
from aural.tasks._views import Scope, Shown, View, hz_axis

_HELD = 10.0  # seconds of sound in which a lasting tone is looked for
_STEMS = 80


@final
class SpectrumView(View):
    """The mean spectrum of what is looked at, with the harmonics of a lasting tone."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        longest = 1 << round(np.log2(0.19 * scope.sample_rate))
        length = max(16, min(longest, round(scope.duration * scope.sample_rate)))
        self._framing = Framing(length if length < longest else longest, max(1, length // 4), center=False)
        self._slices = Slices(length, self._framing.hop)
        self._sum, self._count = np.zeros(self._framing.bins), 0
        self._held: list[np.ndarray] = []

    def push(self, samples: np.ndarray) -> None:
        if sum(map(len, self._held)) < _HELD * self._scope.sample_rate:
            self._held.append(samples)
        self._hear(self._slices.push(samples))

    def finish(self) -> dict[str, Shown]:
        self._hear(self._slices.finish())
        gain = (2 / self._framing.taper().sum()) ** 2
        mean = self._sum * gain / max(1, self._count)
        hz = self._framing.frequencies(self._scope.sample_rate)
        held = np.concatenate(self._held)[: round(_HELD * self._scope.sample_rate)] if self._held else np.zeros(0, np.float32)
        tone = steady_tone(held, sample_rate=self._scope.sample_rate) if len(held) else None
        found = harmonics(held, sample_rate=self._scope.sample_rate, frequency=tone, count=8) if tone else ()
        # The harmonics of a low note would stand in one corner: unless told otherwise, the axis ends a little behind them.
        top = min(self._scope.f_max, 2 * found[-1].frequency) if found and self._scope.free_top else self._scope.f_max
        scope = dataclasses.replace(self._scope, f_max=top)
        return {"spectrum": spectrum_panel(scope, hz, mean, [(h.frequency, f"{h.frequency:.4g} Hz") for h in found])}

    def _hear(self, samples: np.ndarray) -> None:
        found = spectrogram(samples, framing=self._framing)
        self._sum += found.sum(axis=1)
        self._count += found.shape[1]


def spectrum_panel(
    scope: Scope, hz: np.ndarray, mean: np.ndarray, notes: list[tuple[float, str]], title: str = "spectrum"
) -> Shown:
    """Mean powers [D] over frequency, in dB where a full-scale sine is 0; `notes` are named frequencies."""
    kept = hz <= scope.f_max
    level = power_to_db(mean, floor=1e-14)
    top = float(level[kept].max()) + 3
    low = max(float(level[kept].min()), top - max(scope.span, 60.0))
    marked = [(f, float(level[np.argmin(np.abs(hz - f))]), text) for f, text in notes if f <= scope.f_max]
    panel = Curves([("", hz[kept], np.maximum(level[kept], low))], Axis(low, top, "dB"), hz_axis(scope.f_max), marked)
    amplitude = np.sqrt(mean)
    table = Table(("frequency (Hz)", "amplitude", "level (dB)"), np.stack([hz, amplitude, level], axis=1)[kept])
    return Shown(title, panel, table)


def slice_spectrum(source: Source, scope: Scope, at: float, channel: int | None) -> Shown:
    """The spectrum of the one slice around `at`: a column of the spectrogram, turned on its side."""
    half = scope.window / 2
    samples = _load(source, max(0.0, at - half), at + half, channel)
    n_fft = 1 << (8 * len(samples) - 1).bit_length()
    framing = Framing(n_fft, 1, len(samples), center=False)
    left = (n_fft - len(samples)) // 2
    padded = np.pad(samples, (left, n_fft - left - len(samples)))
    mean = power(stft(padded, framing=framing))[:, 0] * (2 / framing.taper().sum()) ** 2
    title = f"spectrum of the slice at {at:g} s"
    return spectrum_panel(scope, framing.frequencies(scope.sample_rate), mean, [], title)


def sample_stems(source: Source, scope: Scope, channel: int | None) -> Shown:
    """Single samples as stems on the band-limited curve through them; of a long part, what is around its loudest moment."""
    rate = scope.sample_rate
    first, count = scope.start, round(scope.duration * rate)
    if count > 4 * _STEMS:
        first, count = _loudest(source, scope, channel), _STEMS
    margin = 64 / rate
    begin = max(0.0, first - margin)
    around = _load(source, begin, first + count / rate + margin, channel)
    before = round((first - begin) * rate)
    own = around[before : before + count]
    at = np.arange(len(own))
    fine = np.linspace(0, max(1, len(own) - 1), 12 * max(2, len(own)))
    curve = np.sinc(fine[:, None] + before - np.arange(len(around))[None]) @ around
    unit, factor = ("ms", 1000.0) if len(own) < 2 * rate else ("s", 1.0)
    seconds = first + at / rate
    top = 1.1 * max(1e-4, float(np.abs(own).max(initial=0.0)), float(np.abs(curve).max(initial=0.0)))
    x = Axis((first - 0.5 / rate) * factor, (first + (len(own) - 0.5) / rate) * factor, f"time ({unit})")
    x = Axis(x.low, x.high, x.label, ticks.nice(x.low, x.high, count=10))
    points, along = (seconds * factor, own.astype(float)), ((first + fine / rate) * factor, curve)
    panel = Stems(points, Axis(-top, top, "amplitude"), along, x)
    title = f"{len(own)} samples, one each {1e6 / rate:.4g} µs ({rate} a second)"
    return Shown(title, panel, Table(("time (s)", "amplitude"), np.stack([seconds, own], axis=1)))


def sides(source: Source, scope: Scope, channel: int | None, *, title: str, width: int, height: int | None) -> Picture:
    """The strongest partials of the loudest moment and their sum, drawn in depth: time from the front, frequency from the side."""
    first = _loudest(source, scope, channel) if scope.duration > 1.0 else scope.start
    samples = _load(source, first, min(scope.end, first + 1.0), channel)
    rate = scope.sample_rate
    base = fundamental(samples, sample_rate=rate)
    if base is None:
        raise EmptySound("no tone lasts in this part", where=source.name, fix="Choose a note with --start and --end")
    found = sorted(harmonics(samples, sample_rate=rate, frequency=base, count=20), key=lambda h: -h.amplitude)[:5]
    seconds = 3.0 / base
    middle = len(samples) // 2
    time = np.linspace(0.0, seconds, 600)
    phases = _phases(samples[middle:], rate, [h.frequency for h in found])
    waves = [h.amplitude * np.cos(2 * np.pi * h.frequency * time + p) for h, p in zip(found, phases, strict=True)]
    parts = [(h.frequency, h.amplitude, w) for h, w in zip(found, waves, strict=True)]
    return two_sides(parts, np.sum(waves, axis=0), seconds=seconds, top_hz=1.1 * max(h.frequency for h in found),
                     title=title, width=width, height=height or 620)  # fmt: skip


def _phases(samples: np.ndarray, rate: int, frequencies: list[float]) -> list[float]:
    """The phase of each partial where the samples begin, by least squares over at most 50 ms."""
    part = samples[: max(8, rate // 20)].astype(np.float64)
    time = np.arange(len(part)) / rate
    turns = 2 * np.pi * np.outer(time, frequencies)
    weights = np.linalg.lstsq(np.concatenate([np.cos(turns), np.sin(turns)], axis=1), part, rcond=None)[0]
    count = len(frequencies)
    return [float(np.arctan2(-weights[count + k], weights[k])) for k in range(count)]


def _loudest(source: Source, scope: Scope, channel: int | None) -> float:
    """The moment (s) of the loudest 20 ms between start and end."""
    best, moment = -1.0, scope.start
    size = max(1, round(0.02 * scope.sample_rate))
    for block in source.blocks(30.0, None, True, scope.start, scope.end, channel=channel):
        samples = block.samples[0]
        whole = max(1, len(samples) // size)
        energy = [float(np.square(p).mean()) if len(p) else 0.0 for p in np.array_split(samples[: whole * size], whole)]
        if max(energy) > best:
            best, moment = max(energy), block.start + int(np.argmax(energy)) * size / scope.sample_rate
    return moment


def _load(source: Source, start: float, end: float, channel: int | None) -> np.ndarray:
    blocks = source.blocks(60.0, None, True, start, end, channel=channel)
    return np.concatenate([b.samples[0] for b in blocks])
