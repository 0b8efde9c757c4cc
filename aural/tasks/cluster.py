"""Sorts recordings that nobody labeled into groups of like sound, with words for each and a map that plays"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from aural.errors import SoundError, UsageError
from aural.files import refuse_place
from aural.models.shelf import Shelf
from aural.patterns.agglomerative import tree
from aural.patterns.kmeans import kmeans
from aural.patterns.linear import standard
from aural.patterns.silhouette import silhouettes
from aural.patterns.tsne import plain, tsne
from aural.pictures.groups import FORMATS, Group, Groups, Member
from aural.progress import Progress
from aural.settings import option
from aural.sound.source import Source
from aural.tasks._cluster_heard import Heard, listen
from aural.tasks._cluster_words import top, words_of
from aural.tasks._task import Task

_FEWEST, _MAPPED = 3, 1500
_EMBEDDER, _TAGGER = "sound_embedder", "tagger"


@dataclass(frozen=True)
class Options:
    """How groups are made."""

    k: int | None = option(None, "how many groups; not set = the number with the best silhouettes", least=1)
    most: int = option(15, "most groups that are tried where k is not set", least=2)
    method: str = option(
        "kmeans", "kmeans: groups of about one size; agglomerative: the nearest are joined again and again",
        choices=("kmeans", "agglomerative"),
    )  # fmt: skip
    by: str = option(
        "sounds",
        "what is alike: what is heard (the tagger's embedding), or statistics of the sound alone",
        choices=("sounds", "statistics"),
    )
    preview: float = option(4.0, "length of what a page plays of each recording; 0 = none", unit="s", least=0, most=30)
    write: str | None = option(
        None,
        f"also write the groups to this file, as its ending says: {', '.join(FORMATS)}; html is a map that plays what is clicked",
        file="named",
    )
    seed: int = option(0, "where k-means begins", least=0)


def run(sources: Sequence[Source], shelf: Shelf, options: Options, progress: Progress) -> Groups:
    """Groups of recordings of any length. A recording that cannot be read is left out and named.

    Raises: UsageError for fewer than three recordings, or more groups than recordings; SoundError when none can be read.
    """
    if options.write is not None and Path(options.write).suffix.lower().removeprefix(".") not in FORMATS:
        raise UsageError(f"{options.write!r} ends in no format", where="--write", fix=f"It is one of: {', '.join(FORMATS)}")
    if options.write is not None:
        refuse_place(Path(options.write))
    if len(sources) < _FEWEST:
        raise UsageError(
            f"{len(sources)} recording{'' if len(sources) == 1 else 's'} make no groups", fix=f"Give {_FEWEST} or more, or a folder"
        )
    _refuse_few(len(sources), options.k)
    heard, names, left_out, labels = _hear(sources, shelf, options, progress)
    _refuse_few(len(heard), options.k)  # those that cannot be read do not count
    points = points_of(heard, options.by)
    found = _by_size(grouped(points, options))
    groups = _told(heard, names, found, points, labels, dict(shelf.made_by), left_out)
    progress.close()
    if options.write is not None:
        groups.save(options.write)
    return groups


def _refuse_few(recordings: int, k: int | None) -> None:
    """Raises: UsageError for more groups than recordings."""
    if k is not None and k > recordings:
        raise UsageError(f"{recordings} recordings cannot make {k} groups", where="--k", fix="Ask for fewer")


def points_of(heard: Sequence[Heard], by: str) -> np.ndarray:
    """What distances are measured between, [N, D].

    The embedding is rooted, so that one strong channel does not outweigh the rest, brought to unit length, and the mean
    of all taken out; statistics are standardized.
    """
    if by == "statistics":
        rows = np.stack([h.statistics for h in heard])
        mean, scale = standard(rows)
        return np.asarray((rows - mean) / scale / np.sqrt(rows.shape[1]))
    rows = _unit(np.sqrt(np.maximum(np.stack([h.embedding for h in heard]), 0)))
    return _unit(rows - rows.mean(axis=0))


def grouped(points: np.ndarray, options: Options) -> np.ndarray:
    """The group [N] of each point, with the number of groups that was asked for or that has the best silhouettes."""
    likeness = tree(-_distances(points)) if options.method == "agglomerative" else None

    def cut(k: int) -> np.ndarray:
        if likeness is not None:
            return likeness.cut(clusters=k)
        return kmeans(points, k, np.random.default_rng(options.seed), tries=10).labels

    if options.k is not None:
        return cut(options.k)
    tried = [cut(k) for k in range(2, min(options.most, len(points) - 1) + 1)]
    return max(tried, key=lambda found: _fit(points, found).mean())


def _hear(
    sources: Sequence[Source], shelf: Shelf, options: Options, progress: Progress
) -> tuple[list[Heard], list[str], dict[str, str], tuple[str, ...]]:
    heard, kept, left_out = [], [], {}
    names = _names(sources)
    with shelf.open(_TAGGER) as tagger, shelf.open(_EMBEDDER) as embedder:
        for done, (source, name) in enumerate(zip(sources, names, strict=True)):
            progress.step(done, len(sources), "listen", "recordings")
            try:
                heard.append(listen(source, embedder if options.by == "sounds" else None, tagger, options.preview))
                kept.append(name)
            except SoundError as error:
                if not heard and done == len(sources) - 1:
                    raise
                left_out[name] = error.what
        labels: tuple[str, ...] = tagger.card.labels
    if len(heard) < _FEWEST:
        raise UsageError(f"only {len(heard)} of {len(sources)} recordings can be heard", fix=f"Give {_FEWEST} or more")
    return heard, kept, left_out, labels


def _names(sources: Sequence[Source]) -> list[str]:
    """A name for each recording that no other has: its own, with its folder where that is needed, or a number."""
    short = [s.name for s in sources]
    counts = Counter(short)
    told = [f"{s.path.parent.name}/{n}" if counts[n] > 1 and s.path is not None else n for s, n in zip(sources, short, strict=True)]
    seen: Counter[str] = Counter()
    for k, name in enumerate(told):
        seen[name] += 1
        told[k] = name if seen[name] == 1 else f"{name} ({seen[name]})"
    return told


def _told(
    heard: Sequence[Heard], names: Sequence[str], found: np.ndarray, points: np.ndarray, labels: Sequence[str],
    made_by: dict[str, str], left_out: dict[str, str],
) -> Groups:  # fmt: skip
    fits = _fit(points, found)
    words = words_of(heard, found, labels)
    members = tuple(
        Member(name, int(k) + 1, float(fit), h.seconds, top(h, labels), h.preview)
        for name, k, fit, h in zip(names, found, fits, heard, strict=True)
    )
    groups = []
    for k in range(int(found.max()) + 1):
        own = np.flatnonzero(found == k)
        middle = points[own].mean(axis=0)
        typical = int(own[np.linalg.norm(points[own] - middle, axis=1).argmin()])
        groups.append(Group(k + 1, words[k], len(own), names[typical]))
    maps = {"neighbors": tsne(points), "main axes": plain(points)} if len(points) <= _MAPPED else {"main axes": plain(points)}
    return Groups(members, tuple(groups), maps, float(fits.mean()), made_by, left_out)


def _fit(points: np.ndarray, found: np.ndarray) -> np.ndarray:
    """Silhouettes [N]; 0 where groups have none."""
    return silhouettes(points, found) if 2 <= len(np.unique(found)) < len(points) else np.zeros(len(points))


def _by_size(found: np.ndarray) -> np.ndarray:
    """Groups numbered by their size, the largest first; of equal ones the one that comes first."""
    names, first, counts = np.unique(found, return_index=True, return_counts=True)
    order = np.lexsort((first, -counts))
    rank = np.empty(len(names), int)
    rank[order] = np.arange(len(names))
    return np.asarray(rank[np.searchsorted(names, found)])


def _distances(points: np.ndarray) -> np.ndarray:
    squares = (points * points).sum(axis=1)
    return np.asarray(np.sqrt(np.maximum(squares[:, None] + squares - 2 * points @ points.T, 0)))


def _unit(rows: np.ndarray) -> np.ndarray:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9))


TASK = Task(
    takes="sources", options=Options, run=run, show=str, roles={_EMBEDDER: "yamnet", _TAGGER: "yamnet"}, main_role=_EMBEDDER,
    writes=FORMATS,
)  # fmt: skip
