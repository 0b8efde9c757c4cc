"""Learning to spot phrases: a small net that hears phones is at hand, two layers over its last second are learned.

What real speech without the phrases sounds like to that net comes with aural, so clips of the phrases are all that is needed:
recordings, or readings by synthetic voices (`aural train spot --phrase "hey juno"`).
"""

from __future__ import annotations

import itertools
import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from aural import settings
from aural.corpora.manifest import Clip
from aural.corpora.rows import rows
from aural.errors import LearningError
from aural.files import sha256_of, write_text
from aural.judge.run import opened
from aural.learn import c_arrays
from aural.learn.augment import Effects
from aural.learn.job import Job, Method
from aural.learn.methods._parts import licences_of, seconds_of
from aural.learn.nets import use_threads
from aural.learn.report import ALARMS
from aural.metrics.spotting import alarms_per_hour, border, peaks
from aural.models import tensors
from aural.models.card import Card
from aural.models.card import write as write_card
from aural.models.engines import _stepping, phrases
from aural.models.engines.phrases import FILE, STRIDE, Layers, kept, windows
from aural.models.runtime import Runtime
from aural.models.store import shipped
from aural.settings import option
from aural.sound.effects.noise import colored
from aural.sound.sound import Sound
from aural.tasks._heard_again import WIDE
from aural.tasks._spotting import NOTHING, smooth_of

C_FILE = "spotter.h"  # in the run folder, for microcontrollers
LISTENER, BACKGROUND = "listener", "background.safetensors"
RATE = 16000
_BEFORE, _BEHIND = 1.3, 0.4  # s of faint noise around a clip
_EARLY, _LATE = 0.04, 0.28  # s around the end of a phrase in which it counts as said
_FAINT = 1e-3  # level of that noise
_SIZE = 5  # frames that a convolution sees
_UNSURE = 0.05  # truths are as much nearer to one half
_CANDIDATES = 240.0  # an hour of speech: what a recognizer may be asked to hear again (`aural spot --confirm`)
_PARTS = 4  # of the background, each left out in turn to set the border


@dataclass(frozen=True)
class Options:
    """How phrases are learned."""

    window: float = option(1.2, "how far back the layers look; the longest phrase should fit", unit="s", least=0.3, most=3.0)
    hidden: int = option(24, "channels of the two convolutions", least=2, most=512)
    drop: float = option(0.3, "share of what the last layer sees that is dropped in training", least=0, most=0.9)
    stretch: float = option(0.2, "windows are stretched in time by up to this, as a logarithm", least=0, most=0.7)
    blur: float = option(0.3, "noise added to the frames, in standard deviations", least=0, most=5)
    copies: int = option(8, "times that each clip of a phrase is heard, each time with other noise, room and level", least=1)
    augment: tuple[str, ...] = option(("noise", "room", "gain", "telephone"), "effects drawn for each copy, with commas")
    noise: str | None = option(None, "folder or manifest of noises; not set = made noise")
    rooms: str | None = option(None, "folder or manifest of impulse responses; not set = made rooms")
    against: str | None = option(None, "folder or manifest of recordings in which no phrase is said, learned from as well")
    false_alarms: float = option(0.5, "false alarms an hour that the border allows on speech that was not learned from", least=0.01)
    steps: int = option(2500, "steps of the training", least=10)
    rate: float = option(2e-3, "learning rate at its highest", least=1e-6, most=1)
    decay: float = option(1e-3, "weight decay of AdamW", least=0, most=1)
    threads: int = option(0, "threads of one process; 0 = all cores", least=0, most=1024)
    seed: int = option(0, "everything that is drawn follows from it", least=0)


@dataclass(eq=False)
class Store:
    """Frames [F, D] one after the other, and where windows over them may end: no window reaches over two recordings."""

    frames: np.ndarray
    ends: np.ndarray
    truth: np.ndarray

    def windows(self, chosen: np.ndarray, width: int, stretch: np.ndarray | float = 1.0) -> np.ndarray:
        """The windows [N, W, D] that end at the chosen ones of `ends`, their time stretched by `stretch` [N, 1]."""
        behind = np.round(np.arange(1 - width, 1)[None, :] * stretch).astype(int)
        return self.frames[np.maximum(0, self.ends[chosen][:, None] + behind)]


