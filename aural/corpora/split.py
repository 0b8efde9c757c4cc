"""Clips into train and valid by group, never by row: no voice, recording or source stands on both sides."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from aural.corpora.manifest import Clip
from aural.errors import LearningError


@dataclass(frozen=True)
class Parts:
    """The clips of each part, in the order of the rows; what they were split by; and what a user should know."""

    clips: Mapping[str, list[Clip]]
    by: str
    remarks: tuple[str, ...] = ()


@dataclass(eq=False)
class _Part:
    share: float
    counts: Counter[str] = field(default_factory=Counter)


def grouped_by(clips: Sequence[Clip]) -> str:
    """What names the groups: "group" or "speaker" where every clip has one, "recording" where parts of one file stand
    in several rows, else "clip"."""
    for key in ("group", "speaker"):
        if all(clip.value(key) for clip in clips) and len({clip.value(key) for clip in clips}) > 1:
            return key
    return "recording" if len({clip.audio for clip in clips}) < len(clips) else "clip"


def group_of(clip: Clip, by: str) -> str:
    """The group of a clip."""
    if by in ("group", "speaker"):
        return str(clip.value(by))
    return str(clip.audio) if by == "recording" else clip.id


def split(clips: Sequence[Clip], shares: Mapping[str, float], seed: int = 0) -> Parts:
    """Clips to parts of about these shares, each label in each part as far as groups allow.

    Rows that name their split keep it, when all do. The answer follows from the groups' names and the seed, not from
    the order of the rows. Raises: LearningError when there are fewer groups than parts.
    """
    if all(clip.split for clip in clips) and {c.split for c in clips} >= set(shares):
        kept = {name: [c for c in clips if c.split == name] for name in shares}
        return Parts(kept, "the split that the rows name")
    by = grouped_by(clips)
    groups: dict[str, list[Clip]] = defaultdict(list)
    for clip in clips:
        groups[group_of(clip, by)].append(clip)
    if len(groups) < len(shares):
        what = f"{len(groups)} {by if len(groups) == 1 else by + 's'} cannot be split into {len(shares)} parts"
        raise LearningError(what, fix="Give --valid, or rows with other groups")
    told = _assigned(groups, shares, seed)
    places = {name: part for part, names in told.items() for name in names}
    parts: dict[str, list[Clip]] = {name: [] for name in shares}
    for clip in clips:
        parts[places[group_of(clip, by)]].append(clip)
    return Parts(parts, by, _remarks(parts))


def folds(clips: Sequence[Clip], count: int, seed: int = 0) -> list[tuple[list[Clip], list[Clip]]]:
    """Group k-fold: (train, valid) for each of `count` folds; every clip is in valid once. Raises: LearningError."""
    shares = {str(k): 1 / count for k in range(count)}
    bare = list(clips)
    by = grouped_by(bare)
    groups: dict[str, list[Clip]] = defaultdict(list)
    for clip in bare:
        groups[group_of(clip, by)].append(clip)
    if len(groups) < count:
        raise LearningError(f"{len(groups)} groups cannot make {count} folds", fix="Ask for fewer folds")
    told = _assigned(groups, shares, seed)
    place = {name: part for part, names in told.items() for name in names}
    return [
        ([c for c in bare if place[group_of(c, by)] != part], [c for c in bare if place[group_of(c, by)] == part])
        for part in shares
    ]


def _assigned(groups: Mapping[str, list[Clip]], shares: Mapping[str, float], seed: int) -> dict[str, list[str]]:
    """Groups to parts, the largest first, each to the part that lacks its labels most for its share."""
    total = sum(shares.values())
    parts = {name: _Part(share / total) for name, share in shares.items()}
    whole = Counter(label for clips in groups.values() for clip in clips for label in clip.labels or ("",))
    told: dict[str, list[str]] = {name: [] for name in shares}
    for name in sorted(groups, key=lambda n: (-len(groups[n]), _drawn(n, seed))):
        own = Counter(label for clip in groups[name] for label in clip.labels or ("",))

        def lack(part: str, own: Counter[str] = own) -> float:
            have, share = parts[part].counts, parts[part].share
            return sum(n * (share - have[label] / whole[label]) for label, n in own.items()) / share

        best = max(shares, key=lambda part: (lack(part), parts[part].share))
        told[best].append(name)
        parts[best].counts.update(own)
    for name in shares:
        if not told[name]:
            fullest = max(shares, key=lambda part: len(told[part]))
            told[name].append(told[fullest].pop())
    return told


def _drawn(name: str, seed: int) -> str:
    return hashlib.sha256(f"{seed}:{name}".encode()).hexdigest()


def _remarks(parts: Mapping[str, list[Clip]]) -> tuple[str, ...]:
    labels = {name: {label for c in clips for label in c.labels} for name, clips in parts.items()}
    every = set().union(*labels.values())
    return tuple(f"{name} has no clip of: {', '.join(sorted(every - have))}" for name, have in labels.items() if every - have)
