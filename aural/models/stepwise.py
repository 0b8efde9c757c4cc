"""Voices that make a spectrogram step by step, until they say that they are done, and look at the text at each step."""

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
from aural.models.runtime import Runtime, Session
from aural.models.through import LONGEST, VOICE, Acoustic, GriffinLim, Through, looked_spans, stretched
from aural.results import Word
from aural.sound.voice_mel import at_rate
from aural.text.pronunciation.phones import sequence
from aural.text.pronunciation.symbols import numbers

MEMORY, STEP, AFTER, SIZES = "memory.onnx", "step.onnx", "after.onnx", "sizes.json"
_LOOKS = "looks_now"
_DONE = 0.5


@dataclass(frozen=True, eq=False)
class Sizes:
    """What the graphs do not tell of themselves: channels of the squeezed frame, frames a step, the shapes of what a step hands on
    (0 = a number for each symbol), and how many steps each symbol takes at most."""

    before: int
    step: int
    states: Mapping[str, tuple[int, ...]]
    longest: np.ndarray

    @classmethod
    def of(cls, told: Mapping[str, Any], symbols: int) -> Sizes:
        """Read off what the training wrote. Raises: ValueError, KeyError, TypeError."""
        states = {str(name): tuple(int(n) for n in shape) for name, shape in told["states"].items()}
        made = cls(int(told["before"]), int(told["step"]), states, np.array(told["longest"], np.float32))
        if min(symbols, made.before, made.step) < 1 or made.longest.shape != (symbols,) or _LOOKS not in states:
            raise ValueError("its symbols and sizes do not belong together")
        return made


@final
class Stepwise(Acoustic):
    """Three graphs: what the symbols are in context, one step, and the last convolutions."""

    def __init__(self, card: Card, sessions: Sequence[Session], symbols: Sequence[str], sizes: Sizes) -> None:
        self.card, self._sizes = card, sizes
        self._memory, self._step, self._after = sessions
        self._known = {name: k for k, name in enumerate(symbols)}

    def close(self) -> None:
        """The sessions go with the object."""

    def spectrogram(self, utterance: Utterance, prosody: Prosody) -> tuple[np.ndarray, tuple[Word, ...]]:
        if not utterance.phonemes:
            raise UsageError(f"{self.card.name} says phonemes, not written words", where=" ".join(utterance.words))
        phones = sequence(utterance.phonemes, utterance.marks)
        mel, looked = self._said(numbers(phones, self._known, self.card.name), prosody.seed)
        feeds = {"mel": mel[None], "frames": np.array([mel.shape[1]], np.int64)}
        mel = stretched(self._after.run(feeds, ["refined"])[0][0], prosody.speed)
        return mel, looked_spans(utterance, phones, looked, mel.shape[1], self.card.sample_rate)

    def _said(self, symbols: Sequence[int], seed: int) -> tuple[np.ndarray, np.ndarray]:
        """Frames [M, F] and the symbol that each step looked at most [S]."""
        rng = np.random.default_rng(seed)
        lengths = np.array([len(symbols)], np.int64)
        memory = self._memory.run({"symbols": np.array([symbols], np.int64), "lengths": lengths}, ["memory"])[0]
        sizes = self._sizes
        # Silence, nothing looked at.
        state = [np.zeros((1, *(n or len(symbols) for n in shape)), np.float32) for shape in sizes.states.values()]
        hop = at_rate(self.card.sample_rate).hop / self.card.sample_rate
        most = max(4, round(LONGEST * len(symbols) / hop / sizes.step))
        names = ["frames", "stop", *(f"{name}_next" for name in sizes.states)]
        looks = list(sizes.states).index(_LOOKS)
        longest = sizes.longest[list(symbols)][None]
        made, looked = [], []
        for step in range(most):
            draws = rng.random((1, 2, sizes.before), np.float32)
            given = {"memory": memory, "lengths": lengths, "draws": draws, "most": longest}
            frames, stop, *state = self._step.run(given | dict(zip(sizes.states, state, strict=True)), names)
            made.append(frames[0])
            looked.append(int(state[looks][0].argmax()))
            lingers = looked[-1] == len(symbols) - 1 and looked.count(looked[-1]) >= longest[0, -1]
            if step and (float(stop[0]) > _DONE or lingers):
                break
        return np.concatenate(made, axis=1), np.array(looked)


def opened(folder: Path, card: Card, runtime: Runtime) -> Through:
    """The voice of a model folder. Raises: ModelRefused when its symbols or sizes cannot be read."""
    try:
        voice, told = (json.loads((folder / name).read_text(encoding="utf-8")) for name in (VOICE, SIZES))
        symbols = [str(name) for name in voice["symbols"]]
        sizes = Sizes.of(told, len(symbols))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelRefused(f"this voice cannot be read ({reason(error)})", where=str(folder)) from error
    sessions = [runtime.session(folder / MEMORY), runtime.single.session(folder / STEP), runtime.session(folder / AFTER)]
    return Through(Stepwise(card, sessions, symbols, sizes), GriffinLim())
