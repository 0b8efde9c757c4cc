"""A sound tagger as witness: whether a stretch that the voice gate is not sure of holds speech, or what else it sounds like."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import final

import numpy as np

from aural.models.face import Scorer
from aural.models.shelf import Shelf
from aural.tasks._frames import by_frames
from aural.tasks._gate import HOP, RATE, Heard
from aural.tasks._hearing import Walk
from aural.tasks._kinds import kinds_of

SPEECH = "Speech"
_VOICED = 0.3  # voice from which on a moment is looked at
# What people do with their voice that is no word; the gate takes the "ah" of a sneeze for speech, and so does the tagger.
_BODY = ("Sneeze", "Cough", "Throat clearing", "Sniff", "Gasp", "Sigh", "Snort", "Pant", "Snoring", "Breathing", "Wheeze",
         "Burping, eructation", "Hiccup")  # fmt: skip


@dataclass(frozen=True)
class Account:
    """The highest scores near the voice: of speech, of any other sound, and of what a body does that is no word."""

    speech: float
    other: float
    body: float


@final
class Witness:
    """Opens the tagger of a shelf when it is first asked, and keeps it until `stack` ends."""

    def __init__(self, shelf: Shelf, role: str, stack: contextlib.ExitStack) -> None:
        self._shelf, self._role, self._stack = shelf, role, stack
        self._tagger: Scorer | None = None

    def asked(self, heard: Heard) -> Account | None:
        """What it heard in a window; None where the tagger is one that does not know speech."""
        if self._tagger is None:
            self._tagger = self._stack.enter_context(self._shelf.open(self._role))
        card = self._tagger.card
        if SPEECH not in card.labels or by_frames(card) or card.sample_rate != RATE:
            return None
        return account(heard, self._tagger)


def account(heard: Heard, tagger: Scorer) -> Account:
    """The scores of the frames that see a voice, or of all where none does."""
    walk = Walk(tagger)
    told = [*walk.push(heard.samples), *walk.finish()]
    scores = np.concatenate([h.probabilities for h in told])
    hop, window = walk.grid.hop / RATE / HOP, walk.grid.window / RATE / HOP
    voiced = heard.voice >= _VOICED
    near = [bool(voiced[int(f * hop) : int(f * hop + window)].any()) for f in range(len(scores))]
    best = scores[near].max(axis=0) if any(near) else scores.max(axis=0)
    kinds = kinds_of(tagger.card.labels)
    aside = kinds.speech | kinds.settings
    other = [k for k in range(len(best)) if k not in aside]
    body = [k for k, label in enumerate(tagger.card.labels) if label in _BODY]
    return Account(*(float(best[list(some)].max(initial=0.0)) for some in (sorted(kinds.speech), other, body)))
