"""Near-duplicates: the same recording twice, louder, coded anew, a little cut or shifted, found by a spectral fingerprint.

A fingerprint holds how the differences of neighboring mel bands change from frame to frame (the sign of which Haitsma
and Kalker use), so gain and the color of a codec fall out. Clips with alike averages are candidates, and those are laid
over each other at every shift; the similarity is the correlation at the best one. Other takes of the same word by the
same voice stay below the limits, copies lie above.
Source: Haitsma, Kalker, "A highly robust audio fingerprinting system", ISMIR 2002.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from aural.corpora.apart import each
from aural.corpora.manifest import Clip
from aural.errors import AuralError
from aural.progress import Progress, Quiet
from aural.sound.mel import MelOptions, mel_spectrogram
from aural.sound.sound import load

MELS = MelOptions(sample_rate=8000, n_fft=512, hop=128, n_mels=24, f_min=150.0, f_max=3600.0, pad="constant")
HEARD = 20.0  # s from the start of a clip that are compared
SHIFT = 1.2  # s: the largest shift that is looked at
_FRAME = MELS.hop / MELS.sample_rate
_LAG = 2  # frames between which a change is measured
_QUIET = 1e-4  # what lies 40 dB under the loudest band is left to the codecs
_RANGE, _SCALE = 2.0, 60.0  # changes are cut at e^2 and kept as whole numbers
_SHORTEST = 8  # frames with sound: less says nothing
_NEAREST = 24  # candidates for each clip
_ROWS = 512
# Short clips agree by chance more: the least similarity at these seconds with sound, straight in between.
_SECONDS, _LEAST = (0.5, 1.0), (0.85, 0.6)


@dataclass(frozen=True, eq=False)
class Print:
    """A clip's fingerprint: changes int8 [F, M - 1], 0 where it is quiet; averages float32 [2 M]; frames with sound."""

    changes: np.ndarray
    averages: np.ndarray
    heard: int


@dataclass(frozen=True)
class Twins:
    """Two clips that sound like one: `similarity` up to 1; `shift` (s) is how much later the sound comes in `first`."""

    first: Clip
    second: Clip
    similarity: float
    shift: float

    @property
    def across(self) -> bool:
        """True when they stand in different splits, so that what is learned from one is asked of the other."""
        return bool(self.first.split and self.second.split) and self.first.split != self.second.split


def near_duplicates(clips: Sequence[Clip], progress: Progress | None = None, jobs: int = 0) -> list[Twins]:
    """Pairs that are near-duplicates, the most alike first. Clips that cannot be read are passed over.

    About 1.5 kB of memory for a second of sound. `jobs`: as in `apart.each`.
    """
    shown = progress or Quiet()
    found = each(fingerprint, clips, "take fingerprints", shown, jobs)
    able = [k for k, one in enumerate(found) if one is not None and one.heard >= _SHORTEST]
    prints = [one for one in found if one is not None and one.heard >= _SHORTEST]
    twins = []
    for done, (a, b) in enumerate(_candidates(prints)):
        similarity, frames = alike(prints[a], prints[b])
        if similarity >= least(min(prints[a].heard, prints[b].heard) * _FRAME):
            first, second = clips[able[a]], clips[able[b]]
            twins.append(Twins(first, second, round(min(similarity, 1.0), 3), round(frames * _FRAME, 3)))
        if done % _ROWS == 0:
            shown.step(a + 1, len(prints), "compare fingerprints", "clips")
    return sorted(twins, key=lambda t: (-t.similarity, t.first.id, t.second.id))


def placed(twins: Sequence[Twins], parts: Mapping[str, Sequence[Clip]]) -> list[Twins]:
    """The pairs with the split in which each of their clips stands now; those without one are left out. A recording that was
    given for two splits stands in both."""
    place: dict[tuple[str, float, float | None], list[Clip]] = {}
    for name, clips in parts.items():
        for clip in clips:
            place.setdefault(_key(clip), []).append(replace(clip, split=name))
    both = ((t, place.get(_key(t.first), []), place.get(_key(t.second), [])) for t in twins)
    return [replace(t, first=a, second=b) for t, ones, others in both if ones and others for a, b in [_apart(ones, others)]]


def _apart(ones: Sequence[Clip], others: Sequence[Clip]) -> tuple[Clip, Clip]:
    """One of each, in two splits where that can be."""
    return next(((a, b) for a in ones for b in others if a.split != b.split), (ones[0], others[0]))


def remarks(twins: Sequence[Twins], most: int = 5) -> tuple[str, ...]:
    """Sentences for a person: pairs across splits first, then pairs with other labels, then how many there are in all."""
    told = []
    across = [t for t in twins if t.across]
    others = [t for t in twins if set(t.first.labels) != set(t.second.labels)]
    for kind, pairs in (("stand in two splits", across), ("have different labels", others)):
        if pairs:
            named = "; ".join(f"{t.first.id} and {t.second.id} ({t.similarity:.2f})" for t in pairs[:most])
            more = f"; and {len(pairs) - most} more" if len(pairs) > most else ""
            told.append(f"{len(pairs)} {'pair' if len(pairs) == 1 else 'pairs'} of near-duplicates {kind}: {named}{more}")
    if twins and not told:
        told.append(f"{len(twins)} {'pair' if len(twins) == 1 else 'pairs'} of near-duplicates, each in one split with one label")
    return tuple(told)


