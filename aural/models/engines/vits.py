"""Runs a model folder of the kind "vits": a plan of each phone, a draw of all frames, and samples."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, final

import numpy as np

from aural.errors import ModelRefused, UsageError, reason
from aural.models.card import Card
from aural.models.face import Prosody, Spoken, Synthesizer, Utterance
from aural.models.pauses import with_pauses
from aural.models.runtime import Runtime, Session
from aural.models.through import laid, spans, spread
from aural.sound.voice_mel import at_rate
from aural.text.pronunciation.phones import sequence
from aural.text.pronunciation.symbols import numbers

PLAN, SOUND, VOICE = "plan.onnx", "sound.onnx", "voice.json"
# What a full variation moves: the share of the spread that the text leaves open, and the standard deviation of a natural logarithm
# (timing, pitch). Without it the likeliest voice is heard, as the net is taught to say it, and not two thirds of the spread as in
# the paper: each frame is drawn for itself, and the more is drawn, the less is understood.
_OPEN, _TIMING, _TUNE = 0.333, 0.10, 0.05
_DECIBELS = 20 / np.log(10)
_LOUDEST = 0.99


@final
class Vits(Synthesizer):
    """Graphs `plan` (symbols -> durations, pitch, level) and `sound` (these, and what is drawn -> samples)."""

    def __init__(self, card: Card, sessions: Sequence[Session], voice: Mapping[str, Any]) -> None:
        self.card, self.blends = card, False
        self._plan, self._sound = sessions
        self._known = {name: k for k, name in enumerate(voice["symbols"])}
        self._pitch, self._level = tuple(voice["pitch"]), tuple(voice["level"])

    def close(self) -> None:
        """The sessions go with the object."""

    def speak(self, utterance: Utterance, prosody: Prosody) -> Iterator[Spoken]:
        if not utterance.phonemes:
            raise UsageError(f"{self.card.name} says phonemes, not written words", where=" ".join(utterance.words))
        rng = np.random.default_rng(prosody.seed)
        phones = sequence(utterance.phonemes, utterance.marks)
        symbols = np.array([numbers(phones, self._known, self.card.name)], np.int64)
        feeds = {"symbols": symbols, "lengths": np.array([symbols.shape[1]], np.int64)}
        hidden, durations, pitch, level = self._plan.run(feeds, ("hidden", "durations", "pitch", "level"))
        sway = np.exp(_TIMING * prosody.variation * rng.standard_normal(symbols.shape[1]))
        tune = np.exp(_TUNE * prosody.variation * rng.standard_normal())
        frames = spread(np.expm1(durations[0]) * sway / prosody.speed, phones)
        high = pitch + np.log(prosody.pitch * tune) / self._pitch[1]
        loud = level + _DECIBELS * np.log(prosody.energy) / self._level[1]
        samples = self._sounded(hidden, np.stack([high, loud], axis=1), frames, _OPEN * prosody.variation, rng)
        words = spans(utterance, phones, frames, at_rate(self.card.sample_rate).hop / self.card.sample_rate)
        if utterance.pauses:
            samples, words = with_pauses(samples, words, utterance.pauses, self.card.sample_rate)
        peak = float(np.abs(samples).max(initial=0.0))
        yield Spoken(np.asarray(samples * min(1.0, _LOUDEST / max(peak, _LOUDEST)), np.float32), words)

    def _sounded(
        self, hidden: np.ndarray, voice: np.ndarray, frames: np.ndarray, share: float, rng: np.random.Generator
    ) -> np.ndarray:
        owners, within = laid(frames)
        wide = self._sound.shape("noise")[1]
        assert isinstance(wide, int)
        noise = share * rng.standard_normal((1, wide, len(owners)))
        feeds = {
            "hidden": hidden, "voice": voice.astype(np.float32), "owners": owners[None], "within": within[None],
            "noise": noise.astype(np.float32), "frames": np.array([len(owners)], np.int64),
        }  # fmt: skip
        return np.asarray(self._sound.run(feeds, ("samples",))[0][0])


def open(folder: Path, card: Card, runtime: Runtime) -> Vits:
    """The voice of a model folder. Raises: ModelRefused when its symbols cannot be read."""
    try:
        voice = json.loads((folder / VOICE).read_text(encoding="utf-8"))
        known, scales = dict.fromkeys(voice["symbols"]), (*voice["pitch"], *voice["level"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelRefused(f"this voice cannot be read ({reason(error)})", where=str(folder)) from error
    if not known or not all(isinstance(x, float) for x in scales):
        raise ModelRefused("this voice has no symbols, or scales that are no numbers", where=str(folder))
    return Vits(card, [runtime.session(folder / name) for name in (PLAN, SOUND)], voice)
