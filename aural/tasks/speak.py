"""Text to speech: a sentence, a page or a book as a recording"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from aural.errors import UsageError
from aural.models.shelf import Shelf
from aural.progress import Progress
from aural.results import Question, Recording, Result, Segment
from aural.settings import option
from aural.tasks import _speaking
from aural.tasks._speech import Speech
from aural.tasks._task import Task


@dataclass(frozen=True)
class Options:
    """Who says it, and how."""

    voice: str | None = option(None, "one of `aural voices`, or two as af_heart+am_adam for a speaker between them")
    speed: float = option(1.0, "1.2 is faster, 0.8 slower", least=0.25, most=4)
    pitch: float = option(1.0, "1.1 is higher, 0.9 lower", least=0.5, most=2)
    timbre: float = option(1.0, "1.1 sounds like a smaller head, 0.9 like a larger one; not every voice can", least=0.7, most=1.4)
    energy: float = option(1.0, "1.5 is said more strongly, 0.7 more softly; not every voice can", least=0.25, most=4)
    loudness: float | None = option(
        None,
        "how loud each sentence is, as far as its peaks leave room: -16 for podcasts, -23 for radio",
        unit="LUFS",
        least=-40,
        most=-6,
    )
    vocoder: str | None = option(
        None, "what makes the sound of voices that make a spectrogram: a run folder, or griffin-lim", file="named"
    )
    phonemes: str | None = option(None, "how it sounds, word by word, in the letters of the voice, IPA or CMUdict's phones")
    verify: bool = option(False, "hear each sentence with a recognizer, and say it again where it is not understood")
    show_units: bool = option(False, "tell what a voice of units was put together from: how many joins, the longest stretch")
    seed: int = option(0, "for what is drawn; the same seed gives the same samples", least=0)
    lexicon: str | None = option(None, "file with your own pronunciations: a word, a tab, its phonemes, line by line", file="named")


def run(text: str, shelf: Shelf, options: Options, progress: Progress) -> Speech:
    """Say the whole text. Raises: UsageError when there is nothing to say, ModelMissing."""
    if not isinstance(text, str):
        raise UsageError(f"what is said is a text, not {text!r:.40}", where="aural.speak")
    samples: list[np.ndarray] = []
    segments: list[Segment] = []
    dropped: list[str] = []
    remarks: list[str] = []
    length = 0
    with _speaking.reader(text, shelf, options) as reader:
        for piece in reader.pieces():
            if piece.segment is not None:
                segments.append(_speaking.moved(piece.segment, length / reader.sample_rate))
            samples.append(piece.samples)
            length += len(piece.samples)
            dropped += piece.dropped
            remarks += [piece.remark] if piece.remark else []
            progress.step(piece.end, len(text), "speak", "characters")
        if not segments:
            raise nothing(text)
        recording = Recording("speech", length / reader.sample_rate, reader.sample_rate, 1)
        made_by = {"synthesizer": reader.model, "voice": reader.voice}
        result = Result(recording, made_by, reader.language, segments=tuple(segments))
        return Speech(np.concatenate(samples), reader.sample_rate, result, (*reader.notes, *left_out(dropped), *remarks))


def nothing(text: str) -> UsageError:
    """The error for a text without a word that can be said."""
    shown = " ".join(text.split())[:40]
    what = f"there is no word to say in {shown!r}" if shown else "there is no text to say"
    return UsageError(what, where="speak", fix="Give words in English letters or digits")


def left_out(dropped: list[str]) -> tuple[str, ...]:
    """One line that names the characters that were not said."""
    if not dropped:
        return ()
    kinds = list(dict.fromkeys(dropped))
    more = f" and {len(kinds) - 10} more" if len(kinds) > 10 else ""
    return (f"not said: {' '.join(repr(kind)[1:-1] for kind in kinds[:10])}{more} ({sum(map(len, dropped))} characters)",)


def show(speech: Any) -> str:
    """What a terminal prints."""
    return repr(speech)


TASK = Task(
    takes="text",
    options=Options,
    run=run,
    show=show,
    main_role="synthesizer",
    roles={"synthesizer": "kokoro", "speller": "misaki-lexicon", "recognizer": "moonshine-base", "vocoder": _speaking.VOCODER},
    question=Question("sequence", "number"),
    learned_by="units",
)