def least(seconds: float) -> float:
    """The similarity from which on two clips with so many seconds of sound count as near-duplicates."""
    return float(np.interp(seconds, _SECONDS, _LEAST))


def fingerprint(clip: Clip) -> Print | None:
    """The fingerprint of a clip's first 20 s; None when it cannot be read."""
    length = HEARD if clip.duration is None else min(HEARD, clip.duration)
    try:
        sound = load(clip.audio, rate=MELS.sample_rate, mono=True, start=clip.start, end=clip.start + length)
    except AuralError:
        return None
    return print_of(sound.samples[0])


def print_of(samples: np.ndarray) -> Print:
    """The fingerprint of samples [T] at 8000 Hz."""
    energy = mel_spectrogram(samples, options=MELS).T
    top = float(energy.max())
    levels = np.log(energy + _QUIET * top + 1e-20)
    heard = energy.max(axis=1) > np.e * _QUIET * top if top > 1e-12 else np.zeros(len(energy), bool)
    steps = np.diff(levels, axis=1)
    changes = np.zeros_like(steps)
    changes[_LAG:] = steps[_LAG:] - steps[:-_LAG]
    changes[~heard] = 0.0
    kept = levels[heard] if heard.any() else levels
    averages = np.concatenate([kept.mean(axis=0) - kept.mean(), kept.std(axis=0)])
    whole = np.round(np.clip(changes, -_RANGE, _RANGE) * _SCALE).astype(np.int8)
    return Print(whole, averages.astype(np.float32), int(heard.sum()))


def alike(a: Print, b: Print) -> tuple[float, int]:
    """The largest correlation over shifts, and the shift in frames. What overlaps holds most of the clips."""
    x, y = a.changes.astype(np.float32), b.changes.astype(np.float32)
    size = 1 << int(np.ceil(np.log2(len(x) + len(y))))
    spectrum = (np.fft.rfft(x, size, axis=0) * np.fft.rfft(y, size, axis=0).conj()).sum(axis=1)
    most = int(SHIFT / _FRAME)
    lags = np.arange(max(-most, 1 - len(y)), min(most, len(x) - 1) + 1)
    first, last = np.maximum(lags, 0), np.minimum(len(x), len(y) + lags)
    power_x, power_y = _sums(x), _sums(y)
    part_x, part_y = power_x[last] - power_x[first], power_y[last - lags] - power_y[first - lags]
    whole_x, whole_y = max(power_x[-1], 1e-9), max(power_y[-1], 1e-9)
    shares = np.sort([part_x / whole_x, part_y / whole_y], axis=0)
    # Most of both, or nearly all of the one that was cut out of the other.
    enough = (shares[0] >= 0.6) | ((shares[0] >= 0.3) & (shares[1] >= 0.9))
    both = np.sqrt(np.maximum(part_x * part_y, 1e-9))
    values = np.where(enough, np.fft.irfft(spectrum, size)[lags % size] / both, 0.0)
    best = int(values.argmax())
    return float(values[best]), int(lags[best])


def _key(clip: Clip) -> tuple[str, float, float | None]:
    return clip.audio.as_posix(), clip.start, clip.duration


def _sums(x: np.ndarray) -> np.ndarray:
    return np.concatenate([[0.0], np.cumsum((x.astype(np.float64) ** 2).sum(axis=1))])


def _candidates(prints: Sequence[Print]) -> Iterator[tuple[int, int]]:
    """Pairs (a < b) of which one is among the nearest of the other by averages; by blocks, so that memory grows with the clips."""
    if len(prints) < 2:
        return
    averages = np.stack([p.averages for p in prints])
    averages = (averages - averages.mean(axis=0)) / np.maximum(averages.std(axis=0), 1e-3)
    squares = (averages**2).sum(axis=1)
    near = min(_NEAREST, len(prints) - 1)
    nearest = np.empty((len(prints), near), np.int64)
    for at in range(0, len(prints), _ROWS):
        block = averages[at : at + _ROWS]
        distance = squares - 2 * block @ averages.T
        distance[np.arange(len(block)), np.arange(at, at + len(block))] = np.inf
        nearest[at : at + len(block)] = np.argpartition(distance, near - 1, axis=1)[:, :near]
    seen = [set(map(int, row)) for row in nearest]
    for a, row in enumerate(seen):
        # a pair that both name is compared once, when its first clip comes
        yield from ((min(a, b), max(a, b)) for b in sorted(row) if a < b or a not in seen[b])
