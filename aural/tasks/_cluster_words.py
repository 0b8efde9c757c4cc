"""Words for groups of recordings: what the tagger hears in one more than in the others, and how it sounds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from aural.tasks._cluster_heard import Heard

_WORDS = {
    "brightness": ("dark", "bright"), "loudness": ("quiet", "loud"), "noisiness": ("tonal", "noisy"),
    "change": ("steady", "changing"), "length": ("short", "long"),
}  # fmt: skip
# Too general, or a setting and no sound: they would describe every group.
_VAGUE = frozenset({
    "Silence", "Sound effect", "Inside, small room", "Inside, large room or hall", "Inside, public space", "Field recording",
    "Outside, urban or manmade", "Outside, rural or natural", "Reverberation", "Echo", "Environmental noise", "Noise",
})  # fmt: skip
_LEAST, _BEYOND, _APART, _MOST = 0.05, 0.02, 0.9, 2
_STEADY = 0.35  # of a pulse, from which on its tempo means something


def words_of(heard: Sequence[Heard], labels: np.ndarray, names: Sequence[str]) -> list[tuple[str, ...]]:
    """For each group 0.. of `labels` [N] two names of sounds and up to two of how it sounds; never nothing."""
    tags = np.stack([h.tags for h in heard])
    known = np.array([name not in _VAGUE for name in names])
    facts = {fact: np.array([h.facts[fact] for h in heard]) for fact in heard[0].facts}
    return [(*_sounds(tags, labels == k, known, names), *_manner(facts, labels == k)) for k in range(int(labels.max()) + 1)]


def top(heard: Heard, names: Sequence[str], most: int = 2) -> tuple[str, ...]:
    """The best names of what is heard in one recording."""
    order = np.argsort(-heard.tags, kind="stable")[:most]
    return tuple(_short(names[k]) for k in order if heard.tags[k] >= 0.1)


def _sounds(tags: np.ndarray, own: np.ndarray, known: np.ndarray, names: Sequence[str]) -> tuple[str, ...]:
    inside = tags[own].mean(axis=0)
    others = tags[~own].mean(axis=0) if (~own).any() else np.zeros(len(names))
    # How much it is heard here, and how much more than elsewhere: both must hold.
    worth = np.where(known, (inside - others) * inside / np.maximum(inside + others, 1e-9), -1.0)
    order = np.argsort(-worth, kind="stable")
    good = [k for k in order[:_MOST] if inside[k] >= _LEAST and inside[k] - others[k] >= _BEYOND]
    return tuple(dict.fromkeys(_short(names[k]) for k in good or order[:1]))


def _short(name: str) -> str:
    """The first of the names that a kind of sound has: "crying" for "Crying, sobbing"."""
    return name.split(",")[0].split(" (")[0].lower()


def _manner(facts: dict[str, np.ndarray], own: np.ndarray) -> tuple[str, ...]:
    found = []
    if (~own).any():
        for fact, pair in _WORDS.items():
            values = facts[fact]
            spread = max(float(np.quantile(values, 0.84) - np.quantile(values, 0.16)) / 2, 1e-6)
            away = float(np.median(values[own]) - np.median(values[~own])) / spread
            if abs(away) >= _APART:
                found.append((abs(away), pair[away > 0]))
    told = [word for _, word in sorted(found, reverse=True)[:_MOST]]
    steady = own & (facts["pulse"] >= _STEADY)
    if steady.sum() > own.sum() / 2:
        told.append(f"about {5 * round(float(np.median(facts['tempo'][steady])) / 5)} beats a minute")
    return tuple(told)