class Ear:
    """The listener: samples to frames, each `every` of its own."""

    def __init__(self, folder: Path, runtime: Runtime, every: int) -> None:
        self._stream, self.every = _stepping.opened(folder, runtime), every

    def hear(self, samples: np.ndarray) -> np.ndarray:
        """samples [T] at 16 kHz -> frames [F, D]."""
        state, frames = self._stream.step(self._stream.start(), samples)
        return kept(np.concatenate([frames, self._stream.finish(state)]), self.every)


def read(job: Job) -> Options:
    """The options that were given. Raises: UsageError."""
    return settings.build(Options, job.given, where="--method phrases")


def run(job: Job) -> Card:
    """Hear the clips, learn the layers, set the border on speech that was left out, write the model folder."""
    options = read(job)
    use_threads(options.threads)
    labels = phrases_of(job.clips["train"])
    home = shipped(LISTENER)
    known = tensors.read(home / BACKGROUND)
    every = int(known["every"][0])
    ear, hop = Ear(home, Runtime(threads=options.threads), every), every * _stepping.hop_of(home)
    background = (known["frames"].astype(np.float32) - 128) * known["scale"]
    mean, spread = background.mean(0), 1.0 / np.maximum(background.std(0), 1e-3)
    width = round(options.window / hop)
    stores = [hear(ear, job, labels, options, hop)]
    if options.against:
        stores.append(against(ear, Path(options.against), job, width))
    said = joined(stores)
    said.frames = (said.frames - mean) * spread
    background = (background - mean) * spread
    told = left_out(said, background, known["ends"], hop, options, job)
    hours = len(told) * hop / 3600
    borders = {label: border(told[:, k], hop, options.false_alarms) for k, label in enumerate(labels)}
    wide = {f"{WIDE} {label}": border(told[:, k], hop, _CANDIDATES, 0.001) for k, label in enumerate(labels)}
    for k, label in enumerate(labels):
        found = alarms_per_hour(peaks(told[:, k], hop), borders[label], hours)
        job.say(f"{label}: border {borders[label]:.3f}, {found:.2f} false alarms an hour on {hours:.1f} hours of speech, each "
                "part of which was left out in turn")  # fmt: skip
    alarms = {"hours": hours, "peaks": [round(score, 5) for k in range(len(labels)) for _, score in peaks(told[:, k], hop)]}
    write_text(job.folder / ALARMS, json.dumps(alarms) + "\n")
    net = fitted(joined([said, Store(background, *unsaid(len(background), width))]), len(labels), width, options, job)
    model = Layers(mean=mean, scale=spread, sizes=np.array([every, width]), **net.arrays())
    write_text(job.folder / "options.json", json.dumps(settings.as_dict(options), indent=1, sort_keys=True) + "\n")
    card = _written(job, model, options, borders, wide, hours, hop)
    c_arrays.write(job.model, job.folder / C_FILE)
    return card


def phrases_of(clips: Sequence[Clip]) -> tuple[str, ...]:
    """The phrases that clips are labeled with. Raises: LearningError when there is none."""
    labels = tuple(sorted({c.label for c in clips if c.label and c.label.casefold() not in NOTHING}))
    if not labels:
        raise LearningError("no clip holds a phrase", fix='Label clips with the phrase, or give --phrase "hey juno"')
    return labels


