"""Runs a model folder of the kind "vits": a plan of each phone, a draw of all frames, and samples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, final

import numpy as np

from aural.models.card import Card
from aural.models.face import Prosody, Spoken, Synthesizer, Utterance
from aural.models.pauses import with_pauses
from aural.models.peaks import bounded
from aural.models.planned import PLAN, Planned, Planner, read
from aural.models.runtime import Runtime, Session

SOUND = "sound.onnx"
# What a full variation draws of the spread that the text leaves open. Without it the likeliest voice is heard, as the net is taught
# to say it, and not two thirds of the spread as in the paper: each frame is drawn for itself, and the more is drawn, the less is
# understood.
_OPEN = 0.333


@final
class Vits(Synthesizer):
    """Graphs `plan` (symbols -> durations, pitch, level) and `sound` (these, and what is drawn -> samples)."""

    def __init__(self, card: Card, sessions: Sequence[Session], voice: Mapping[str, Any]) -> None:
        self.card, self.blends = card, False
        self._plan, self._sound = sessions
        self._planner = Planner(card, voice)

    def close(self) -> None:
        """The sessions go with the object."""

    def speak(self, utterance: Utterance, prosody: Prosody) -> Iterator[Spoken]:
        rng = np.random.default_rng(prosody.seed)
        planned = self._planner.plan(self._plan, utterance, prosody, rng)
        samples, words = self._sounded(planned, _OPEN * prosody.variation, rng), self._planner.words(utterance, planned)
        if utterance.pauses:
            samples, words = with_pauses(samples, words, utterance.pauses, self.card.sample_rate)
        yield Spoken(bounded(samples), words)

    def _sounded(self, planned: Planned, share: float, rng: np.random.Generator) -> np.ndarray:
        wide, count = self._sound.shape("noise")[1], int(planned.frames.sum())
        assert isinstance(wide, int)
        noise = (share * rng.standard_normal((1, wide, count))).astype(np.float32)
        feeds = {**planned.feeds, "noise": noise, "frames": np.array([count], np.int64)}
        return np.asarray(self._sound.run(feeds, ("samples",))[0][0])


def open(folder: Path, card: Card, runtime: Runtime) -> Vits:
    """The voice of a model folder. Raises: ModelRefused when its symbols cannot be read."""
    voice = read(folder)
    return Vits(card, [runtime.session(folder / name) for name in (PLAN, SOUND)], voice)
