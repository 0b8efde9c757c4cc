"""DNSMOS: the marks that listeners would give to speech, its background and all of it, 1 to 5 (Reddy et al. 2021, 2022).

Traps. The package repeats a clip shorter than 9.01 s until it is long enough, by doubling; the task does so. Its mel is
librosa's with a window of 321 samples, of a stretch that lacks the last 160 samples, and leaves 900 frames. What the net
for P.835 gives is bent by three polynomials. The marks are learned from noisy and cleaned speech: they hardly tell voices apart.
"""

from __future__ import annotations

from pathlib import Path
from typing import final

import numpy as np

from aural.archives import Archive, Member, Wanted
from aural.models.card import Card, Licences
from aural.models.face import Scorer
from aural.models.runtime import Runtime, Session
from aural.results import Question
from aural.sound.decibels import power_to_db
from aural.sound.mel import MelOptions, mel_spectrogram

_WHEEL = Archive(
    "speechmos",
    "0.0.1.1",
    "speechmos-0.0.1.1-py3-none-any.whl",
    "31c4c9d3234f6ee10102edff74333014c50006a3f389daf7ecacae34e68ebbf7",
    9_439_732,
)

FILES: tuple[Wanted, ...] = (
    Wanted(
        "sig_bak_ovr.onnx",
        "269fbebdb513aa23cddfbb593542ecc540284a91849ac50516870e1ac78f6edd",
        1_157_965,
        (Member(_WHEEL, "speechmos/dnsmos_models/sig_bak_ovr.onnx"),),
    ),
    Wanted(
        "model_v8.onnx",
        "9246480c58567bc6affd4200938e77eef49468c8bc7ed3776d109c07456f6e91",
        224_860,
        (Member(_WHEEL, "speechmos/dnsmos_models/model_v8.onnx"),),
    ),
)

LENGTH = 144_160  # samples, 9.01 s
CARD = Card(
    name="dnsmos",
    role="quality",
    kind="borrowed",
    licences=Licences(
        code="not used",
        weights="MIT",
        data="marks of listeners for noisy and cleaned speech of the Deep Noise Suppression challenges",
        commercial=True,
        told_by="LICENSE of the package that carries the weights",
    ),
    source="speechmos 0.0.1.1",
    question=Question("clip", "number"),
    input="9.01 s of samples at 16 kHz; for P.808 a mel of 120 bands, decibels below the loudest",
    labels=("overall", "speech", "background", "p808"),
    unit="MOS",
    aliases=("default",),
    batch="exact",
    window=LENGTH / 16000,
    longest_input=LENGTH / 16000,
    files={w.name: w.sha256 for w in FILES},
)

# Where the net tells all of it, speech and background, and how its numbers become marks, highest power first.
_BENT = (
    (2, np.array([-0.06766283, 1.11546468, 0.04602535])),
    (0, np.array([-0.08397278, 1.22083953, 0.0052439])),
    (1, np.array([-0.13166888, 1.60915514, -0.39604546])),
)
_MEL = MelOptions(n_fft=321, n_mels=120, scale="slaney", norm="slaney", pad="constant")
_FRAMES, _UNHEARD, _BATCH = 900, 160, 4


def open(folder: Path, runtime: Runtime) -> Dnsmos:
    """The scorer from a folder that holds FILES."""
    return Dnsmos(runtime.session(folder / FILES[0].name), runtime.session(folder / FILES[1].name))


@final
class Dnsmos(Scorer):
    """Marks [B, 4] of stretches of 9.01 s: P.835's overall, speech and background, and P.808's one."""

    def __init__(self, parts: Session, whole: Session) -> None:
        self.card = CARD
        self._sessions: tuple[Session, Session] | None = (parts, whole)

    def score(self, samples: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        """samples [B, T] 16 kHz, lengths [B] -> [B, 4]; a shorter row is repeated, a longer one is heard to 9.01 s."""
        assert self._sessions is not None, "the model was closed"
        parts, whole = self._sessions
        answers = [np.zeros((0, len(CARD.labels)), np.float32)]
        for begin in range(0, len(samples), _BATCH):
            rows = zip(samples[begin : begin + _BATCH], lengths[begin : begin + _BATCH], strict=True)
            sounds = np.stack([repeated(sound[: int(n)])[:LENGTH] for sound, n in rows])
            raw = np.asarray(parts.run({"input_1": sounds})[0], np.float64)
            marks = [np.polyval(bent, raw[:, at]) for at, bent in _BENT]
            one = whole.run({"input_1": np.stack([_mel(sound) for sound in sounds])})[0]
            answers.append(np.stack([*marks, one[:, 0]], axis=1).astype(np.float32))
        return np.concatenate(answers)

    def close(self) -> None:
        self._sessions = None


def repeated(sound: np.ndarray) -> np.ndarray:
    """sound [T] -> float32 at least 9.01 s long, doubled as often as it needs; nothing at all becomes silence."""
    sound = sound.astype(np.float32)
    if not len(sound):
        return np.zeros(LENGTH, np.float32)
    times = 1
    while times * len(sound) < LENGTH:
        times *= 2
    return np.tile(sound, times)


def _mel(sound: np.ndarray) -> np.ndarray:
    """sound [144160] -> [900, 120]: decibels below the loudest, 0 dB at 1 and -80 at -1."""
    power = mel_spectrogram(sound[:-_UNHEARD], options=_MEL)[:, :_FRAMES]
    return np.asarray((power_to_db(power, reference="max", top_db=80.0) + 40.0) / 40.0, np.float32).T
