"""Recordings of a phrase that nobody said: read by the voices of a synthesizer, with near misses beside them."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from aural.corpora.manifest import Clip, read_manifest, write_manifest
from aural.errors import UsageError
from aural.models import store
from aural.models.face import Speller, Synthesizer, Utterance
from aural.models.renderings import Rendering, plans, spoken, utterance_of
from aural.progress import Progress
from aural.results import Event
from aural.settings import home
from aural.sound.encode import Writer
from aural.sound.resample import resample

RATE = 16000
NEAR = 0.5  # readings of near misses for each reading of the phrase
FOLDER, MANIFEST = "said", "said.jsonl"
_LAYER = "keyword"
_VOWELS, _CONSONANTS = "AIOWYæɑɔəɛɜɪiuʊʌ", "bdfhjklmnpstvwzðŋɡɹʃʒʤʧθ"
_STRESS = "ˈˌ"


@dataclass(frozen=True)
class Reading:
    """What is read: phrases, how often each, by which synthesizer, how they sound (None = look it up), and the seed."""

    phrases: tuple[str, ...]
    count: int
    voice: str = "default"
    phonemes: str | None = None
    seed: int = 0


def place(reading: Reading) -> Path:
    """The folder in aural's home in which readings are kept: the same ones lie in the same place."""
    key = hashlib.sha256(json.dumps(dataclasses.astuple(reading)).encode()).hexdigest()[:16]
    return home() / "readings" / key


def said(reading: Reading, progress: Progress) -> list[Clip]:
    """Readings of each phrase, and half as many of what nearly sounds like it, written with a manifest to `place(reading)`.

    What is there already is not read again. Rows of near misses have no label.
    Raises: ModelMissing, UsageError (a word that the lexicon does not know: give `phonemes`), LimitReached (disk).
    """
    folder = place(reading)
    done = folder / MANIFEST
    if done.is_file():
        return read_manifest(done)
    (folder / FOLDER).mkdir(parents=True, exist_ok=True)
    with store.open_model("default", "speller", progress=progress) as speller:
        assert isinstance(speller, Speller)
        utterances = {phrase: utterance_of(phrase, reading.phonemes, speller) for phrase in reading.phrases}
    total = len(reading.phrases) * (reading.count + round(reading.count * NEAR))
    clips: list[Clip] = []
    with store.open_model(reading.voice, "synthesizer", progress=progress) as synthesizer:
        assert isinstance(synthesizer, Synthesizer)
        for phrase, utterance in utterances.items():
            for rendering, label in _readings(synthesizer, phrase, utterance, reading.count, reading.seed):
                clips.append(_written(rendering, label, folder, len(clips)))
                progress.step(len(clips), total, "speak", "readings")
    progress.close()
    write_manifest(clips, done)
    return read_manifest(done)


def _readings(
    synthesizer: Synthesizer, phrase: str, utterance: Utterance, count: int, seed: int
) -> Iterator[tuple[Rendering, str | None]]:
    voices, blends = synthesizer.card.voices, synthesizer.blends
    for said, prosody in plans(utterance, voices, count, seed, blends=blends):
        yield spoken(synthesizer, said, prosody), phrase
    near = round(count * NEAR)
    spelled = bool(utterance.phonemes)
    for n, (_, prosody) in enumerate(plans(utterance, voices, near, seed + 1, blends=blends)):
        rng = np.random.default_rng([seed, 0xA, n])
        other = miss(utterance, rng) if spelled else Utterance(tuple(rng.permutation(list(utterance.words)).tolist()))
        yield spoken(synthesizer, other, prosody), None


def miss(utterance: Utterance, rng: np.random.Generator) -> Utterance:
    """What nearly sounds like an utterance: a third to a half of its phonemes are others of their kind, or a part is missing."""
    groups = [list(p) for p in utterance.phonemes]
    sounds = [(g, k) for g, group in enumerate(groups) for k, sound in enumerate(group) if sound not in _STRESS]
    if rng.random() < 0.4 and len(sounds) > 3:
        return _part(utterance, groups, sounds, rng)
    change = max(1, round(len(sounds) * float(rng.uniform(0.3, 0.6))))
    for at in rng.choice(len(sounds), size=min(len(sounds), change), replace=False):
        g, k = sounds[int(at)]
        kind = _VOWELS if groups[g][k] in _VOWELS else _CONSONANTS
        others = [s for s in kind if s != groups[g][k]]
        groups[g][k] = others[int(rng.integers(len(others)))]
    return Utterance(utterance.words, tuple("".join(g) for g in groups))


def _part(utterance: Utterance, groups: list[list[str]], sounds: list[tuple[int, int]], rng: np.random.Generator) -> Utterance:
    """The beginning or the end of an utterance: a third to two thirds of its phonemes."""
    keep = max(2, round(len(sounds) * float(rng.uniform(0.35, 0.65))))
    chosen = set(sounds[:keep] if rng.random() < 0.5 else sounds[-keep:])
    left = ["".join(s for k, s in enumerate(group) if s in _STRESS or (g, k) in chosen) for g, group in enumerate(groups)]
    kept = [(w, p) for w, p in zip(utterance.words, left, strict=True) if p.strip(_STRESS)]
    if not any(set(p) & set(_VOWELS) for _, p in kept):
        return utterance if len(utterance.words) < 2 else Utterance(utterance.words[:1], utterance.phonemes[:1])
    return Utterance(tuple(w for w, _ in kept), tuple(p for _, p in kept))


def _written(rendering: Rendering, label: str | None, folder: Path, number: int) -> Clip:
    samples = resample(rendering.samples, rendering.sample_rate, RATE)
    path = folder / FOLDER / f"{number:05d}.flac"
    top = float(np.abs(samples).max(initial=0.0))
    with Writer(path, RATE, 1) as out:
        out.write((samples / max(1.0, top))[None].astype(np.float32))
    start = min((w.start for w in rendering.words), default=0.0)
    end = max((w.end for w in rendering.words), default=len(samples) / RATE)
    events = (Event(start, max(end, start + 0.01), label, layer=_LAYER),) if label is not None else ()
    voice = rendering.prosody.voice
    return Clip(
        audio=path, id=f"{FOLDER}/{path.name}", duration=round(len(samples) / RATE, 4), label=label,
        labels=(label,) if label is not None else (), events=events, speaker=voice, group=voice.split("+")[0],
        licence="synthetic", extra={"voice": rendering.model},
    )  # fmt: skip


def check(phrases: Sequence[str]) -> None:
    """Raises: UsageError for a phrase that is empty or given twice."""
    if any(not phrase.strip() for phrase in phrases) or len(set(phrases)) < len(phrases):
        raise UsageError("a phrase is empty or stands there twice", where="--phrase", fix='Write --phrase "hey juno"')
