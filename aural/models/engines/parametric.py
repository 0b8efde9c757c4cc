"""Runs a model folder of the kind "parametric": trees, or trees and a small net, tell envelope, noise, pitch and durations; a
vocoder makes sound of them."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import final

import numpy as np

from aural.errors import ModelRefused, UsageError, reason
from aural.models import manner as manners
from aural.models import spectrum as spectra
from aural.models import tensors
from aural.models.card import Card
from aural.models.face import Model, Prosody, Spoken, Synthesizer, Utterance
from aural.models.manner import Manner
from aural.models.runtime import Runtime
from aural.models.sentences import Sentence, check_voice, in_turn, sentences, spoken
from aural.models.spectrum import Spectrum
from aural.patterns.trajectories import smoothest
from aural.sound import mel_cepstrum, vocoder
from aural.sound.envelope import LEAST_NOISE, MOST_NOISE, bands_of
from aural.text.pronunciation.context import names

FILE, SHAPE = "voice.safetensors", "voice.json"
_VOICED = 0.5  # share of the frames of a leaf
_GAP = 3  # frames: a voice that is gone or there for less goes on as it was


@dataclass(frozen=True, eq=False)
class Parts:
    """What a parametric voice is. spectrum: tells of each frame `order` cepstra and the noise of B bands (as logits), each with
    slope and bend, and the share of frames with a voice; middle, sharpen [order + B]: values are moved away from the
    middle by these factors, as far as the voice's own move; n_fft: points of the vocoder's transform."""

    manner: Manner
    spectrum: Spectrum
    middle: np.ndarray
    sharpen: np.ndarray
    sample_rate: int
    order: int
    n_fft: int

    @property
    def width(self) -> int:
        """Numbers of a frame: cepstra and bands."""
        return self.order + len(bands_of(self.sample_rate)) - 1

    def course(self, around: np.ndarray, frames: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Cepstra and noise [F, width] as they are told, not sharpened, and whether there is a voice [F]."""
        mean, variance = self.spectrum.told(around, frames)
        return smoothest(mean[:, :-1], variance[:, :-1]), steady(mean[:, -1] > _VOICED)

    def sharpened(self, course: np.ndarray) -> np.ndarray:
        """What averaging took from a course [F, width] given back."""
        return np.asarray(self.middle + (course - self.middle) * self.sharpen)


@final
class Parametric(Synthesizer):
    """Speech a sentence a block; it takes speed, pitch and timbre."""

    def __init__(self, card: Card, parts: Parts) -> None:
        self.card, self.parts, self.blends = card, parts, False

    def speak(self, utterance: Utterance, prosody: Prosody) -> Iterator[Spoken]:
        """Blocks of one sentence each. Raises: UsageError for a voice or a phone that it does not have."""
        check_voice(self.card, prosody)
        rng = np.random.default_rng(prosody.seed)
        yield from in_turn((self._say(s, prosody, rng) for s in sentences(utterance, self.card)), self.card.sample_rate)

    def _say(self, sentence: Sentence, prosody: Prosody, rng: np.random.Generator) -> Spoken:
        parts, manner = self.parts, self.parts.manner
        around = manner.context(sentence.phones)
        frames = manner.timed(around, prosody, rng)
        course, voiced = parts.course(around, frames)
        pitch = np.where(voiced, np.exp(manner.contour(around, frames, prosody, rng)), 0.0)
        samples = sounded(parts, parts.sharpened(course), pitch, prosody.timbre, rng)
        return spoken(samples, sentence, np.cumsum(frames.sum(axis=1)) * manner.hop, parts.sample_rate)

    def close(self) -> None:
        """Nothing is held but numbers."""


def sounded(parts: Parts, course: np.ndarray, pitch: np.ndarray, timbre: float, rng: np.random.Generator) -> np.ndarray:
    """Samples [T] of cepstra and noise [F, width] and a pitch [F] (Hz, 0 = none)."""
    log_power = mel_cepstrum.decode(course[:, : parts.order], sample_rate=parts.sample_rate, bins=parts.n_fft // 2 + 1, warp=timbre)
    noise = np.clip(1 / (1 + np.exp(-course[:, parts.order :])), LEAST_NOISE, MOST_NOISE)
    return vocoder.synthesize(pitch, log_power, noise, sample_rate=parts.sample_rate, hop=parts.manner.hop, rng=rng)


def steady(voiced: np.ndarray) -> np.ndarray:
    """Voicing [F] without what lasts less than three frames."""
    out = voiced.copy()
    edges = np.flatnonzero(np.diff(np.concatenate([[~out[0]], out, [~out[-1]]]).astype(int))) if len(out) else np.zeros(0, int)
    for begin, end in itertools.pairwise(edges):
        if end - begin < _GAP and begin > 0 and end < len(out):
            out[begin:end] = out[begin - 1]
    return out


def write(folder: Path, parts: Parts) -> None:
    """Write a voice into a model folder."""
    found = parts.manner.arrays() | parts.spectrum.arrays()
    found |= {"middle": parts.middle.astype(np.float32), "sharpen": parts.sharpen.astype(np.float32)}
    tensors.write(folder / FILE, found)
    shape = {"phones": parts.manner.phones, "order": parts.order, "n_fft": parts.n_fft}
    (folder / SHAPE).write_text(json.dumps(shape, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")


def read(folder: Path, sample_rate: int) -> Parts:
    """The parts again. Raises: ModelRefused when they are damaged or do not fit together."""
    found: Mapping[str, np.ndarray] = tensors.read(folder / FILE)
    try:
        shape = json.loads((folder / SHAPE).read_text(encoding="utf-8"))
        phones = tuple(str(p) for p in shape["phones"])
        parts = Parts(manners.of_arrays(found, phones), spectra.of_arrays(found), found["middle"].astype(float),
                      found["sharpen"].astype(float), sample_rate, int(shape["order"]), int(shape["n_fft"]))  # fmt: skip
        wide, columns = parts.width, len(names(phones))
        if not parts.spectrum.fits(3 * wide + 1, columns) or parts.middle.shape != (wide,) or parts.sharpen.shape != (wide,):
            raise ValueError("what tells of frames, and factors, tell other numbers of a frame")
        if not 64 <= parts.n_fft <= 1 << 15 or not 1 <= parts.order <= 100:
            raise ValueError(f"{parts.n_fft} points and {parts.order} cepstra")
        asked = max((int(t.question.max()) for t in (parts.manner.duration, *parts.manner.pitch) if len(t.question)), default=-1)
        if asked >= columns:
            raise ValueError("a tree asks for what no phone has")
    except (OSError, ValueError, KeyError, TypeError, UsageError) as error:
        raise ModelRefused(f"the parts of this voice are missing or damaged ({reason(error)})", where=str(folder)) from None
    if not all(np.isfinite(a).all() for a in found.values()):
        raise ModelRefused("this voice holds numbers that are none", where=str(folder / FILE))
    return parts


def open(folder: Path, card: Card, runtime: Runtime) -> Model:
    """The voice of a model folder. Raises: ModelRefused."""
    return Parametric(card, read(folder, card.sample_rate))
