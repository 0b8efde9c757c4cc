"""Makes small sets with exact truth out of clips with labels: what the nine questions are asked of.

Train clips come from the train part of a source, valid clips from its valid part; both are drawn from a seed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

import aural
from aural.sound.sound import Sound, load

RATE = 16000
Made = tuple[np.ndarray, dict[str, Any]]
SHORT_SOUNDS = ("dog_bark", "person_sneeze", "rooster", "baby_cry")


def rows(data: Path, folder: str, split: str) -> list[dict[str, Any]]:
    """Manifest rows with `path` set."""
    lines = (data / folder / f"{split}.jsonl").read_text(encoding="utf-8").splitlines()
    return [row | {"path": data / folder / row["audio"]} for row in map(json.loads, lines)]


def samples(row: dict[str, Any]) -> np.ndarray:
    """The samples [T] of a row at 16 kHz."""
    return load(row["path"], rate=RATE, mono=True).samples[0]


def write(folder: Path, split: str, made: Iterator[Made]) -> Path:
    """Clips and their manifest; one that is there already is kept."""
    manifest = folder / f"{split}.jsonl"
    if manifest.is_file():
        return manifest
    (folder / split).mkdir(parents=True, exist_ok=True)
    lines = []
    for k, (sound, row) in enumerate(made):
        peak = float(np.abs(sound).max())
        sound = sound * (0.9 / peak) if peak > 0.9 else sound
        name = f"{split}/{k:04}.flac"
        Sound(sound.astype(np.float32)[None], RATE).save(folder / name)
        lines.append(json.dumps({"audio": name, "duration": round(len(sound) / RATE, 4), **row}, sort_keys=True) + "\n")
    manifest.write_text("".join(lines), encoding="utf-8")
    return manifest


def tags(data: Path, split: str, count: int) -> Iterator[Made]:
    """One to three of the ten kinds of esc10 at once, each at a level of its own."""
    rng, found = np.random.default_rng(1), rows(data, "esc10", split)
    for _ in range(count):
        chosen = [found[i] for i in rng.permutation(len(found))[: int(rng.integers(1, 4))]]
        mixed = sum(_level(_fitted(samples(r), 5 * RATE), rng.uniform(-30, -18)) for r in chosen)
        yield np.asarray(mixed), {"labels": sorted({r["label"] for r in chosen})}


def sounds(data: Path, split: str, count: int) -> Iterator[Made]:
    """Ten seconds of noise with two to five short sounds, which may overlap."""
    rng, noises = np.random.default_rng(2), rows(data, "noises", split)
    found = [r for r in rows(data, "esc10", split) if r["label"] in SHORT_SOUNDS]
    for _ in range(count):
        whole = _level(_fitted(samples(noises[int(rng.integers(len(noises)))]), 10 * RATE), rng.uniform(-50, -38))
        events = []
        for _ in range(int(rng.integers(2, 6))):
            row = found[int(rng.integers(len(found)))]
            part = _loud_part(samples(row), 1.5)
            at = int(rng.integers(0, len(whole) - len(part)))
            whole[at : at + len(part)] += _level(part, rng.uniform(-28, -18))
            events.append({"start": round(at / RATE, 3), "end": round((at + len(part)) / RATE, 3), "label": row["label"]})
        yield whole, {"events": _merged(events)}


def melodies(data: Path, split: str, count: int) -> Iterator[Made]:
    """Five seconds of one instrument, one note after another, with the pitch of each 10 ms."""
    rng = np.random.default_rng(3)
    found = [r for r in rows(data, "instrument_notes", split) if 40 <= r["midi"] <= 79]
    names = sorted({r["label"] for r in found})
    for _ in range(count):
        own = [r for r in found if r["label"] == names[int(rng.integers(len(names)))]]
        whole, values = np.zeros(5 * RATE), [0.0] * 500
        at = rng.uniform(0, 0.4)
        while at < 4.4:
            row = own[int(rng.integers(len(own)))]
            length = min(rng.uniform(0.25, 1.0), 5.0 - at)
            _put(whole, _note(row, length, rng), at)
            for k in range(round(at * 100), min(500, round((at + length) * 100))):
                values[k] = round(440.0 * 2 ** ((row["midi"] - 69) / 12), 3)
            at += length + (rng.uniform(0.05, 0.4) if rng.random() < 0.5 else 0.0)
        yield whole + 1e-4 * rng.standard_normal(len(whole)), {"pitch": {"hop": 0.01, "values": values}}


def chords(data: Path, split: str, count: int) -> Iterator[Made]:
    """Six seconds with chords of two to four notes of several instruments."""
    rng = np.random.default_rng(4)
    found = [r for r in rows(data, "instrument_notes", split) if 45 <= r["midi"] <= 76]
    for _ in range(count):
        whole, notes, at = np.zeros(6 * RATE), [], rng.uniform(0.05, 0.4)
        while at < 5.2:
            length = min(rng.uniform(0.3, 1.0), 6.0 - at)
            for i in rng.permutation(len(found))[: int(rng.integers(2, 5))]:
                row = found[int(i)]
                if any(n["pitch"] == row["midi"] and n["end"] > at for n in notes):
                    continue
                _put(whole, _note(row, length, rng), at)
                notes.append({"start": round(at, 3), "end": round(at + length, 3), "pitch": row["midi"]})
            at += length + rng.uniform(0.05, 0.3)
        yield whole, {"notes": notes}


def drums(data: Path, split: str, count: int) -> Iterator[Made]:
    """Four seconds of drum hits at random moments, over a faint noise."""
    rng, noises = np.random.default_rng(5), rows(data, "noises", split)
    hits = [_loud_part(samples(r), 1.0) for r in rows(data, "drums_and_loops", split) if r["label"] != "loop"]
    for _ in range(count):
        whole = _level(_fitted(samples(noises[int(rng.integers(len(noises)))]), 4 * RATE), rng.uniform(-65, -45))
        times, at = [], rng.uniform(0.05, 0.4)
        while at < 3.8:
            _put(whole, _level(hits[int(rng.integers(len(hits)))], rng.uniform(-28, -16)), at)
            times.append(round(at, 4))
            at += rng.uniform(0.09, 0.6)
        yield whole, {"times": times}


def digits(data: Path, split: str, count: int) -> Iterator[Made]:
    """Two to six digits of one speaker, joined with short pauses."""
    rng, found = np.random.default_rng(6), rows(data, "fsdd", split)
    speakers = sorted({r["speaker"] for r in found})
    for _ in range(count):
        speaker = speakers[int(rng.integers(len(speakers)))]
        own = [r for r in found if r["speaker"] == speaker]
        parts, words = [_pause(rng, 0.1, 0.4)], []
        for _ in range(int(rng.integers(2, 7))):
            row = own[int(rng.integers(len(own)))]
            parts += [_level(samples(row), rng.uniform(-24, -20)), _pause(rng, 0.02, 0.3)]
            words.append(row["text"])
        yield np.concatenate(parts), {"text": " ".join(words), "speaker": speaker}


def speech(data: Path, split: str, count: int, clean: bool = False) -> Iterator[Made]:
    """Eight seconds of readings with pauses, in noise at -5 to 20 dB; the events are what the borrowed gate hears in the
    clean speech. `clean` leaves the noise out."""
    rng, found, noises = np.random.default_rng(7), rows(data, "librispeech_mini", split), rows(data, "noises", split)
    for _ in range(count):
        parts = [_pause(rng, 0.0, 2.0)]
        while sum(map(len, parts)) < 8 * RATE:
            read = samples(found[int(rng.integers(len(found)))])
            at = int(rng.integers(0, max(1, len(read) - 3 * RATE)))
            parts += [_level(read[at : at + int(rng.uniform(1, 3) * RATE)], -23), _pause(rng, 0.3, 2.0)]
        voice = np.concatenate(parts)[: 8 * RATE].astype(np.float32)
        spans = aural.vad((voice[None], RATE), pad=0.0).speech
        noise = _fitted(samples(noises[int(rng.integers(len(noises)))]), len(voice))
        noisy = voice + _level(noise, -23 - rng.uniform(-5, 20))
        events = [{"start": s.start, "end": s.end, "label": "speech"} for s in spans]
        yield (voice if clean else noisy), {"events": events}


MADE: dict[str, Callable[[Path, str, int], Iterator[Made]]] = {
    "tags": tags, "sounds": sounds, "melodies": melodies, "chords": chords, "drums": drums, "digits": digits, "speech": speech,
}  # fmt: skip


def _pause(rng: np.random.Generator, least: float, most: float) -> np.ndarray:
    return np.asarray(1e-4 * rng.standard_normal(int(rng.uniform(least, most) * RATE)))


def _note(row: dict[str, Any], length: float, rng: np.random.Generator) -> np.ndarray:
    """A note cut to a length (s), let go over 30 ms."""
    sound = samples(row)[: round(length * RATE)].astype(np.float64)
    fade = min(len(sound), round(0.03 * RATE))
    sound[-fade:] *= np.linspace(1, 0, fade)
    return _level(sound, rng.uniform(-30, -20))


def _put(whole: np.ndarray, part: np.ndarray, at: float) -> None:
    first = round(at * RATE)
    size = min(len(part), len(whole) - first)
    whole[first : first + size] += part[:size]


def _level(sound: np.ndarray, decibels: float) -> np.ndarray:
    """The sound at a level (root mean square) in dB below full scale."""
    rms = float(np.sqrt(np.mean(np.square(sound, dtype=np.float64))))
    return np.asarray(sound * (10 ** (decibels / 20) / max(rms, 1e-6)), np.float64)


def _fitted(sound: np.ndarray, size: int) -> np.ndarray:
    """The sound repeated and cut to a size."""
    return np.asarray(np.tile(sound, -(-size // len(sound)))[:size], np.float64)


def _loud_part(sound: np.ndarray, most: float) -> np.ndarray:
    """The stretch from where a sound first comes within 25 dB of its loudest 10 ms to where it last is, at most `most` s."""
    step = RATE // 100
    level = np.sqrt(np.mean(sound[: len(sound) // step * step].reshape(-1, step).astype(np.float64) ** 2, axis=1))
    loud = np.flatnonzero(level > level.max() * 10 ** (-25 / 20))
    return np.asarray(sound[loud[0] * step : min((loud[-1] + 1) * step, loud[0] * step + round(most * RATE))], np.float64)


def _merged(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Events of one label that overlap as one."""
    out: list[dict[str, Any]] = []
    for event in sorted(events, key=lambda e: (e["label"], e["start"])):
        if out and out[-1]["label"] == event["label"] and event["start"] <= out[-1]["end"]:
            out[-1]["end"] = max(out[-1]["end"], event["end"])
        else:
            out.append(event)
    return sorted(out, key=lambda e: (e["start"], e["label"]))
