"""What `aural spectrogram` can show: each view hears a recording in pieces and ends as a panel with its numbers."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import final

import numpy as np

from aural.pictures import colors, ticks
from aural.pictures.panels import Curves, HeatMap, Panel, Wave
from aural.pictures.picture import Table
from aural.pictures.ticks import Axis
from aural.sound.chroma import PITCH_CLASSES, chroma_bank
from aural.sound.constant_q import ConstantQ, constant_q
from aural.sound.decibels import power_to_db
from aural.sound.formants import RATE, formants
from aural.sound.loudness import LoudnessMeter
from aural.sound.mel import filterbank, hz_to_mel
from aural.sound.mfcc import cosines
from aural.sound.pitch import pitch
from aural.sound.preview import Peaks, Shrunk, Slices, framing_of
from aural.sound.spectrum import Framing, spectrogram

_ROUND_HZ = (100.0, 1000.0, 10000.0, 500.0, 5000.0, 200.0, 2000.0, 20000.0, 50.0, 4000.0, 8000.0, 3000.0, 300.0, 16000.0)
_LEAST = 1e-14  # power told apart
_SILENT = 10 * math.log10(_LEAST)  # dB
_OCTAVES = tuple(440.0 * 2.0 ** ((12 * k - 57) / 12) for k in range(11))


@dataclass(frozen=True)
class Scope:
    """What is looked at and how: times in s, window and hop in s, rates and frequencies in Hz, `span` in dB."""

    sample_rate: int
    start: float
    end: float
    columns: int
    window: float
    hop: float
    n_fft: int | None
    n_mels: int
    n_mfcc: int
    f_max: float
    free_top: bool
    span: float
    colors: str
    invert: bool

    @property
    def duration(self) -> float:
        return self.end - self.start

    def scale(self, other: str | None = None) -> np.ndarray:
        """The color scale; `other` stands in for the default one where values have two sides."""
        name = other if other and self.colors == "ember" else self.colors
        return colors.scale(name, invert=self.invert)


@dataclass(frozen=True, eq=False)
class Shown:
    """A finished view."""

    title: str
    panel: Panel
    table: Table


class View(ABC):
    """Hears one channel in pieces at `rate` (Hz; None = as the recording is stored)."""

    rate: int | None = None

    @abstractmethod
    def push(self, samples: np.ndarray) -> None:
        """The next samples [t]."""

    @abstractmethod
    def finish(self) -> dict[str, Shown]:
        """The panels by their kind, once all was heard."""


@final
class WaveView(View):
    """The lowest and highest sample of each column."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        count = round(scope.duration * scope.sample_rate)
        self._peaks = Peaks(samples=count, columns=scope.columns)
        self._line: list[np.ndarray] | None = [] if count <= 2 * scope.columns else None

    def push(self, samples: np.ndarray) -> None:
        self._peaks.add(samples)
        if self._line is not None:
            self._line.append(samples)

    def finish(self) -> dict[str, Shown]:
        both = self._peaks.both
        peak = max(1e-4, float(np.abs(both).max()))
        top = 1.0 if 0.5 < peak <= 1.0 else 1.08 * peak
        y = Axis(-top, top, "amplitude")
        panel: Panel = Wave(both[:, 0], both[:, 1], y)
        if self._line is not None:
            line = np.concatenate([*self._line, np.zeros(0)])
            panel = Curves([("", self._scope.start + np.arange(len(line)) / self._scope.sample_rate, line)], y)
        return {"wave": Shown("wave", panel, _table(self._scope, ("lowest", "highest"), both.T))}


