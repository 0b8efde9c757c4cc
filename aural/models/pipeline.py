"""Everything that recognizes words by Bayes' rule: p(X | states), how voices are adapted to, the lexicon, P(W), and their weights.

Letters: F frames, D width of what is heard of a frame, P tied states, J frames [J, E] of an encoder where the net hears one, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from aural.beams import lexical_tree
from aural.beams.bias import PhraseTree
from aural.beams.lattice import Lattice, readings
from aural.beams.ngrams import NGrams
from aural.beams.token_passing import Search, Weights
from aural.models.acoustics import Acoustics
from aural.models.adaptation import Adapted, silent_states
from aural.models.listener import beside
from aural.models.runtime import Session
from aural.models.text_graph import Laid, laid
from aural.patterns.feature_transform import Evidence, moved
from aural.text.pronunciation.dictionary import Dictionary


@dataclass(frozen=True, eq=False)
class Pipeline:
    """`adapted`: models of mapped voices, which answer in a second reading; `net`: a graph from what is heard [F, D], or
    [F, D + E] with an encoder's frames beside, to scores [F, P] that stand in the place of the mixtures in the last reading."""

    acoustics: Acoustics
    dictionary: Dictionary
    language: NGrams
    weights: Weights
    adapted: Adapted | None = None
    net: Session | None = None

    def search(
        self,
        model: NGrams | None = None,
        weights: Weights | None = None,
        wanted: Sequence[tuple[str, float]] = (),
        only: Sequence[str] = (),
    ) -> Search:
        """The search over all words of a language model and of `wanted` phrases (with a bonus, nats a word) that can be said;
        over those of `only`, where there are any."""
        model, weights = model or self.language, weights or self.weights
        listed = sorted(set(only) or {*model.words, *(word for phrase, _ in wanted for word in phrase.split())})
        known = self.dictionary.with_words(listed)
        words = [word for word in listed if word in known.ways]
        ways = {number: [self._way(way) for way in known.ways[word]] for number, word in enumerate(words)}
        ways[lexical_tree.SILENCE] = [(self.acoustics.states((0, 0, 0)),)]
        chances = [model.score((), word)[0] for word in words]
        expected = weights.language * np.array(chances) + weights.bonus
        numbers = {word: number for number, word in enumerate(words)}
        phrases = [([numbers[w] for w in phrase.split()], bonus) for phrase, bonus in wanted if numbers.keys() >= {*phrase.split()}]
        return Search(lexical_tree.built(ways, self.acoustics.stay, expected), model, words, weights, PhraseTree(phrases))

    def lattice(self, search: Search, heard: np.ndarray, sound: np.ndarray | None = None) -> Lattice:
        """What a search finds in frames [F, D] and an encoder's [J, E]: where voices are adapted to, by a second reading."""
        if self.adapted is None:
            return search.lattice(self.scores(heard, sound))
        first = self.first(search, heard)
        said = self.evidence(first, heard)
        return self.second(search, heard, self.adapted.map_of([said] if said is not None else []), sound)

    def first(self, search: Search, heard: np.ndarray) -> list[str]:
        """The words of a first reading, before anything is known of the voice."""
        found = readings(search.lattice(self.acoustics.mixtures.scores(heard)), 1)
        return [search.words[n] for n in found[0].words] if found else []

    def evidence(self, words: Sequence[str], heard: np.ndarray) -> Evidence | None:
        """What frames [F, D] say of their voice, if these words were said."""
        assert self.adapted is not None
        found = _over(self.acoustics, [self.dictionary.of(word) for word in words], heard) if words else None
        return None if found is None else self.adapted.evidence(heard, found.states, silent_states(self.acoustics))

    def second(self, search: Search, heard: np.ndarray, found: np.ndarray, sound: np.ndarray | None = None) -> Lattice:
        """What is found in frames [F, D] behind the map of their voice, and in an encoder's [J, E] as they are."""
        return search.lattice(self.scores(moved(heard, found), sound))

    def scores(self, heard: np.ndarray, sound: np.ndarray | None = None) -> np.ndarray:
        """Log-densities [F, P] of the last reading, by the net where there is one; frames mapped where voices are adapted to."""
        if self.net is not None and len(heard):
            heard = heard if sound is None else beside(heard, sound)
            return self.net.run({"heard": np.ascontiguousarray(heard, np.float32)}, ["scores"])[0]
        return (self.adapted or self.acoustics).mixtures.scores(heard)

    def lay(self, ways: Sequence[Sequence[Sequence[str]]], heard: np.ndarray) -> Laid | None:
        """Frames [F, D] over words by their ways, adapted to their voice; None where there are too few."""
        found = _over(self.acoustics, ways, heard)
        if found is None or self.adapted is None:
            return found
        said = self.adapted.evidence(heard, found.states, silent_states(self.acoustics))
        return _over(self.adapted.over(self.acoustics), ways, moved(heard, self.adapted.map_of([said])))

    def _way(self, phones: Sequence[str]) -> lexical_tree.Way:
        return tuple(self.acoustics.states(context) for context in self.acoustics.contexts(phones))


def _over(model: Acoustics, ways: Sequence[Sequence[Sequence[str]]], heard: np.ndarray) -> Laid | None:
    try:
        return laid(model, ways, heard)
    except ValueError:
        return None
