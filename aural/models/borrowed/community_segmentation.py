"""community-1 segmentation: who of up to three local speakers speaks in 10 s (pyannote, H. Bredin 2023)."""

from __future__ import annotations

from pathlib import Path
from typing import final

import numpy as np

from aural.archives import Wanted
from aural.errors import UsageError
from aural.models import graph
from aural.models.borrowed._community import LICENCES, piece
from aural.models.card import Card
from aural.models.face import Scorer
from aural.models.runtime import Runtime, Session
from aural.results import Question

FILES: tuple[Wanted, ...] = (
    Wanted(
        "segmentation.ort",
        "9715e3996ef181252aa1cc0c9398060f42b2c984c2fb65e3604262555e2efb1a",
        1_594_080,
        (piece(10_869_184, 1_594_080),),
    ),
)

WINDOW, HOP, FRAMES = 160_000, 270, 589  # samples, samples, frames a window
_SCORES = "/inner/activation/LogSoftmax_output_0"

CARD = Card(
    name="community-segmentation",
    role="speaker_segmentation",
    kind="borrowed",
    licences=LICENCES,
    source="pyannote/speaker-diarization-community-1, inside moonshine-voice 0.1.0",
    question=Question("frame", "class"),
    # The sets of local speakers that a frame can hold; the numbers mean nothing outside their window.
    labels=("nobody", "1", "2", "3", "1+2", "1+3", "2+3"),
    aliases=("default",),
    batch="equal_length",
    longest_input=WINDOW / 16000,
    window=WINDOW / 16000,
    hop=HOP / 16000,
    calibration={"center": 0.0309},  # s from a frame's start to the middle of what it sees (0.0619 s)
    files={w.name: w.sha256 for w in FILES},
)


def open(folder: Path, runtime: Runtime) -> CommunitySegmentation:
    """The segmentation from a folder that holds FILES; its graph is made plain once."""
    made = graph.derived(folder / FILES[0].name, "scores", lambda place: _with_scores(folder / FILES[0].name, place / "graph.onnx"))
    return CommunitySegmentation(runtime.session(made / "graph.onnx"))


def _with_scores(source: Path, out: Path) -> None:
    """The graph as plain ONNX whose output are the class scores that it decides on, not its decision."""
    graph.as_onnx(source, out)
    model = graph.read(out)
    graph.add_outputs(model, [_SCORES])
    graph.write(graph.prune(model, lambda name: name == _SCORES), out)


@final
class CommunitySegmentation(Scorer):
    """Probabilities [B, 589, 7] of the sets of local speakers in windows of exactly 10 s."""

    def __init__(self, session: Session) -> None:
        self.card = CARD
        self._session = session

    def close(self) -> None:
        del self._session

    def score(self, samples: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        """samples [B, T], T up to 160000 (shorter rows are filled with zeros) -> [B, 589, 7], each frame sums to 1.

        Raises: UsageError for a row longer than the window.
        """
        if samples.shape[1] > WINDOW:
            raise UsageError(f"a window has {WINDOW} samples, not {samples.shape[1]}", where=CARD.name)
        filled = np.zeros((len(samples), 1, WINDOW), np.float32)
        for row, length, out in zip(samples, np.asarray(lengths).tolist(), filled[:, 0], strict=True):
            out[:length] = row[:length]
        if not len(filled):
            return np.zeros((0, FRAMES, len(CARD.labels)), np.float32)
        return np.asarray(np.exp(self._session.run({"waveforms": filled}, (_SCORES,))[0]))
