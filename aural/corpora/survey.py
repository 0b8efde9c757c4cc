"""One pass over the recordings of a set: how many, how long, which classes, and which of them are odd."""

from __future__ import annotations

import hashlib
import math
import textwrap
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from aural.corpora.apart import each
from aural.corpora.manifest import Clip
from aural.errors import AuralError
from aural.progress import Progress, Quiet
from aural.results import Question
from aural.sound.source import Source

SILENT = 10 ** (-70 / 20)  # the largest level (root mean square of 0.1 s) below which a clip holds nothing
CLIPPED = 0.01  # share of samples at the rails from which on a clip counts as clipped
SHORT = 0.05  # s: less is too short to hear anything in
_RAIL = 0.98  # the level from which on a flat top is taken for a rail
_SHOWN, _CLASSES = 4, 20
_HELD = "\u00a0"  # a blank at which no line is broken
_FEW = 4  # clips of a label: fewer cannot be split and judged
_TIMED = ("notes", "times", "pitch", "beats")  # keys of rows that tell when something happens


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
    """The clips that were seen, in their order, with what each is; `odd`: (id, what) of those that a person should hear."""

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

    def kept(self, clips: Sequence[Clip]) -> list[Clip]:
        """Of these clips, all seen here, the ones that can be learned from, each with its length."""
        known = {_key(c): look for c, look in zip(self.clips, self.looks, strict=True)}
        return [replace(c, duration=known[_key(c)].duration) for c in clips if known[_key(c)].readable]

    def text(self, width: int = 100) -> str:
        """What a person wants to know before a training, in a few lines of at most `width` letters."""
        seen = [look for look in self.looks if look.readable]
        lines = [f"{_many(len(self.clips), 'clip')}, none of which can be used"]
        if seen:
            lengths = np.array([look.duration for look in seen])
            low, middle, most, high = np.quantile(lengths, (0.0, 0.5, 0.95, 1.0))
            kinds = Counter(f"{look.sample_rate} Hz" for look in seen)
            channels = Counter({1: "mono", 2: "stereo"}.get(look.channels, f"{look.channels} channels") for look in seen)
            lines = [
                f"{_many(len(self.clips), 'clip')}, {_long(self.hours)}",
                f"lengths: {low:.2f} to {high:.2f} s, half under {middle:.2f} s, 95 % under {most:.2f} s",
                f"rates: {_counted(kinds)}; {_counted(channels) if len(channels) > 1 else f'all {next(iter(channels))}'}",
            ]
        lines += self._classes()
        for what, names in _kinds(self.odd):
            lines.append(f"odd: {len(names)} {what}: {_listed(names)}")
        filled = (textwrap.fill(line, width, subsequent_indent="  ", break_on_hyphens=False) for line in lines)
        return "\n".join(filled).replace(_HELD, " ")

    def _classes(self) -> list[str]:
        counts = Counter(label for c in self.clips for label in c.labels)
        bare = sum(not c.labels for c in self.clips)
        if not counts:
            heard = Counter(event.label for c in self.clips for event in c.events or ())
            return [f"{_many(len(heard), 'kind')} of events: {_counted(heard, _CLASSES)}"] if heard else []
        told = f"{_many(len(counts), 'label')}: {_counted(counts, _CLASSES)}"
        return [told] + ([f"without a label: {_many(bare, 'clip')}"] if bare else [])


def survey(clips: Sequence[Clip], progress: Progress | None = None, jobs: int = 0) -> Survey:
    """Decode every clip once, in blocks; what cannot be read is told, not raised. `jobs`: as in `apart.each`."""
    looks = each(look, clips, "look at the recordings", progress or Quiet(), jobs)
    odd = [(c.id, what) for c, seen in zip(clips, looks, strict=True) for what in seen.odd]
    return Survey(tuple(clips), tuple(looks), tuple(odd + _doubled(clips, looks)))


def look(clip: Clip) -> Look:
    """Decode one clip and tell what it is."""
    try:
        return _looked(clip)
    except AuralError as error:
        return Look(0.0, 0, 0, (f"unreadable ({error.what})",), "", readable=False)


def complaint(clips: Sequence[Clip], question: Question) -> str | None:
    """Why these clips cannot carry a model that answers the question; None when they may."""
    if not clips:
        return "there are no clips"
    if question.over == "frame" and question.answer == "number":
        return None if any(c.extra.get("pitch") for c in clips) else "no clip has a pitch: the rows need the key 'pitch'"
    if question.over == "frame":
        timed = any(c.events or c.rttm or c.turns or any(c.extra.get(k) for k in _TIMED) for c in clips)
        return None if timed else "no clip tells when anything happens in it: the rows need events (start, end, label)"
    if question.over == "sequence":
        return _in_sequence(clips, question)
    if question.answer == "number":
        return _numbers(clips)
    return _labels(clips, several=question.answer == "set")


