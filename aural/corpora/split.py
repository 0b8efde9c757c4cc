"""Clips into parts by group, never by row: no voice, recording or source stands on two sides."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from aural.corpora.manifest import Clip
from aural.errors import LearningError

RECORDINGS = ("recording", "session", "patient", "subject", "source_clip", "src_file", "fsid", "source")
_VAGUE = frozenset({"source"})  # may also name a whole collection; counts only where no value has more than this share
_MOST = 0.25
_NOBODY = frozenset({"", "unknown", "none", "n/a"})  # values that name nothing
_SHOWN = 6


@dataclass(frozen=True)
class Parts:
    """The clips of each part, in the order of the rows; what they were split by; and what a user should know."""

    clips: Mapping[str, list[Clip]]
    by: str
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Groups:
    """The group of each clip, in the order of the clips, and what names the groups."""

    names: tuple[str, ...]
    by: str


@dataclass(eq=False)
class _Part:
    share: float
    counts: Counter[str] = field(default_factory=Counter)


def grouped_by(clips: Sequence[Clip]) -> str:
    """What names the groups, for print: "group", "speaker", "recording", "source", "clip", or two of them ("speaker, else
    recording")."""
    return groups_of(clips).by


def groups_of(clips: Sequence[Clip], together: Iterable[tuple[Clip, Clip]] = ()) -> Groups:
    """The first of group, speaker and a key of recordings that tells clips apart and that the clip has; else its file.

    Rows that cut one file into parts never part: their groups become one, unless then fewer than three were left or one
    held most of the clips (meetings, where everyone speaks everywhere); a `group` that the rows name stands as it is.
    """
    keys = [key for key in ("group", "speaker", *RECORDINGS) if _tells(clips, key)]
    files = Counter(clip.audio for clip in clips)
    plain, used = [], Counter[str]()
    for clip in clips:
        key = next((k for k in keys if _named(clip, k)), None) or ("recording" if files[clip.audio] > 1 else "clip")
        used[key] += 1
        named = clip.audio.as_posix() if key == "recording" and not _named(clip, key) else clip.value(key)
        plain.append(f"{key} {clip.id if key == 'clip' else named}")
    by = ", else ".join(sorted(used, key=lambda k: (*keys, "recording", "clip").index(k)))
    names = plain if "group" in used else _by_file(clips, plain, files)
    place = {_key(clip): name for clip, name in zip(clips, names, strict=True)}
    twins = [(place[_key(a)], place[_key(b)]) for a, b in together if _key(a) in place and _key(b) in place]
    return Groups(tuple(_joined(names, twins)), by)


def split(
    clips: Sequence[Clip], shares: Mapping[str, float], seed: int = 0, *, together: Iterable[tuple[Clip, Clip]] = ()
) -> Parts:
    """Clips to parts of about these shares, each label in each part as far as groups allow.

    A split that rows name is kept: other splits that they name stay beside the asked ones, and an asked one that no row
    names is cut from "train". Pairs in `together` (near-duplicates) come to one side. The answer follows from the groups'
    names and the seed, not from the order of the rows.
    Raises: LearningError when there are fewer groups than parts.
    """
    told = {clip.split for clip in clips if clip.split}
    groups = groups_of(clips, together)
    whole = told >= set(shares)
    # What no row names comes out of train; what is named otherwise (test) stays what it is.
    place = {k: c.split for k, c in enumerate(clips) if c.split and (whole or c.split != "train")}
    free = [k for k in range(len(clips)) if k not in place]
    by = f"the split that the rows name{f', the rest by {groups.by}' if free else ''}" if place else groups.by
    if whole:
        place |= _followed(free, groups, place, next(iter(shares)))
    elif free:
        place |= _divided(clips, free, groups, {n: s for n, s in shares.items() if n == "train" or n not in told}, seed)
    parts: dict[str, list[Clip]] = {name: [] for name in (*shares, *sorted(set(place.values()) - set(shares)))}
    for k, clip in enumerate(clips):
        parts[place[k]].append(clip)
    return Parts(parts, by, (*_torn(groups, place), *_missing({name: parts[name] for name in shares})))


def folds(
    clips: Sequence[Clip], count: int, seed: int = 0, *, together: Iterable[tuple[Clip, Clip]] = ()
) -> list[tuple[list[Clip], list[Clip]]]:
    """Group k-fold: (train, valid) for each of `count` folds; every clip is in valid once.

    The key `fold` of the rows is kept where it names as many. Raises: LearningError for fewer groups than folds.
    """
    named = [clip.value("fold") for clip in clips]
    if all(n is not None for n in named) and len(set(map(str, named))) == count:
        place = {k: str(n) for k, n in enumerate(named)}
        names = sorted(set(place.values()))
    else:
        names = [str(k) for k in range(count)]
        place = _divided(clips, range(len(clips)), groups_of(clips, together), dict.fromkeys(names, 1 / count), seed)
    return [
        ([c for k, c in enumerate(clips) if place[k] != name], [c for k, c in enumerate(clips) if place[k] == name])
        for name in names
    ]  # fmt: skip


def _named(clip: Clip, key: str) -> str:
    """The value of a key that names something; "" for none."""
    text = str("" if clip.value(key) is None else clip.value(key))
    return "" if text.strip().lower() in _NOBODY else text


def _tells(clips: Sequence[Clip], key: str) -> bool:
    """True when a key names at least two groups; one that may name collections, only when none of them is large."""
    counts = Counter(name for clip in clips if (name := _named(clip, key)))
    return len(counts) > 1 and (key not in _VAGUE or max(counts.values()) <= max(_MOST * len(clips), 1))


def _by_file(clips: Sequence[Clip], names: list[str], files: Counter[Path]) -> list[str]:
    """Names where groups that share a file have become one; as they were where that left too little to split."""
    if max(files.values(), default=0) < 2:
        return names
    first: dict[Path, str] = {}
    joined = _joined(names, [(name, first.setdefault(clip.audio, name)) for clip, name in zip(clips, names, strict=True)])
    largest = max(Counter(joined).values())
    whole = len(set(joined)) < min(3, len(set(names))) or (largest > len(clips) / 2 and largest > max(Counter(names).values()))
    return names if whole else joined


def _joined(names: Sequence[str], pairs: Iterable[tuple[str, str]]) -> list[str]:
    """The names, those of pairs made one (the least of them)."""
    parent = {name: name for name in names}

    def root(name: str) -> str:
        while parent[name] != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    for name, other in pairs:
        low, high = sorted((root(name), root(other)))
        parent[high] = low
    return [root(name) for name in names]


def _key(clip: Clip) -> tuple[str, float, float | None]:
    return clip.audio.as_posix(), clip.start, clip.duration


def _followed(free: Sequence[int], groups: Groups, place: Mapping[int, str], other: str) -> dict[int, str]:
    """Rows without a split go where their group is; the rest to `other`, since no part was lacking."""
    known = {groups.names[k]: name for k, name in sorted(place.items(), reverse=True)}
    return {k: known.get(groups.names[k], other) for k in free}


def _divided(clips: Sequence[Clip], free: Iterable[int], groups: Groups, shares: Mapping[str, float], seed: int) -> dict[int, str]:
    """Clip number -> part, for these clips."""
    held: dict[str, list[int]] = defaultdict(list)
    for k in free:
        held[groups.names[k]].append(k)
    if len(held) < len(shares):
        kind = groups.by.partition(",")[0]
        what = f"{len(held)} {kind if len(held) == 1 else kind + 's'} cannot be split into {len(shares)} parts"
        raise LearningError(what, fix="Give --valid, or rows with other groups")
    counts = {name: Counter(label for k in ks for label in clips[k].labels or ("",)) for name, ks in held.items()}
    told = _assigned(counts, shares, seed)
    _repaired(told, counts)
    return {k: part for part, names in told.items() for name in names for k in held[name]}


def _assigned(counts: Mapping[str, Counter[str]], shares: Mapping[str, float], seed: int) -> dict[str, list[str]]:
    """Groups to parts, the largest first, each to the part that lacks its labels most for its share."""
    total = sum(shares.values())
    parts = {name: _Part(share / total) for name, share in shares.items()}
    whole = Counter[str]()
    for own in counts.values():
        whole.update(own)
    told: dict[str, list[str]] = {name: [] for name in shares}
    for name in sorted(counts, key=lambda n: (-counts[n].total(), _drawn(n, seed))):
        own = counts[name]

        def lack(part: str, own: Counter[str] = own) -> float:
            have, share = parts[part].counts, parts[part].share
            return sum(n * (share - have[label] / whole[label]) for label, n in own.items()) / share

        def room(part: str) -> float:
            return parts[part].share - parts[part].counts.total() / whole.total()

        best = max(shares, key=lambda part: (round(lack(part), 9), round(room(part), 9), parts[part].share))
        told[best].append(name)
        parts[best].counts.update(own)
    for name in shares:
        if not told[name]:
            fullest = max(shares, key=lambda part: len(told[part]))
            told[name].append(told[fullest].pop())
    return told


def _repaired(told: dict[str, list[str]], counts: Mapping[str, Counter[str]]) -> None:
    """A label that a part lacks comes from the smallest group elsewhere that the other part can spare."""
    labels = sorted(set().union(*counts.values())) if counts else []
    for part in told:
        for label in labels:
            if any(label in counts[name] for name in told[part]):
                continue
            able = [(counts[n].total(), n, other) for other in told for n in told[other] if label in counts[n] and other != part]
            for _, name, other in sorted(able):
                rest = [n for n in told[other] if n != name]
                if rest and all(any(own in counts[n] for n in rest) for own in counts[name]):
                    told[other], told[part] = rest, [*told[part], name]
                    break


def _drawn(name: str, seed: int) -> str:
    return hashlib.sha256(f"{seed}:{name}".encode("utf-8", "surrogateescape")).hexdigest()


def _torn(groups: Groups, place: Mapping[int, str]) -> list[str]:
    """What the rows' own split does to groups."""
    sides: dict[str, set[str]] = defaultdict(set)
    for k, part in place.items():
        sides[groups.names[k]].add(part)
    torn = sorted(name.partition(" ")[2] for name, parts in sides.items() if len(parts) > 1)
    if not torn:
        return []
    kind = groups.by.partition(",")[0]
    return [
        f"{len(torn)} {kind}{'s stand' if len(torn) > 1 else ' stands'} in more than one split as the rows name them ({_few(torn)})"
    ]


def _missing(parts: Mapping[str, list[Clip]]) -> list[str]:
    labels = {name: {label for c in clips for label in c.labels} for name, clips in parts.items()}
    every = set().union(*labels.values()) if labels else set()
    return [f"{name} has no clip of: {_few(sorted(every - have))}" for name, have in labels.items() if every - have]


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")
