"""Trains the shipped `listener`: a small causal net that hears phones, over which phrases are learned (models/shipped/listener).

    python -m bench.listener --manifest phones.jsonl --noise noise.jsonl -o runs/listener [--minutes 20]

The manifest's rows hold `text` as phones with blanks between. Phones have no times, so the first alignment spreads them evenly
over what is loud; the net learns it, aligns anew, and so on (Viterbi training with a net in the place of Gaussians, after
Rabiner 1989 and Bourlard and Morgan 1994). Noise is added in the mel domain. Out come stream.onnx, stream.json, the card, and
background.safetensors: what real speech that holds no phrase sounds like to the net.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from aural import settings
from aural.corpora.manifest import Clip, read_manifest
from aural.files import sha256_of, write_text
from aural.learn import checkpoint
from aural.learn.methods.phrases import BACKGROUND
from aural.learn.spotting.hearing import Ear
from aural.learn.stepping import GRAPH, SIZES, to_stream
from aural.models import tensors
from aural.models.card import Card, Licences
from aural.models.card import write as write_card
from aural.models.runtime import Runtime
from aural.nets.net import Net, Plan, config_of
from aural.results import Question
from aural.sound.sound import load

RATE, WIDTH, TOLD, CHUNK, LANES, WARM = 16000, 80, 24, 256, 32, 25
ROUNDS = (2, 2, 2, 3)  # epochs between two alignments; what time is left is spent on the last one
SILENCE = "_"
RATE_AT_FIRST = 3e-3  # learning rate, which falls as a cosine behind the last alignment
EVERY, MOST = 2, 9  # frames into one for phrases; utterances of one speaker in the background
WORDS = ("fsdd", "custom_commands", "precise_community", "speech_commands")


@dataclass
class Heard:
    """Log-mel [F, M] of an utterance, its phones, and the phone of each frame [F]."""

    mel: np.ndarray
    phones: np.ndarray
    frames: np.ndarray


def net_of() -> Net:
    """Samples to 24 numbers each 20 ms."""
    torch.manual_seed(0)
    parts = {
        "frontend": {"hop": 0.02, "window": 0.032, "n_mels": 40},
        "encoder": {"causal": True, "width": WIDTH, "layers": 2}, "head": {"dropout": 0.0},
    }  # fmt: skip
    return Net(Plan(Question("frame", "number"), TOLD, "rnn", "log_mel", RATE, parts))


@torch.no_grad()
def mel_of(net: Net, clip: Clip) -> np.ndarray:
    """Log-mel [F, M]."""
    end = None if clip.duration is None else clip.start + clip.duration
    samples = torch.from_numpy(load(clip.audio, rate=RATE, mono=True, start=clip.start, end=end).samples)
    return net.frontend(samples, torch.tensor([samples.shape[1]]))[0][0].numpy()


def spread(mel: np.ndarray, phones: np.ndarray) -> np.ndarray:
    """Phones evenly over the loud frames, silence elsewhere."""
    level = mel.max(axis=1)
    loud = np.flatnonzero(level > np.percentile(level, 95) - 6.0)
    frames = np.zeros(len(mel), np.int64)
    if len(loud) < len(phones):
        loud = np.arange(len(mel))
    places = np.minimum((np.arange(len(loud)) * len(phones)) // max(1, len(loud)), len(phones) - 1)
    frames[loud] = phones[places]
    return frames


def aligned(scores: np.ndarray, phones: np.ndarray) -> np.ndarray | None:
    """The best path [F] of frame scores [F, K] through silence, phones in order, each a frame at least, silence between any."""
    states = np.zeros(2 * len(phones) + 1, np.int64)
    states[1::2] = phones
    count, length = len(states), len(scores)
    if length < len(phones) + 2:
        return None
    emitted = scores[:, states]
    emitted[:, 2:-1:2] -= 2.0  # a pause inside an utterance is rare
    best = np.full(count, -np.inf)
    best[:2] = emitted[0, :2]
    back = np.zeros((length, count), np.int8)
    for t in range(1, length):
        one = np.concatenate([[-np.inf], best[:-1]])
        two = np.concatenate([[-np.inf, -np.inf], best[:-2]])
        two[::2] = -np.inf
        stacked = np.stack([best, one, two])
        back[t] = stacked.argmax(0)
        best = stacked.max(0) + emitted[t]
    state = count - 1 if best[-1] >= best[-2] else count - 2
    path = np.zeros(length, np.int64)
    for t in range(length - 1, -1, -1):
        path[t] = states[state]
        state -= int(back[t, state])
    return path


class Phones(nn.Module):
    """The listener's net with a layer of phones on top, for training alone."""

    def __init__(self, net: Net, count: int) -> None:
        super().__init__()
        self.net, self.top = net, nn.Linear(TOLD, count)

    def forward(self, mel: Tensor) -> Tensor:
        full = torch.full((len(mel),), mel.shape[1])
        x, _ = self.net.encoder((mel - self.net.standard.mean) * self.net.standard.scale, full)
        return self.top(self.net.head(x, full))


