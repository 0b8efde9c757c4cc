"""Viterbi beam search over a lexical tree with a language model: the words W with the largest p(X | W) P(W), and a lattice.

A token stands in a state of the tree with a past of the language model; of two that meet with the same past the better one
goes on. Where words end the language model speaks, and what loses there stays in the lattice. Letters: F frames, N tokens.
Source: S. Young, N. Russell and J. Thornton, "Token passing", 1989; H. Ney and X. Aubert 1994 (word graphs).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, final

import numpy as np

from aural.beams.bias import PhraseTree
from aural.beams.lattice import Arc, Lattice
from aural.beams.lexical_tree import SILENCE, LexicalTree
from aural.beams.ngrams import Gram, NGrams


@dataclass(frozen=True)
class Weights:
    """What is maximized: scale * log p(X | W) + language * log P(W) + bonus for each word; `pause` for each pause. `beam`: tokens
    further than this below the best one are left, so are all but the best `most`, and words that end further than `ends` below."""

    scale: float = 0.075
    language: float = 1.0
    bonus: float = 0.0
    pause: float = -0.5
    beam: float = 14.0
    ends: float = 9.0
    most: int = 3000


@dataclass
class _Tokens:
    """state and origin (a node of the lattice) [N], score [N]."""

    state: np.ndarray
    origin: np.ndarray
    score: np.ndarray

    def at(self, places: np.ndarray) -> _Tokens:
        return _Tokens(self.state[places], self.origin[places], self.score[places])


@dataclass
class _Nodes:
    """The nodes of the lattice: frame, past (by number) and best score of each; `arcs` into them. `pasts`: the same as an array
    that has room for more."""

    frame: list[int] = field(default_factory=list)
    past: list[int] = field(default_factory=list)
    best: list[float] = field(default_factory=list)
    arcs: list[Arc] = field(default_factory=list)
    pasts: np.ndarray = field(default_factory=lambda: np.zeros(1024, int))

    def added(self, frame: int, past: int, best: float) -> int:
        """A new node; its number."""
        number = len(self.frame)
        if number == len(self.pasts):
            self.pasts = np.concatenate([self.pasts, np.zeros_like(self.pasts)])
        self.frame.append(frame)
        self.past.append(past)
        self.best.append(best)
        self.pasts[number] = past
        return number


@final
class Search:
    """A tree and a language model, made ready for any number of recordings. `words`: those of the tree by number; `wanted`:
    phrases of them that are favored."""

    def __init__(
        self, tree: LexicalTree, model: NGrams, words: Sequence[str], weights: Weights, wanted: PhraseTree | None = None
    ) -> None:
        self._tree, self._model, self.words, self._weights = tree, model, words, weights
        self._wanted = wanted or PhraseTree([])
        self._pasts: dict[tuple[Gram, int], int] = {}
        self._grams: list[tuple[Gram, Any]] = []
        self._said: dict[tuple[int, int], tuple[float, float, int]] = {}
        self._past(model.start(), self._wanted.start())

    def lattice(self, scores: np.ndarray) -> Lattice:
        """The words heard in log-densities [F, P]; where no word ends with the last frame, up to the last one that ended."""
        nodes = _Nodes()
        nodes.added(0, 0, 0.0)
        fresh = np.array([0])
        none = np.zeros(0, int)
        tokens = _Tokens(none, none, np.zeros(0, np.float32))
        for f, row in enumerate(np.asarray(scores, np.float32) * np.float32(self._weights.scale)):
            moved = self._moved(tokens, fresh, nodes, row)
            tokens = self._best(moved, nodes.pasts)
            fresh = self._ended(tokens, nodes, f + 1)
        ends = {}
        for node in np.flatnonzero(np.array(nodes.frame) == max(nodes.frame)).tolist() if len(nodes.frame) > 1 else ():
            gram, at = self._grams[nodes.past[node]]
            end = self._model.end(gram)
            ends[node] = (end, self._weights.language * end + self._wanted.toll(at))
        return Lattice(tuple(nodes.frame), tuple(nodes.arcs), ends)

    def _moved(self, tokens: _Tokens, fresh: np.ndarray, nodes: _Nodes, row: np.ndarray) -> _Tokens:
        """Every token one frame on: it stays, goes on inside its word, or begins a word behind one that ended."""
        tree, scale = self._tree, np.float32(self._weights.scale)
        place, after = tree.following(tokens.state)
        went = tokens.score[place] + scale * tree.leave[tokens.state[place]] + tree.ahead[after] - tree.ahead[tokens.state[place]]
        begun = np.array([nodes.best[n] for n in fresh.tolist()], np.float32)[:, None] + tree.ahead[tree.roots][None]
        state = np.concatenate([tokens.state, after, np.tile(tree.roots, len(fresh))])
        origin = np.concatenate([tokens.origin, tokens.origin[place], np.repeat(fresh, len(tree.roots))])
        score = np.concatenate([tokens.score + scale * tree.stay[tokens.state], went, begun.ravel()])
        return _Tokens(state, origin, (score + row[tree.emits[state]]).astype(np.float32))

    def _best(self, tokens: _Tokens, past: np.ndarray) -> _Tokens:
        """Those inside the beam, the best one for each state and past."""
        if not len(tokens.score):
            return tokens
        top = tokens.score.max()
        kept = np.flatnonzero(tokens.score > top - self._weights.beam)
        if len(kept) > 2 * self._weights.most:
            kept = kept[np.argpartition(-tokens.score[kept], 2 * self._weights.most)[: 2 * self._weights.most]]
        tokens = tokens.at(kept)
        key = past[tokens.origin] * len(self._tree.emits) + tokens.state
        order = np.lexsort((-tokens.score, key))
        key = key[order]
        tokens = tokens.at(order[np.concatenate([[True], key[1:] != key[:-1]])])
        if len(tokens.score) > self._weights.most:
            tokens = tokens.at(np.argpartition(-tokens.score, self._weights.most)[: self._weights.most])
        return tokens

    def _ended(self, tokens: _Tokens, nodes: _Nodes, frame: int) -> np.ndarray:
        """Words that end in this frame become arcs of the lattice; the nodes behind them that are worth going on from."""
        tree, weights = self._tree, self._weights
        place, word = tree.ending(tokens.state)
        if not len(place):
            return np.zeros(0, int)
        state, origin = tokens.state[place], tokens.origin[place]
        heard = tokens.score[place] + weights.scale * tree.leave[state] - tree.ahead[state]
        made: dict[int, int] = {}
        floor = float(tokens.score.max()) - weights.ends
        for k, (node, said) in enumerate(zip(origin.tolist(), word.tolist(), strict=True)):
            past = nodes.past[node]
            language, added, behind = (0.0, weights.pause, past) if said == SILENCE else self._say(past, said)
            total = float(heard[k]) + added
            if total < floor:
                continue
            end = made.get(behind)
            if end is None:
                end = made[behind] = nodes.added(frame, behind, total)
            nodes.best[end] = max(nodes.best[end], total)
            own = float(heard[k]) - nodes.best[node]
            nodes.arcs.append(Arc(node, end, said, own / weights.scale, language, own + added))
        return np.array(list(made.values()), int)

    def _say(self, past: int, word: int) -> tuple[float, float, int]:
        """log P(word | past), all that the word adds to the score, and the past behind it."""
        found = self._said.get((past, word))
        if found is None:
            gram, at = self._grams[past]
            language, behind = self._model.score(gram, self.words[word])
            favor = self._wanted.offers(at).get(word, self._wanted.toll(at))
            added = self._weights.language * language + self._weights.bonus + favor
            found = self._said[past, word] = (language, added, self._past(behind, self._wanted.walk(at, word)))
        return found

    def _past(self, gram: Gram, at: Any) -> int:
        """The number of a past: the n-gram, and the place in the wanted phrases."""
        number = self._pasts.get((gram, id(at)))
        if number is None:
            number = self._pasts[gram, id(at)] = len(self._grams)
            self._grams.append((gram, at))
        return number
