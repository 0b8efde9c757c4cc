"""What linear and outlier models hear: a clip as one row of numbers, by the names that stand in a card's `input`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import final

import numpy as np

from aural.beams.search import log_softmax
from aural.errors import ModelRefused, UsageError
from aural.models import store
from aural.models.face import Embedder, FrameEmbedder, TextScorer
from aural.models.runtime import Runtime
from aural.progress import Progress
from aural.sound.statistics import StatisticsOptions, statistics
from aural.text.spoken import say

RATE = 16000
JOIN = " + "
EMBEDDERS = ("sound_embedder", "speaker_embedding")
WORDS = "words"  # "words:yes|no|turn it off": how likely each of these texts is, as the recognizer hears it
_RECOGNIZER = "moonshine-tiny"
_CALM = RATE // 5  # samples
_LEAST = -100.0  # ln P of what cannot be said at all
_OWN = {"statistics": StatisticsOptions(), "quarters": StatisticsOptions(parts=4)}


def parts_of(text: str) -> tuple[str, ...]:
    """The parts of an input such as "quarters + yamnet", in their order.

    `statistics` (aural.sound.statistics), `quarters` (the same, and means in four quarters of time), `words:a|b` (how likely
    the recognizer finds these texts and nothing else), or the name of a model that embeds sounds or voices.
    Raises: UsageError for a part that is none of these, or told twice.
    """
    parts = tuple(part.strip() for part in text.split("+"))
    for part in parts:
        if part not in _OWN and not part.startswith(f"{WORDS}:") and role_of(part) is None:
            fix = f"It is {', '.join(_OWN)}, {WORDS}, or a model that embeds: {', '.join(embedders())}"
            raise UsageError(f"there are no features called {part!r}", where="features", fix=fix)
    if len(set(parts)) < len(parts):
        raise UsageError(f"{text!r} names the same features twice", where="features")
    return parts


def joined(*parts: str) -> str:
    """Parts as one input."""
    return JOIN.join(parts)


def words_of(labels: Sequence[str]) -> str:
    """The part that hears whether one of these labels is said. Raises: UsageError for a label that cannot be said."""
    odd = [label for label in labels if not any(c.isalnum() for c in label) or set(label) & set("|+")]
    if odd:
        raise UsageError(f"the label {odd[0]!r} cannot be said", where="features words", fix="Labels are the words themselves")
    return f"{WORDS}:{'|'.join(labels)}"


def embedders() -> tuple[str, ...]:
    """The models at hand by name that embed sounds or voices."""
    return tuple(e.card.name for e in store.entries() if set(e.roles) & set(EMBEDDERS))


def role_of(name: str) -> str | None:
    """The embedding role that a model of the store fills; None for any other name."""
    entry = next((e for e in store.entries() if e.card.name == name), None)
    return next((role for role in EMBEDDERS if entry and role in entry.roles), None)


@final
class Ear:
    """Opens what an input names, and hears clips. `RATE` is its sample rate (Hz)."""

    def __init__(self, text: str, runtime: Runtime | None = None, progress: Progress | None = None) -> None:
        self.parts = parts_of(text)
        self._models: dict[str, Embedder] = {}
        self._texts: dict[str, tuple[str, ...]] = {}
        self._recognizer: TextScorer | None = None
        for part in self.parts:
            if part.startswith(f"{WORDS}:"):
                self._texts[part] = tuple(_sentence(label) for label in part.partition(":")[2].split("|"))
                self._recognizer = self._recognizer or _recognizer(runtime, progress)
                continue
            role = None if part in _OWN else role_of(part)
            if role is not None:
                model = store.open_model(part, role, runtime, progress)
                if not isinstance(model, Embedder) or model.card.sample_rate != RATE:
                    raise ModelRefused(f"{part} does not embed sound at {RATE} Hz")
                self._models[part] = model

    def close(self) -> None:
        """Close the models."""
        while self._models:
            self._models.popitem()[1].close()
        if self._recognizer is not None:
            self._recognizer.close()

    def hear(self, samples: np.ndarray) -> np.ndarray:
        """Samples [T] at 16 kHz -> [D] float64, part after part."""
        return np.concatenate([self.hear_part(part, samples) for part in self.parts])

    def hear_part(self, part: str, samples: np.ndarray) -> np.ndarray:
        """What one part makes of samples [T]: [d] float64. An empty clip is heard as one zero."""
        sound = np.asarray(samples, np.float32) if len(samples) else np.zeros(1, np.float32)
        sound = np.nan_to_num(sound, posinf=0.0, neginf=0.0)
        if part in _OWN:
            return statistics(sound, options=_OWN[part])
        if part in self._texts:
            return self._weighed(sound, self._texts[part])
        model = self._models[part]
        if isinstance(model, FrameEmbedder) and role_of(part) == "sound_embedder":
            frames = model.frames(sound).astype(np.float64)
            return np.concatenate([frames.mean(axis=0), frames.std(axis=0)])
        return np.asarray(model.embed(sound[None], np.array([len(sound)]))[0], np.float64)

    def _weighed(self, sound: np.ndarray, texts: Sequence[str]) -> np.ndarray:
        """ln of each text's share [K], and ln P of the likeliest one: what is none of them is unlikely whichever it is.

        A word alone is written with or without its full stop, and better heard with a moment of silence around it.
        """
        assert self._recognizer is not None
        calm = np.zeros(_CALM, np.float32)
        told = self._recognizer.log_probs(np.concatenate([calm, sound, calm]), [*texts, *(f"{text}." for text in texts)])
        told = np.maximum(np.logaddexp(*np.split(told, 2)), _LEAST)
        return np.append(log_softmax(told), told.max())


def _recognizer(runtime: Runtime | None, progress: Progress | None) -> TextScorer:
    model = store.open_model(_RECOGNIZER, "recognizer", runtime, progress)
    if not isinstance(model, TextScorer):
        raise ModelRefused(f"{_RECOGNIZER} cannot say how likely a text is")
    return model


def _sentence(label: str) -> str:
    """A label as the recognizer would write it, numbers in words."""
    text = label.replace("_", " ").strip()
    if any(c.isdigit() for c in text):
        text = " ".join(say(text).words)
    return text[:1].upper() + text[1:]
