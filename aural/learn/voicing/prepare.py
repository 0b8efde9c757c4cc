"""Prepares the clips of a voice: texts to phones, phones to times, pitch and level; kept in aural's home for the next training."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from aural.corpora.manifest import Clip
from aural.errors import LearningError
from aural.files import stamp, write_text
from aural.learn.job import Job
from aural.learn.voicing import align, texts
from aural.learn.voicing.said import Said
from aural.models import tensors
from aural.settings import home
from aural.sound.pitch import pitch
from aural.sound.sound import load
from aural.text.pronunciation.phones import Phone, sequence

VERSION = 2  # of what is kept
MARGIN = 0.1  # s of silence that are left at either end
_LEAST = 5  # clips: fewer cannot be aligned
_WIDE = (60.0, 600.0)  # Hz, in which a voice's own range is looked for
_SLACK = 1.3  # of that range on either side
_ODD = 6.0  # spreads below the middle fit from which on a clip does not say its text
_QUIET = -60.0  # dB: no level is told to be lower
_ARRAYS = ("ends", "inner", "pitch", "level")


@dataclass(frozen=True)
class Terms:
    """How clips are prepared: the step of pitch and level (s), the language of the texts, a file of own pronunciations."""

    hop: float = 0.005
    language: str = "en"
    lexicon: str | None = None


def prepared(job: Job, terms: Terms) -> dict[str, list[Said]]:
    """The clips of train and valid, prepared; those that cannot be said, or do not say their text, are told and left out.

    The same clips under the same terms are prepared once (`AURAL_HOME`/prepared). Raises: LearningError where none are left.
    """
    clips = {name: list(job.clips.get(name, ())) for name in ("train", "valid")}
    place = home() / "prepared" / _key(clips, terms)
    if not (place / "said.json").is_file():
        _keep(place, _made(job, clips, terms), clips, terms)
    found = _kept(place, clips, terms.hop)
    _enough(len(found["train"]))
    return found


def _enough(count: int) -> None:
    if count < _LEAST:
        raise LearningError(f"{count} clips with a text can be learned from", fix="A voice takes some minutes of speech")


def _key(clips: dict[str, list[Clip]], terms: Terms) -> str:
    """A name for all that preparation depends on."""
    rows = [
        [name, str(c.audio.resolve()), c.start, c.duration, c.text, c.extra.get("phonemes"), *stamp(c.audio)]
        for name, part in sorted(clips.items())
        for c in part
    ]
    own = Path(terms.lexicon).read_text(encoding="utf-8-sig") if terms.lexicon and Path(terms.lexicon).is_file() else None
    told = json.dumps([VERSION, terms.hop, terms.language, own, rows])
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _made(job: Job, clips: dict[str, list[Clip]], terms: Terms) -> dict[str, list[Said]]:
    read, heard = {}, {}
    for name, part in clips.items():
        read[name], odd = texts.read(part, terms.language, terms.lexicon)
        if odd:
            job.say(f"note: {len(odd)} clips of {name} have no text that can be said: {', '.join(odd[:3])}")
        heard[name] = [_hear(one, job, k, len(read[name])) for k, one in enumerate(read[name])]
    job.progress.close()
    _enough(len(heard["train"]))
    names = sorted({p.name for h in heard["train"] for p in h.phones})
    aligner = align.learn(heard["train"], names, lambda done, of: job.progress.step(done, of, "align phones", "rounds"))
    job.progress.close()
    limits = _range([r.clip for r in read["train"]])
    made = {name: _aligned(job, list(zip(read[name], heard[name], strict=True)), aligner, limits, terms.hop) for name in clips}
    return {name: _level(_fitting(job, name, said)) for name, said in made.items()}


def _hear(one: texts.Read, job: Job, done: int, of: int) -> align.Heard:
    job.progress.step(done, of, "listen", "clips")
    features, loud = align.features_of(_samples(one.clip))
    return align.Heard(features, sequence(one.phonemes, one.marks, between=True), loud)


def _samples(clip: Clip) -> np.ndarray:
    end = None if clip.duration is None else clip.start + clip.duration
    return load(clip.audio, rate=align.RATE, mono=True, start=clip.start, end=end).samples[0]


def _aligned(
    job: Job, pairs: Sequence[tuple[texts.Read, align.Heard]], aligner: align.Aligner, limits: tuple[float, float], hop: float
) -> list[Said]:
    """Clips with times, pitch (between the limits, Hz) and level. A phone that train does not have leaves its clip out."""
    found = []
    for done, (one, ear) in enumerate(pairs):
        job.progress.step(done, len(pairs), "align, measure pitch", "clips")
        known = all(p.name in aligner.names for p in ear.phones)
        path = aligner.path(ear) if known else None
        if path is None:
            why = "it is too short for its text" if known else "it has a phone that no other clip has"
            job.say(f"note: {one.clip.id} is left out: {why}")
            continue
        found.append(_said(one, ear, path, limits, hop))
    job.progress.close()
    return found


def _said(one: texts.Read, ear: align.Heard, path: align.Path, limits: tuple[float, float], hop: float) -> Said:
    kept = np.flatnonzero(path.starts[:, 0] >= 0)
    starts = path.starts[kept] * align.HOP
    samples = _samples(one.clip)
    whole = len(samples) / align.RATE
    begin = max(0.0, float(starts[1, 0]) - MARGIN)
    end = min(whole, float(starts[-1, 0]) + MARGIN)
    part = samples[round(begin * align.RATE) : round(end * align.RATE)]
    duration = len(part) / align.RATE
    ends = np.clip(np.append(starts[1:, 0], whole) - begin, 0.0, duration)
    inner = np.clip(starts[:, 1:] - begin, 0.0, duration)
    for at in (0, -1):  # the silences at the ends were cut: their thirds are even
        first = 0.0 if at == 0 else float(ends[-2])
        inner[at] = first + (ends[at] - first) * np.array([1, 2]) / 3
    frames = int(duration / hop + 1e-6) + 1
    track = pitch(part, sample_rate=align.RATE, low=limits[0], high=limits[1], hop=hop).frequency
    hertz = np.nan_to_num(np.pad(track, (0, max(0, frames - len(track))), mode="edge")[:frames])
    phones = tuple(ear.phones[n] for n in kept)
    level = _levels(part, hop, frames)
    return Said(one.clip, phones, one.words, ends, inner, hertz, level, hop, begin, duration, fit=path.fit)


def _levels(samples: np.ndarray, hop: float, frames: int) -> np.ndarray:
    """dB [F] of the 20 ms around each step."""
    half = round(0.01 * align.RATE)
    sums = np.concatenate([[0.0], np.cumsum(np.square(samples, dtype=np.float64))])
    middle = np.round(np.arange(frames) * hop * align.RATE).astype(int)
    low, high = np.clip(middle - half, 0, len(samples)), np.clip(middle + half, 0, len(samples))
    power = (sums[high] - sums[low]) / np.maximum(1, high - low)
    return np.asarray(np.maximum(_QUIET, 10 * np.log10(np.maximum(power, 1e-12))))


def _range(clips: Sequence[Clip]) -> tuple[float, float]:
    """The pitches (Hz) between which a voice moves, from at most 20 clips."""
    heard = []
    for k in np.unique(np.linspace(0, len(clips) - 1, min(20, len(clips))).astype(int)):
        track = pitch(_samples(clips[k]), sample_rate=align.RATE, low=_WIDE[0], high=_WIDE[1], hop=0.01).frequency
        heard.append(track[np.isfinite(track)])
    every = np.concatenate(heard)
    if len(every) < 50:
        return _WIDE
    low, high = np.quantile(every, [0.03, 0.97])
    return max(40.0, float(low) / _SLACK), min(1000.0, float(high) * _SLACK)


def _fitting(job: Job, name: str, said: list[Said]) -> list[Said]:
    """Without the clips that fit their phones far worse than the others do."""
    if len(said) < 20:
        return said
    fits = np.array([s.fit for s in said])
    middle = np.median(fits)
    border = middle - _ODD * 1.4826 * np.median(np.abs(fits - middle)) - 1.0
    odd = [s.clip.id for s in said if s.fit < border]
    if odd:
        job.say(f"note: {len(odd)} clips of {name} seem to say another text and are left out: {', '.join(odd[:3])}")
    return [s for s in said if s.fit >= border]


def _level(said: list[Said]) -> list[Said]:
    """With factors that bring all clips to one level, at most 6 dB each."""
    loud = np.array([10 * np.log10(np.mean(10 ** (s.level[s.pitch > 0] / 10))) if (s.pitch > 0).any() else np.nan for s in said])
    middle = np.nanmedian(loud) if np.isfinite(loud).any() else 0.0
    gains = 10 ** (np.clip(np.nan_to_num(middle - loud), -6.0, 6.0) / 20)
    return [
        dataclasses.replace(s, gain=float(g), level=np.maximum(_QUIET, s.level + 20 * np.log10(g)))
        for s, g in zip(said, gains, strict=True)
    ]


def _keep(place: Path, made: dict[str, list[Said]], clips: dict[str, list[Clip]], terms: Terms) -> None:
    """Written as arrays behind one another, and a table of what is not a number. A clip is known by its place among those of its
    split: its name may differ, when a training is resumed from the manifest of its run folder."""
    number = {name: {(c.id, c.start): k for k, c in enumerate(part)} for name, part in clips.items()}
    every = [s for part in made.values() for s in part]
    arrays = {name: np.concatenate([getattr(s, name) for s in every]).astype(np.float32) for name in _ARRAYS} if every else {}
    rows = {
        name: [
            {
                "clip": number[name][s.clip.id, s.clip.start], "words": s.words, "begin": s.begin,
                "duration": s.duration, "gain": s.gain,
                "fit": s.fit, "frames": s.frames, "phones": [[p.name, p.stress, p.word, p.mark] for p in s.phones],
            }
            for s in part
        ]
        for name, part in made.items()
    }  # fmt: skip
    place.mkdir(parents=True, exist_ok=True)
    tensors.write(place / "said.safetensors", arrays)
    write_text(place / "said.json", json.dumps({"hop": terms.hop, "rows": rows}, ensure_ascii=False) + "\n")


def _kept(place: Path, clips: dict[str, list[Clip]], hop: float) -> dict[str, list[Said]]:
    """What was kept, with the clips that it belongs to."""
    arrays = tensors.read(place / "said.safetensors")
    rows = json.loads((place / "said.json").read_text(encoding="utf-8"))["rows"]
    at = dict.fromkeys(_ARRAYS, 0)
    found: dict[str, list[Said]] = {}
    for name in ("train", "valid"):
        found[name] = []
        for row in rows[name]:
            sizes = {"ends": len(row["phones"]), "inner": len(row["phones"]), "pitch": row["frames"], "level": row["frames"]}
            own = {}
            for key, size in sizes.items():
                own[key] = arrays[key][at[key] : at[key] + size].astype(np.float64)
                at[key] += size
            phones = tuple(Phone(*p) for p in row["phones"])
            found[name].append(
                Said(clips[name][row["clip"]], phones, tuple(row["words"]), hop=hop, begin=row["begin"],
                     duration=row["duration"], gain=row["gain"], fit=row["fit"], **own)
            )  # fmt: skip
    return found
