"""One clip of a voice, prepared: phones with times, pitch and level. All times are seconds from `begin`, where the clip was cut."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aural.corpora.manifest import Clip
from aural.sound.sound import load
from aural.text.pronunciation.phones import Phone


@dataclass(frozen=True, eq=False)
class Said:
    """What is said in a clip, and when.

    phones: as `aural.text.pronunciation.phones.sequence` gives them, silences where one was heard, one at each end;
    words: the spoken words that `Phone.word` counts; ends [L]: where each phone ends (s), the last one at `duration`;
    inner [L, 2]: where its first and last third end, as the aligner's three states part it;
    pitch [F]: Hz, 0 where there is none; level [F]: dB, root mean square over 20 ms; frame f stands at f * hop;
    begin, duration: the part of the recording (s) without the long silences at its ends; gain: a factor that brings the clip to
    the level of the others; fit: log-likelihood a frame under the aligner, to find clips whose text is another.
    """

    clip: Clip
    phones: tuple[Phone, ...]
    words: tuple[str, ...]
    ends: np.ndarray
    inner: np.ndarray
    pitch: np.ndarray
    level: np.ndarray
    hop: float
    begin: float
    duration: float
    gain: float = 1.0
    fit: float = 0.0

    @property
    def starts(self) -> np.ndarray:
        """Where each phone begins (s) [L]."""
        return np.concatenate([[0.0], self.ends[:-1]])

    @property
    def frames(self) -> int:
        """F, the frames of `hop` s."""
        return len(self.pitch)

    def durations(self, hop: float) -> np.ndarray:
        """Frames of `hop` s in each phone [L], their sum being that of the whole, rounded: none is lost between two phones."""
        edges = np.round(np.concatenate([[0.0], self.ends]) / hop).astype(np.int64)
        return np.diff(edges)

    def samples(self, rate: int) -> np.ndarray:
        """The part of the recording, mono [T] float32 at `rate` Hz and brought to the common level, at most full scale."""
        start = self.clip.start + self.begin
        sound = load(self.clip.audio, rate=rate, mono=True, start=start, end=start + self.duration)
        samples = sound.samples[0] * np.float32(self.gain)
        return np.asarray(samples / max(1.0, float(np.abs(samples).max(initial=0.0)) / 0.99), np.float32)
