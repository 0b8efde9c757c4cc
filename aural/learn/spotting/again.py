"""The border of the second stage for each phrase: between what the recognizer makes of it and of other people's speech.

How likely a recognizer finds a phrase where it is not said depends on the phrase: `computer` is a word that it knows, `chatterbox`
one that it spells with doubt, so one border for all lets the common words through too easily and the rare ones too seldom.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from aural.corpora.manifest import Clip
from aural.judge.run import opened
from aural.learn.augment import Effects
from aural.learn.job import Job
from aural.learn.spotting.hearing import BEFORE, LISTENER, RATE, end_of, placed
from aural.learn.spotting.options import Options
from aural.models import store
from aural.models.card import Card
from aural.models.face import TextScorer
from aural.models.runtime import Runtime
from aural.sound.sound import Sound, load
from aural.tasks._heard_again import SECOND, again_of, weighed
from aural.tasks._spotting import Hit, length_of

SPEECH = "speech.opus"  # of the listener's folder: forty people, joined by bench/listener_speech.py
_APART = 0.75  # s from one stretch of it to the next
_MOST, _LEAST = 32, 8  # clips of a phrase and of others that are weighed; others below which they tell nothing
# Above the median of other speech: in 0.6 h of readings and answers, clean and in noise, the likeliest of 720 candidates lay 12 to
# 15 above it (athena and hey chatterbox, which nothing else was chosen on).
_OVER = 12.5
_BETWEEN = 0.5, 0.8  # of the way from other speech to the phrase, at least and at most
_ABOVE = 1 / 3  # of the way from clips that are like the phrase, but are none, to the phrase


def borders_again(job: Job, card: Card, options: Options) -> dict[str, float]:
    """What the card keeps: the border (ln P) of each phrase for the recognizer that `aural spot --confirm` takes.

    Nothing where that recognizer is not on this machine, or where it finds a phrase no likelier than what is none.
    """
    entry = store.entry_of(SECOND, "recognizer")
    if entry.absent:
        job.say(f"note: without {SECOND} on this machine, --confirm takes the same border for all phrases")
        return {}
    found: dict[str, float] = {}
    speech = load(store.shipped(LISTENER) / SPEECH, rate=RATE, mono=True).samples[0]
    with store.open_model(SECOND, "recognizer", Runtime(threads=options.threads), job.progress) as model:
        assert isinstance(model, TextScorer)
        for label in range(len(card.labels)):
            found |= of_phrase(job, card, options, model, label, speech)
    return found


def of_phrase(job: Job, card: Card, options: Options, model: TextScorer, label: int, speech: np.ndarray) -> Mapping[str, float]:
    """The border of one phrase for one recognizer, by the name that the card keeps it under; speech [T] in which it is not said."""
    phrase, clips = card.labels[label], job.clips["train"]
    own, others = ([c for c in clips if (c.label == phrase) is said] for said in (True, False))
    effects = Effects(options.augment, options.noise, options.rooms)

    def likely(number: int, samples: np.ndarray, end: float) -> float:
        """ln P of the phrase in samples [T] that are over at `end` s; every second one as augmented as what is learned from."""
        rng = np.random.default_rng((options.seed, 2, number))
        sound = effects(Sound(samples[None], RATE), rng) if number % 2 else Sound(samples[None], RATE)
        return weighed(model, card, placed(sound.samples[0], rng), Hit(label, BEFORE + end, 1.0))

    def mostly(chosen: Sequence[Clip]) -> float:
        """The median of ln P over clips."""
        told = [likely(number, samples, end_of(clip, samples)) for number, (clip, samples) in enumerate(_sounds(chosen))]
        return float(np.median(told))

    high, low = mostly(own), elsewhere(model, card, label, speech)
    if not high > low:
        job.say(f"note: {model.card.name} does not know {phrase!r} when it hears it, so --confirm is not for it")
        return {}
    border = low + max(_BETWEEN[0] * (high - low), min(_BETWEEN[1] * (high - low), _OVER))
    if len(others) >= _LEAST:
        near = mostly(others)
        border = max(border, near + _ABOVE * (high - near))
    told = f"mostly {high:.1f} where it is said, {low:.1f} in other speech"
    job.say(f"{phrase}: with --confirm it counts from ln P {border:.1f} on; {told}")
    return {again_of(model.card, phrase): round(border, 3)}


def elsewhere(model: TextScorer, card: Card, label: int, speech: np.ndarray) -> float:
    """The median of ln P of a phrase over speech [T] in which it is not said."""
    times = np.arange(length_of(card, label) + _APART, len(speech) / RATE, _APART)
    return float(np.median([weighed(model, card, speech, Hit(label, float(time), 1.0)) for time in times]))


def _sounds(clips: Sequence[Clip]) -> Iterable[tuple[Clip, np.ndarray]]:
    """At most so many of the clips, evenly chosen, with their samples [T] at 16 kHz."""
    for place in np.unique(np.linspace(0, len(clips) - 1, min(_MOST, len(clips))).round().astype(int)) if clips else ():
        with opened(clips[place]) as source:
            yield clips[place], source.load(rate=RATE, mono=True).samples[0]
