"""Learning a VITS voice: text to samples in one net, with judges; phones' times are told, or found on the way (Kim et al. 2021)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

import numpy as np
import torch
from torch import Tensor, nn

from aural.learn.export import write_program
from aural.learn.job import Job, Method
from aural.learn.loading import Batch
from aural.learn.log import Picture, Shown
from aural.learn.methods import _spoken
from aural.learn.methods._adversarial import argued
from aural.learn.methods._planned import SYMBOLS, Planning, examples, guesses
from aural.learn.methods._vocoders import mean, seen
from aural.learn.nets import Choice, device_of
from aural.learn.options import Options
from aural.learn.scores import Metric
from aural.learn.trainee import Trainee
from aural.learn.weights import Weights
from aural.models.card import Card
from aural.nets.acoustic import vits as page
from aural.nets.discriminators import Judges
from aural.nets.layers import wiped
from aural.nets.phones import Plan, laid, whole
from aural.nets.upsampling import settled
from aural.nets.voice_mel import Spectra, VoiceMel, amplitudes
from aural.settings import option
from aural.sound.mel import MelOptions
from aural.sound.sound import Sound
from aural.sound.voice_mel import VOICE, margin, voice_mel

NAME = "vits"
PLAN, SOUND = "plan.onnx", "sound.onnx"
DEFAULTS: Mapping[str, Any] = {
    "sample_rate": VOICE.sample_rate, "batch": 8, "rate": 1e-3, "decay": 1e-2, "warmup": 0.03, "epochs": 60, "patience": 0,
}  # fmt: skip
METRIC = Metric("mel_distance", False, mean, newest=True)


@dataclass(frozen=True)
class Teaching:
    """How near, how natural, and by whose times."""

    segment: int = option(48, "frames of each clip that are made into sound in a step", least=4)
    judged: int = option(32, "of these, frames that the judges hear: they cost more than the making", least=4)
    search: float = option(
        1.0, "share of the training after which the net finds the phones' times itself, by the best path; 0 = at once, as in the "
        "paper, 1 = never: it is told them, as all methods for voices are", least=0, most=1,
    )  # fmt: skip
    join: float = option(0.7, "share of the training after which the judges join; 1 = never", least=0, most=1)
    judges: int = option(8, "channels of the judges' first layers", least=4)
    mel_weight: float = option(15.0, "weight of the distance in log-mel", least=0)
    spectra_weight: float = option(100.0, "weight of the distance in spectra of three lengths", least=0)
    text_weight: float = option(1.0, "weight of the distance between hidden voice and text, in nats a frame", least=0)
    ease: float = option(
        0.5, "share of the training over which that weight rises from a tenth to its own, so that a voice is heard before it must "
        "be told by a text", least=0, most=1,
    )  # fmt: skip
    said_weight: float = option(
        15.0, "weight of the distance in log-mel of what is said from the text alone, with true times; 0 = not said, as in the "
        "paper", least=0,
    )  # fmt: skip
    guess_weight: float = option(5.0, "weight of durations, pitch and level", least=0)
    hold: float = option(0.3, "factor on all these once the judges have joined", least=0)
    match_weight: float = option(2.0, "weight of what the judges see on their way", least=0)


@dataclass(frozen=True, eq=False)
class Tied:
    """A batch on both sides: the hidden voice drawn from the recordings [B, Z, F], what the text makes likely, real frames [B],
    and the losses that tie them."""

    voice: Tensor
    likely: page.Likely
    frames: Tensor
    losses: dict[str, Tensor]


@final
class Whole(Trainee):
    """The net and its judges, an optimizer each."""

    def __init__(self, net: page.Acoustic, options: Options, teaching: Teaching, mel: MelOptions, device: torch.device) -> None:
        self.net, self._teaching, self._device, self._mel = net, teaching, device, VoiceMel(mel).to(device)
        self._spectra, self._judges = Spectra(), Judges(teaching.judges)
        self._weights, self._court = Weights(net, options, device), Weights(self._judges, options, device)
        self.parts = {"net": self._weights, "judges": self._court}

    def learn(self, batch: Batch, share: float) -> Mapping[str, float]:
        self._court.begin(share)
        generator, weights = self._weights.begin(share), self._teaching
        told = _spoken.read(batch, self._device)
        with self._weights.stepper.precision():
            tied = self._tied(told, generator, share)
            true, made, said = self._segments(told.samples, tied, generator)
        losses = {**tied.losses, **self._distances(true, made, said)}
        loss = torch.stack(list(losses.values())).sum()
        if share >= weights.join:
            size = weights.judged * self._mel.options.hop
            heard = argued(self._judges, self._court, true[:, :size], made[:, :size], share)
            loss = weights.hold * loss + heard["persuaded"] + weights.match_weight * heard["matched"]
            losses |= heard
        self._weights.stepper.take(loss, share)
        return {name: float(value.detach()) for name, value in {"loss": loss, **losses}.items()}

    def _tied(self, told: _spoken.Read, generator: torch.Generator, share: float) -> Tied:
        frames, weights, pull = told.frames, self._teaching, self._pull(share)
        heard = self.net.posterior(spectra_of(told.samples, self._mel)[:, :, : int(frames.max())], frames)
        noise = torch.randn(heard.mean.shape, generator=generator).to(self._device)
        voice = wiped(heard.mean + noise * heard.spread.exp(), frames)
        text = self.net.toward_text(voice, frames)
        plan, durations, losses = self.net.plan(told.symbols, told.lengths), told.durations, {}
        if weights.search < 1:
            # Each symbol learns its own frames from the first step on, so that the search begins with what it knows.
            rough = self.net.of_symbols(plan.hidden, told.lengths)
            if share >= weights.search:
                durations = page.aligned(text, rough, told.lengths, frames)
            own = page.Likely(*(spread_out(x, laid(durations)[0]) for x in (rough.mean, rough.spread)))
            losses["symbols"] = pull * page.divergence(text.detach(), heard.spread.detach(), own, frames)
        owners, within, _ = laid(durations)
        likely = self.net.of_frames(plan.hidden, torch.stack([told.pitch, told.level], 1), owners, within, frames)
        losses["text"] = pull * page.divergence(text, heard.spread, likely, frames)
        losses |= {name: weights.guess_weight * value for name, value in guesses(plan, told, durations).items()}
        return Tied(voice, likely, frames, losses)

    def _pull(self, share: float) -> float:
        """The weight of the distance to the text when `share` of the training is done (Bowman et al. 2016, arXiv:1511.06349)."""
        told = self._teaching
        return told.text_weight * (0.1 + 0.9 * min(1.0, share / told.ease) if told.ease else 1.0)

    def _segments(self, samples: Tensor, tied: Tied, generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor | None]:
        """A part of each clip, as recorded, as made of its hidden voice, and as said from the text: [B, segment * hop] each."""
        hop, frames, count = self._mel.options.hop, tied.frames, tied.voice.shape[2]
        size = min(self._teaching.segment, count)
        first = (torch.rand(len(frames), generator=generator).to(frames.device) * (frames - size).clamp(min=0)).long()
        held = nn.functional.pad(samples, (0, max(0, count * hop - samples.shape[1])))
        true = torch.stack([s[a * hop : (a + size) * hop] for s, a in zip(held, first.tolist(), strict=True)])
        voice = parts_of(tied.voice, first, size)
        if not self._teaching.said_weight:
            return true, self.net.decoder(voice).float(), None
        said = self.net.toward_voice(parts_of(tied.likely.mean, first, size), (frames - first).clamp(max=size))
        made, said = self.net.decoder(torch.cat([voice, said])).float().chunk(2)
        return true, made, said

    def _distances(self, true: Tensor, made: Tensor, said: Tensor | None) -> dict[str, Tensor]:
        weights, wanted = self._teaching, self._mel(true)
        found = {
            "mel": weights.mel_weight * (self._mel(made) - wanted).abs().mean(),
            "spectra": weights.spectra_weight * self._spectra(made, true),
        }
        return found if said is None else {**found, "said": weights.said_weight * (self._mel(said) - wanted).abs().mean()}

    @torch.no_grad()
    def answers(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """How far what is said of the text, with true durations, pitch and level, is from the recording."""
        found = []
        with self._weights.answering():
            told = _spoken.read(batch, self._device)
            for row, count in enumerate(told.frames.tolist()):
                true = told.samples[row : row + 1, : count * self._mel.options.hop]
                symbols = int(told.lengths[row])
                plan = self.net.plan(told.symbols[row : row + 1, :symbols], told.lengths[row : row + 1])
                voice = torch.stack([x[row : row + 1, :symbols] for x in (told.pitch, told.level)], 1)
                said = self._said(plan, voice, told.durations[row : row + 1, :symbols])
                found.append((self._mel(said) - self._mel(true))[:, :, :count].abs().mean().cpu())
                if int(batch.index[row]) == 0:
                    self.seen = self._seen(true, plan)
        return torch.stack(found)[:, None], torch.ones(len(found), dtype=torch.int64)

    def _said(self, plan: Plan, voice: Tensor, durations: Tensor) -> Tensor:
        """samples [1, T] of the likeliest hidden voice."""
        owners, within, frames = laid(durations)
        return self.net.sound(self.net.of_frames(plan.hidden, voice, owners, within, frames).mean, frames)

    def _seen(self, true: Tensor, plan: Plan) -> Mapping[str, Shown]:
        """A clip as it was, as made of its own hidden voice, and as it is said from its text alone."""
        frames = torch.tensor([true.shape[1] // self._mel.options.hop], device=self._device)
        center = self.net.posterior(spectra_of(true, self._mel)[:, :, : int(frames)], frames).mean
        said = self._said(plan, torch.stack([plan.pitch, plan.level], 1), whole(plan.durations))[0].cpu().numpy()
        shown = seen(true[0].cpu(), self.net.decoder(center)[0].cpu(), self._mel)
        options = self._mel.options
        told = Sound(np.clip(said, -1, 1)[None], options.sample_rate)
        return {**shown, "said": Picture(voice_mel(said, options=options)), "said_sound": told}


def parts_of(x: Tensor, first: Tensor, size: int) -> Tensor:
    """x [B, Z, F] from its own first frame in each row: [B, Z, size]."""
    return torch.stack([row[:, a : a + size] for row, a in zip(x, first.tolist(), strict=True)])


def spread_out(x: Tensor, owners: Tensor) -> Tensor:
    """x [B, Z, L] laid over the frames [B, F] that symbols own: [B, Z, F]."""
    return x.gather(2, owners[:, None].expand(-1, x.shape[1], -1))


def spectra_of(samples: Tensor, mel: VoiceMel) -> Tensor:
    """Amplitudes [B, D, F] on the frames of a mel."""
    options, side = mel.options, margin(mel.options)
    held = nn.functional.pad(samples, (0, max(0, max(options.hop, side + 1) - samples.shape[1])))
    around = nn.functional.pad(held[:, None], (side, side), mode="reflect")[:, 0]
    return amplitudes(around, options.n_fft, options.hop, mel.window, center=False)


@final
class Sounding(nn.Module):
    """The part over frames as a graph: with what is drawn of the normal distribution [B, Z, F] -> samples."""

    def __init__(self, net: page.Acoustic) -> None:
        super().__init__()
        self.net = net

    def forward(self, hidden: Tensor, voice: Tensor, owners: Tensor, within: Tensor, noise: Tensor, frames: Tensor) -> Tensor:
        likely = self.net.of_frames(hidden, voice, owners, within, frames)
        return self.net.sound(likely.mean + noise * likely.spread.exp(), frames)


@torch.no_grad()
def export(net: page.Acoustic, folder: Path) -> None:
    """Write both graphs. Raises: LearningError when torch cannot, or when they answer otherwise than torch."""
    settled(net.eval())
    batch, symbols, frames = (torch.export.Dim(name, min=low) for name, low in (("batch", 1), ("symbols", 2), ("frames", 2)))
    one, two = Planning(net), Sounding(net)
    others = (("hidden", "voice", "owners", "within", "noise", "frames"), ("samples",))
    planned, sounded = _examples(net, 2, 9, 30)
    write_program(one, planned, ({0: batch, 1: symbols}, {0: batch}), folder / PLAN, *SYMBOLS)
    over = {0: batch, 1: frames}
    shapes = ({0: batch, 1: symbols}, {0: batch, 2: symbols}, over, over, {0: batch, 2: frames}, {0: batch})
    write_program(two, sounded, shapes, folder / SOUND, *others)
    planned, sounded = _examples(net, 1, 23, 77)
    parts: tuple[tuple[nn.Module, str, tuple[Tensor, ...], Any], ...] = (
        (one, PLAN, planned, SYMBOLS), (two, SOUND, sounded, others),
    )  # fmt: skip
    for module, path, fed, (into, out) in parts:
        _spoken.check(folder / path, dict(zip(into, fed, strict=True)), out, module(*fed))


def _examples(net: page.Acoustic, batch: int, count: int, frames: int) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]]:
    planned, over, real = examples(net, batch, count, frames)
    return planned, (*over, torch.randn(batch, net.config.hidden, frames, generator=torch.Generator().manual_seed(1)), real)


def read(job: Job) -> tuple[Choice, Mapping[str, Any]]:
    """What was given, read and checked. Raises: UsageError."""
    return _spoken.asked(job, NAME, DEFAULTS, {"net": page.Config, "teaching": Teaching})


def run(job: Job) -> Card:
    """Prepare the clips, train, export; the model folder is whole when this returns."""
    begun = _spoken.begun(job, read(job), _made)
    trainee = Whole(begun.net, begun.options, begun.parts["teaching"], begun.mel, device_of(begun.options.device))
    ended = begun.learn(trainee, METRIC)
    export(begun.net.cpu(), job.model)
    return ended.card(NAME, ("energy",))


def _made(parts: Mapping[str, Any], symbols: int, mel: MelOptions) -> page.Acoustic:
    return page.Acoustic(parts["net"], symbols, mel.n_fft // 2 + 1, mel.hop)


METHOD = Method(Options, read, run, frozenset({("sequence", "number")}), any_labels=True, bare=None)
