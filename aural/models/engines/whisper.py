"""Runs published Whisper recognizers: 30 s of log-mel in; text with timestamps, word times, language out (Radford et al. 2022)."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import final

import numpy as np

from aural.errors import ModelMissing, ModelRefused, reason
from aural.models import skeleton
from aural.models.card import Card
from aural.models.ctranslate2 import Arrays
from aural.models.engines._whisper import Grid, Heard, Marks, Whisper
from aural.models.face import Decoding
from aural.models.runtime import Runtime, Session
from aural.sound.mel import whisper_log_mel
from aural.text.byte_pairs import BytePairs

WEIGHTS, VOCABULARY, SETTINGS = "model.bin", "tokenizer.json", "config.json"
_WINDOW = Grid().window
_MEND = "`aural models verify` checks the files"
_LANGUAGE = re.compile(r"<\|([a-z]{2,3})\|>")


@final
class MelEar:
    """Hears by the log-mel of 30 s, silence behind what is shorter."""

    def __init__(self, session: Session) -> None:
        self._session = session
        bands = session.shape("mel")[1]
        self._bands = bands if isinstance(bands, int) else 80

    def hear(self, samples: np.ndarray) -> Heard:
        """Up to 30 s of samples."""
        window = np.zeros(_WINDOW, np.float32)
        window[: min(len(samples), _WINDOW)] = samples[:_WINDOW]
        mel = whisper_log_mel(window, n_mels=self._bands)[None].astype(np.float32, copy=False)
        return Heard(dict(zip(self._session.outputs, self._session.run({"mel": mel}), strict=True)))

    def beside(self, heard: Heard, decoding: Decoding) -> None:
        """Published models have no head of CTC, and nothing else is asked of them."""


def open(folder: Path, card: Card, runtime: Runtime) -> Whisper:
    """The recognizer from a folder with the weights (CTranslate2), the vocabulary and the settings.

    `card.calibration`: start, end (offsets of word times, s) and silence (what a frame without voice gives).
    """
    source = folder / WEIGHTS
    stem = card.name.replace("-", "_").replace(".", "_")

    def read(name: str) -> np.ndarray:
        return arrays().read(name)

    opened: list[Arrays] = []

    def arrays() -> Arrays:
        if not opened:
            opened.append(Arrays(source))
        return opened[0]

    graphs = [skeleton.joined(f"{stem}_{part}", source, read) for part in ("encoder", "decoder")]
    pairs, marks = read_vocabulary(folder)
    encoder, decoder = (where.session(g) for where, g in zip((runtime, runtime.single), graphs, strict=True))
    return Whisper(card, MelEar(encoder), decoder, pairs, marks)


def read_vocabulary(folder: Path) -> tuple[BytePairs, Marks]:
    """The vocabulary and its marks. Raises: ModelMissing, ModelRefused."""
    try:
        pairs = BytePairs.read(json.loads((folder / VOCABULARY).read_text(encoding="utf-8")))
        settings = json.loads((folder / SETTINGS).read_text(encoding="utf-8"))
        at = pairs.special
        marks = Marks(
            at["<|startoftranscript|>"], at["<|endoftext|>"], at["<|transcribe|>"], at["<|translate|>"],
            at.get("<|nospeech|>", at.get("<|nocaptions|>", -1)), at["<|notimestamps|>"],
            {m[1]: i for text, i in at.items() if (m := _LANGUAGE.fullmatch(text))},
            tuple(settings["suppress_ids"]), tuple(settings["suppress_ids_begin"]),
        )  # fmt: skip
    except OSError as error:
        raise ModelMissing("a file of the model cannot be read", where=str(folder), fix=_MEND) from error
    except (ValueError, KeyError, TypeError) as error:
        raise ModelRefused(f"the vocabulary is damaged ({reason(error)})", where=str(folder), fix=_MEND) from error
    return pairs, marks