def _in_sequence(clips: Sequence[Clip], question: Question) -> str | None:
    if question.answer == "class":
        return None if any(c.text or c.labels for c in clips) else "no clip has a text"
    key = "notes" if question.answer == "set" else "times"
    return None if any(c.extra.get(key) for c in clips) else f"no clip has {key}: the rows need the key {key!r}"


def _labels(clips: Sequence[Clip], several: bool) -> str | None:
    counts = Counter(label for c in clips for label in c.labels)
    bare = sum(not c.labels for c in clips)
    if not counts:
        return "no clip has a label"
    if bare and not several:
        return f"{bare} of {len(clips)} clips have no label"
    if len(counts) < 2 and not (several and bare):
        return f"all clips have the same label ({next(iter(counts))}), so there is nothing to tell apart"
    rare = sorted(name for name, n in counts.items() if n < _FEW)
    if rare and not several:
        return f"{len(rare)} of {len(counts)} labels have fewer than {_FEW} clips ({_listed(rare)}): no figure would mean anything"
    if several and len(rare) == len(counts):
        return f"no label has {_FEW} clips"
    return None


def _numbers(clips: Sequence[Clip]) -> str | None:
    if all(c.label is None for c in clips):
        return "no clip has a label, and the label is the number"
    odd = next((c for c in clips if c.label is not None and not _finite(c.label)), None)
    if odd is not None:
        return f"the label {odd.label!r} of {odd.id} is no number"
    return "all clips have the same number" if len({c.label for c in clips}) < 2 else None


def _finite(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _looked(clip: Clip) -> Look:
    end = None if clip.duration is None else clip.start + clip.duration
    digest, length, loudest, tops = hashlib.sha256(), 0, 0.0, list[tuple[float, int]]()
    with Source(clip.audio) as source:
        stored = source.encoding
        for block in source.blocks(30.0, rate=None, start=clip.start, end=end):
            samples = block.samples[0]
            digest.update(samples.tobytes())
            length += len(samples)
            loudest = max(loudest, _loudest(samples, block.sample_rate))
            size = np.abs(samples)
            peak = float(size.max())
            tops.append((peak, int((size >= 0.995 * peak).sum())))
        notes = source.notes
    duration = length / stored.sample_rate
    if duration < SHORT:
        return Look(duration, stored.sample_rate, stored.channels, ("too short",), "", readable=False)
    odd = [f"with damage ({note})" for note in notes]
    peak = max(top for top, _ in tops)
    flat = sum(count for top, count in tops if top >= 0.995 * peak)
    if loudest < SILENT:
        odd.append("silent")
    elif peak >= _RAIL and flat > CLIPPED * length:
        odd.append("clipped")
    return Look(duration, stored.sample_rate, stored.channels, tuple(odd), digest.hexdigest())


def _loudest(samples: np.ndarray, rate: int) -> float:
    size = max(1, rate // 10)
    whole = samples[: len(samples) // size * size].reshape(-1, size) if len(samples) >= size else samples[None]
    return float(np.sqrt((whole.astype(np.float64) ** 2).mean(1)).max())


def _doubled(clips: Sequence[Clip], looks: Sequence[Look]) -> list[tuple[str, str]]:
    first: dict[str, Clip] = {}
    found = []
    for clip, seen in zip(clips, looks, strict=True):
        if not seen.digest or "silent" in seen.odd:
            continue
        twin = first.setdefault(seen.digest, clip)
        if twin is not clip:
            other = set(twin.labels) != set(clip.labels)
            told = f"as {twin.id}, labeled {', '.join(twin.labels) or 'nothing'} there" if other else f"as {twin.id}"
            found.append((clip.id, f"doubled {'with other labels ' if other else ''}({told})"))
    return found


def _key(clip: Clip) -> tuple[str, float, float | None]:
    return clip.audio.as_posix(), clip.start, clip.duration


def _kinds(odd: Sequence[tuple[str, str]]) -> list[tuple[str, list[str]]]:
    kinds: dict[str, list[str]] = {}
    for name, what in odd:
        kind, mark, why = what.partition(" (")
        kinds.setdefault(kind, []).append(f"{name} ({why}" if mark and "doubled" in kind else name)
    return sorted(kinds.items())


def _counted(counts: Counter[str], most: int = 6) -> str:
    told = [f"{name} {n}".replace(" ", _HELD) for name, n in sorted(counts.items(), key=lambda x: (-x[1], x[0]))[:most]]
    return ", ".join(told) + (f" and {len(counts) - most} more" if len(counts) > most else "")


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _long(hours: float) -> str:
    return f"{hours:.1f} hours" if hours >= 1 else f"{60 * hours:.1f} minutes"
