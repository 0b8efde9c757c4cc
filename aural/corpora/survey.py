"""One pass over the recordings of a set: how many, how long, which classes, and which of them are odd."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np

from aural.corpora.manifest import Clip
from aural.errors import SoundError
from aural.progress import Progress, Quiet
from aural.results import Question
from aural.sound.source import Source

SILENT = 10 ** (-70 / 20)  # the largest level (root mean square of 0.1 s) below which a clip holds nothing
CLIPPED = 0.01  # share of samples at the rails from which on a clip counts as clipped
SHORT = 0.05  # s: less is too short to hear anything in
_SHOWN = 5
_TEST = "Record or find more"


@dataclass(frozen=True)
class Look:
    """What one clip is: length (s), rate and channels as stored, what is odd about it, and a hash of its samples."""

    duration: float
    sample_rate: int
    channels: int
    odd: tuple[str, ...]
    digest: str
    readable: bool = True


@dataclass(frozen=True)
class Survey:
    """The clips that were seen, in their order, with what each is."""

    clips: tuple[Clip, ...]
    looks: tuple[Look, ...]
    odd: tuple[tuple[str, str], ...] = field(default=())

    @property
    def hours(self) -> float:
        return sum(look.duration for look in self.looks) / 3600

    @property
    def unusable(self) -> frozenset[str]:
        """Ids of clips that cannot be learned from: unreadable, empty or too short."""
        return frozenset(c.id for c, look in zip(self.clips, self.looks, strict=True) if not look.readable)

    @property
    def durations(self) -> dict[str, float]:
        """id -> seconds."""
        return {c.id: look.duration for c, look in zip(self.clips, self.looks, strict=True) if look.readable}

    def text(self) -> str:
        """What a person wants to know before a training, in a few lines."""
        seen = [look for look in self.looks if look.readable]
        if not seen:
            return f"{len(self.clips)} clips, none of which can be read"
        lengths = np.array([look.duration for look in seen])
        low, middle, high = np.quantile(lengths, (0.0, 0.5, 1.0))
        spoken = _long(self.hours)
        lines = [f"{len(self.clips)} clips, {spoken}; lengths {low:.2f} to {high:.2f} s, half of them under {middle:.2f} s"]
        lines.append(f"sample rates: {_counted(Counter(f'{look.sample_rate} Hz' for look in seen))}")
        classes = Counter(label for c in self.clips for label in c.labels)
        if classes:
            lines.append(f"{len(classes)} labels: {_counted(classes, 12)}")
        for what, names in _kinds(self.odd):
            more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
            lines.append(f"odd: {len(names)} {what}: {', '.join(names[:_SHOWN])}{more}")
        return "\n".join(lines)


def survey(clips: Sequence[Clip], progress: Progress | None = None, threads: int = 4) -> Survey:
    """Decode every clip once; what cannot be read is told, not raised."""
    shown = progress or Quiet()
    looks: list[Look] = []
    with ThreadPoolExecutor(threads) as pool:
        for done, look in enumerate(pool.map(_looked, clips), 1):
            looks.append(look)
            shown.step(done, len(clips), "look at the recordings", "clips")
    odd = [(c.id, what) for c, look in zip(clips, looks, strict=True) for what in look.odd]
    odd += _doubled(clips, looks)
    return Survey(tuple(clips), tuple(looks), tuple(odd))


def complaint(clips: Sequence[Clip], question: Question) -> str | None:
    """Why these clips cannot carry a model that answers the question; None when they may."""
    if not clips:
        return "there are no clips"
    if question.answer == "number":
        return _few_numbers(clips) if question.over == "clip" else None
    if question.over == "sequence" or question.over == "frame":
        return None
    counts = Counter(label for c in clips for label in c.labels)
    unlabeled = sum(not c.labels for c in clips)
    if question.answer == "class" and unlabeled:
        return f"{unlabeled} of {len(clips)} clips have no label"
    if question.answer == "class" and len(counts) < 2:
        return f"all clips have the same label ({next(iter(counts), 'none')}), so there is nothing to tell apart"
    rare = sorted(name for name, n in counts.items() if n < 4)
    if rare and question.answer == "class":
        return f"{len(rare)} of {len(counts)} labels have fewer than 4 clips ({', '.join(rare[:4])}): no figure would mean anything"
    return None


def _few_numbers(clips: Sequence[Clip]) -> str | None:
    values = {c.label for c in clips}
    return "all clips have the same number" if len(values) < 2 else None


def _looked(clip: Clip) -> Look:
    end = None if clip.duration is None else clip.start + clip.duration
    try:
        with Source(clip.audio) as source:
            stored = source.encoding
            sound = source.load(rate=None, mono=True, start=clip.start, end=end)
    except SoundError as error:
        return Look(0.0, 0, 0, (f"unreadable ({error.what})",), "", readable=False)
    samples = sound.samples[0]
    odd = []
    if sound.duration < SHORT:
        return Look(sound.duration, stored.sample_rate, stored.channels, ("too short",), "", readable=False)
    peak = float(np.abs(samples).max())
    if _loudest(samples, sound.sample_rate) < SILENT:
        odd.append("silent")
    elif peak >= 0.98 and float((np.abs(samples) >= 0.995 * peak).mean()) > CLIPPED:
        odd.append("clipped")
    digest = hashlib.sha256(samples.tobytes()).hexdigest()
    return Look(sound.duration, stored.sample_rate, stored.channels, tuple(odd), digest)


def _loudest(samples: np.ndarray, rate: int) -> float:
    size = max(1, rate // 10)
    whole = samples[: len(samples) // size * size].reshape(-1, size) if len(samples) >= size else samples[None]
    return float(np.sqrt((whole.astype(np.float64) ** 2).mean(1)).max())


def _doubled(clips: Sequence[Clip], looks: Sequence[Look]) -> list[tuple[str, str]]:
    first: dict[str, str] = {}
    found = []
    for clip, look in zip(clips, looks, strict=True):
        if look.digest and look.digest in first and "silent" not in look.odd:
            found.append((clip.id, "doubled"))
        first.setdefault(look.digest, clip.id)
    return found


def _kinds(odd: Sequence[tuple[str, str]]) -> list[tuple[str, list[str]]]:
    kinds: dict[str, list[str]] = {}
    for name, what in odd:
        kinds.setdefault(what.partition(" (")[0], []).append(name)
    return sorted(kinds.items())


def _counted(counts: Counter[str], most: int = 6) -> str:
    told = [f"{name} {n}" for name, n in sorted(counts.items(), key=lambda x: (-x[1], x[0]))[:most]]
    return ", ".join(told) + (f" and {len(counts) - most} more" if len(counts) > most else "")


def _long(hours: float) -> str:
    return f"{hours:.1f} hours" if hours >= 1 else f"{60 * hours:.1f} minutes"
