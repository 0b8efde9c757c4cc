"""Cuts long recordings into windows that a recognizer takes well: in pauses, overlapping where there is none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from aural.tasks._gate import FRAME, HOP, Heard


@dataclass(frozen=True)
class Cuts:
    """Where windows end. Recordings up to `whole` s stay in one piece; longer ones are cut between
    `shortest` and `longest` s at the frame with the least voice, smoothed over `smooth` s. Where even
    that frame is voiced, the next window begins `overlap` s before the cut and this one ends as much
    behind it. Silence of more than `silence` s at a window's ends is left out but for half of that.
    """

    whole: float = 30.0
    shortest: float = 12.0
    longest: float = 22.0
    smooth: float = 0.29
    overlap: float = 1.6
    voiced: float = 0.5
    silence: float = 2.0


@dataclass(frozen=True, eq=False)
class Window:
    """One stretch to recognize. `seam` is the time (s) of the cut before it when the window before
    overlaps it, else None; `overlapped` tells that the next one begins inside it."""

    heard: Heard
    seam: float | None = None
    overlapped: bool = False


def windows(blocks: Iterable[Heard], cuts: Cuts) -> Iterator[Window]:
    """The windows of a recording in order; holds little more than one window in memory."""
    held: Heard | None = None
    whole, seam, before = _frames(cuts.whole), None, 0  # `before`: frames of `held` that the last window had too
    for block in blocks:
        held = block if held is None else held.joined(block)
        while len(held.voice) - before > whole:
            held = _without_lead(held, before, cuts)
            if len(held.voice) - before <= whole:
                break
            at, hard = best_cut(held.voice[before:], held.level[before:], cuts)
            at += before
            over = _frames(cuts.overlap) if hard else 0
            yield Window(held.part(0, at + over), seam, hard)
            seam = held.start + at * HOP if hard else None
            held, before = held.part(at - over, len(held.voice)), over
    if held is not None and len(held.samples) > before * FRAME:
        yield Window(held, seam)


def trimmed(heard: Heard, cuts: Cuts = Cuts(), soft: float = 0.1) -> Heard:
    """A window without long silence at its ends. Nothing that the gate finds in the least likely is lost."""
    some = np.flatnonzero(heard.voice >= soft)
    if not len(some):
        return heard
    keep, limit = _frames(cuts.silence / 2), _frames(cuts.silence)
    first = int(some[0]) - keep if some[0] > limit else 0
    last = int(some[-1]) + 1 + keep if len(heard.voice) - some[-1] > limit else len(heard.voice)
    return heard.part(first, last)


def halves(heard: Heard) -> tuple[Heard, Heard]:
    """A window in two, cut at the least voiced frame of its middle third."""
    count = len(heard.voice)
    at = count // 3 + _quietest(heard.voice[count // 3 : max(2 * count // 3, count // 3 + 1)], heard.level, 9)
    at = min(max(at, 1), count - 1)
    return heard.part(0, at), heard.part(at, count)


def best_cut(voice: np.ndarray, level: np.ndarray, cuts: Cuts) -> tuple[int, bool]:
    """The frame to cut at, and whether somebody speaks there."""
    low, high = _frames(cuts.shortest), _frames(cuts.longest)
    size = _frames(cuts.smooth)
    at = low + _quietest(voice[low:high], level[low:high], size)
    around = voice[max(0, at - size // 2) : at + size // 2 + 1]
    return at, bool(around.mean() > cuts.voiced)


def _quietest(voice: np.ndarray, level: np.ndarray, size: int) -> int:
    """The frame with the least voice around it; among equals the softest, then the latest."""
    soft = np.clip((level[: len(voice)] + 80.0) / 80.0, 0.0, 1.0)
    cost = voice + 0.1 * soft if len(soft) == len(voice) else voice
    kernel = np.ones(size) / size
    padded = np.pad(cost, size // 2, mode="edge")
    smoothed = np.convolve(padded, kernel, "valid")[: len(cost)]
    return int(len(smoothed) - 1 - np.argmin(smoothed[::-1]))


def _without_lead(held: Heard, before: int, cuts: Cuts) -> Heard:
    """Drop the silence at the beginning of what is held, so that hours of it cost nothing."""
    if before:
        return held
    some = np.flatnonzero(held.voice >= 0.1)
    keep = _frames(cuts.silence / 2)
    first = int(some[0]) - keep if len(some) else len(held.voice) - keep
    return held.part(first, len(held.voice)) if first > _frames(cuts.silence) else held


def _frames(seconds: float) -> int:
    return round(seconds / HOP)
