"""Who speaks in each frame, and the turns and overlaps that follow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aural.results import Event, Turn, grid_span
from aural.tasks._diarize_hear import Heard
from aural.tasks._diarize_lanes import lanes_of, lanes_with_hidden, likely_of, nearness, share_blocks
from aural.tasks._diarize_voices import Voices

PAUSE = 0.5  # s: a turn goes on over a shorter pause of the same speaker
# Share that "nobody" must not exceed, and that "two at once" must exceed; 0.34 to 0.5 and 0.1 to 0.2 are alike within 0.6
# points of DER. Low for two: the net is too modest about overlap.
SPEECH, OVERLAP = 0.42, 0.12
_VOICE = 0.6  # weight of a voice's likeness beside the lanes
_SHORTEST = 0.2  # s: a shorter turn is more often wrong than right


@dataclass(frozen=True, eq=False)
class Frames:
    """active [F, K]: who speaks in each frame; share [F, K]: how much speaks for each; overlap [F]: that of two at once.

    Shares are float16: half of the memory that hours of them take.
    """

    active: np.ndarray
    share: np.ndarray
    overlap: np.ndarray
    hop: float
    center: float

    def edge(self, frame: int) -> float:
        """Seconds at which a frame begins."""
        return max(0.0, (frame - 0.5) * self.hop + self.center)


def frames_of(heard: Heard, voices: Voices, pause: float = PAUSE, asked: int | None = None) -> Frames:
    """Decide each frame: how many speak, by the windows' own votes; and who, by lanes and voice together.

    `asked`: so many speakers were asked for; each voice then gets at least one place.
    """
    count = len(voices.centers)
    nobody, overlap = _counts(heard)
    likely = likely_of(heard, voices.heard_alone)
    lanes = lanes_with_hidden(heard, likely)[0] if voices.hidden else lanes_of(heard, likely)
    speaking = np.where(nobody > SPEECH, 0, np.where(overlap > OVERLAP, 2, 1)).astype(np.int8)
    active, shared = np.zeros((heard.frames, count), bool), np.zeros((heard.frames, count), np.float16)
    for low, share in share_blocks(heard, lanes, count) if count else ():
        share[:, : likely.shape[1]] += _VOICE * _by_frame(heard, likely, low, low + len(share))
        order = np.argsort(-share, axis=1, kind="stable")
        for place in range(min(2, count)):
            at = np.flatnonzero(speaking[low : low + len(share)] > place)
            active[low + at, order[at, place]] = True
        shared[low : low + len(share)] = share / (1 + _VOICE)
    active = _filled(active, round(pause / heard.hop))
    if asked and count:
        _nobody_left_out(active, heard, voices)
    return Frames(active, shared, overlap, heard.hop, heard.center)


def _by_frame(heard: Heard, likely: np.ndarray, low: int, high: int) -> np.ndarray:
    """The likelihoods [F, K] of the vector nearest to each of the frames [low, high)."""
    if not len(likely):
        return np.zeros((high - low, likely.shape[1]), np.float32)
    middle = np.arange(low, high) * heard.hop + heard.center
    after = np.clip(np.searchsorted(heard.times, middle), 1, max(1, len(heard.times) - 1))
    before = after - 1
    after = np.minimum(after, len(heard.times) - 1)
    nearest = np.where(middle - heard.times[before] <= heard.times[after] - middle, before, after)
    far = np.abs(heard.times[nearest] - middle) > 1.0
    return np.asarray(likely[nearest] * ~far[:, None])


def _counts(heard: Heard) -> tuple[np.ndarray, np.ndarray]:
    """Means over all windows of the probability of nobody [F], and of two or more at once [F]."""
    total = heard.frames
    nobody, overlap, seen = np.zeros(total, np.float32), np.zeros(total, np.float32), np.zeros(total, np.float32)
    several, empty = heard.members.sum(axis=1) > 1, heard.members.sum(axis=1) == 0
    for window, first in enumerate(heard.first.tolist()):
        low, high = max(0, first), min(total, first + heard.sets.shape[1])
        sets = heard.sets[window][low - first : high - first].astype(np.float32) / 255
        nobody[low:high] += sets[:, empty].sum(axis=1)
        overlap[low:high] += sets[:, several].sum(axis=1)
        seen[low:high] += 1
    return np.where(seen > 0, nobody / np.maximum(seen, 1), 1), overlap / np.maximum(seen, 1)


def _filled(active: np.ndarray, gap: int) -> np.ndarray:
    """Each speaker's own pauses of fewer than `gap` frames closed."""
    for k in range(active.shape[1]):
        starts, ends = runs(active[:, k])
        for end, start in zip(ends[:-1].tolist(), starts[1:].tolist(), strict=True):
            if start - end < gap:
                active[end:start, k] = True
    return active