@final
class SpectraView(View):
    """Everything that comes out of one short-time Fourier transform: stft, power, mel, logmel, mfcc."""

    KINDS = ("stft", "power", "mel", "logmel", "mfcc")

    def __init__(self, scope: Scope, kinds: tuple[str, ...]) -> None:
        self._scope, self._kinds = scope, kinds
        self._framing = framing_of(scope.sample_rate, window=scope.window, hop=scope.hop, n_fft=scope.n_fft)
        self._slices = Slices(self._framing.n_fft, self._framing.hop)
        self._bank = filterbank(scope.sample_rate, n_fft=self._framing.n_fft, n_mels=scope.n_mels, f_max=scope.f_max)
        self._cosines = cosines(scope.n_mels, n_out=min(scope.n_mfcc, scope.n_mels))
        # A lasting sine at full scale reads 0 dB.
        self._gain = np.float32((2 / self._framing.taper().sum()) ** 2)
        self._bins = int(np.searchsorted(self._framing.frequencies(scope.sample_rate), scope.f_max * (1 + 1e-9)))
        rows = {"power": self._bins, "mel": scope.n_mels, "mfcc": len(self._cosines)}
        frames = 1 + round(scope.duration * scope.sample_rate) // self._framing.hop
        self._means = {k: Shrunk(rows[k], frames=frames, columns=scope.columns) for k in self._needed()}

    def push(self, samples: np.ndarray) -> None:
        self._hear(self._slices.push(samples))

    def finish(self) -> dict[str, Shown]:
        self._hear(self._slices.finish())
        made = {"stft": self._stft, "power": self._power, "mel": self._mel, "logmel": self._logmel, "mfcc": self._mfcc}
        return {kind: made[kind]() for kind in self._kinds}

    def _needed(self) -> set[str]:
        """Which means are kept: levels are taken of mean powers at the end, cepstra of every frame."""
        source = {"stft": "power", "power": "power", "mel": "mel", "logmel": "mel", "mfcc": "mfcc"}
        return {source[k] for k in self._kinds}

    def _hear(self, samples: np.ndarray) -> None:
        if not len(samples):
            return
        power = spectrogram(samples, framing=self._framing)
        power *= self._gain
        if "power" in self._means:
            self._means["power"].add(power[: self._bins])
        if {"mel", "mfcc"} & set(self._means):
            mel = self._bank @ power
            if "mel" in self._means:
                self._means["mel"].add(mel)
            if "mfcc" in self._means:
                self._means["mfcc"].add(self._cosines @ power_to_db(mel, floor=1e-10))

    def _stft(self) -> Shown:
        levels = power_to_db(self._means["power"].values, floor=_LEAST)
        return Shown("spectrogram", self._hz_map(levels, "dB"), self._hz_table(levels, "dB"))

    def _power(self) -> Shown:
        power = self._means["power"].values
        return Shown("power |X|^2", self._hz_map(power, "power"), self._hz_table(power, "power"))

    def _mel(self) -> Shown:
        mel = self._means["mel"].values
        panel = HeatMap(mel, self._mel_axis(), self._scope.scale(), _linear_limits(mel), "power")
        return Shown("mel spectrogram", panel, self._mel_table(mel, "power"))

    def _logmel(self) -> Shown:
        levels = power_to_db(self._means["mel"].values, floor=_LEAST)
        panel = HeatMap(levels, self._mel_axis(), self._scope.scale(), _level_limits(levels, self._scope.span), "dB")
        return Shown("log-mel spectrogram", panel, self._mel_table(levels, "dB"))

    def _mfcc(self) -> Shown:
        values = self._means["mfcc"].values
        spread = values.std(axis=1, keepdims=True)
        shown = (values - values.mean(axis=1, keepdims=True)) / np.where(spread > 1e-9, spread, 1.0)
        count = len(values)
        labels = tuple((k + 0.5, str(k)) for k in range(0, count, max(1, count // 7)))
        panel = HeatMap(shown, Axis(0, count, "coefficient", labels), self._scope.scale("balance"), (-2.5, 2.5), "deviations")
        return Shown("MFCC, each against its mean", panel, _table(self._scope, tuple(f"c{k}" for k in range(count)), values))

    def _hz_map(self, values: np.ndarray, unit: str) -> HeatMap:
        limits = _level_limits(values, self._scope.span) if unit == "dB" else _linear_limits(values)
        return HeatMap(values, hz_axis(self._scope.f_max), self._scope.scale(), limits, unit)

    def _hz_table(self, values: np.ndarray, unit: str) -> Table:
        names = tuple(f"{hz:.6g} Hz ({unit})" for hz in self._framing.frequencies(self._scope.sample_rate)[: self._bins])
        return _table(self._scope, names, values)

    def _mel_axis(self) -> Axis:
        axis = Axis(0.0, self._scope.f_max, "Hz (mel scale)", place=lambda hz: float(hz_to_mel(hz)))
        marks = ticks.spread(axis, (0.0, *_ROUND_HZ), apart=0.09, text=hz_text)
        return Axis(axis.low, axis.high, axis.label, marks, axis.place)

    def _mel_table(self, values: np.ndarray, unit: str) -> Table:
        return _table(self._scope, tuple(f"mel {k} ({unit})" for k in range(len(values))), values)


@final
class ChromaView(View):
    """The twelve pitch classes."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        # Semitones of the middle octave want slices of about 0.1 s.
        n_fft = 1 << round(np.log2(0.1 * scope.sample_rate))
        self._framing = Framing(n_fft, max(1, n_fft // 4), center=False)
        self._slices = Slices(n_fft, self._framing.hop)
        self._bank = chroma_bank(scope.sample_rate, n_fft=n_fft)
        frames = 1 + round(scope.duration * scope.sample_rate) // self._framing.hop
        self._mean = Shrunk(12, frames=frames, columns=scope.columns)

    def push(self, samples: np.ndarray) -> None:
        self._mean.add(self._bank @ spectrogram(self._slices.push(samples), framing=self._framing))

    def finish(self) -> dict[str, Shown]:
        self._mean.add(self._bank @ spectrogram(self._slices.finish(), framing=self._framing))
        energy = self._mean.values
        peak = energy.max(axis=0, keepdims=True)
        # Where next to nothing sounds there is no pitch class to tell.
        values = np.where(peak > 1e-6 * peak.max(), energy / np.where(peak > 0, peak, 1), 0.0)
        labels = tuple((k + 0.5, name) for k, name in enumerate(PITCH_CLASSES))
        panel = HeatMap(values, Axis(0, 12, "pitch class", labels), self._scope.scale(), (0.0, 1.0), "share of the strongest")
        return {"chroma": Shown("chroma", panel, _table(self._scope, PITCH_CLASSES, values))}


@final
class ConstantQView(View):
    """The constant-Q transform, seven octaves in half semitones."""

    rate = 22050

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._options = ConstantQ(self.rate, hop=512, n_bins=168, bins_per_octave=24)
        self._length = 1 << int(np.ceil(np.log2(self._options.lengths.max())))
        self._slices = Slices(self._length, self._options.hop)
        frames = 1 + round(scope.duration * self.rate) // self._options.hop
        self._mean = Shrunk(self._options.n_bins, frames=frames, columns=scope.columns)

    def push(self, samples: np.ndarray) -> None:
        self._hear(self._slices.push(samples))

    def finish(self) -> dict[str, Shown]:
        self._hear(self._slices.finish())
        # The transform of a lasting sine of amplitude 1 grows with the square root of the wavelet's length.
        levels = power_to_db(self._mean.values * 4 / self._options.lengths[:, None], floor=_LEAST)
        names = tuple(f"{hz:.6g} Hz (dB)" for hz in self._options.frequencies)
        octaves = tuple((float(hz), f"C{k} {hz:.0f}") for k, hz in enumerate(_OCTAVES))
        low, high = self._options.frequencies[[0, -1]] * 2.0 ** (np.array([-0.5, 0.5]) / 24)
        y = Axis(low, high, "Hz (pitch)", octaves, lambda hz: float(np.log2(hz)))
        panel = HeatMap(levels, y, self._scope.scale(), _level_limits(levels, self._scope.span), "dB")
        return {"cqt": Shown("constant-Q transform", panel, _table(self._scope, names, levels))}

    def _hear(self, samples: np.ndarray) -> None:
        if not len(samples):
            return
        # The transform pads both ends with zeros: frames whose wavelets reach out there are not those of the stream.
        edge = self._length // 2 // self._options.hop
        count = 1 + (len(samples) - self._length) // self._options.hop
        found = constant_q(samples, options=self._options)[:, edge : edge + count]
        self._mean.add(np.square(np.abs(found)))


@final
class LoudnessView(View):
    """Loudness in LUFS, momentary and short-term, and the level that a meter shows."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._meter = LoudnessMeter(scope.sample_rate)
        self._step = max(1, round(0.1 * scope.sample_rate))
        self._rest = np.zeros(0, np.float32)
        self._levels: list[np.ndarray] = []

    def push(self, samples: np.ndarray) -> None:
        self._meter.push(samples)
        joined = np.concatenate([self._rest, samples])
        whole = len(joined) // self._step
        frames = joined[: whole * self._step].reshape(whole, self._step)
        self._levels.append(np.square(frames).mean(axis=1))
        self._rest = joined[whole * self._step :]

    def finish(self) -> dict[str, Shown]:
        level = power_to_db(np.concatenate([*self._levels, np.zeros(0)]), floor=1e-12)
        level = np.where(level > -119.9, level, -np.inf)
        series = []
        for label, values, reach in (("RMS, 0.1 s (dBFS)", level, 1), ("momentary, 0.4 s (LUFS)", self._meter.curve(), 4),
                                     ("short-term, 3 s (LUFS)", self._meter.curve(steps=30), 30)):  # fmt: skip
            at = self._scope.start + (np.arange(len(values)) + reach / 2) * 0.1
            series.append((label, at, np.where(np.isfinite(values), values, np.nan)))
        known = np.concatenate([v[np.isfinite(v)] for _, _, v in series])
        top = max(-60.0, float(known.max(initial=-60.0)) + 3)
        low = max(float(known.min(initial=top)), top - 70) - 3
        rows = np.full((3, len(level)), np.nan)
        for k, (_, _, values) in enumerate(series):
            rows[k, len(level) - len(values) :] = values
        table = np.concatenate([self._scope.start + (np.arange(len(level))[None] + 1) * 0.1, rows])
        names = ("time (s)", "rms (dBFS)", "momentary (LUFS)", "short-term (LUFS)")
        panel = Curves([s for s in series if len(s[1])], Axis(low, top, "dB, LUFS"))
        return {"loudness": Shown("loudness", panel, Table(names, table.T))}


@final
class Stretches:
    """What is told of a frame, over a recording that comes in blocks: half a minute is looked at, its numbers kept, and let go.

    `look` tells of samples [T] the frames [F, K] that are wholly theirs, and the hop (s) between them; the frame on a seam
    belongs to the next stretch.
    """

    def __init__(self, rate: int, width: int, look: Callable[[np.ndarray], tuple[np.ndarray, float]]) -> None:
        self._rate, self._look = rate, look
        self._found: list[np.ndarray] = [np.zeros((0, 1 + width))]
        self._held: list[np.ndarray] = []
        self._heard = 0

    def push(self, samples: np.ndarray) -> None:
        """The next block."""
        self._held.append(samples)
        if sum(map(len, self._held)) >= 30 * self._rate:
            self._flush()

    def finish(self) -> np.ndarray:
        """All frames [F, 1 + K]: the time (s) since the first block began, and what is told."""
        self._flush()
        return np.concatenate(self._found)

    def _flush(self) -> None:
        if not self._held:
            return
        samples = np.concatenate(self._held)
        frames, hop = self._look(samples)
        self._found.append(np.column_stack([self._heard / self._rate + np.arange(len(frames)) * hop, frames]))
        self._heard += len(samples)
        self._held = []


@final
class PitchView(View):
    """The fundamental over time."""

    rate = 16000

    def __init__(self, scope: Scope) -> None:
        self._scope, self._stretches = scope, Stretches(self.rate, 1, self._look)

    def push(self, samples: np.ndarray) -> None:
        self._stretches.push(samples)

    def finish(self) -> dict[str, Shown]:
        found = self._stretches.finish()
        at, hz = self._scope.start + found[:, 0], found[:, 1]
        known = hz[np.isfinite(hz)]
        low, high = (float(known.min()) / 1.12, float(known.max()) * 1.12) if len(known) else (50.0, 500.0)
        bare = Axis(low, high, "Hz", place=lambda f: float(np.log2(f)))
        round_hz = tuple(float(v) for v in (100, 200, 400, 800, 150, 300, 600, 50, 70, 500, 1000, 250, 120, 80, 350, 440, 175))
        y = Axis(low, high, "Hz", ticks.spread(bare, (*round_hz, *range(60, 1000, 10)), apart=0.13, text=hz_text), bare.place)
        panel = Curves([("", at, hz)], y, dots=True)
        return {"pitch": Shown("pitch", panel, Table(("time (s)", "pitch (Hz)"), np.stack([at, hz], axis=1)))}

    def _look(self, samples: np.ndarray) -> tuple[np.ndarray, float]:
        track = pitch(samples, sample_rate=self.rate)
        return track.frequency[: max(1, len(samples) // round(track.hop * self.rate))], track.hop


@final
class FormantView(View):
    """The first four resonances of a voice over time."""

    rate = RATE

    def __init__(self, scope: Scope) -> None:
        self._scope, self._stretches = scope, Stretches(RATE, 4, self._look)

    def push(self, samples: np.ndarray) -> None:
        self._stretches.push(samples)

    def finish(self) -> dict[str, Shown]:
        found = self._stretches.finish()
        at = self._scope.start + found[:, 0]
        series = [(f"F{k}", at, found[:, k]) for k in range(1, 5)]
        table = Table(("time (s)", *(f"F{k} (Hz)" for k in range(1, 5))), np.column_stack([at, found[:, 1:]]))
        return {"formants": Shown("formants", Curves(series, hz_axis(RATE / 2), dots=True), table)}

    def _look(self, samples: np.ndarray) -> tuple[np.ndarray, float]:
        told = formants(samples)
        return told.frequency[: max(1, round(len(samples) / RATE / told.hop))], told.hop


def hz_axis(top: float, low: float = 0.0) -> Axis:
    """A frequency axis on a line."""
    return Axis(low, top, "frequency (Hz)", ticks.hertz(low, top))


def hz_text(hz: float) -> str:
    """A frequency as an axis shows it: 500, 2k."""
    return f"{hz / 1000:g}k" if hz >= 1000 else f"{hz:g}"


def time_axis(scope: Scope) -> Axis:
    """The time axis under all panels."""
    label = "time (s)" if scope.end <= 60 else "time (h:mm:ss)" if scope.end >= 3600 else "time (m:ss)"
    return Axis(scope.start, scope.end, label, ticks.seconds(scope.start, scope.end, count=max(3, scope.columns // 90)))


def _table(scope: Scope, names: tuple[str, ...], values: np.ndarray) -> Table:
    """Values [K, W] over time as rows that begin with the middle of their column."""
    count = values.shape[1]
    at = scope.start + (np.arange(count) + 0.5) * (scope.duration / max(count, 1))
    return Table(("time (s)", *names), np.concatenate([at[None], values]).T)


def _level_limits(levels: np.ndarray, span: float) -> tuple[float, float]:
    """From `span` dB below the loudest up to it; where nothing sounds at all, from there up: silence is drawn as silence."""
    top = float(levels.max()) if levels.size else 0.0
    return (top, top + span) if top <= _SILENT + 1e-3 else (top - span, top)


def _linear_limits(values: np.ndarray) -> tuple[float, float]:
    """From 0 to what all but the loudest half percent reach: on a line little else would be seen."""
    top = float(np.quantile(values, 0.995)) if values.size else 1.0
    return 0.0, top if top > 0 else 1.0
