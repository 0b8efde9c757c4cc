"""Moonshine tiny, English: the small recognizer, a third of the cost of base (Jeffries et al. 2024)."""

from __future__ import annotations

from pathlib import Path

from aural.archives import Archive, Member, Wanted
from aural.models.card import Card, Licences
from aural.models.engines import _moonshine
from aural.models.engines._moonshine import Moonshine
from aural.models.runtime import Runtime
from aural.results import Question

_WHEEL = Archive(
    "moonshine-voice",
    "0.1.0",
    "moonshine_voice-0.1.0-py3-none-manylinux_2_34_x86_64.whl",
    "0f833deb43bad5dcfb4cfd3257b6df83ef9abd3f27be3199622fe41932e8d916",
    56_369_045,
)
_INNER = "moonshine_voice/assets/tiny-en/"

FILES: tuple[Wanted, ...] = (
    Wanted(
        "encoder_model.ort",
        "94e90a4654fc45cdfedb77c4c08e1739f48862998e58fada384b25118134f221",
        13_281_600,
        (Member(_WHEEL, _INNER + "encoder_model.ort"),),
    ),
    Wanted(
        "decoder_model_merged.ort",
        "cf524c4862d36e9e5ab032eddc73637efd822d70e868ac575cf1a46e1e4708a0",
        30_412_256,
        (Member(_WHEEL, _INNER + "decoder_model_merged.ort"),),
    ),
    Wanted(
        "tokenizer.bin",
        "6884b35fd6377d4c4d32336a0bc152f36b64d1e45b6503683cdc238250a8472d",
        249_974,
        (Member(_WHEEL, _INNER + "tokenizer.bin"),),
    ),
)

CARD = Card(
    name="moonshine-tiny",
    role="recognizer",
    kind="borrowed",
    licences=Licences(
        code="not used",
        weights="MIT",
        data="unknown",
        commercial=True,
        told_by="the metadata of the package that carries the weights (MIT for code and English models)",
    ),
    source="moonshine-voice 0.1.0 (Moonshine AI)",
    question=Question("sequence", "class"),
    languages=("en",),
    aliases=("small", "tiny"),
    batch="one",
    longest_input=30.0,
    # Attention heads that follow the sound, and the offsets (s) that belong to them; chosen on 30 readings.
    calibration={"head_5_6": 1, "head_3_7": 1, "head_3_0": 1, "head_4_5": 1, "start": -0.015, "end": -0.018, "silence": 0.1},
    files={w.name: w.sha256 for w in FILES},
)


def open(folder: Path, runtime: Runtime) -> Moonshine:
    """The recognizer from a folder that holds FILES."""
    return _moonshine.open(folder, CARD, runtime)
