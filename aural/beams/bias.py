"""Bonus for wanted phrases while a decoder writes: a tree over their tokens (shallow fusion)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass
class _Node:
    """One place in the tree: tokens that lead on, the bonus on the way here, and whether a phrase ends."""

    next: dict[int, _Node] = field(default_factory=dict)
    gained: float = 0.0
    ends: bool = False


class PhraseTree:
    """Wanted phrases as token sequences with a bonus per token (nats).

    A phrase that breaks off gives back what it gained, so only whole phrases are favored.
    """

    def __init__(self, phrases: Sequence[tuple[Sequence[int], float]]) -> None:
        self._root = _Node()
        for tokens, bonus in phrases:
            at = self._root
            for token in tokens:
                nearer = at.next.setdefault(token, _Node())
                nearer.gained = max(nearer.gained, at.gained + bonus)
                at = nearer
            at.ends = at is not self._root

    def start(self) -> _Node:
        """The place before the first token."""
        return self._root

    def offers(self, at: _Node) -> dict[int, float]:
        """Token -> bonus (to be added to its log-probability) for all tokens that begin or carry on a phrase.

        Right behind a whole phrase none is begun with a bonus: a strong one would be written forever.
        """
        back = at.gained
        found = {} if at.ends else {token: node.gained - back for token, node in self._root.next.items()}
        found.update({token: node.gained - at.gained for token, node in at.next.items()})
        return found

    def toll(self, at: _Node) -> float:
        """What any other token gives back: minus the bonus of a phrase that would stay unfinished."""
        return 0.0 if at.ends or at is self._root else -at.gained

    def walk(self, at: _Node, token: int) -> _Node:
        """The place after `token`."""
        return at.next.get(token) or self._root.next.get(token) or self._root
