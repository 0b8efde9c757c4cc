"""What wakes a satellite: phrases that a model of `spot` knows, and named sounds by the verb `detect`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import ExitStack
from typing import Any, final

import numpy as np

from aural import find
from aural.errors import UsageError
from aural.models.card import Card
from aural.models.face import StreamingScorer
from aural.results import Result
from aural.server.desk import Ask, Desk
from aural.server.verbs import built
from aural.sound.resample import Resampler
from aural.sound.source import Source
from aural.tasks._heard_again import SECOND, Cascade, HeardAgain, readable, rule_of
from aural.tasks._spotting import NOTHING, Hit, Rule, Spotter

Emit = Callable[[str, float], Awaitable[None]]  # what was heard, and when (s)
_ROLE = "spotter"
_RATE = 16_000  # Hz at which sounds are looked for
_LOOK, _EVERY = 3.0, 1.0  # s of sound that are looked at, and how often


def phrases(desk: Desk) -> dict[str, str]:
    """phrase -> the model that knows it, of all models that --wake names. Raises: UsageError for one that hears no stream."""
    known: dict[str, str] = {}
    for name in desk.options.wake:
        with desk.kept.opened(name, _ROLE) as model:
            if not isinstance(model, StreamingScorer) or model.card.hop is None:
                raise UsageError(f"the model {model.card.name} does not hear a stream", where="--wake", fix="`aural train spot`")
            known |= {label: name for label in model.card.labels if label.casefold() not in NOTHING}
    return known


@final
class Detector:
    """`feed` samples [t] at `rate`; `emit(name, seconds)` is told of each phrase and of the first sound among `names`.

    Without names every phrase counts that a model of --wake knows, and no sound.
    """

    def __init__(self, desk: Desk, names: Sequence[str], rate: int, emit: Emit) -> None:
        known = {phrase.casefold(): (phrase, model) for phrase, model in phrases(desk).items()}
        asked = [n for n in names if n.casefold() in known] if names else list(known)
        by_model: dict[str, list[str]] = {}
        for name in asked:
            phrase, model = known[name.casefold()]
            by_model.setdefault(model, []).append(phrase)
        sounds = [n for n in names if n.casefold() not in known]
        self._ears: list[Phrases | Sounds] = [Phrases(desk, model, own, rate, emit) for model, own in by_model.items()]
        if sounds:
            self._ears.append(Sounds(desk, sounds, rate, emit))

    @property
    def found(self) -> bool:
        """True when anything was heard."""
        return any(ear.found for ear in self._ears)

    async def feed(self, samples: np.ndarray) -> None:
        """Take samples [t]."""
        for ear in self._ears:
            await ear.feed(samples)

    async def finish(self) -> None:
        """No more will come."""
        for ear in self._ears:
            await ear.finish()

    def close(self) -> None:
        """Let go of the models."""
        for ear in self._ears:
            ear.close()


@final
class Phrases:
    """Listens for phrases of one model, as the sound comes."""

    def __init__(self, desk: Desk, model: str, wanted: Sequence[str], rate: int, emit: Emit) -> None:
        self._desk, self._emit, self._stack = desk, emit, ExitStack()
        opened = self._stack.enter_context(desk.kept.opened(model, _ROLE))
        card = opened.card
        self._labels = card.labels
        confirm = desk.options.confirm
        spotter = Spotter(opened, [card.labels.index(w) for w in wanted], rule_of(card, None, Rule.apart, confirm))
        self._cascade = Cascade(spotter, self._second(card) if confirm else None)
        self._mover = Resampler(rate, card.sample_rate)
        self.found = False

    async def feed(self, samples: np.ndarray) -> None:
        """Take samples [t]."""
        moved = self._mover.push(samples[None])[0]
        await self._tell(await self._desk.step(lambda: self._cascade.push(moved)))

    async def finish(self) -> None:
        """A phrase that was just said is told, too."""
        rest = self._mover.finish()[0]
        await self._tell(await self._desk.step(lambda: [*self._cascade.push(rest), *self._cascade.finish()]))

    def close(self) -> None:
        """Let go of the model."""
        self._stack.close()

    def _second(self, card: Card) -> HeardAgain:
        """What hears hits again."""
        return HeardAgain(readable(self._stack.enter_context(self._desk.kept.opened(SECOND, "recognizer"))), card)

    async def _tell(self, hits: Sequence[Hit]) -> None:
        for hit in hits:
            self.found = True
            await self._emit(self._labels[hit.label], hit.time)


@final
class Sounds:
    """Looks for named sounds in what comes, by the verb `detect`, a second at a time, until one was found."""

    def __init__(self, desk: Desk, names: Sequence[str], rate: int, emit: Emit) -> None:
        task = find.page("tasks", "detect").TASK
        self._desk, self._emit = desk, emit
        self._options: Any = built(task, {"watch": tuple(names)})
        self._choices: Mapping[str, str] = dict(task.roles)
        self._mover = Resampler(rate, _RATE)
        self._held = np.zeros(0, np.float32)
        self._new = self._all = 0
        self.found = False

    async def feed(self, samples: np.ndarray) -> None:
        """Take samples [t]."""
        moved = self._mover.push(samples[None])[0]
        self._held = np.concatenate([self._held, moved])[-round(_LOOK * _RATE) :]
        self._new += len(moved)
        self._all += len(moved)
        if self.found or self._new < _EVERY * _RATE:
            return
        self._new = 0
        ask = Ask("detect", Source((self._held, _RATE)), self._options, dict(self._choices))
        watch = self._desk.watch()
        result: Result = await self._desk.work(lambda: self._desk.answer(ask, watch), watch)
        for event in result.events or ():
            if event.layer == "sound":
                self.found = True
                await self._emit(event.label, max(0.0, (self._all - len(self._held)) / _RATE + event.start))
                return

    async def finish(self) -> None:
        """Nothing was kept back."""

    def close(self) -> None:
        """Nothing is held."""
