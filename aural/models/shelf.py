"""Opens the models that a task asks for by role, one after the other, and remembers which they were."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from aural.models import store
from aural.models.card import Card
from aural.models.runtime import Runtime
from aural.progress import Progress, Quiet

Opener = Callable[[str, str], contextlib.AbstractContextManager[Any]]


class Shelf:
    """The models of one run. `choices` maps a role to a model name, a model folder or a hub name.

    With `keep` a model stays open until `close`, for many recordings in a row; memory is then the sum
    of the models and no longer the largest one. `opened(name, role)` gives models that somebody else keeps open. `named`:
    roles whose model somebody asked for by name, so that no other one takes its place.
    """

    def __init__(
        self, choices: Mapping[str, str], runtime: Runtime | None = None, progress: Progress | None = None, keep: bool = False,
        opened: Opener | None = None, named: Iterable[str] = (),
    ) -> None:  # fmt: skip
        self.choices = dict(choices)
        self.named = frozenset(named)
        self.runtime = runtime or Runtime()
        self.progress = progress or Quiet()
        self.made_by: dict[str, str] = {}
        self.cards: dict[str, Card] = {}
        self._keep, self._opened = keep, opened
        self._open: dict[tuple[str, str], Any] = {}

    def __enter__(self) -> Shelf:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the models that were kept open."""
        while self._open:
            self._open.popitem()[1].close()

    @contextlib.contextmanager
    def open(self, role: str) -> Iterator[Any]:
        """The model of `role`, fetched when it is not here yet, closed when the block ends (unless kept).

        Raises: ModelMissing (offline and not here), ModelRefused (damaged).
        """
        key = (self.choices[role], role)
        if self._opened is not None:
            with self._opened(*key) as model:
                self._note(role, model)
                yield model
            return
        model = self._open.get(key) or store.open_model(self.choices[role], role, self.runtime, self.progress)
        self._note(role, model)
        if self._keep:
            self._open[key] = model
            yield model
            return
        with model:
            yield model

    def _note(self, role: str, model: Any) -> None:
        self.made_by[role], self.cards[role] = model.card.name, model.card

    def offers(self, role: str) -> bool:
        """True when the model of `role` lies on this machine already."""
        return role in self.choices and store.is_here(self.choices[role], role)
