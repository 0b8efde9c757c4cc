"""Conditions under which clips are heard again: noise at a ratio, echo of rooms, a telephone line."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from aural.errors import UsageError
from aural.sound.effects import noise, room, telephone
from aural.sound.sound import Sound, load

_FARTHEST = 100.0  # dB: beyond it there is nothing left of the noise, or of the speech
_ENDINGS = frozenset(".wav .flac .ogg .opus .mp3 .m4a".split())


@dataclass(frozen=True)
class Condition:
    """What is done to a clip: echo first, then noise at `snr` dB over its speech, then the telephone.

    `noises` and `rooms` are the recordings to draw from; without noises pink noise is made. A clip's draw
    depends on `seed` and the clip alone: it meets the same noise and the same room at every ratio.
    """

    name: str = "clean"
    snr: float | None = None
    noises: tuple[Path, ...] = ()
    rooms: tuple[Path, ...] = ()
    telephone: bool = False
    seed: int = 0

    @property
    def clean(self) -> bool:
        """True when nothing is done."""
        return self.snr is None and not self.rooms and not self.telephone

    def apply(self, sound: Sound, clip: str) -> Sound:
        """The sound of the clip with this id under the condition."""
        key = int.from_bytes(hashlib.sha256(clip.encode()).digest()[:8], "big")
        if self.rooms:
            rng = np.random.default_rng((self.seed, key, 1))
            given = [_kept(self.rooms[int(rng.integers(len(self.rooms)))])]
            sound = room.apply(sound, room.draw(rng, room.Options(), sound, given))
        if self.snr is not None:
            rng = np.random.default_rng((self.seed, key, 2))
            given = [_kept(self.noises[int(rng.integers(len(self.noises)))])] if self.noises else []
            sound = noise.apply(sound, noise.draw(rng, noise.Options(self.snr, self.snr), sound, given))
        if self.telephone:
            rng = np.random.default_rng((self.seed, key, 3))
            sound = telephone.apply(sound, telephone.draw(rng, telephone.Options(), sound))
        return sound


def _check(snrs: Sequence[float], seed: int) -> None:
    for snr in snrs:
        if not -_FARTHEST <= snr <= _FARTHEST:  # nan is not either
            raise UsageError(f"{snr:g} dB is no ratio", where="--snr", fix=f"It takes -{_FARTHEST:g} to {_FARTHEST:g}")
    if seed < 0:
        raise UsageError(f"{seed} is no seed", where="--seed", fix="It takes 0 or more")


def conditions(
    snrs: Sequence[float] = (),
    noises: Path | None = None,
    rooms: Path | None = None,
    over_telephone: bool = False,
    seed: int = 0,
) -> list[Condition]:
    """The conditions asked for, clean first. With both ratios and rooms each ratio is also heard in the rooms.

    Raises: UsageError for a folder without recordings, noises without a ratio, a ratio or a seed that cannot be.
    """
    _check(snrs, seed)
    if noises is not None and not snrs:
        raise UsageError("--noise needs --snr", fix="Add for instance --snr 20,10,0")
    noisy = _recordings(noises, "--noise") if noises is not None else ()
    echoing = _recordings(rooms, "--rooms") if rooms is not None else ()
    found = [Condition(seed=seed)]
    found += [Condition(f"snr {snr:g}", snr, noisy, seed=seed) for snr in snrs]
    if echoing:
        found.append(Condition("room", rooms=echoing, seed=seed))
        found += [Condition(f"room, snr {snr:g}", snr, noisy, echoing, seed=seed) for snr in snrs]
    if over_telephone:
        found.append(Condition("telephone", telephone=True, seed=seed))
    return found


def _recordings(folder: Path, flag: str) -> tuple[Path, ...]:
    found = tuple(sorted(p for p in folder.rglob("*") if p.suffix.lower() in _ENDINGS)) if folder.is_dir() else ()
    if not found:
        raise UsageError(f"there are no recordings in {folder}", where=flag, fix="Name a folder of sound files")
    return found


@lru_cache(maxsize=16)
def _kept(path: Path) -> Sound:
    """A noise or a room, kept while it is likely to be drawn again."""
    return load(path, mono=True)
