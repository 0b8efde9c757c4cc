"""Runs a model folder of the kind "acoustic": a plan of each phone, then all frames of the spectrogram, then a vocoder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, final

import numpy as np

from aural.errors import ModelRefused, UsageError, reason
from aural.models.card import Card
from aural.models.face import Prosody, Utterance
from aural.models.runtime import Runtime, Session
from aural.models.through import Acoustic, GriffinLim, Through, laid, spans, spread
from aural.results import Word
from aural.sound.voice_mel import at_rate
from aural.text.pronunciation.phones import sequence
from aural.text.pronunciation.symbols import numbers

PLAN, FRAMES, VOICE = "plan.onnx", "frames.onnx", "voice.json"
# What a full variation moves, as the standard deviation of a natural logarithm (timing, pitch).
_TIMING, _TUNE = 0.10, 0.05
_DECIBELS = 20 / np.log(10)


@final
class FastVoice(Acoustic):
    """Graphs `plan` (symbols -> durations, pitch, level) and `frames` (these -> log-mel), made by the method fastspeech."""

    def __init__(self, card: Card, sessions: tuple[Session, Session], voice: Mapping[str, Any]) -> None:
        self.card = card
        self._sessions = list(sessions)
        self._known = {name: k for k, name in enumerate(voice["symbols"])}
        self._pitch, self._level = tuple(voice["pitch"]), tuple(voice["level"])

    def close(self) -> None:
        self._sessions.clear()

    def spectrogram(self, utterance: Utterance, prosody: Prosody) -> tuple[np.ndarray, tuple[Word, ...]]:
        if not utterance.phonemes:
            raise UsageError(f"{self.card.name} says phonemes, not written words", where=" ".join(utterance.words))
        assert self._sessions, "the model was closed"
        rng = np.random.default_rng(prosody.seed)
        phones = sequence(utterance.phonemes, utterance.marks)
        symbols = np.array([numbers(phones, self._known, self.card.name)], np.int64)
        lengths = np.array([symbols.shape[1]], np.int64)
        names = ("hidden", "durations", "pitch", "level")
        hidden, durations, pitch, level = self._sessions[0].run({"symbols": symbols, "lengths": lengths}, names)
        sway = np.exp(_TIMING * prosody.variation * rng.standard_normal(symbols.shape[1]))
        tune = np.exp(_TUNE * prosody.variation * rng.standard_normal())
        frames = spread(np.expm1(durations[0]) * sway / prosody.speed, phones)
        high = pitch + np.log(prosody.pitch * tune) / self._pitch[1]
        loud = level + _DECIBELS * np.log(prosody.energy) / self._level[1]
        owners, within = laid(frames)
        feeds = {
            "hidden": hidden, "voice": np.stack([high, loud], axis=1).astype(np.float32), "owners": owners[None],
            "within": within[None], "lengths": np.array([len(owners)], np.int64),
        }  # fmt: skip
        mel = self._sessions[1].run(feeds, ("mel",))[0][0]
        return np.asarray(mel), spans(utterance, phones, frames, at_rate(self.card.sample_rate).hop / self.card.sample_rate)


def open(folder: Path, card: Card, runtime: Runtime) -> Through:
    """The voice of a model folder. Raises: ModelRefused when its symbols cannot be read."""
    try:
        voice = json.loads((folder / VOICE).read_text(encoding="utf-8"))
        known, scales = dict.fromkeys(voice["symbols"]), (*voice["pitch"], *voice["level"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelRefused(f"this voice cannot be read ({reason(error)})", where=str(folder)) from error
    if not known or not all(isinstance(x, float) for x in scales):
        raise ModelRefused("this voice has no symbols, or scales that are no numbers", where=str(folder))
    return Through(FastVoice(card, (runtime.session(folder / PLAN), runtime.session(folder / FRAMES)), voice), GriffinLim())
