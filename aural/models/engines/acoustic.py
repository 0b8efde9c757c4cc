"""Runs a model folder of the kind "acoustic": a plan of each phone, then all frames of the spectrogram, then a vocoder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, final

import numpy as np

from aural.models.card import Card
from aural.models.face import Prosody, Utterance
from aural.models.planned import PLAN, Planner, read
from aural.models.runtime import Runtime, Session
from aural.models.through import Acoustic, GriffinLim, Through
from aural.results import Word

FRAMES = "frames.onnx"


@final
class FastVoice(Acoustic):
    """Graphs `plan` (symbols -> durations, pitch, level) and `frames` (these -> log-mel), made by the method fastspeech."""

    def __init__(self, card: Card, sessions: tuple[Session, Session], voice: Mapping[str, Any]) -> None:
        self.card = card
        self._sessions, self._planner = list(sessions), Planner(card, voice)

    def close(self) -> None:
        self._sessions.clear()

    def spectrogram(self, utterance: Utterance, prosody: Prosody) -> tuple[np.ndarray, tuple[Word, ...]]:
        assert self._sessions, "the model was closed"
        planned = self._planner.plan(self._sessions[0], utterance, prosody, np.random.default_rng(prosody.seed))
        feeds = {**planned.feeds, "lengths": np.array([planned.frames.sum()], np.int64)}
        mel = self._sessions[1].run(feeds, ("mel",))[0][0]
        return np.asarray(mel), self._planner.words(utterance, planned)


def open(folder: Path, card: Card, runtime: Runtime) -> Through:
    """The voice of a model folder. Raises: ModelRefused when its symbols cannot be read."""
    voice = read(folder)
    return Through(FastVoice(card, (runtime.session(folder / PLAN), runtime.session(folder / FRAMES)), voice), GriffinLim())
