"""Runs a model folder of the kind "vits": a plan of the symbols, a draw, and samples."""

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
from aural.models.through import spans, spread
from aural.sound.voice_mel import at_rate
from aural.text.pronunciation.phones import sequence
from aural.text.pronunciation.symbols import numbers

PLAN, SOUND, VOICE = "plan.onnx", "sound.onnx", "voice.json"
_OPEN = 0.667  # of the spread that the text leaves open, as in the paper
_TIMING = 0.10  # what a full variation moves, as the standard deviation of a natural logarithm


@final
class Vits(Synthesizer):
    """Two graphs: what the text makes likely of each symbol, and samples of what was drawn from it."""

    def __init__(self, card: Card, sessions: Sequence[Session], voice: Mapping[str, Any]) -> None:
        self.card, self.blends = card, False
        self._plan, self._sound = sessions
        self._known = {name: k for k, name in enumerate(voice["symbols"])}

    def close(self) -> None:
        """The sessions go with the object."""

    def speak(self, utterance: Utterance, prosody: Prosody) -> Iterator[Spoken]:
        if not utterance.phonemes:
            raise UsageError(f"{self.card.name} says phonemes, not written words", where=" ".join(utterance.words))
        rng = np.random.default_rng(prosody.seed)
        phones = sequence(utterance.phonemes, utterance.marks)
        symbols = np.array([numbers(phones, self._known, self.card.name)], np.int64)
        feeds = {"symbols": symbols, "lengths": np.array([symbols.shape[1]], np.int64)}
        mean, wide, durations = self._plan.run(feeds, ("mean", "spread", "durations"))
        sway = np.exp(_TIMING * prosody.variation * rng.standard_normal(symbols.shape[1]))
        frames = spread(np.expm1(durations[0]) * sway / prosody.speed, phones)
        mean, wide = np.repeat(mean, frames, axis=2), np.repeat(wide, frames, axis=2)
        text = mean + np.exp(wide) * rng.standard_normal(mean.shape) * _OPEN
        told = {"text": text.astype(np.float32), "frames": np.array([text.shape[2]], np.int64)}
        samples = self._sound.run(told, ("samples",))[0][0]
        words = spans(utterance, phones, frames, at_rate(self.card.sample_rate).hop / self.card.sample_rate)
        if utterance.pauses:
            samples, words = with_pauses(samples, words, utterance.pauses, self.card.sample_rate)
        yield Spoken(np.asarray(samples, np.float32), words)


def open(folder: Path, card: Card, runtime: Runtime) -> Vits:
    """The voice of a model folder. Raises: ModelRefused when its symbols cannot be read."""
    try:
        voice = json.loads((folder / VOICE).read_text(encoding="utf-8"))
        known = bool(voice["symbols"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelRefused(f"this voice cannot be read ({reason(error)})", where=str(folder)) from error
    if not known:
        raise ModelRefused("this voice has no symbols", where=str(folder))
    return Vits(card, [runtime.session(folder / name) for name in (PLAN, SOUND)], voice)
