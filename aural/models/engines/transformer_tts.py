"""Runs a model folder of the kind "transformer_tts": some frames a step, until the net says that it is done."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, final

import numpy as np

from aural.errors import ModelRefused, UsageError, reason
from aural.models.card import Card
from aural.models.face import Prosody, Utterance
from aural.models.runtime import Runtime, Session
from aural.models.through import LONGEST, Acoustic, GriffinLim, Through, looked_spans, stretched
from aural.results import Word
from aural.sound.voice_mel import at_rate
from aural.text.pronunciation.phones import sequence
from aural.text.pronunciation.symbols import numbers

MEMORY, STEPS, AFTER, SIZES, VOICE = "memory.onnx", "steps.onnx", "after.onnx", "sizes.json", "voice.json"
_DONE = 0.5


@final
class Transformer(Acoustic):
    """Three graphs: what the symbols are in context, all steps so far, and the last convolutions."""

    def __init__(self, card: Card, sessions: Sequence[Session], voice: Mapping[str, Any], sizes: Mapping[str, int]) -> None:
        self.card = card
        self._memory, self._steps, self._after = sessions
        self._known = {name: k for k, name in enumerate(voice["symbols"])}
        self._before, self._frames = int(sizes["before"]), int(sizes["step"])

    def close(self) -> None:
        """The sessions go with the object."""

    def spectrogram(self, utterance: Utterance, prosody: Prosody) -> tuple[np.ndarray, tuple[Word, ...]]:
        if not utterance.phonemes:
            raise UsageError(f"{self.card.name} says phonemes, not written words", where=" ".join(utterance.words))
        phones = sequence(utterance.phonemes, utterance.marks)
        made, looked = self._said(numbers(phones, self._known, self.card.name), prosody.seed)
        feeds = {"made": made[None], "frames": np.array([len(made)], np.int64)}
        mel = stretched(self._after.run(feeds, ["mel"])[0][0], prosody.speed)
        return mel, looked_spans(utterance, phones, looked, mel.shape[1], self.card.sample_rate)

    def _said(self, symbols: Sequence[int], seed: int) -> tuple[np.ndarray, np.ndarray]:
        """Frames [F, M] (standardized) and the symbol that each step looked at most [S]."""
        rng, options = np.random.default_rng(seed), at_rate(self.card.sample_rate)
        lengths = np.array([len(symbols)], np.int64)
        memory = self._memory.run({"symbols": np.array([symbols], np.int64), "lengths": lengths}, ["memory"])[0]
        most = max(4, round(LONGEST * len(symbols) * options.sample_rate / options.hop / self._frames))
        draws = rng.random((1, most + 1, 2, self._before), np.float32)
        before, made, looked = np.zeros((1, most + 1, options.n_mels), np.float32), [], []
        for step in range(most):
            until = max(2, step + 1)  # the graph's least; no step hears a later one
            feeds = {"memory": memory, "lengths": lengths, "before": before[:, :until], "draws": draws[:, :until]}
            frames, stop, looks = self._steps.run(feeds, ["frames", "stop", "looks"])
            made.append(frames[0, step * self._frames : (step + 1) * self._frames])
            looked.append(int(looks[0, step].argmax()))
            before[:, step + 1] = made[-1][-1]
            if float(stop[0, step]) > _DONE and step:
                break
        return np.concatenate(made), np.array(looked)


def open(folder: Path, card: Card, runtime: Runtime) -> Through:
    """The voice of a model folder. Raises: ModelRefused when its symbols or sizes cannot be read."""
    try:
        voice, sizes = (json.loads((folder / name).read_text(encoding="utf-8")) for name in (VOICE, SIZES))
        known = bool(voice["symbols"]) and all(int(sizes[name]) > 0 for name in ("before", "step"))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelRefused(f"this voice cannot be read ({reason(error)})", where=str(folder)) from error
    if not known:
        raise ModelRefused("this voice has no symbols", where=str(folder))
    sessions = [runtime.session(folder / MEMORY), runtime.single.session(folder / STEPS), runtime.session(folder / AFTER)]
    return Through(Transformer(card, sessions, voice, sizes), GriffinLim())
