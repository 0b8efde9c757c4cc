"""Runs a model folder of the kind "hmm": Bayes' rule as it is written, the words W with the largest p(X | W) P(W).

p(X | W) comes from hidden Markov models of phones in context and a lexicon, P(W) from n-grams; a beam search over both leaves a
lattice, of which the readings, their scores apart, and how sure each word is are told. A known text can be laid over a recording.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, final

import numpy as np

from aural.beams import arpa
from aural.beams.lattice import Lattice, Reading, confidence, readings, shares
from aural.beams.ngrams import NGrams
from aural.beams.token_passing import Search, Weights
from aural.errors import ModelRefused, UsageError, reason
from aural.files import write_text
from aural.models import acoustics, adaptation
from aural.models.card import Card
from aural.models.face import Decoding, Hypothesis, Model, PhoneAligner
from aural.models.listener import FILE as LISTENER
from aural.models.listener import Listener
from aural.models.pipeline import Pipeline
from aural.models.runtime import Runtime
from aural.models.text_graph import PAUSE, runs
from aural.results import Event, Word
from aural.sound.cepstra import HOP, bands, cepstra, usual
from aural.text.pronunciation import dictionary as dictionaries

ARRAYS, PLAIN, LEXICON, LANGUAGE = "acoustics.safetensors", "pipeline.json", "lexicon.txt", "language.arpa.gz"
VOICES, NET = (
    "voices.safetensors",
    "net.onnx",
)  # adaptation to a voice, and what stands in the Gaussians' place, where there are any
_SURE = 1e-3  # least confidence that is told
_FAVOR = 4.0  # nats for a word of a hotword
_SEARCHES = 8  # that are kept: one for each way of asking
_STILL = 1e-5  # what never rises above it is digital silence, in which there is no voice to take the mean of


@final
class HmmRecognizer(PhoneAligner):
    """Words of recordings by a pipeline. Scores: `likelihood` log p(X | W) and `lm` log P(W), in natural logarithms."""

    held = True

    def __init__(self, card: Card, pipeline: Pipeline, listener: Listener | None = None) -> None:
        self.card, self.pipeline, self._listener = card, pipeline, listener
        self._searches: dict[tuple[int, Weights, tuple[str, ...], tuple[str, ...]], tuple[NGrams | None, Search]] = {}

    def close(self) -> None:
        """There is nothing to free."""

    def recognize(
        self, samples: np.ndarray, lengths: np.ndarray, decoding: Decoding, speech: Sequence[np.ndarray] | None = None
    ) -> list[Hypothesis]:
        search = self._search(decoding)
        found = []
        for row, length in zip(samples, lengths, strict=True):
            own = row[: int(length)]
            heard = self.heard(own)
            sound = self._listener.frames(own) if self._listener is not None and len(heard) else None
            lattice = self.pipeline.lattice(search, heard, sound)
            found.append(self._told(lattice, search, int(length) / self.card.sample_rate, decoding))
        return found

    def heard(self, samples: np.ndarray) -> np.ndarray:
        """What the mixtures hear [F, D] of samples [T]: the mean of the voice is that of its loud frames."""
        model = self.pipeline.acoustics
        found = bands(samples, model.front)
        if not len(found) or np.abs(samples).max() < _STILL:
            return np.zeros((0, model.mixtures.means.shape[1]), np.float32)
        return model.heard(cepstra(found, usual([found]), model.front))

    def align(
        self, samples: np.ndarray, text: str, speech: np.ndarray | None = None, language: str | None = None
    ) -> tuple[Word, ...]:
        return self.lay(samples, text)[0]

    def lay(self, samples: np.ndarray, text: str) -> tuple[tuple[Word, ...], tuple[Event, ...]]:
        seconds = len(samples) / self.card.sample_rate
        words = text.split()
        ways = [self.pipeline.dictionary.of("".join(dictionaries.plain(word))) for word in words]
        phones = set(self.pipeline.acoustics.phones)
        ways = [tuple(way for way in own if phones >= set(way)) for own in ways]
        said = [number for number, own in enumerate(ways) if own]
        found = self.pipeline.lay([ways[number] for number in said], self.heard(samples)) if said else None
        if found is None:
            return _even(words, seconds), ()
        spans: dict[int, tuple[int, int]] = {}
        events = []
        for first, last in runs(found.pieces):
            piece = found.known[found.pieces[first]]
            if piece.word == PAUSE:
                continue
            number = said[piece.word]
            spans[number] = (min(first, spans.get(number, (first, last))[0]), last)
            label = self.pipeline.acoustics.phones[piece.context[1]]
            events.append(Event(first * HOP, min(last * HOP, seconds), label, layer="phone"))
        told: list[Word] = []
        for number, word in enumerate(words):
            at = told[-1].end if told else 0.0
            if number in spans:
                first, last = spans[number]
                told.append(Word(first * HOP, max(min(last * HOP, seconds), first * HOP + 0.001), word))
            else:
                told.append(Word(at, at + 0.001, word, timed="guessed"))
        return tuple(told), tuple(events)

    def _search(self, decoding: Decoding) -> Search:
        """The search for a language model and a beam, made once."""
        given = decoding.lm[-1] if decoding.lm else None
        if given is not None and given.over != "words":
            raise UsageError(f"{self.card.name} takes language models over words", where="--lm-over", fix="Leave it out")
        weights = self.pipeline.weights
        if given is not None:
            weights = dataclasses.replace(weights, language=given.weight, bonus=given.bonus)
        else:
            own = weights.language if decoding.lm_weight is None else decoding.lm_weight
            bonus = weights.bonus if decoding.word_bonus is None else decoding.word_bonus
            weights = dataclasses.replace(weights, language=own, bonus=bonus)
        if decoding.beam > 1 or decoding.n_best > 1:
            weights = dataclasses.replace(weights, beam=2 * weights.beam, ends=2 * weights.ends, most=2 * weights.most)
        model = given.model if given else None
        key = (id(model), weights, decoding.hotwords, decoding.words)
        if key not in self._searches:
            entries = [entry.partition("^") for entry in decoding.hotwords]
            wanted = [(" ".join(dictionaries.plain(phrase)), _FAVOR * float(more or 1.0)) for phrase, _, more in entries]
            only = [part for word in decoding.words for part in dictionaries.plain(word) or (word,)]
            search = self.pipeline.search(model, weights, wanted, only)
            if lost := sorted({*only} - {*search.words}):
                fix = "Write it as it is said (forty two), or leave it out"
                raise UsageError(f"the lexicon cannot tell how {lost[0]!r} is said", where="--only-words", fix=fix)
            while len(self._searches) >= _SEARCHES:
                self._searches.pop(next(iter(self._searches)))
            self._searches[key] = (model, search)  # the model is held, so that no other one gets its id
        return self._searches[key][1]

    def _told(self, lattice: Lattice, search: Search, seconds: float, decoding: Decoding) -> Hypothesis:
        found = readings(lattice, decoding.n_best)
        if not found:
            return Hypothesis("", () if decoding.word_times else None)
        share = shares(lattice)
        words = tuple(self._word(lattice, share, n, search, seconds) for n in found[0].arcs)
        sure = [max(w.confidence or 0.0, _SURE) for w in words]
        scores: dict[str, float] = {"avg_logprob": float(np.mean(np.log(sure)))} if sure else {}
        for place, reading in enumerate(found, 1):
            end = f"_{place}" if place > 1 else ""
            scores |= {f"likelihood{end}": reading.acoustic, f"lm{end}": reading.language}
        texts = [_text(reading, search) for reading in found]
        return Hypothesis(texts[0], words if decoding.word_times else None, None, (), (), scores, tuple(texts[1:]))

    def _word(self, lattice: Lattice, share: np.ndarray, number: int, search: Search, seconds: float) -> Word:
        arc = lattice.arcs[number]
        start = lattice.frames[arc.start] * HOP
        end = max(min(lattice.frames[arc.end] * HOP, seconds), start + 0.001)
        return Word(start, end, search.words[arc.word], confidence=confidence(lattice, share, arc))


def write(folder: Path, pipeline: Pipeline) -> tuple[str, ...]:
    """Write a pipeline into a model folder, but for a net and a listener, which lie there; the names of its files."""
    folder.mkdir(parents=True, exist_ok=True)
    acoustics.write(pipeline.acoustics, folder / ARRAYS)
    dictionaries.write(pipeline.dictionary, folder / LEXICON)
    arpa.write(pipeline.language, folder / LANGUAGE)
    plain: Mapping[str, Any] = {**acoustics.plain(pipeline.acoustics), "weights": dataclasses.asdict(pipeline.weights)}
    write_text(folder / PLAIN, json.dumps(plain, indent=1, sort_keys=True, ensure_ascii=False) + "\n")
    if pipeline.adapted is not None:
        adaptation.write(pipeline.adapted, folder / VOICES)
    return tuple(name for name in (ARRAYS, LANGUAGE, LEXICON, LISTENER, NET, PLAIN, VOICES) if (folder / name).is_file())


def open(folder: Path, card: Card, runtime: Runtime) -> Model:
    """The recognizer of a model folder. Raises: ModelRefused."""
    try:
        plain = json.loads((folder / PLAIN).read_text(encoding="utf-8"))
        weights = Weights(**plain["weights"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelRefused(
            f"the description of this pipeline cannot be read ({reason(error)})", where=str(folder / PLAIN)
        ) from None
    model = acoustics.read(folder / ARRAYS, plain)
    adapted = adaptation.read(folder / VOICES, model) if VOICES in card.files else None
    net = runtime.session(folder / NET) if NET in card.files else None
    listener = Listener(runtime.session(folder / LISTENER), card.sample_rate) if LISTENER in card.files else None
    dictionary, language = dictionaries.read(folder / LEXICON), arpa.read(folder / LANGUAGE)
    return HmmRecognizer(card, Pipeline(model, dictionary, language, weights, adapted, net), listener)


def _text(reading: Reading, search: Search) -> str:
    return " ".join(search.words[n] for n in reading.words)


def _even(words: Sequence[str], seconds: float) -> tuple[Word, ...]:
    """Even shares of a recording, for words that no path fits."""
    share = max(seconds, 0.001) / max(len(words), 1)
    return tuple(Word(i * share, (i + 1) * share, word, timed="guessed") for i, word in enumerate(words))