def epoch(model: Phones, heard: list[Heard], noise: np.ndarray, optimizer: torch.optim.Optimizer, rng: np.random.Generator,
          rate: float, loud: bool) -> float:  # fmt: skip
    """One pass in chunks of 5 s: utterances in another order each time, one behind the other, noise under half of the chunks."""
    order = rng.permutation(len(heard))
    mel = np.concatenate([heard[i].mel for i in order])
    true = np.concatenate([heard[i].frames for i in order])
    cut = len(mel) // CHUNK * CHUNK
    mel, true = mel[:cut].reshape(-1, CHUNK, mel.shape[1]), true[:cut].reshape(-1, CHUNK)
    losses, right, total = [], 0, 0
    model.train()
    for first in range(0, len(mel) - LANES + 1, LANES):
        x, y = mel[first : first + LANES].copy(), torch.from_numpy(true[first : first + LANES])
        x += rng.uniform(-3.0, 3.0, (LANES, 1, 1)).astype(np.float32) + rng.normal(0, 0.3, (LANES, 1, x.shape[2])).astype(
            np.float32
        )
        for lane in range(LANES):
            if loud and rng.random() < 0.6:
                x[lane] = noisy(x[lane], noise, rng)
        for group in optimizer.param_groups:
            group["lr"] = rate
        logits = model(torch.from_numpy(x))[:, WARM:]
        loss = nn.functional.cross_entropy(logits.reshape(-1, logits.shape[-1]), y[:, WARM:].reshape(-1), label_smoothing=0.05)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 2.0)
        optimizer.step()
        losses.append(float(loss))
        right += int((logits.argmax(-1) == y[:, WARM:]).sum())
        total += y[:, WARM:].numel()
    print(f"  loss {np.mean(losses):.3f}, {right / total:.1%} of the frames", flush=True)
    return float(np.mean(losses))


