"""What methods for vocoders share: clips as mel and samples, the figure on valid, and the model folder."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from aural.corpora.manifest import Clip
from aural.errors import LearningError
from aural.files import sha256_of
from aural.learn.export import CLOSE, difference, write_program
from aural.learn.fit import Data
from aural.learn.job import Job
from aural.learn.loading import Clips
from aural.learn.log import Picture, Shown
from aural.learn.methods._parts import licences_of, seconds_of
from aural.learn.nets import Choice
from aural.learn.scores import Metric
from aural.models.card import Card
from aural.models.card import write as write_card
from aural.models.runtime import Runtime
from aural.nets.voice_mel import VoiceMel
from aural.sound.mel import MelOptions
from aural.sound.sound import Sound
from aural.sound.voice_mel import name_of, voice_mel

GRAPH = "model.onnx"
_HEARD = 32  # clips of valid that are made anew after each epoch


def mean(answers: Sequence[np.ndarray], targets: Sequence[np.ndarray]) -> float:
    """The mean of what each clip was answered."""
    return float(np.mean([float(a[0]) for a in answers]))


def nothing(clip: Clip, samples: int) -> np.ndarray:
    """The target of a clip that is its own truth."""
    return np.zeros(1, np.float32)


def distance(newest: bool) -> Metric:
    """The mean distance of log-mel amplitudes (nepers); where judges teach the last net counts, since it does not hear them."""
    return Metric("mel_distance", False, mean, newest)


def data_of(job: Job, choice: Choice) -> Data:
    """Random parts of the training clips, and whole clips of valid, evenly spread over its rows."""
    options, valid = choice.options, job.clips["valid"]
    heard = [valid[i * len(valid) // min(_HEARD, len(valid))] for i in range(min(_HEARD, len(valid)))]
    train = Clips(job.clips["train"], options.sample_rate, nothing, crop=options.crop, seed=options.seed, cache=options.cache)
    # Parts of one length: clips are shuffled together.
    parts = [min(seconds_of(c), options.crop or float("inf")) for c in train.clips]
    return Data(train, Clips(heard, options.sample_rate, nothing, cache=options.cache), parts, [seconds_of(c) for c in heard])


def whole(samples: Tensor, hop: int) -> Tensor:
    """samples [B, T] brought to whole frames by zeros."""
    return nn.functional.pad(samples, (0, -samples.shape[1] % hop))


def seen(true: Tensor, made: Tensor, mel: VoiceMel) -> Mapping[str, Shown]:
    """A clip [T] beside what was made of it, for the log."""
    pair = {"recording": true[None], "made": made[None]}
    rate = mel.options.sample_rate
    shown: dict[str, Shown] = {name: Picture(voice_mel(x[0].numpy(), options=mel.options)) for name, x in pair.items()}
    return shown | {f"{name}_sound": Sound(np.clip(x.numpy(), -1, 1), rate) for name, x in pair.items()}


def export(net: nn.Module, path: Path, options: MelOptions) -> None:
    """Write the graph: mel [B, M, F] -> samples [B, F * hop]; both sizes are free. Raises: LearningError."""
    _written(net, path, options, ("mel",))


def export_noisy(net: nn.Module, path: Path, options: MelOptions) -> None:
    """Write a graph that takes noise, too: [B, F * hop], drawn from the standard logistic. Raises: LearningError."""
    _written(net, path, options, ("mel", "noise"))


@torch.no_grad()
def _written(net: nn.Module, path: Path, options: MelOptions, names: Sequence[str]) -> None:
    batch, frames = torch.export.Dim("batch", min=1), torch.export.Dim("frames", min=2)
    shapes = ({0: batch, 2: frames}, {0: batch, 1: options.hop * frames})[: len(names)]
    fed = [_feeds(options, names, size) for size in ((2, 40), (1, 7), (3, 63))]
    write_program(net.eval(), tuple(torch.from_numpy(x) for x in fed[0].values()), shapes, path, names, ["samples"])
    session = Runtime("cpu", 1).session(path)
    for feeds in fed[1:]:
        told, true = session.run(feeds, ["samples"])[0], net(*(torch.from_numpy(x) for x in feeds.values()))
        apart = difference(told, true)
        if not apart <= CLOSE:
            what = f"the exported vocoder answers {apart:.2g} apart from the trained one"
            raise LearningError(what, where=str(path), fix="Please report it")


def _feeds(options: MelOptions, names: Sequence[str], size: tuple[int, int]) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    every = {
        "mel": rng.normal(-5, 2, (size[0], options.n_mels, size[1])),
        "noise": rng.logistic(size=(size[0], size[1] * options.hop)),
    }
    return {name: every[name].astype(np.float32) for name in names}


def card_of(job: Job, choice: Choice, mel: MelOptions, kind: str, files: Sequence[str], figures: Mapping[str, float]) -> Card:
    """Write the card of a vocoder whose files lie in the model folder."""
    seconds = sum(seconds_of(c) for c in job.clips["train"])
    card = Card(
        name=job.name, role="vocoder", kind=kind, licences=licences_of(job),
        source=f"trained with aural ({choice.options.encoder})",
        sample_rate=mel.sample_rate, input=name_of(mel), hop=mel.hop / mel.sample_rate,
        files={name: sha256_of(job.model / name) for name in files}, seed=choice.options.seed,
        trained_on=f"{len(job.clips['train'])} clips, {seconds / 3600:.2f} hours",
        figures={"valid": dict(figures), "epochs": _epochs(job.folder)},
    )  # fmt: skip
    write_card(card, job.model / "card.json")
    return card


def _epochs(folder: Path) -> int:
    return len(json.loads((folder / "epochs.json").read_text(encoding="utf-8")))