@torch.no_grad()
def left_out(said: Store, background: np.ndarray, ends: np.ndarray, hop: float, options: Options, job: Job) -> np.ndarray:
    """Scores [F', K] over the background, each part of it by a net that has not learned from it."""
    count, width = said.truth.shape[1], round(options.window / hop)
    cuts = [0, *(int(ends[np.searchsorted(ends, len(background) * k / _PARTS)]) for k in range(1, _PARTS)), len(background)]
    shorter = replace(options, steps=max(10, options.steps // 2))
    found = []
    for first, last in itertools.pairwise(cuts):
        stores = [Store(part, *unsaid(len(part), width)) for part in (background[:first], background[last:])]
        with torch.enable_grad():
            net = fitted(joined([said, *stores]), count, width, shorter, job)
        views = windows(background[first:last], width)
        parts = [net(torch.from_numpy(views[at : at + 10_000].copy())).sigmoid().numpy() for at in range(0, len(views), 10_000)]
        found.append(smooth_of(np.concatenate(parts), hop))
    return np.concatenate(found)


def hear(ear: Ear, job: Job, labels: Sequence[str], options: Options, hop: float) -> Store:
    """The clips to learn from, each with some faint noise around it; those of phrases several times, the first time as they are."""
    effects = Effects(options.augment, options.noise, options.rooms)
    clips, stores = job.clips["train"], []
    for done, clip in enumerate(clips):
        job.progress.step(done, len(clips), "listen", "clips")
        with opened(clip) as source:
            samples = source.load(rate=RATE, mono=True).samples[0]
        phrase = labels.index(clip.label) if clip.label in labels else None
        end = _BEFORE + end_of(clip, samples)
        for copy in range(options.copies if phrase is not None else max(1, options.copies // 4)):
            rng = np.random.default_rng((options.seed, done, copy))
            sound = effects(Sound(samples[None], RATE), rng) if copy else Sound(samples[None], RATE)
            frames = ear.hear(placed(sound.samples[0], rng))
            stores.append(marked(frames, phrase, len(labels), end, hop, round(options.window / hop)))
    job.progress.close()
    return joined(stores)


def placed(samples: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A clip with faint noise before and behind it."""
    out = (_FAINT * 10 ** rng.uniform(-1.5, 0.5)) * colored(rng, "pink", len(samples) + round((_BEFORE + _BEHIND) * RATE))
    at = round(_BEFORE * RATE)
    out[at : at + len(samples)] += samples
    return out.astype(np.float32)


def end_of(clip: Clip, samples: np.ndarray) -> float:
    """Where (s) a phrase is over: as its row tells, or where the clip falls 30 dB below its loudest 20 ms."""
    if clip.events:
        return max(e.end for e in clip.events) - clip.start
    size = RATE // 50
    level = (
        np.sqrt(np.mean(samples[: len(samples) // size * size].reshape(-1, size) ** 2, axis=1)) if len(samples) >= size else samples
    )
    loud = np.flatnonzero(level > level.max(initial=0.0) / 32)
    return float((loud[-1] + 1) * 0.02) if len(loud) else len(samples) / RATE


def marked(frames: np.ndarray, phrase: int | None, count: int, end: float, hop: float, width: int) -> Store:
    """What windows over a clip mean: the phrase where they end with it, nothing where less than most of it was said."""
    ends = np.arange(width, len(frames))
    truth = np.zeros((len(ends), count), np.float32)
    if phrase is None:
        return Store(frames, ends, truth)
    times = (ends + 1) * hop
    said = (times >= end - _EARLY) & (times <= end + _LATE)
    truth[said, phrase] = 1.0
    clear = said | (times < end - max(0.25, 4 * _EARLY))
    return Store(frames, ends[clear], truth[clear])


def unsaid(count: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Ends and truth of all windows over so many frames in which no phrase is said."""
    ends = np.arange(width, max(width, count))
    return ends, np.zeros((len(ends), 1), np.float32)


def against(ear: Ear, place: Path, job: Job, width: int) -> Store:
    """Recordings in which no phrase is said."""
    clips, stores = rows(place), []
    for done, clip in enumerate(clips):
        job.progress.step(done, len(clips), "background", "clips")
        with opened(clip) as source:
            frames = ear.hear(source.load(rate=RATE, mono=True).samples[0])
        stores.append(Store(frames, *unsaid(len(frames), width)))
    job.progress.close()
    return joined(stores)


def joined(stores: Sequence[Store]) -> Store:
    """One store of all; a truth of one column stands for none of any number of phrases."""
    width = max(s.truth.shape[1] for s in stores)
    starts = np.cumsum([0, *(len(s.frames) for s in stores[:-1])])
    truth = [s.truth if s.truth.shape[1] == width else np.zeros((len(s.truth), width), np.float32) for s in stores]
    return Store(
        np.concatenate([s.frames for s in stores]),
        np.concatenate([s.ends + at for s, at in zip(stores, starts, strict=True)]),
        np.concatenate(truth),
    )


class Head(nn.Module):
    """Windows [N, W, D] -> logits [N, K]: two convolutions over time and a layer over what is left."""

    def __init__(self, width: int, told: int, count: int, options: Options) -> None:
        super().__init__()
        self.first = nn.Conv1d(told, options.hidden, _SIZE, STRIDE)
        self.second = nn.Conv1d(options.hidden, options.hidden, _SIZE, STRIDE)
        left = ((width - _SIZE) // STRIDE + 1 - _SIZE) // STRIDE + 1
        self.drop, self.outer = nn.Dropout(options.drop), nn.Linear(options.hidden * left, count)
        nn.init.constant_(self.outer.bias, -3.0)

    def forward(self, x: Tensor) -> Tensor:
        x = self.second(self.first(x.transpose(1, 2)).relu()).relu()
        return self.outer(self.drop(x.flatten(1)))

    def arrays(self) -> dict[str, np.ndarray]:
        """The weights as the engine names them."""
        parts = {"first": self.first, "second": self.second, "outer": self.outer}
        return {f"{name}{end}": getattr(layer, kind).detach().numpy().copy()
                for name, layer in parts.items() for end, kind in (("", "weight"), ("_bias", "bias"))}  # fmt: skip


def fitted(data: Store, count: int, width: int, options: Options, job: Job) -> Head:
    """Learn: half of what holds no phrase is drawn from what was mistaken for one most."""
    torch.manual_seed(options.seed)
    net = Head(width, data.frames.shape[1], count, options)
    optimizer = torch.optim.AdamW(net.parameters(), lr=options.rate, weight_decay=options.decay)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, options.steps)
    for step, (x, y) in enumerate(batches(data, width, options, net)):
        net.train()
        loss = nn.functional.binary_cross_entropy_with_logits(net(x), y * (1 - _UNSURE) + _UNSURE / 2)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        job.progress.step(step + 1, options.steps, "learn", "steps")
    job.progress.close()
    return net.eval()


def batches(data: Store, width: int, options: Options, net: nn.Module) -> Iterator[tuple[Tensor, Tensor]]:
    """Windows and truths: a quarter hold a phrase, each as often; the others are drawn anew from the hard ones at times."""
    rng = np.random.default_rng((options.seed, 1))
    own = [np.flatnonzero(data.truth[:, k] > 0) for k in range(data.truth.shape[1])]
    none = np.flatnonzero(data.truth.sum(1) == 0)
    hard = none
    for step in range(options.steps):
        if step and step % max(1, options.steps // 8) == 0:
            hard = hardest(data, none, width, net)
        each = max(1, 96 // len(own))
        chosen = np.concatenate([*(rng.choice(o, each) for o in own), rng.choice(none, 160), rng.choice(hard, 160)])
        x = data.windows(chosen, width, np.exp(rng.uniform(-options.stretch, options.stretch, (len(chosen), 1))))
        x = x + rng.normal(0, options.blur, x.shape)
        yield torch.from_numpy(x.astype(np.float32)), torch.from_numpy(data.truth[chosen])


@torch.no_grad()
def hardest(data: Store, none: np.ndarray, width: int, net: nn.Module) -> np.ndarray:
    """The fortieth of the windows without a phrase that score highest."""
    net.eval()
    scores = np.concatenate([net(torch.from_numpy(data.windows(part, width).astype(np.float32))).max(1).values.numpy()
                             for part in np.array_split(none, len(none) // 20_000 + 1)])  # fmt: skip
    return none[np.argsort(-scores)[: max(200, len(none) // 40)]]


def _written(
    job: Job, model: Layers, options: Options, borders: dict[str, float], wide: dict[str, float], hours: float, hop: float
) -> Card:
    """The model folder: the listener once more, the layers, and the card."""
    home, clips = shipped(LISTENER), job.clips["train"]
    job.model.mkdir(parents=True, exist_ok=True)
    for name in (_stepping.GRAPH, _stepping.SIZES):
        shutil.copyfile(home / name, job.model / name)
    phrases.write(job.model, model)
    labels = tuple(borders)
    lengths = {label: [e - s for s, e in map(_span, (c for c in clips if c.label == label))] for label in labels}
    files = (FILE, _stepping.GRAPH, _stepping.SIZES)
    told = (
        f"{sum(c.label in labels for c in clips)} clips of {len(labels)} phrases, {len(clips)} clips in all, "
        f"{sum(map(seconds_of, clips)) / 3600:.2f} hours, and {hours:.1f} hours of other speech"
    )
    card = Card(
        name=job.name, role=job.role, kind="phrases", source="trained with aural", question=job.question, labels=labels,
        licences=licences_of(job), sample_rate=RATE, hop=hop, window=options.window, causal=True, latency=hop, batch="exact",
        operating_points=borders,
        calibration=wide | {f"seconds {k}": round(float(np.median(v)), 3) for k, v in lengths.items() if v},
        files={name: sha256_of(job.model / name) for name in files}, seed=options.seed, trained_on=told,
    )  # fmt: skip
    write_card(card, job.model / "card.json")
    return card


def _span(clip: Clip) -> tuple[float, float]:
    if clip.events:
        return min(e.start for e in clip.events), max(e.end for e in clip.events)
    return 0.0, min(seconds_of(clip), 1.0)


METHOD = Method(Options, read, run, frozenset({("clip", "class")}), any_labels=True)
