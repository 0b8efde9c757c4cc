"""Speech, music or noise, ten times a second: a small convolutional net (Doukhan et al. 2018)."""

from __future__ import annotations

from pathlib import Path

from aural.archives import Member, Wanted
from aural.models import skeleton
from aural.models.borrowed import _ina
from aural.models.card import Card
from aural.models.runtime import Runtime
from aural.results import Question

_FILE = "keras_speech_music_noise_cnn.hdf5"

FILES: tuple[Wanted, ...] = (
    Wanted(
        _FILE,
        "f04b5e3c86fa2e81666d106b0867350fe7858c7bd006c2a74c27b5b45507e7d8",
        3_244_808,
        (Member(_ina.WHEEL, f"inaSpeechSegmenter/{_FILE}"),),
    ),
)

CARD = Card(
    name="ina-speech-music",
    role="speech_music",
    kind="borrowed",
    licences=_ina.LICENCES,
    source="inaSpeechSegmenter 0.6.8; graph by aural, arrays read at their offsets",
    question=Question("frame", "class"),
    input="log-mel: 25/10 ms, 21 of 24 bands, patches of 68 frames scaled one by one",
    labels=("speech", "music", "noise"),
    aliases=("default",),
    batch="exact",
    window=_ina.WINDOW_SAMPLES / _ina.RATE,
    hop=0.1,
    files={w.name: w.sha256 for w in FILES},
)


def open(folder: Path, runtime: Runtime) -> _ina.PatchNet:
    """The scorer from a folder that holds FILES; its graph is joined with the arrays at first use."""
    return _ina.PatchNet(CARD, runtime.session(skeleton.joined("ina_speech_music", folder / _FILE)), 21)
