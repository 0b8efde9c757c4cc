"""Moonshine base, English: the default recognizer (Jeffries et al. 2024)."""

from __future__ import annotations

from pathlib import Path

from aural.archives import Archive, Member, Wanted
from aural.models.card import Card, Licences
from aural.models.engines import _moonshine
from aural.models.engines._moonshine import Moonshine
from aural.models.runtime import Runtime
from aural.results import Question

_WHEEL = Archive(
    "moonshine-cpp",
    "0.1.4",
    "moonshine_cpp-0.1.4-py3-none-manylinux2014_x86_64.whl",
    "f7afc662bdd3ef98815ee3b940438b456e77d5a77cea5396ed9c572785412ebd",
    54_645_697,
)
_INNER = "moonshine_cpp-0.1.4.data/purelib/moonshine_cpp/models/base-en/"

FILES: tuple[Wanted, ...] = (
    Wanted(
        "encoder_model.ort",
        "9d1a19e044cbf89a207723d1adb667de89a5671a1e3e611b8ebe721b2c31219c",
        20_661_976,
        (Member(_WHEEL, _INNER + "encoder_model.ort"),),
    ),
    Wanted(
        "decoder_model_merged.ort",
        "370e0c1f161d68dc1c2264c1a82024fb123380da3b73f47f05531d1e8d3308c3",
        42_703_232,
        (Member(_WHEEL, _INNER + "decoder_model_merged.ort"),),
    ),
    Wanted(
        "tokenizer.bin",
        "04670d78994d030185c3dd843c60591788fed0a56cc6750747bd326825f13ca9",
        241_639,
        (Member(_WHEEL, _INNER + "tokenizer.bin"),),
    ),
)

CARD = Card(
    name="moonshine-base",
    role="recognizer",
    kind="borrowed",
    licences=Licences(
        code="not used",
        weights="MIT",
        data="unknown",
        commercial=True,
        told_by="licence file and metadata of the package that carries the weights",
    ),
    source="moonshine-cpp 0.1.4 (Moonshine AI)",
    question=Question("sequence", "class"),
    languages=("en",),
    aliases=("default", "base"),
    batch="one",
    longest_input=30.0,
    # Attention heads that follow the sound, and the offsets (s) that belong to them; chosen on 30 readings.
    calibration={"head_4_2": 1, "head_5_1": 1, "head_5_5": 1, "head_4_4": 1, "start": 0.020, "end": 0.016, "silence": 0.1},
    files={w.name: w.sha256 for w in FILES},
)


def open(folder: Path, runtime: Runtime) -> Moonshine:
    """The recognizer from a folder that holds FILES."""
    return _moonshine.open(folder, CARD, runtime)
