"""A voice out of its own recordings: half phones are cut, described and kept, and chosen anew for each sentence.

Source: A. Hunt and A. Black, "Unit selection in a concatenative speech synthesis system using a large speech database", 1996.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from aural import settings
from aural.files import write_text
from aural.learn.job import Job, Method
from aural.learn.voicing import card as cards
from aural.learn.voicing import manner as manners
from aural.learn.voicing.prepare import Terms, prepared
from aural.learn.voicing.said import Said
from aural.models import units as stores
from aural.models.card import Card
from aural.models.engines import units as engine
from aural.models.face import Prosody
from aural.models.manner import Manner
from aural.models.units import Store, counts_of
from aural.settings import option
from aural.sound.encode import Writer
from aural.sound.epochs import epochs
from aural.sound.mel import MelOptions
from aural.sound.mfcc import mfcc

_CEPSTRA = 13
_PITCH_WEIGHT, _LEVEL_WEIGHT = 3.0, 1.0  # beside one cepstrum
_SPREADS = 2.0  # from which on a phone counts as odd


@dataclass(frozen=True)
class Options:
    """How a voice is put together."""

    sample_rate: int = option(
        16000, "of the voice; more than the recordings have brings nothing", unit="Hz", least=8000, most=48000
    )
    language: str = option("en", "what is spoken; other than English needs phonemes in the rows")
    lexicon: str | None = option(None, "file with your own pronunciations: a word, a tab, its phonemes, line by line")
    seed: int = option(0, "for the split of the clips", least=0)


@dataclass(frozen=True, eq=False)
class Cut:
    """One clip: edges of its half phones [2 L + 1] (samples), what is heard at each [2 L + 1, D], marks [E] and log Hz [L]."""

    edges: np.ndarray
    heard: np.ndarray
    marks: np.ndarray
    log_pitch: np.ndarray
    middle: np.ndarray


def read(job: Job) -> Options:
    """The options that were given. Raises: UsageError, also where nobody told by whose leave the voice is made."""
    cards.consent_of(job)
    return settings.build(Options, job.given, where="--method units")


def run(job: Job) -> Card:
    """Prepare, cut, describe, write the model folder with the sound in it."""
    options = read(job)
    said = prepared(job, Terms(language=options.language, lexicon=options.lexicon))
    train = said["train"]
    manner, _ = manners.learn(train)
    job.model.mkdir(parents=True, exist_ok=True)
    cuts, at, begins = [], 0, []
    with Writer(job.model / engine.SOUND, options.sample_rate, 1) as out:
        for done, one in enumerate(train):
            job.progress.step(done, len(train), "cut", "clips")
            samples = one.samples(options.sample_rate)
            out.write(samples[None])
            cuts.append(_cut(one, samples, options.sample_rate))
            begins.append(at)
            at += len(samples)
    job.progress.close()
    store = _store(train, cuts, begins, manner.phones)
    engine.write(job.model, store, manner, [one.clip.id for one in train])
    write_text(job.folder / "options.json", json.dumps(settings.as_dict(options), indent=1, sort_keys=True) + "\n")
    figures = judged(job, store, manner, said["valid"])
    hours = sum(s.duration for s in train) / 3600
    size = sum(p.stat().st_size for p in job.model.iterdir()) / 1e6
    job.say(f"{len(train)} clips, {hours:.2f} hours, {2 * len(store.of):,} half phones; {size:.1f} MB")
    return cards.write(job, train, "units", options.sample_rate, options.language, seed=options.seed, figures=figures)


def _cut(one: Said, samples: np.ndarray, rate: int) -> Cut:
    middles = one.inner.mean(axis=1)
    times = np.concatenate([np.column_stack([one.starts, middles]).ravel(), [one.duration]])
    edges = np.minimum(np.round(times * rate).astype(np.int64), len(samples))
    hop = round(0.005 * rate)
    n_fft = round(0.02 * rate)
    told = mfcc(samples, n=_CEPSTRA, options=MelOptions(rate, n_fft=n_fft, hop=hop, n_mels=26), top_db=None)
    frame = np.minimum(edges // hop, told.shape[1] - 1)
    track = manners.filled(one.pitch)
    own = np.minimum(np.round(times / one.hop).astype(int), one.frames - 1)
    level = one.level[own]
    heard = np.column_stack([told[1:, frame].T, _LEVEL_WEIGHT * level, track[own], one.pitch[own] > 0])
    middle = own[1::2]
    log_pitch = np.where(one.pitch[middle] > 0, track[middle], 0.0)
    marks = epochs(samples, one.pitch, sample_rate=rate, hop=one.hop)
    return Cut(edges, heard, marks, log_pitch, told[:, frame[1::2]].T)


def _store(said: Sequence[Said], cuts: Sequence[Cut], begins: Sequence[int], phones: Sequence[str]) -> Store:
    """All clips as one store, numbers on a scale of their own spread."""
    place = {name: n for n, name in enumerate(phones)}
    counts = [len(s.phones) for s in said]
    starts = np.concatenate([[0], np.cumsum([2 * c + 1 for c in counts])[:-1]])
    heard = np.concatenate([c.heard for c in cuts])
    heard = (heard - heard.mean(axis=0)) / np.maximum(heard.std(axis=0), 1e-6)
    heard[:, -2:] *= _PITCH_WEIGHT
    of = np.concatenate([[place[p.name] for p in s.phones] for s in said])
    lengths = np.log(np.maximum(np.concatenate([np.diff(c.edges)[::2] + np.diff(c.edges)[1::2] for c in cuts]), 1.0))
    seconds = np.log(np.maximum(np.concatenate([np.diff(np.concatenate([[0.0], s.ends])) for s in said]), 0.005))
    middle = np.concatenate([c.middle for c in cuts])
    return Store(
        tuple(phones), of, np.repeat(np.arange(len(said)), counts),
        np.concatenate([c.edges + b for c, b in zip(cuts, begins, strict=True)]),
        np.concatenate([s + 2 * np.arange(c) for s, c in zip(starts, counts, strict=True)]),
        np.concatenate([counts_of(s.phones) for s in said]), heard, seconds, np.concatenate([c.log_pitch for c in cuts]),
        _odd(of, np.column_stack([middle, lengths])), np.concatenate([c.marks + b for c, b in zip(cuts, begins, strict=True)]),
    )  # fmt: skip


def _odd(of: np.ndarray, told: np.ndarray) -> np.ndarray:
    """How far each phone [N] lies from the others of its name, in spreads beyond two, 0 to 1: such are often cut wrongly."""
    out = np.zeros(len(of))
    for phone in np.unique(of):
        own = of == phone
        if own.sum() < 5:
            continue
        middle = np.median(told[own], axis=0)
        spread = 1.4826 * np.median(np.abs(told[own] - middle), axis=0) + 1e-6
        away = np.sqrt(np.mean(((told[own] - middle) / spread) ** 2, axis=1))
        out[own] = np.clip(away / np.median(away) / _SPREADS - 0.5, 0.0, 1.0)
    return out


def judged(job: Job, store: Store, manner: Manner, said: Sequence[Said]) -> dict[str, dict[str, dict[str, float]]]:
    """The share of joins in the texts of valid, and how long a stretch is in the mean (phones)."""
    known, joins, places = set(store.phones), 0, 0
    for one in said:
        if any(p.name not in known for p in one.phones):
            continue
        around = manner.context(one.phones)
        frames = manner.timed(around, Prosody(), np.random.default_rng(0))
        contour = manner.contour(around, frames, Prosody(), np.random.default_rng(0))
        length = frames.sum(axis=1)
        middles = np.minimum((np.cumsum(length) - length / 2).astype(int), len(contour) - 1)
        found = stores.choose(store, one.phones, np.log(length * manner.hop), contour[middles])
        own, inner = engine.joins_of(found)
        joins, places = joins + own, places + inner
    if not places:
        return {}
    share, stretch = joins / places, (places + 1) / (joins + 1) / 2
    job.say(f"in the texts of valid {share:.1%} of the places between half phones are joins, a stretch has {stretch:.1f} phones")
    return {"valid": {"joins": {"value": round(share, 4), "n": len(said)}, "stretch": {"value": round(stretch, 3), "n": len(said)}}}


METHOD = Method(Options, read, run, frozenset({("sequence", "number")}), any_labels=True)
