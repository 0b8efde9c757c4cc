"""Where the marks of an axis stand and what they say."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

Ticks = tuple[tuple[float, str], ...]


@dataclass(frozen=True)
class Axis:
    """Values from `low` to `high` with a label such as "frequency (Hz)".

    `ticks` are (value, text) pairs, None = found; `place` maps a value to the scale on which equal
    steps are equal lengths (mel, logarithm), None = the value itself.
    """

    low: float
    high: float
    label: str = ""
    ticks: Ticks | None = None
    place: Callable[[float], float] | None = None

    def share(self, value: float) -> float:
        """How far along the axis a value lies, 0 at `low` and 1 at `high`."""
        place = self.place or float
        span = place(self.high) - place(self.low)
        return (place(value) - place(self.low)) / span if span else 0.5


def nice(low: float, high: float, *, count: int = 6) -> Ticks:
    """Round values between low and high, about `count` of them, 1, 2 or 5 times a power of ten apart."""
    span = high - low
    if not math.isfinite(span) or span <= 0:
        return ((low, number(low)),) if math.isfinite(low) else ()
    step = _step(span / max(1, count))
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return tuple((k * step, f"{k * step + 0.0:.{decimals}f}") for k in range(first, last + 1))


def seconds(low: float, high: float, *, count: int = 8) -> Ticks:
    """Round times: seconds below a minute, minutes and seconds (m:ss) or hours above."""
    span = high - low
    if high <= 60 or span < 2:
        return nice(low, high, count=count)
    for step in (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400):
        if span / step <= count:
            break
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return tuple((float(k * step), _clock(k * step, hours=high >= 3600)) for k in range(first, last + 1))


def hertz(low: float, high: float, *, count: int = 6) -> Ticks:
    """Round frequencies on a line; thousands as k."""
    return tuple((value, _hz(value)) for value, _ in nice(low, high, count=count))


def spread(axis: Axis, candidates: tuple[float, ...], *, apart: float, text: Callable[[float], str]) -> Ticks:
    """Those candidates inside of an axis that lie at least `apart` (a share of it) from each other."""
    found: list[tuple[float, str]] = []
    for value in candidates:
        inside = min(axis.low, axis.high) <= value <= max(axis.low, axis.high)
        if inside and all(abs(axis.share(value) - axis.share(v)) >= apart for v, _ in found):
            found.append((value, text(value)))
    return tuple(sorted(found))


def number(value: float) -> str:
    """A number as an axis shows it."""
    return f"{value:.4g}" if value else "0"


def _hz(value: float) -> str:
    return f"{value / 1000:g}k" if value >= 1000 else f"{value:g}"


def _step(rough: float) -> float:
    power = float(10.0 ** math.floor(math.log10(rough)))
    return next((m * power for m in (1, 2, 5) if m * power >= rough * 0.999), 10 * power)


def _clock(whole: int, *, hours: bool) -> str:
    minutes, rest = divmod(whole, 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
