"""What methods for neural voices share: prepared clips as symbols, frames, pitch and level, and what a voice keeps of them."""

from __future__ import annotations

import dataclasses
import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

import numpy as np
import torch
from torch import Tensor

from aural.corpora.manifest import Clip
from aural.errors import LearningError, UsageError
from aural.files import write_text
from aural.learn.export import CLOSE, difference
from aural.learn.fit import Data
from aural.learn.job import Job
from aural.learn.loading import Batch, Clips
from aural.learn.methods._chosen import begun_from, chosen
from aural.learn.methods._parts import fitted
from aural.learn.nets import Choice, use_threads
from aural.learn.options import Options
from aural.learn.scores import Metric
from aural.learn.trainee import Trainee
from aural.learn.voicing import card as cards
from aural.learn.voicing.prepare import Terms, prepared
from aural.learn.voicing.said import Said
from aural.models.card import Card
from aural.models.runtime import Runtime
from aural.models.through import VOICE
from aural.settings import option
from aural.sound.mel import MelOptions
from aural.sound.voice_mel import at_rate
from aural.text.pronunciation.symbols import symbol

_HEARD = 48  # clips of valid that are said after each epoch
_NEARLY_ALL = 0.99  # of the clips: a time that was laid wrongly is no measure
_COLUMNS = 5  # of a target: symbol, frames, pitch, level, gain


@dataclass(frozen=True)
class Texts:
    """How the texts of the clips are read."""

    language: str = option("en", "language of the texts; other than English they need phonemes in the rows")
    lexicon: str | None = option(None, "file with your own pronunciations, as speak takes it", file="named")


@dataclass(frozen=True)
class Scales:
    """Mean and spread of ln of the pitch (Hz) and of the level (dB) over the phones of the training clips."""

    pitch: tuple[float, float]
    level: tuple[float, float]


@dataclass(frozen=True, eq=False)
class Begun:
    """What a neural voice begins with: all that was chosen, the clips as arrays, and the net, drawn from the seed or brought."""

    job: Job
    choice: Choice
    parts: Mapping[str, Any]
    spoken: Spoken
    net: Any

    @property
    def options(self) -> Options:
        """How it is trained."""
        return self.choice.options

    @property
    def mel(self) -> MelOptions:
        """The picture between text and waveform."""
        return self.spoken.mel

    def learn(self, trainee: Trainee, metric: Metric) -> Ended:
        """Train; the folder of the model is there afterwards, with what the engine needs beside the graphs."""
        told = f"{len(self.spoken.symbols)} symbols"
        answers, targets = fitted(self.job, self.choice, trainee, self.spoken.data(self.choice), metric, told)
        self.job.model.mkdir(parents=True, exist_ok=True)
        self.spoken.write(self.job)
        return Ended(self, {"valid": {metric.name: round(metric.of(answers, targets), 4)}})


@dataclass(frozen=True, eq=False)
class Ended:
    """A voice that has learned, and its figures on valid."""

    begun: Begun
    figures: Mapping[str, Any]

    def card(self, kind: str, controls: tuple[str, ...] = ()) -> Card:
        """Write the card of the voice, whose files lie in the model folder."""
        begun = self.begun
        language, options = begun.parts["texts"].language, begun.options
        return cards.write(
            begun.job, begun.spoken.said["train"], kind, begun.mel.sample_rate, language, seed=options.seed, figures=self.figures,
            controls=controls,
        )  # fmt: skip


def asked(job: Job, method: str, defaults: Mapping[str, Any], parts: Mapping[str, type]) -> tuple[Choice, Mapping[str, Any]]:
    """What was given, read and checked. Raises: UsageError, also where nobody told by whose leave the voice is made."""
    cards.consent_of(job)
    return chosen(job, method, defaults, {**parts, "texts": Texts})


def begun(job: Job, given: tuple[Choice, Mapping[str, Any]], made: Callable[[Mapping[str, Any], int, MelOptions], Any]) -> Begun:
    """Prepare the clips and make the net; `made` is told the parts, how many symbols there are, and the picture."""
    choice, parts = given
    options = choice.options
    use_threads(options.threads)
    cards.keep_consent(job)
    said = prepared(job, Terms(language=parts["texts"].language, lexicon=parts["texts"].lexicon))
    spoken = Spoken(said, at_rate(options.sample_rate))
    torch.manual_seed(options.seed)
    net = made(parts, len(spoken.symbols), spoken.mel)
    begun_from(net, options)
    return Begun(job, choice, parts, spoken, net)


