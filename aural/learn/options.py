"""What can be set of a training: one dataclass for time, batches, steps and augmentation.

The settings of the net and of the loss stand in their own pages and are reached by `--set encoder.width=64`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aural import find, settings
from aural.errors import UsageError
from aural.settings import option

# Effects that are no pages of sound/effects: these work on spectrograms, on whole batches, or move the clip.
OTHERS = ("specaugment", "warp", "mixup", "between_class", "shift")
_ROOMS = {"encoder": "nets/encoders", "frontend": "nets/frontends", "decoder": "nets/decoders", "loss": "learn/losses"}


@dataclass(frozen=True)
class Options:
    """How a net is trained."""

    encoder: str = option("cnn", "the net: a page of nets/encoders", also=("--net",))
    frontend: str | None = option(None, "what the encoder hears; not set = what it was made for")
    loss: str | None = option(None, "a page of learn/losses; not set = the question's own")
    sample_rate: int = option(16000, "recordings are brought to this rate", unit="Hz", least=1000, most=192000)
    units: str | None = option(
        None, "transcribe: what is written with; not set = words where the texts hold at most 100 different ones, else chars",
        choices=("words", "chars", "bpe", "unigram"),
    )  # fmt: skip
    vocabulary: int = option(256, "transcribe: units of bpe or unigram", least=2, most=20000)
    decoder: str = option("recurrent", "attention: what writes, a page of nets/decoders: recurrent or transformer")
    ctc: float = option(0.3, "attention: weight of CTC beside the decoder, in training and decoding; 0 = none", least=0, most=1)
    start: str | None = option(
        None,
        "transfer: begin with the encoder of a run folder, of moonshine-base, or of a checkpoint of wav2vec 2.0 or HuBERT "
        "(org/name or a folder); adapt: the recognizer that goes on learning (moonshine-base)",
        also=("--from",),
    )
    freeze: str = option(
        "never",
        "what --from brought is held: never, always, staged = over the first quarter of the training, or lent = for good, but the "
        "layer that a run of yours put above a lent encoder (encoder.above) goes on learning",
        choices=("never", "always", "staged", "lent"),
    )  # fmt: skip
    epochs: int = option(60, "most passes over the training clips", least=1)
    minutes: float | None = option(None, "stop after this time; the best net so far is kept", unit="min", least=0)
    batch: int = option(32, "clips a step", least=1)
    rate: float = option(2e-3, "learning rate at its highest", least=1e-8, most=10)
    warmup: float = option(0.1, "share of the steps over which the rate rises; it then falls as a cosine", least=0, most=0.9)
    decay: float = option(1e-2, "weight decay of AdamW", least=0, most=1)
    clip_norm: float = option(5.0, "gradients are scaled down to this norm", least=0.001)
    accumulate: int = option(1, "batches whose gradients are added up before a step", least=1)
    precision: str = option("float32", "number format of the heavy parts", choices=("float32", "bfloat16", "float16"))
    average: float = option(0.0, "decay of a running average of the weights, which is then kept; 0 = none", least=0, most=0.99999)
    patience: int = option(
        0, "stop after so many epochs without a better validation; 0 = never: the rate falls over all, and the last are best",
        least=0,
    )  # fmt: skip
    crop: float | None = option(None, "train on random parts of at most this length; not set = whole clips", unit="s", least=0.01)
    augment: tuple[str, ...] = option(
        (),
        "effects drawn for each clip, with commas: noise,room,speed,pitch,gain,... and specaugment, warp (voices of other sizes), "
        "mixup, between_class, shift",
    )
    noise: str | None = option(None, "folder or manifest of noises for --augment noise", file="named")
    rooms: str | None = option(None, "folder or manifest of impulse responses for --augment room", file="named")
    balance: float = option(0.5, "0 = classes as often as they are, 1 = all equally often, by weights of the loss", least=0, most=1)
    workers: int = option(0, "processes that decode and augment; 0 = in the training process", least=0, most=256)
    cache: int = option(
        2048, "decoded clips kept in memory, and as much of what an encoder that is held says of them", unit="MB", least=0
    )
    heard: str | None = option(
        None, "folder that keeps what an encoder that is held says of each clip (0.1 GB an hour with moonshine-base): other "
        "trainings on the same clips do not hear them again; not set = in memory alone", file="named",
    )  # fmt: skip
    checkpoint: float = option(5.0, "time between checkpoints", unit="min", least=0)
    int8: bool = option(False, "also write the model in int8, into the folder int8 of the run, with its agreement in the card")
    device: str = option("auto", "where the net is trained: auto, cpu, cuda, cuda:1, mps")
    threads: int = option(0, "threads of one process; 0 = all cores", least=0, most=1024)
    seed: int = option(0, "everything that is drawn follows from it", least=0)


def check(given: Mapping[str, Any], where: str) -> None:
    """What can be told to be wrong of these values without PyTorch, which takes seconds to come; other names are left.

    Raises: UsageError.
    """
    own = {o.name for o in settings.options_of(Options)}
    effects(settings.build(Options, {n: v for n, v in given.items() if n in own}, where=where).augment)
    for name, room in _ROOMS.items():
        told = given.get(name)
        if told and not str(told).isdecimal():  # a number is the size of a part that a voice calls so, too
            (find.check_own if name == "encoder" else find.check)(room, str(told))


def effects(asked: Sequence[str]) -> tuple[str, ...]:
    """The effects that were asked for. Raises: UsageError for one that does not exist."""
    known = (*(n for n in find.names("sound/effects") if n != "mask"), *OTHERS)
    for name in asked:
        if name not in known:
            near = find.nearest(name, known)
            fix = f"Did you mean {near!r}?" if near else f"Known: {', '.join(sorted(known))}"
            raise UsageError(f"there is no effect {name!r}", where="--augment", fix=fix)
    return tuple(asked)
