"""Silero VAD 6.2: the probability of a voice, each 32 ms, streamed or whole (Silero Team 2021 to 2025)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from aural.archives import Archive, Member, Wanted
from aural.models.card import Card, Licences
from aural.models.face import StreamingScorer
from aural.models.runtime import Runtime, Session
from aural.results import Question

_WHEEL = Archive(
    "silero-vad",
    "6.2.3",
    "silero_vad-6.2.3-py3-none-any.whl",
    "7b7f5436cfcb02fae583a05b512ea96467fd449fe54cb49a5e4f06c51a1e43b8",
    11_317_527,
)

FILES: tuple[Wanted, ...] = (
    Wanted(
        "silero_vad_16k_sequence.onnx",
        "9ccdacc4719d8aa7e45a77536bfabec45a03ba1f2fad5e241ab4060b24238a85",
        1_246_165,
        (Member(_WHEEL, "silero_vad/data/silero_vad_16k_sequence.onnx"),),
    ),
)

CARD = Card(
    name="silero-vad",
    role="vad",
    kind="borrowed",
    licences=Licences(
        code="not used",
        weights="MIT",
        data="unknown",
        commercial=True,
        told_by="the metadata of the package that carries the weights",
    ),
    source="silero-vad 6.2.3 (Silero Team)",
    question=Question("frame", "set"),
    labels=("speech",),
    aliases=("default",),
    batch="exact",
    hop=0.032,
    window=0.036,
    causal=True,
    latency=0.032,
    operating_points={"speech": 0.5},
    files={w.name: w.sha256 for w in FILES},
)

FRAME, CONTEXT, WIDTH = 512, 64, 128
_AT_ONCE = 2048  # frames in one call: 65 s


@dataclass(frozen=True, eq=False)
class State:
    """What goes from one block to the next: the net's memory, and samples not yet used (the last 64 of
    the frame before, then less than a frame)."""

    h: np.ndarray
    c: np.ndarray
    left: np.ndarray


def open(folder: Path, runtime: Runtime) -> SileroVad:
    """The voice gate from a folder that holds FILES."""
    return SileroVad(runtime.single.session(folder / FILES[0].name))


class SileroVad(StreamingScorer):
    """Probability of a voice [F, 1]: frame f is samples 512 f to 512 f + 512 at 16 kHz."""

    def __init__(self, session: Session) -> None:
        self.card = CARD
        self._session = session

    def close(self) -> None:
        del self._session

    def score(self, samples: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        """samples [B, T], lengths [B] -> [B, F, 1]; rows past a clip's end are 0. Each row runs on its own."""
        rows = []
        for row, length in zip(samples, np.asarray(lengths).tolist(), strict=True):
            state, frames = self.step(self.start(), row[:length])
            rows.append(np.concatenate([frames, self.finish(state)]))
        out = np.zeros((len(rows), max((len(r) for r in rows), default=0), 1), np.float32)
        for i, row in enumerate(rows):
            out[i, : len(row)] = row
        return out

    def start(self) -> State:
        """The state before the first sample."""
        empty = np.zeros((1, 1, WIDTH), np.float32)
        return State(empty, empty, np.zeros(CONTEXT, np.float32))

    def step(self, state: State, samples: np.ndarray) -> tuple[State, np.ndarray]:
        """Takes any number of samples [T]; gives the next state and the frames [F, 1] that are whole now."""
        held = np.concatenate([state.left, np.asarray(samples, np.float32)])
        count = (len(held) - CONTEXT) // FRAME
        found, h, c = [np.zeros((0, 1), np.float32)], state.h, state.c
        for first in range(0, count, _AT_ONCE):
            last = min(first + _AT_ONCE, count)
            part = held[first * FRAME : last * FRAME + CONTEXT]
            frames = np.lib.stride_tricks.sliding_window_view(part, FRAME + CONTEXT)[::FRAME]
            speech, h, c = self._session.run({"input": np.ascontiguousarray(frames), "h": h, "c": c}, ("speech_probs", "hn", "cn"))
            found.append(speech.reshape(-1, 1))
        return State(h, c, held[count * FRAME :].copy()), np.concatenate(found)

    def finish(self, state: State) -> np.ndarray:
        """The last frame [1, 1], filled up with zeros, or nothing when no sample is left over."""
        left = len(state.left) - CONTEXT
        if not left:
            return np.zeros((0, 1), np.float32)
        _, frames = self.step(state, np.zeros(FRAME - left, np.float32))
        return frames
