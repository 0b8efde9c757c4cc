"""Codec damage: a real round trip through mp3, opus, aac or AMR at a low bit rate.

The sound is brought back to its rate and length, and the codec's delay is taken out, so that times
stay. Bit rates in bit/s; AMR narrow band as mobile telephones use it (3GPP TS 26.071) at 8 kHz.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from aural.errors import UsageError
from aural.settings import option
from aural.sound.encode import encode
from aural.sound.sound import Sound, load

MATERIAL = ""
KEEPS_LENGTH = True
_BIT_RATES = {
    "mp3": (16_000, 24_000, 32_000),
    "opus": (6_000, 8_000, 12_000, 16_000),
    "m4a": (16_000, 24_000, 32_000),
    "amr": (4_750, 5_900, 7_950, 12_200),
}
_RATES = {"amr": 8000, "mp3": 16000}
_SEARCH = 0.05  # s of delay that is looked for


@dataclass(frozen=True)
class Options:
    formats: tuple[str, ...] = option(("mp3", "opus", "m4a", "amr"), "the codecs that are drawn from")


@dataclass(frozen=True)
class Params:
    """format, and bitrate in bit/s for each channel."""

    format: str
    bitrate: int


def draw(rng: np.random.Generator, options: Options, sound: Sound, material: Sequence[Sound] = ()) -> Params:
    """A codec and one of its low bit rates. Raises: UsageError for a codec that is not known."""
    odd = [f for f in options.formats if f not in _BIT_RATES]
    if odd or not options.formats:
        raise UsageError(f"{odd[0] if odd else 'no format'!r} is no codec of this effect", fix=f"Known: {', '.join(_BIT_RATES)}")
    name = options.formats[int(rng.integers(len(options.formats)))]
    rates = _BIT_RATES[name]
    return Params(name, rates[int(rng.integers(len(rates)))])


def apply(sound: Sound, params: Params) -> Sound:
    """The sound after the round trip, each channel by itself."""
    channels = [_round_trip(Sound(channel[None], sound.sample_rate), params) for channel in sound.samples]
    return replace(sound, samples=np.stack(channels))


def _round_trip(one: Sound, params: Params) -> NDArray[np.float32]:
    narrow = one.resample(min(one.sample_rate, _RATES.get(params.format, one.sample_rate)))
    # a second of silence behind the sound drives out what the codec holds back
    padded = replace(narrow, samples=np.pad(narrow.samples, ((0, 0), (0, narrow.sample_rate))))
    back = load(encode(padded, params.format, bitrate=params.bitrate)).mono().resample(one.sample_rate).samples[0]
    late = _delay(one.samples[0], back, round(_SEARCH * one.sample_rate))
    moved = back[late:] if late >= 0 else np.pad(back, (-late, 0))
    return np.pad(moved[: one.length], (0, max(0, one.length - len(moved))))


def _delay(before: NDArray[np.float32], after: NDArray[np.float32], most: int) -> int:
    """Samples by which `after` is late: the highest cross-correlation within +-`most`."""
    length = min(len(before), len(after))
    size = 1 << int(np.ceil(np.log2(2 * length + 2 * most)))
    cross = np.fft.irfft(np.conj(np.fft.rfft(before[:length], size)) * np.fft.rfft(after[:length], size), size)
    near = np.concatenate([cross[-most:], cross[: most + 1]])
    if near.max() < 0.1 * np.linalg.norm(before[:length]) * np.linalg.norm(after[:length]):
        return 0
    return int(np.argmax(near)) - most