def noisy(mel: np.ndarray, noise: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Log-mel with a stretch of noise [N, M] under it, at 0 to 25 dB."""
    at = int(rng.integers(len(noise) - CHUNK))
    other = noise[at : at + CHUNK]
    gain = np.log(np.exp(np.percentile(mel, 90)) + 1e-9) - np.log(np.exp(other).mean() + 1e-9) - rng.uniform(0, 25) / 4.343
    return np.logaddexp(mel, other + np.float32(gain)).astype(np.float32)


@torch.no_grad()
def realign(model: Phones, heard: list[Heard], count: int) -> None:
    """New frames for every utterance, by posteriors over priors."""
    model.eval()
    prior = np.bincount(np.concatenate([h.frames for h in heard]), minlength=count) + 100.0
    prior = np.log(prior / prior.sum())
    for h in heard:
        scores = torch.log_softmax(model(torch.from_numpy(h.mel[None]))[0], -1).numpy() - 0.8 * prior
        path = aligned(scores, h.phones)
        if path is not None:
            h.frames = path


def background(args: argparse.Namespace) -> None:
    """What the net tells of real speech without phrases, in 8 bits: sets of single words are left out."""
    rng, ear = np.random.default_rng(1), Ear(args.output, Runtime(threads=1), EVERY)
    clips = [c for c in read_manifest(args.manifest) if c.extra.get("set") not in WORDS]
    noises = [load(c.audio, rate=RATE, mono=True).samples[0] for c in read_manifest(args.noise)]
    speakers = sorted({c.speaker or "" for c in clips})
    frames: list[np.ndarray] = []
    for number in rng.permutation(len(speakers)):
        own = [c for c in clips if c.speaker == speakers[number]][:MOST]
        sound = np.concatenate([np.pad(load(c.audio, rate=RATE, mono=True).samples[0], (0, RATE // 4)) for c in own])
        if rng.random() < 0.5:
            noise = noises[int(rng.integers(len(noises)))]
            noise = np.resize(noise, len(sound))
            sound = sound + noise * np.sqrt((sound**2).mean() / ((noise**2).mean() + 1e-9)) * 10 ** (-rng.uniform(5, 20) / 20)
        frames.append(ear.hear(np.clip(sound * 10 ** rng.uniform(-0.5, 0.1), -1, 1).astype(np.float32)))
    ends = np.cumsum([len(f) for f in frames])
    told = np.concatenate(frames)
    scale = np.abs(np.percentile(told, [0.1, 99.9], axis=0)).max(0) / 127
    packed = np.clip(np.round(told / scale) + 128, 0, 255).astype(np.uint8)
    tensors.write(args.output / BACKGROUND, {"frames": packed, "scale": scale.astype(np.float32), "ends": ends.astype(np.int64),
                                             "every": np.array([EVERY], np.int64)})  # fmt: skip
    files = (GRAPH, SIZES, BACKGROUND)
    data = (
        "CC BY 4.0 (LibriSpeech, SpeechOcean762, Speech Commands), CC0 (Kathleen), CC BY-SA (fsdd, Asterisk prompts), public domain"
    )
    card = Card(
        name="listener", role="listener", kind="stream", source="trained with aural (bench/listener.py)", sample_rate=RATE,
        question=Question("frame", "number"), labels=tuple(f"number {k + 1}" for k in range(TOLD)), hop=0.02, causal=True,
        latency=0.032, batch="exact", files={name: sha256_of(args.output / name) for name in files}, seed=0,
        licences=Licences("Apache-2.0", "Apache-2.0, the data named", data, True, "the manifests of bench/listener.py"),
        trained_on=f"phones of {len(clips)} English utterances and of single words, in noise; background: {len(speakers)} speakers",
    )  # fmt: skip
    write_card(card, args.output / "card.json")
    print(f"{len(speakers)} speakers, {len(told) * EVERY / 50 / 3600:.2f} h, {packed.nbytes / 1e6:.1f} MB")


def as_run(weights: Path, folder: Path) -> None:
    """A run folder of the listener's weights, so that `aural train ... --from` begins with them."""
    net, state = net_of(), torch.load(weights)["model"]
    own = {name: tensor for name, tensor in state.items() if name.startswith("net.")}
    checkpoint.save(folder / "checkpoints", 0, {f"best/net/{name}": tensor for name, tensor in own.items()}, {})
    plan = net.plan
    parts = {part: settings.as_dict(config_of(part, name, plan.settings[part])) for part, name in
             (("frontend", "log_mel"), ("encoder", "rnn"))}  # fmt: skip
    told = {"encoder": "rnn", "frontend": "log_mel", "sample_rate": RATE, "parts": parts}
    write_text(folder / "options.json", json.dumps(told, indent=1, sort_keys=True) + "\n")


def main() -> None:
    """Train, export, keep the background."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--manifest", type=Path, required=True)
    parser.add_argument("--noise", type=Path, required=True)
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--start", type=Path, help="go on from a listener.pt")
    parser.add_argument("--background", action="store_true", help="only hear the background, with the net that is there")
    parser.add_argument("--as-run", type=Path, metavar="FILE", help="only write a run folder of this listener.pt, for --from")
    args = parser.parse_args()
    if args.as_run:
        as_run(args.as_run, args.output)
        return
    if args.background:
        background(args)
        return
    torch.set_num_threads(1)
    rng, net = np.random.default_rng(0), net_of()
    clips = read_manifest(args.manifest)
    names = [SILENCE, *sorted({p for c in clips for p in (c.text or "").split()})]
    heard = []
    for clip in clips:
        mel, phones = mel_of(net, clip), np.array([names.index(p) for p in (clip.text or "").split()])
        heard.append(Heard(mel, phones, spread(mel, phones)))
    noise = np.concatenate([mel_of(net, c) for c in read_manifest(args.noise)])
    every = np.concatenate([h.mel for h in heard])
    net.standard.measure(torch.from_numpy(every.sum(0)), torch.from_numpy((every**2).sum(0)), len(every))
    model = Phones(net, len(names))
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=1e-3)
    begun, steps = time.monotonic(), len(every) // CHUNK // LANES
    print(f"{len(heard)} utterances, {len(every) / 50 / 3600:.2f} h, {len(names)} phones, {steps} steps an epoch", flush=True)
    if args.start:
        model.load_state_dict(torch.load(args.start)["model"])
        realign(model, heard, len(names))
        print(f"aligned, {time.monotonic() - begun:.0f} s", flush=True)
        begun = time.monotonic()
    for part, epochs in enumerate(ROUNDS if not args.start else ()):
        for _ in range(epochs):
            epoch(model, heard, noise, optimizer, rng, RATE_AT_FIRST, loud=part > 1)
        realign(model, heard, len(names))
        print(f"aligned, {time.monotonic() - begun:.0f} s", flush=True)
    while (share := (time.monotonic() - begun) / 60 / args.minutes) < 1:
        epoch(model, heard, noise, optimizer, rng, RATE_AT_FIRST * 0.5 * (1 + np.cos(np.pi * share)), loud=True)
    args.output.mkdir(parents=True, exist_ok=True)
    torch.save({"model": model.state_dict(), "phones": names}, args.output / "listener.pt")
    net.eval()
    to_stream(net, args.output)
    (args.output / "phones.json").write_text(json.dumps(names, ensure_ascii=False))
    background(args)


if __name__ == "__main__":
    main()