def runs(flags: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """First frames, and frames after the last, of the runs of True in flags [F]."""
    change = np.diff(np.concatenate([[0], flags.astype(np.int8), [0]]))
    return np.flatnonzero(change == 1), np.flatnonzero(change == -1)


def _nobody_left_out(active: np.ndarray, heard: Heard, voices: Voices) -> None:
    """Give a voice that nowhere came first the place where its own vector fits best."""
    near = nearness(heard.vectors, voices.centers)
    reach = max(1, round(0.2 / heard.hop))
    for k in np.flatnonzero(~active.any(axis=0)).tolist():
        others = np.delete(near, k, axis=1).max(axis=1) if near.shape[1] > 1 else np.zeros(len(near))
        for best in np.argsort(others - near[:, k], kind="stable").tolist():
            at = round((float(heard.times[best]) - heard.center) / heard.hop)
            low, high = max(0, at - reach), min(len(active), at + reach + 1)
            rest = active.copy()
            rest[low:high] = False
            rest[low:high, k] = True
            if (rest.any(axis=0) >= active.any(axis=0)).all():
                active[:] = rest
                break


def turns_of(frames: Frames, duration: float) -> tuple[tuple[Turn, ...], list[int]]:
    """Turns in the order of their start, labelled SPEAKER_00 ... by first speech; and the voice behind each label."""
    found: list[tuple[float, float, int, float]] = []
    for k in range(frames.active.shape[1]):
        for first, last in zip(*(r.tolist() for r in runs(frames.active[:, k])), strict=True):
            start, end = frames.edge(first), min(frames.edge(last), duration)
            if end > start:
                found.append((start, end, k, float(frames.share[first:last, k].mean(dtype=np.float32))))
    found = _long_enough(found)
    order = list(dict.fromkeys(k for _, _, k, _ in found))
    names = {k: f"SPEAKER_{i:02}" for i, k in enumerate(order)}
    turns = tuple(
        Turn(*grid_span(start, end, duration), speaker=names[k], confidence=round(min(1.0, share), 3))
        for start, end, k, share in found
    )
    return turns, order


def _long_enough(found: list[tuple[float, float, int, float]]) -> list[tuple[float, float, int, float]]:
    """The turns of a useful length in order, and of a speaker with short ones only the longest."""
    longest: dict[int, float] = {}
    for start, end, k, _ in found:
        longest[k] = max(longest.get(k, 0.0), end - start)
    return sorted(turn for turn in found if turn[1] - turn[0] >= min(_SHORTEST, longest[turn[2]]))


def overlaps_of(frames: Frames, duration: float) -> tuple[Event, ...]:
    """The places where two or more speak at once."""
    found = []
    for first, last in zip(*(r.tolist() for r in runs(frames.active.sum(axis=1) > 1)), strict=True):
        start, end = frames.edge(first), min(frames.edge(last), duration)
        if end - start >= _SHORTEST / 4:
            score = round(float(frames.overlap[first:last].mean()), 3)
            found.append(Event(*grid_span(start, end, duration), "overlap", score=score, layer="overlap"))
    return tuple(found)
