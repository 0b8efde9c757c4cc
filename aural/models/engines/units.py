"""Runs a model folder of the kind "units": stretches of recordings are chosen, laid end to end at their periods, and restrung."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import final

import numpy as np

from aural.errors import ModelRefused, reason
from aural.models import manner as manners
from aural.models import tensors, units
from aural.models.card import Card
from aural.models.face import Model, Prosody, Spoken, Synthesizer, Utterance
from aural.models.manner import EDGE, Manner
from aural.models.runtime import Runtime
from aural.models.sentences import Sentence, check_voice, in_turn, sentences, spoken
from aural.models.units import Chosen, Store
from aural.sound.epochs import restrung
from aural.text.pronunciation.context import names

FILE, SHAPE, SOUND = "units.safetensors", "units.json", "units.wav"
_PAUSE = 0.12  # s of either half of a silence inside a sentence, at most
_FADE = 0.004  # s of a join where there is no voice
_REACH = 0.008  # s around a join in which a mark of the voice's period is looked for


@dataclass(frozen=True)
class Run:
    """A stretch of the recordings that is taken as it is: [first, last) samples, and the halves in it."""

    first: int
    last: int
    halves: tuple[Chosen, ...]


@final
class Units(Synthesizer):
    """Speech a sentence a block, made of stretches of the recordings."""

    def __init__(self, card: Card, store: Store, manner: Manner, sound: np.ndarray, clips: Sequence[str]) -> None:
        self.card, self.store, self.manner, self.clips, self.blends = card, store, manner, tuple(clips), False
        self._sound = sound

    def speak(self, utterance: Utterance, prosody: Prosody) -> Iterator[Spoken]:
        """Blocks of one sentence each. Raises: UsageError for a voice or a phone that it does not have."""
        check_voice(self.card, prosody)
        rng = np.random.default_rng(prosody.seed)
        yield from in_turn((self._say(s, prosody, rng) for s in sentences(utterance, self.card)), self.card.sample_rate)

    def chosen(self, sentence: Sentence, prosody: Prosody, rng: np.random.Generator) -> list[Chosen]:
        """The units of a sentence, half phone by half phone."""
        around = self.manner.context(sentence.phones)
        slow = Prosody(prosody.voice, 1.0, 1.0, prosody.variation)
        frames = self.manner.timed(around, slow, rng)
        contour = self.manner.contour(around, frames, slow, rng)
        length = frames.sum(axis=1)
        middles = np.minimum((np.cumsum(length) - length / 2).astype(int), len(contour) - 1)
        return units.choose(self.store, sentence.phones, np.log(length * self.manner.hop), contour[middles])

    def _say(self, sentence: Sentence, prosody: Prosody, rng: np.random.Generator) -> Spoken:
        found = self.chosen(sentence, prosody, rng)
        rate = self.card.sample_rate
        samples, marks, ends = joined(self._sound, self.store, runs(self.store, found, sentence, rate), rate)
        whole = restrung(samples, marks, sample_rate=rate, speed=prosody.speed, pitch=prosody.pitch)
        block = spoken(whole, sentence, ends / rate / prosody.speed, rate)
        return Spoken(block.samples, block.words, (self.told(found, sentence),))

    def told(self, found: Sequence[Chosen], sentence: Sentence) -> str:
        """How much of a sentence was said in one go, and where its longest stretch comes from."""
        joins, inner = joins_of(found)
        best: list[Chosen] = []
        row: list[Chosen] = []
        for half in found:
            row = [*row, half] if half.goes_on else [half]
            best = row if len(row) > len(best) else best
        said = "".join(sentence.phones[p].name for p in dict.fromkeys(h.place for h in best))
        where = self.clips[int(self.store.clip[best[0].phone])]
        return f"{joins} joins at {inner} places ({joins / max(1, inner):.0%}); the longest stretch is {said} from {where}"

    def close(self) -> None:
        """The recordings are mapped, not read; the map goes with the voice."""


def joins_of(found: Sequence[Chosen]) -> tuple[int, int]:
    """How many of the places between two half phones are joins, and how many there are."""
    return sum(not half.goes_on for half in found[1:]), max(0, len(found) - 1)


def runs(store: Store, found: Sequence[Chosen], sentence: Sentence, rate: int) -> list[Run]:
    """The stretches of a row of units; silences at the ends and inside are cut short."""
    made: list[list[tuple[int, int, Chosen]]] = []
    limit, edge = round(_PAUSE * rate), round(EDGE * rate)
    for half in found:
        at = store.first[half.phone] + half.half
        first, last = int(store.edges[at]), int(store.edges[at + 1])
        goes_on = half.goes_on
        if sentence.phones[half.place].silent:
            longest = edge if half.place in (0, len(sentence.phones) - 1) else limit
            if half.place == 0 and half.half == 0:
                first = last
            elif half.place == len(sentence.phones) - 1 and half.half == 1:
                last = first
            elif half.half == 1 and last - first > longest:
                first, goes_on = last - longest, False
            elif half.half == 0 and last - first > longest:
                last = first + longest
            if made and goes_on and made[-1][-1][1] != first:
                goes_on = False
        if made and goes_on:
            made[-1].append((first, last, half))
        else:
            made.append([(first, last, half)])
    return [Run(row[0][0], row[-1][1], tuple(h for *_, h in row)) for row in made]


def joined(sound: np.ndarray, store: Store, parts: Sequence[Run], rate: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Samples [T], marks of periods in them, and where each phone of the sentence ends (samples) [L].

    Two stretches meet at marks of their periods, where both have a voice, and are laid over each other for one of them.
    """
    out = np.zeros(0)
    marks: list[int] = []
    ends: dict[int, int] = {}
    shift = 0  # what is added to a place in the recording to get one in the output
    for number, run in enumerate(parts):
        first, last = run.first, run.last
        if number:
            before = parts[number - 1]
            a, b, fade = _meeting(store, before.last, first, rate)
            lay = _overlap(sound, a, b, fade)
            # the output so far ends at the end of the run before; it is cut or lengthened to where the two meet
            length = max(0, a - fade + shift)
            tail = _cut(sound, before.last, a - fade) if length > len(out) else np.zeros(0)
            out = np.concatenate([out[:length], tail, lay])
            marks = [m for m in marks if m < length + fade]
            shift = len(out) - (b + fade)
            body = _cut(sound, b + fade, last)
        else:
            shift = -first
            body = _cut(sound, first, last)
        out = np.concatenate([out, body]) if last + shift >= len(out) else out[: max(1, last + shift)]
        lowest = (marks[-1] + round(0.002 * rate)) if marks else 0
        own = store.marks[np.searchsorted(store.marks, first) : np.searchsorted(store.marks, last)] + shift
        marks += [int(m) for m in own if lowest <= m < len(out)]
        for half in run.halves:
            ends[half.place] = min(len(out), int(store.edges[store.first[half.phone] + half.half + 1]) + shift)
    places = np.array([ends[n] for n in sorted(ends)])
    places[-1] = len(out)
    edge = min(len(out), round(_FADE * rate))
    out[:edge] *= np.linspace(0, 1, edge)
    out[len(out) - edge :] *= np.linspace(1, 0, edge)
    return out, np.array(marks, np.int64), np.maximum.accumulate(np.clip(places, 1, len(out)))


