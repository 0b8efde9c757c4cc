"""Smart Turn 3.2: how likely it is that a speaker has finished, from the last 8 s (Pipecat, 2025)."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from aural.archives import Archive, Member, Wanted
from aural.models.card import Card, Licences
from aural.models.face import Scorer
from aural.models.runtime import Runtime, Session
from aural.results import Question
from aural.sound.mel import whisper_log_mel

_WHEEL = Archive(
    "pipecat-ai",
    "1.14.0",
    "pipecat_ai-1.14.0-py3-none-any.whl",
    "0352f504b44e78bdf524e45af4bc759601c835b9b7dc195efe5e03384b974a44",
    12_109_725,
)

FILES: tuple[Wanted, ...] = (
    Wanted(
        "smart-turn-v3.2-cpu.onnx",
        "2bb026316b14a660486a75b1733cd3fbab8c2fd0314dc9af7be49f8cca967e4f",
        8_679_182,
        (Member(_WHEEL, "pipecat/audio/turn/smart_turn/data/smart-turn-v3.2-cpu.onnx"),),
    ),
)

CARD = Card(
    name="smart-turn",
    role="turn_end",
    kind="borrowed",
    licences=Licences(
        code="not used",
        weights="BSD-2-Clause",
        data="unknown",
        commercial=True,
        told_by="LICENSE of the package that carries the weights, and the publisher's model card",
    ),
    source="pipecat-ai 1.14.0",
    question=Question("clip", "set"),
    input="the last 8 s, zeros in front, mean 0 and deviation 1, Whisper's log-mel",
    labels=("turn_end",),
    aliases=("default",),
    batch="exact",
    window=8.0,
    longest_input=8.0,
    operating_points={"turn_end": 0.5},
    files={w.name: w.sha256 for w in FILES},
)

_SAMPLES, _BATCH = 8 * 16000, 8


def open(folder: Path, runtime: Runtime) -> SmartTurn:
    """The scorer from a folder that holds FILES."""
    return SmartTurn(runtime.session(folder / FILES[0].name))


class SmartTurn(Scorer):
    """Probability [B, 1] that the speaker has finished at the end of each row. Ask it in a pause."""

    def __init__(self, session: Session) -> None:
        self.card = CARD
        self._session: Session | None = session

    def score(self, samples: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        """samples [B, T] 16 kHz, lengths [B] -> [B, 1]; only the last 8 s of a row are heard."""
        assert self._session is not None, "the model was closed"
        answers = [np.zeros((0, 1), np.float32)]
        for begin in range(0, len(samples), _BATCH):
            rows = zip(samples[begin : begin + _BATCH], lengths[begin : begin + _BATCH], strict=True)
            features = np.stack([whisper_log_mel(_window(sound[: int(length)])) for sound, length in rows])
            answers.append(self._session.run({"input_features": features.astype(np.float32, copy=False)})[0])
        return np.clip(np.concatenate(answers), 0, 1)

    def close(self) -> None:
        self._session = None


def _window(sound: np.ndarray) -> np.ndarray:
    """sound [T] -> the last 8 s [128000], zeros in front, then mean 0 and deviation 1 over all of it."""
    last = sound[-_SAMPLES:].astype(np.float32)
    window = np.concatenate([np.zeros(_SAMPLES - len(last), np.float32), last])
    return np.asarray((window - window.mean()) / np.sqrt(window.var() + 1e-7), np.float32)