@final
class Spoken:
    """Prepared clips of both splits as arrays: for each phone its symbol, frames, pitch and level, on the grid of a mel."""

    def __init__(self, said: Mapping[str, Sequence[Said]], mel: MelOptions) -> None:
        self.said, self.mel = said, mel
        self.symbols = tuple(sorted({symbol(p) for s in said["train"] for p in s.phones}))
        self._number = {name: k for k, name in enumerate(self.symbols)}
        raw = [voice_of(s) for s in said["train"]]
        pitch, level = (np.concatenate([r[k] for r in raw]) for k in (0, 1))
        self.scales = Scales(_scale(pitch[np.isfinite(pitch)]), _scale(level))
        self._known: dict[tuple[str, float], Said] = {}

    def clips(self, name: str) -> list[Clip]:
        """The clips of a split as they were cut, those with an unknown symbol left out."""
        kept = [s for s in self.said[name] if all(symbol(p) in self._number for p in s.phones)]
        rows = [dataclasses.replace(s.clip, start=s.clip.start + s.begin, duration=s.duration) for s in kept]
        self._known |= {(row.id, row.start): s for row, s in zip(rows, kept, strict=True)}
        return rows

    def __call__(self, clip: Clip, samples: int) -> np.ndarray:
        """The target of a clip: [L, 5]."""
        said = self._known[clip.id, clip.start]
        frames = frames_of(said.ends, max(1, samples // self.mel.hop), self.mel.hop / self.mel.sample_rate)
        pitch, level = voice_of(said)
        high = np.nan_to_num((pitch - self.scales.pitch[0]) / self.scales.pitch[1])
        loud = (level - self.scales.level[0]) / self.scales.level[1]
        numbers = [self._number[symbol(p)] for p in said.phones]
        return np.stack([numbers, frames, high, loud, np.full(len(numbers), said.gain)], axis=1).astype(np.float32)

    def longest(self) -> list[float]:
        """For each symbol the frames within which nearly all clips of train say it."""
        times: dict[str, list[int]] = {name: [] for name in self.symbols}
        hop = self.mel.hop / self.mel.sample_rate
        for said in self.said["train"]:
            for phone, count in zip(said.phones, said.durations(hop), strict=True):
                times[symbol(phone)].append(int(count))
        return [float(np.quantile(times[name], _NEARLY_ALL)) for name in self.symbols]

    def data(self, choice: Choice) -> Data:
        """Clips for the loop, whole, with their targets."""
        rate, cache = choice.options.sample_rate, choice.options.cache
        parts = self.clips("train"), self.clips("valid")
        if not parts[1]:
            what = f"each of the {len(self.said['valid'])} clips of valid has a sound that no clip of train has"
            raise UsageError(what, where="aural train speak", fix="Give more recordings, or rows of your own with --valid")
        valid = [parts[1][i * len(parts[1]) // min(_HEARD, len(parts[1]))] for i in range(min(_HEARD, len(parts[1])))]
        lengths = [[c.duration or 1.0 for c in part] for part in (parts[0], valid)]
        return Data(Clips(parts[0], rate, self, cache=cache), Clips(valid, rate, self, cache=cache), lengths[0], lengths[1])

    def write(self, job: Job) -> None:
        """What the engine needs beside the graphs."""
        told = {"symbols": self.symbols, **dataclasses.asdict(self.scales)}
        write_text(job.model / VOICE, json.dumps(told, ensure_ascii=False, sort_keys=True) + "\n")


@dataclass(frozen=True, eq=False)
class Read:
    """A batch taken apart: symbols [B, L] and their count, frames, pitch, level [B, L], samples [B, T] at one level."""

    symbols: Tensor
    lengths: Tensor
    durations: Tensor
    pitch: Tensor
    level: Tensor
    samples: Tensor

    @property
    def frames(self) -> Tensor:
        """Real frames [B]."""
        return self.durations.sum(1)


def read(batch: Batch, device: torch.device) -> Read:
    """The targets of `Spoken` as tensors."""
    batch = batch.to(device)
    symbols, durations, pitch, level, gain = batch.targets.unbind(2)
    samples = (batch.samples * gain[:, :1]).clamp(-1, 1)
    return Read(symbols.long(), batch.target_lengths, durations.round().long(), pitch, level, samples)


def frames_of(ends: np.ndarray, frames: int, hop: float) -> np.ndarray:
    """Frames of `hop` s in each phone [L] that ends at `ends` (s); their sum is `frames`, and each but silences has one."""
    edges = np.minimum(np.round(np.concatenate([[0.0], ends]) / hop).astype(np.int64), frames)
    edges[-1] = frames
    return np.diff(edges)


def voice_of(said: Said) -> tuple[np.ndarray, np.ndarray]:
    """ln of the mean pitch (Hz, NaN where there is none) and mean level (dB) of each phone [L]."""
    edges = np.clip(np.round(np.concatenate([[0.0], said.ends]) / said.hop).astype(np.int64), 0, said.frames)
    pitch, level = np.full(len(said.ends), np.nan), np.zeros(len(said.ends))
    for k, (a, b) in enumerate(itertools.pairwise(edges)):
        part = slice(min(a, said.frames - 1), max(b, a + 1))
        level[k] = said.level[part].mean()
        voiced = said.pitch[part][said.pitch[part] > 0]
        if len(voiced):
            pitch[k] = np.log(voiced).mean()
    return pitch, level


def _scale(values: np.ndarray) -> tuple[float, float]:
    return (float(values.mean()), max(float(values.std()), 1e-3)) if len(values) else (0.0, 1.0)


def check(path: Path, feeds: Mapping[str, Tensor], names: Sequence[str], true: Tensor | tuple[Tensor, ...]) -> None:
    """Raises: LearningError when a graph answers otherwise than torch."""
    told = Runtime("cpu", 1).session(path).run({n: x.numpy() for n, x in feeds.items()}, names)
    parts = true if isinstance(true, tuple) else (true,)
    worst = max(difference(a, b) for a, b in zip(told, parts, strict=True))
    if not worst <= CLOSE:
        what = f"the exported voice answers {worst:.2g} apart from the trained one"
        raise LearningError(what, where=str(path), fix="Please report it")
