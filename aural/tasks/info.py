"""Tell what a recording is: rate, length, codec, level, noise, clipping, pitch and timbre in numbers"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np

from aural.models.shelf import Shelf
from aural.pictures.ticks import number
from aural.progress import Progress
from aural.results import Curve, Report, clock
from aural.settings import option
from aural.sound import timbre
from aural.sound.levels import LevelMeter
from aural.sound.loudness import LoudnessMeter
from aural.sound.pitch import harmonics, pitch, steady_tone
from aural.sound.preview import Slices
from aural.sound.source import Source
from aural.sound.spectrum import Framing, spectrogram
from aural.tasks._task import Task

_BLOCK = 10.0
_TONE = 10.0  # seconds of sound that are searched for one lasting tone
_QUIET = 1e-4  # power against the loudest frame: fainter ones say nothing about timbre
_PITCHES = (16000, 50.0, 1000.0)  # Hz: rate, lowest and highest

Row = tuple[str, float | int | str | None, str]


@dataclass(frozen=True)
class Options:
    """Which part is measured."""

    start: float = option(0.0, "where measuring begins", unit="s", least=0)
    end: float | None = option(None, "where it ends (default: with the recording)", unit="s", least=0)
    channel: int | None = option(None, "one channel, counted from 0 (default: all)", least=0)
    pitch: bool = option(True, "follow the pitch; takes most of the time")


@final
class Timbre:
    """Means of the timbre numbers over all frames that are not faint, and zero crossings; keeps sums only."""

    NAMES = (("centroid", "Hz"), ("bandwidth", "Hz"), ("roll-off 85 %", "Hz"), ("flatness", ""), ("slope", "dB/octave"))

    def __init__(self, sample_rate: int) -> None:
        n_fft = 1 << round(math.log2(sample_rate / 20))
        self._framing = Framing(n_fft, n_fft // 2, center=False)
        self._hz = self._framing.frequencies(sample_rate)
        self._slices = Slices(n_fft, n_fft // 2)
        self._bands = max(0, min(6, math.floor(math.log2(sample_rate / 2 / 200.0) + 1e-9)))
        self._sums, self._squares = np.zeros(len(self.NAMES)), np.zeros(len(self.NAMES))
        self._contrast, self._weight, self._loudest = np.zeros(max(1, self._bands + 1)), 0.0, 0.0
        self._crossings, self._samples = 0, 0

    def push(self, samples: np.ndarray) -> None:
        """The next samples [t] of one channel."""
        self._crossings += int(np.count_nonzero(np.diff(samples < -1e-10)))
        self._samples += len(samples)
        self._hear(self._slices.push(samples))

    def rows(self) -> tuple[Row, ...]:
        """The rows of the report; numbers are None when nothing was loud enough."""
        self._hear(self._slices.finish())
        known = self._weight > 0
        mean = self._sums / max(self._weight, 1)
        spread = np.sqrt(np.maximum(self._squares / max(self._weight, 1) - mean**2, 0))
        rows: list[Row] = [(name, float(mean[k]) if known else None, unit) for k, (name, unit) in enumerate(self.NAMES)]
        rows.insert(1, ("centroid deviation", float(spread[0]) if known else None, "Hz"))
        contrast = float(self._contrast.mean() / self._weight) if known and self._bands else None
        return (*rows, ("contrast", contrast, "dB"), ("zero crossings", self._crossings / max(1, self._samples - 1), "a sample"))

    def _hear(self, samples: np.ndarray) -> None:
        if not len(samples):
            return
        amplitude = spectrogram(samples, framing=self._framing, exponent=1.0)
        power = np.square(amplitude).sum(axis=0)
        loudest = float(power.max(initial=0.0))
        if loudest > 100 * self._loudest > 0:
            # What went before was faint against this: it says nothing about the timbre of the whole.
            self._sums[:], self._squares[:], self._contrast[:], self._weight = 0, 0, 0, 0.0
        self._loudest = max(self._loudest, loudest)
        kept = amplitude[:, (power > _QUIET * self._loudest) & (power > 1e-9)]
        if not kept.shape[1]:
            return
        values = np.stack([
            timbre.centroid(kept, frequencies=self._hz), timbre.bandwidth(kept, frequencies=self._hz),
            timbre.rolloff(kept, frequencies=self._hz), timbre.flatness(kept), timbre.slope(kept, frequencies=self._hz),
        ])  # fmt: skip
        self._sums += values.sum(axis=1)
        self._squares += np.square(values, dtype=np.float64).sum(axis=1)
        if self._bands:
            self._contrast += timbre.contrast(kept, frequencies=self._hz, n_bands=self._bands).sum(axis=1)
        self._weight += kept.shape[1]


def run(source: Source, shelf: Shelf, options: Options, progress: Progress) -> Report:
    """Numbers about a recording of any length, in memory that does not grow with it.

    `curves` hold loudness (LUFS, each 0.1 s) and pitch (Hz, each 20 ms).
    """
    recording, encoding = source.recording, source.encoding
    rate, channels = recording.sample_rate, recording.channels if options.channel is None else 1
    assert recording.duration is not None
    levels, voice = LevelMeter(rate), Timbre(rate)
    loud = LoudnessMeter(rate, channels=channels) if rate >= 4000 else None
    held: list[np.ndarray] = []
    for block in source.blocks(_BLOCK, None, False, options.start, options.end, channel=options.channel):
        levels.push(block.samples)
        if loud is not None:
            loud.push(block.samples)
        mono = block.samples.mean(axis=0)
        voice.push(mono)
        if sum(map(len, held)) < _TONE * rate:
            held.append(mono)
        progress.step(block.end - options.start, recording.duration - options.start, "levels")
    head = np.concatenate(held)[: round(_TONE * rate)]
    found = _pitches(source, options, progress, recording.duration) if options.pitch else None
    progress.close()
    samples = round(recording.duration * rate)
    bits: tuple[Row, ...] = (("bits", encoding.bits, "a sample"),) if encoding.bits else ()
    sections: dict[str, tuple[Row, ...]] = {
        "file": (
            ("container", encoding.container, ""), ("codec", encoding.codec, ""), *bits,
            ("rate", rate, "Hz"), ("highest frequency", rate / 2, "Hz"), ("channels", recording.channels, ""),
            ("samples", samples, ""), ("seconds", recording.duration, "s"), ("length", clock(recording.duration), ""),
        ),
        "level": _level_rows(levels, loud),
        "tone": _tone_rows(head, rate, found),
        "timbre": voice.rows(),
    }  # fmt: skip
    if source.notes:
        sections["remarks"] = tuple((f"remark {k}", note, "") for k, note in enumerate(source.notes, 1))
    curves = [Curve("loudness", "LUFS", options.start + 0.2, 0.1, loud.curve())] if loud is not None else []
    if found is not None:
        curves.append(Curve("pitch", "Hz", options.start, 0.02, found))
    return Report(source.name, sections, tuple(curves))


def _level_rows(levels: LevelMeter, loud: LoudnessMeter | None) -> tuple[Row, ...]:
    noise = levels.noise_power
    return (
        ("peak", levels.peak, ""), ("peak level", _db(levels.peak), "dBFS"),
        ("RMS", levels.rms, ""), ("RMS level", _db(levels.rms), "dBFS"),
        ("crest factor", levels.peak / levels.rms if levels.rms else None, ""),
        ("loudness", _known(loud.integrated) if loud is not None else None, "LUFS"),
        ("loudness range", _rounded(loud.range) if loud is not None else None, "LU"),
        ("offset", levels.offset, ""),
        ("noise floor", _db(math.sqrt(noise)) if noise else None, "dBFS"),
        ("blind SNR", levels.snr, "dB"),
        ("clipped", 100 * levels.clipped, "%"), ("silent", 100 * levels.silence, "%"),
    )  # fmt: skip


def _tone_rows(head: np.ndarray, rate: int, pitches: np.ndarray | None) -> tuple[Row, ...]:
    """The fundamental of one lasting tone with its harmonics; of anything else what its pitch track says."""
    tone = steady_tone(head, sample_rate=rate)
    if tone is not None:
        found = harmonics(head, sample_rate=rate, frequency=tone)
        head_rows: tuple[Row, ...] = (
            ("fundamental", round(tone, 3), "Hz"), ("period", round(1000 / tone, 5), "ms"), ("partials", len(found), ""),
        )  # fmt: skip
        named = ((f"harmonic {h.number}", round(h.frequency, 3), f"Hz at {number(round(h.level, 1))} dB") for h in found)
        return (*head_rows, *named)
    known = pitches[np.isfinite(pitches)] if pitches is not None else np.zeros(0)
    if pitches is None or len(known) < 5:
        return (("fundamental", None, "Hz"), ("period", None, "ms"))
    low, middle, high = (float(v) for v in np.quantile(known, [0.05, 0.5, 0.95]))
    return (
        ("fundamental", round(middle, 2), "Hz, the median"), ("period", round(1000 / middle, 3), "ms"),
        ("lowest pitch", round(low, 2), "Hz (5 %)"), ("highest pitch", round(high, 2), "Hz (95 %)"),
        ("pitched", 100 * len(known) / len(pitches), "% of the time"),
    )  # fmt: skip


def _pitches(source: Source, options: Options, progress: Progress, duration: float) -> np.ndarray:
    rate, low, high = _PITCHES
    found = []
    for block in source.blocks(30.0, rate, True, options.start, options.end, channel=options.channel):
        track = pitch(block.samples[0], sample_rate=rate, low=low, high=high, hop=0.02)
        found.append(track.frequency[: max(1, block.samples.shape[1] // 320)])
        progress.step(block.end - options.start, duration - options.start, "pitch")
    return np.concatenate(found)


def _db(amplitude: float) -> float | None:
    return 20 * math.log10(amplitude) if amplitude > 0 else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None


TASK = Task(takes="source", options=Options, run=run, show=str, writes=("json", "csv", "txt"))
