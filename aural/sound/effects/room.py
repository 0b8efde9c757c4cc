"""A room: echo by a given or a simulated impulse response.

The direct sound stays where it was, so that times of words remain valid, and the power stays the
same. Given responses are cut to begin at their direct sound. Simulated ones come from the image
method for a box with equal walls (Allen and Berkley 1979), whose absorption follows from the asked
reverberation time by Eyring's formula; lengths in m, times in s, speed of sound 343 m/s.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from aural.errors import UsageError
from aural.settings import option
from aural.sound.effects._filters import convolved
from aural.sound.effects._mixing import chosen, power
from aural.sound.sound import Sound

MATERIAL = "room"
KEEPS_LENGTH = True
_SPEED = 343.0
_WALL = 0.3  # m that voice and microphone keep from the walls


@dataclass(frozen=True)
class Options:
    smallest: float = option(3.0, "shortest wall of a simulated room", unit="m")
    largest: float = option(10.0, "longest wall of a simulated room", unit="m")
    height: float = option(2.8, "height of a simulated room", unit="m")
    shortest: float = option(0.2, "shortest reverberation time (by 60 dB); a furnished bedroom", unit="s")
    longest: float = option(0.8, "longest reverberation time; a bare meeting room", unit="s")


@dataclass(frozen=True, eq=False)
class Params:
    """The impulse response [N] at `sample_rate` (Hz), its first sample being the direct sound."""

    response: NDArray[np.float32]
    sample_rate: int


def draw(rng: np.random.Generator, options: Options, sound: Sound, material: Sequence[Sound] = ()) -> Params:
    """One of the responses in `material`, or a simulated room with voice and microphone at random places."""
    if material:
        given = chosen(rng, material).mono().resample(sound.sample_rate)
        return Params(from_direct_sound(given.samples[0]), sound.sample_rate)
    sides = np.array([*rng.uniform(options.smallest, options.largest, 2), options.height])
    if (sides <= 2 * _WALL).any():
        raise UsageError("this room is too small", fix=f"Every wall needs more than {2 * _WALL} m")
    voice, microphone = (rng.uniform(_WALL, sides - _WALL) for _ in range(2))
    decay = float(rng.uniform(options.shortest, options.longest))
    return Params(box_response(sides, voice, microphone, decay, sound.sample_rate), sound.sample_rate)


def apply(sound: Sound, params: Params) -> Sound:
    """The sound in the room; length, power and the time of the direct sound stay."""
    if params.sample_rate != sound.sample_rate:
        raise UsageError(f"this room was drawn for {params.sample_rate} Hz, the sound has {sound.sample_rate}")
    wet = convolved(sound.samples, params.response)
    before, after = power(sound.samples), power(wet)
    gain = np.sqrt(before / after) if after > 0 else 1.0
    return replace(sound, samples=wet * np.float32(gain))


def from_direct_sound(response: NDArray[np.float32]) -> NDArray[np.float32]:
    """A response [N] from its direct sound on: the first sample within 3 dB of the highest."""
    height = np.abs(response)
    first = int(np.argmax(height >= height.max() * 10 ** (-3 / 20)))
    return response[first:]


def box_response(sides: NDArray, voice: NDArray, microphone: NDArray, decay: float, sample_rate: int) -> NDArray[np.float32]:
    """The response [N] of a box: sides, places of voice and microphone [3] (m), reverberation time (s).

    Each image of the voice comes after its path and as faint as its distance and its walls make it.
    """
    volume, surface = float(np.prod(sides)), 2 * float(sides[0] * sides[1] + sides[1] * sides[2] + sides[0] * sides[2])
    absorbed = 1 - np.exp(-0.161 * volume / (surface * decay))
    reflected = np.sqrt(1 - absorbed)
    reach = _SPEED * decay
    paths, walls = zip(*(_images(sides[i], voice[i], microphone[i], reach) for i in range(3)), strict=True)
    out = np.zeros(int(decay * sample_rate) + 1)
    for deep, bounced in zip(paths[2], walls[2], strict=True):
        distance = np.sqrt(paths[0][:, None] ** 2 + paths[1][None] ** 2 + deep**2)
        faint = reflected ** (walls[0][:, None] + walls[1][None] + bounced) / np.maximum(distance, 0.05)
        place = np.rint(distance * (sample_rate / _SPEED)).astype(np.int64)
        near = place < len(out)
        out += np.bincount(place[near], weights=faint[near], minlength=len(out))
    direct = round(float(np.linalg.norm(voice - microphone)) * sample_rate / _SPEED)
    out = out[direct:]
    # images only add up, which leaves a pressure that no room has: everything under 50 Hz goes
    fading = np.exp(-2 * np.pi * 50 / sample_rate * np.arange(round(sample_rate / 50)))
    kept = np.convolve(out, np.concatenate([[1.0], -fading / fading.sum()]))[: len(out)]
    return np.asarray(kept / kept[0], dtype=np.float32)


def _images(side: float, voice: float, microphone: float, reach: float) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Along one axis: distances (m) of all images of the voice from the microphone, and how often each met a wall."""
    most = int(np.ceil(reach / (2 * side))) + 1
    turns = np.arange(-most, most + 1)
    straight, mirrored = voice - microphone + 2 * turns * side, -voice - microphone + 2 * turns * side
    paths = np.concatenate([straight, mirrored])
    walls = np.concatenate([np.abs(2 * turns), np.abs(2 * turns - 1)])
    near = np.abs(paths) <= reach
    return paths[near], walls[near]
