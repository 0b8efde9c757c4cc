"""Which checkpoints of the transformers library speak, and how their voices are put together."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from aural.errors import ModelRefused
from aural.models import hub_folder as folders
from aural.models.card import Card
from aural.models.hub_bark import Bark, presets
from aural.models.hub_cache import located, part_of, shown
from aural.models.hub_folder import Checkpoint
from aural.models.hub_languages import code_of
from aural.models.hub_speecht5 import SpeechT5
from aural.models.hub_voices import Parts, Vits, Voice
from aural.progress import Progress
from aural.results import Question

VITS, SPEECHT5, BARK = "VitsModel", "SpeechT5ForTextToSpeech", "BarkModel"
SPEAKING = (VITS, SPEECHT5, BARK)
_VOCODER = "microsoft/speecht5_hifigan"  # where the checkpoint brings none of its own
_RATES: Mapping[str, int] = {VITS: 16000, SPEECHT5: 16000, BARK: 24000}  # Hz, where the settings name none


class Loads(Protocol):
    """What is needed of the loader of `hub`."""

    torch: Any
    point: Checkpoint
    name: str
    progress: Progress

    def card(self, role: str, question: Question | None) -> Card: ...
    def tokenizer(self) -> Any: ...
    def model(self, kind: str) -> Any: ...
    def beside(self, point: Checkpoint) -> Loads: ...


def speaks(load: Loads) -> Voice:
    """A net that reads a text and says it. Raises: ModelMissing, ModelRefused."""
    point, made = load.point, load.point.architecture
    folders.check_vocabulary(point)
    tokenizer = load.tokenizer()
    if getattr(tokenizer, "phonemize", False):
        what = "it reads phonemes as espeak writes them, and aural has none of those"
        raise ModelRefused(what, where=point.name, fix="Choose one that reads letters, as those of MMS do (facebook/mms-tts-...)")
    named = getattr(tokenizer, "language", None)
    languages = (code_of(str(named)) or str(named),) if named else point.languages or ("en",)
    files = presets(point.folder) if made == BARK else {}
    card = replace(
        load.card("synthesizer", Question("sequence", "number")), languages=languages, input="written words",
        sample_rate=_rate(point), voices=_voices(point, languages[0], tuple(files)),
    )  # fmt: skip
    if made == SPEECHT5:
        behind = load.beside(_vocoder(load))
        card = replace(card, sample_rate=int(behind.point.config.get("sampling_rate", card.sample_rate)))
        return SpeechT5(Parts(load.torch, load.model(made), tokenizer, card), behind.model("SpeechT5HifiGan"))
    parts = Parts(load.torch, load.model(made), tokenizer, card)
    if made == BARK:
        return Bark(parts, files, lambda file: part_of(load.name, point.folder, file, load.progress))
    return Vits(parts)


def _rate(point: Checkpoint) -> int:
    codec = point.config.get("codec_config") or {}
    told = point.config.get("sampling_rate") or point.generation.get("sample_rate") or dict(codec).get("sampling_rate")
    return int(told or _RATES[point.architecture])


def _voices(point: Checkpoint, language: str, named: tuple[str, ...]) -> dict[str, str]:
    """The speakers by name: numbers, or the presets of the checkpoint whose names tell their language."""
    if named:
        codes = {name: found[1] if (found := re.search(r"(?:^|/)([a-z]{2})_", name)) else language for name in named}
        return {name: f"{code}, preset" for name, code in codes.items()}
    many = int(point.config.get("num_speakers", 1))
    return {str(n): f"{language}, speaker {n} of {many}" for n in range(many)} if many > 1 else {}


def _vocoder(load: Loads) -> Checkpoint:
    """The checkpoint of the net behind SpeechT5: the folder `vocoder` in its own, else the usual one of the hub."""
    own = load.point.folder / "vocoder"
    if own.is_dir():
        return folders.checked(f"{load.point.name}/vocoder", own)
    folder: Path = located(_VOCODER, load.progress)
    return folders.checked(shown(_VOCODER), folder)
