"""What voices share that plan each phone before they make frames: their file, and the plan of an utterance as prosody wants it.

Letters: L phones, F frames, D width inside the net.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

import numpy as np

from aural.errors import ModelRefused, UsageError, reason
from aural.models.card import Card
from aural.models.face import Prosody, Utterance
from aural.models.runtime import Session
from aural.models.through import VOICE, laid, spans, spread
from aural.results import Word
from aural.sound.voice_mel import at_rate
from aural.text.pronunciation.phones import Phone, sequence
from aural.text.pronunciation.symbols import numbers

PLAN = "plan.onnx"
# What a full variation moves, as the standard deviation of a natural logarithm (timing, pitch).
_TIMING, _TUNE = 0.10, 0.05
_DECIBELS = 20 / np.log(10)


@dataclass(frozen=True, eq=False)
class Planned:
    """The phones of an utterance, what is fed on of them, and the frames of each [L]."""

    phones: Sequence[Phone]
    hidden: np.ndarray  # [1, L, D]
    voice: np.ndarray  # [1, 2, L] pitch and level
    frames: np.ndarray

    @property
    def feeds(self) -> dict[str, np.ndarray]:
        """What a graph over frames takes: hidden, voice, the phone of each frame, and where in it."""
        owners, within = laid(self.frames)
        return {"hidden": self.hidden, "voice": self.voice, "owners": owners[None], "within": within[None]}


@final
class Planner:
    """A graph from symbols to durations, pitch and level, with the symbols and scales of its voice."""

    def __init__(self, card: Card, voice: Mapping[str, Any]) -> None:
        self._card, self._known = card, {name: k for k, name in enumerate(voice["symbols"])}
        self._pitch, self._level = tuple(voice["pitch"]), tuple(voice["level"])

    def plan(self, session: Session, utterance: Utterance, prosody: Prosody, rng: np.random.Generator) -> Planned:
        """Raises: UsageError for an utterance without phonemes, or with one that the voice does not know."""
        if not utterance.phonemes:
            raise UsageError(f"{self._card.name} says phonemes, not written words", where=" ".join(utterance.words))
        phones = sequence(utterance.phonemes, utterance.marks)
        symbols = np.array([numbers(phones, self._known, self._card.name)], np.int64)
        feeds = {"symbols": symbols, "lengths": np.array([symbols.shape[1]], np.int64)}
        hidden, durations, pitch, level = session.run(feeds, ("hidden", "durations", "pitch", "level"))
        sway = np.exp(_TIMING * prosody.variation * rng.standard_normal(symbols.shape[1]))
        tune = np.exp(_TUNE * prosody.variation * rng.standard_normal())
        frames = spread(np.expm1(durations[0]) * sway / prosody.speed, phones)
        high = pitch + np.log(prosody.pitch * tune) / self._pitch[1]
        loud = level + _DECIBELS * np.log(prosody.energy) / self._level[1]
        return Planned(phones, hidden, np.stack([high, loud], axis=1).astype(np.float32), frames)

    def words(self, utterance: Utterance, planned: Planned) -> tuple[Word, ...]:
        """The words of an utterance with their times."""
        rate = self._card.sample_rate
        return spans(utterance, planned.phones, planned.frames, at_rate(rate).hop / rate)


def read(folder: Path) -> Mapping[str, Any]:
    """Symbols and scales of a voice. Raises: ModelRefused when they cannot be read."""
    try:
        voice: Mapping[str, Any] = json.loads((folder / VOICE).read_text(encoding="utf-8"))
        known, scales = dict.fromkeys(voice["symbols"]), (*voice["pitch"], *voice["level"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelRefused(f"this voice cannot be read ({reason(error)})", where=str(folder)) from error
    if not known or not all(isinstance(x, float) for x in scales):
        raise ModelRefused("this voice has no symbols, or scales that are no numbers", where=str(folder))
    return voice
