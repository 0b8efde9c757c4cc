"""All words of a lexicon as one tree of hidden states: words that begin alike share their first states.

A word that has several ways to be said stands at several places, words that sound alike share one. Before a word is known its
best language score is spread over the tree, so that unlikely words are left early. Letters: S states, A arcs, W words.
Source: H. Ney et al., "Improvements in beam search for 10000-word continuous speech recognition", 1992.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

SILENCE = -1  # in the place of a word: a pause, which the language model does not count
Phone = tuple[int, ...]  # the columns of the scores by which the states of a phone emit, one behind the other
Way = tuple[Phone, ...]


@dataclass(frozen=True, eq=False)
class LexicalTree:
    """Of each state: `emits`, `stay` and `leave` [S] (log-probabilities), `ahead` [S], the best language score of what lies
    behind it. begins [S + 1] and targets [A]: what may follow inside a word; roots: where words begin; last [S + 1] and
    words: which words end with a state."""

    emits: np.ndarray
    stay: np.ndarray
    leave: np.ndarray
    ahead: np.ndarray
    begins: np.ndarray
    targets: np.ndarray
    roots: np.ndarray
    last: np.ndarray
    words: np.ndarray

    def following(self, states: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(place in `states`, state that follows) of every arc out of states [N]."""
        return _rows(self.begins, self.targets, states)

    def ending(self, states: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(place in `states`, word) of every word that ends with one of states [N]."""
        return _rows(self.last, self.words, states)


def built(ways: Mapping[int, Sequence[Way]], stay: np.ndarray, expected: np.ndarray) -> LexicalTree:
    """The tree of words (by number; SILENCE among them), each with its ways. stay [P]: log-probability, by column, that a state
    lasts; expected [W]: the language score of a word without what stands before it."""
    children: list[dict[Phone, int]] = [{}]
    phones: list[Phone] = [()]
    ends: dict[int, list[int]] = {}
    best = [-np.inf]
    for word in sorted(ways):
        score = 0.0 if word == SILENCE else float(expected[word])
        for way in ways[word]:
            node = 0
            for phone in way:
                child = children[node].get(phone)
                if child is None:
                    child = children[node][phone] = len(children)
                    children.append({})
                    phones.append(phone)
                    best.append(-np.inf)
                best[child] = max(best[child], score)
                node = child
            if word not in ends.setdefault(node, []):
                ends[node].append(word)
    firsts = np.cumsum([0, *(len(p) for p in phones)])[:-1]  # the first state of each node
    follow: list[list[int]] = []
    closing: list[list[int]] = []
    for node in range(1, len(phones)):
        size = len(phones[node])
        follow += [[int(firsts[node]) + k + 1] for k in range(size - 1)]
        follow.append([int(firsts[child]) for child in children[node].values()])
        closing += [[] for _ in range(size - 1)] + [ends.get(node, [])]
    emits = np.array([column for phone in phones for column in phone])
    ahead = np.repeat(np.array(best[1:], np.float32), [len(p) for p in phones[1:]])
    lasting = np.minimum(stay[emits], -1e-6).astype(np.float32)
    roots = np.array([int(firsts[child]) for child in children[0].values()])
    return LexicalTree(
        emits, lasting, np.log1p(-np.exp(lasting)), ahead, _ends(follow), _flat(follow), roots, _ends(closing), _flat(closing)
    )


def _rows(begins: np.ndarray, values: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    sizes = begins[rows + 1] - begins[rows]
    places = np.repeat(np.arange(len(rows)), sizes)
    starts = np.cumsum(sizes) - sizes
    return places, values[begins[rows][places] + np.arange(len(places)) - starts[places]]


def _ends(several: list[list[int]]) -> np.ndarray:
    return np.concatenate([[0], np.cumsum([len(one) for one in several])]).astype(int)


def _flat(several: list[list[int]]) -> np.ndarray:
    return np.array([value for one in several for value in one], int)
