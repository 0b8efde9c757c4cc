"""Texts to learn from, in the style of the recognizer that learns them: plain ones get its own case and marks."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from aural.corpora.manifest import Clip
from aural.errors import LearningError
from aural.files import write_text
from aural.judge.run import opened
from aural.learn.job import Job
from aural.learn.targets._text import text_of
from aural.models import store
from aural.models.face import Decoding, Recognizer
from aural.models.runtime import Runtime
from aural.text.dressing import dressed, is_plain

RATE = 16000
FILE = "texts.json"  # in the run folder, so that a training that goes on need not hear again


def in_style(job: Job, base: str, longest: float, threads: int) -> dict[str, list[Clip]]:
    """The clips with their texts as `base` would write them, those longer than `longest` (s) left out.

    A plain text is written as the recognizer writes what it hears in the clip, so each such clip is heard once: what
    it cannot know is the words, what it must not lose is its way of writing. Raises: LearningError where nothing is left.
    """
    fitting = {part: [c for c in clips if (c.duration or 0.0) <= longest] for part, clips in job.clips.items()}
    for part, clips in fitting.items():
        gone = len(job.clips[part]) - len(clips)
        if gone:
            job.say(f"note: {gone} clips of {part} are longer than {longest:g} s and left out; cut them, with their texts")
        if not clips:
            raise LearningError(f"no clip of {part} is at most {longest:g} s long", fix="Cut them, with their texts")
    place = job.folder / FILE
    if not place.is_file():
        plain = [c for clips in fitting.values() for c in clips if is_plain(text_of(c)) and text_of(c)]
        said = _heard(plain, base, job, threads)
        texts = {part: [dressed(text_of(c), said[_key(c)]) if _key(c) in said else text_of(c) for c in clips]
                 for part, clips in fitting.items()}  # fmt: skip
        write_text(place, json.dumps(texts, ensure_ascii=False, indent=0) + "\n")
    return _written(fitting, place)


def _written(clips: Mapping[str, Sequence[Clip]], place: Path) -> dict[str, list[Clip]]:
    texts = json.loads(place.read_text(encoding="utf-8"))
    return {part: [dataclasses.replace(c, text=t) for c, t in zip(own, texts[part], strict=True)] for part, own in clips.items()}


def _heard(clips: Sequence[Clip], base: str, job: Job, threads: int) -> dict[tuple[str, float], str]:
    """What the recognizer writes for each clip."""
    found: dict[tuple[str, float], str] = {}
    if not clips:
        return found
    job.say(f"{base} hears {len(clips)} clips whose texts are plain, to give them its case and marks")
    with store.open_model(base, "recognizer", Runtime("cpu", threads), job.progress) as model:
        assert isinstance(model, Recognizer)
        for k, clip in enumerate(clips):
            with opened(clip) as source:
                samples = source.load(rate=RATE, mono=True).samples
            told = model.recognize(samples, np.array([samples.shape[1]]), Decoding(word_times=False))[0]
            found[_key(clip)] = told.text
            job.progress.step(k + 1, len(clips), "texts", "clips")
    job.progress.close()
    return found


def _key(clip: Clip) -> tuple[str, float]:
    return str(clip.audio), clip.start