def _meeting(store: Store, end: int, begin: int, rate: int) -> tuple[int, int, int]:
    """Where one stretch that ends at `end` and one that begins at `begin` meet, as a place in each, and half the overlap."""
    reach = round(_REACH * rate)
    here, there = _nearest(store.marks, end, reach), _nearest(store.marks, begin, reach)
    if here is None or there is None:
        return end, begin, round(_FADE * rate)
    return (
        int(store.marks[here]),
        int(store.marks[there]),
        max(8, min(reach, (_period(store.marks, here) + _period(store.marks, there)) // 2)),
    )


def _nearest(marks: np.ndarray, place: int, reach: int) -> int | None:
    """The number of the mark nearest to a place, None where none is within reach."""
    at = int(np.searchsorted(marks, place))
    near = [n for n in (at - 1, at) if 0 <= n < len(marks)]
    best = min(near, key=lambda n: abs(int(marks[n]) - place), default=None)
    return best if best is not None and abs(int(marks[best]) - place) <= reach else None


def _period(marks: np.ndarray, number: int) -> int:
    """Samples from a mark to the one behind it, or before it."""
    gaps = [int(marks[n + 1] - marks[n]) for n in (number - 1, number) if 0 <= n < len(marks) - 1]
    return min(gaps, default=8)


def _overlap(sound: np.ndarray, a: int, b: int, fade: int) -> np.ndarray:
    """[2 fade]: the sound around a going over into that around b."""
    rise = 0.5 - 0.5 * np.cos(np.pi * (np.arange(2 * fade) + 0.5) / (2 * fade))
    return np.asarray(_cut(sound, a - fade, a + fade) * (1 - rise) + _cut(sound, b - fade, b + fade) * rise)


def _cut(sound: np.ndarray, first: int, last: int) -> np.ndarray:
    """Samples [first, last) as numbers in -1..1, zeros outside of the recordings."""
    if last <= first:
        return np.zeros(0)
    low, high = max(0, first), min(len(sound), last)
    part = np.zeros(last - first)
    if high > low:
        part[low - first : high - first] = np.asarray(sound[low:high], np.float64) / 32768
    return part


def write(folder: Path, store: Store, manner: Manner, clips: Sequence[str]) -> None:
    """Write all but the sound into a model folder."""
    tensors.write(folder / FILE, units.arrays(store) | manner.arrays())
    shape = {"phones": store.phones, "clips": list(clips)}
    (folder / SHAPE).write_text(json.dumps(shape, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")


def head_of(path: Path) -> int:
    """Bytes before the samples of a wav in 16 bits. Raises: ValueError when it is another file."""
    with path.open("rb") as file:
        begin = file.read(4096)
    form, at = begin.find(b"fmt "), begin.find(b"data")
    if begin[:4] != b"RIFF" or form < 0 or at < form or begin[form + 22 : form + 24] != b"\x10\0":
        raise ValueError("the recordings are no wav in 16 bits")
    return at + 8


def open(folder: Path, card: Card, runtime: Runtime) -> Model:
    """The voice of a model folder. Raises: ModelRefused."""
    found = tensors.read(folder / FILE)
    try:
        shape = json.loads((folder / SHAPE).read_text(encoding="utf-8"))
        phones, clips = tuple(str(p) for p in shape["phones"]), [str(c) for c in shape["clips"]]
        store, manner = units.of_arrays(found, phones), manners.of_arrays(found, phones)
        sound = np.memmap(folder / SOUND, "<i2", mode="r", offset=head_of(folder / SOUND))
        trees = (manner.duration, *manner.pitch)
        asked = max((int(t.question.max()) for t in trees if len(t.question)), default=-1)
        if store.edges.max() > len(sound) or store.clip.max(initial=0) >= len(clips) or asked >= len(names(phones)):
            raise ValueError("units and sound do not fit together")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelRefused(f"the parts of this voice are missing or damaged ({reason(error)})", where=str(folder)) from None
    return Units(card, store, manner, sound, clips)
