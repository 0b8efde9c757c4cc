"""Gathers what the windows of a recording say: merged at seams, cut into sentences, kept inside the voice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from aural.models.face import Hypothesis
from aural.results import Segment, Word
from aural.tasks._gate import HOP, Heard, Rule, frame_spans
from aural.tasks._windows import Window
from aural.tasks._words import CLAUSE, in_order, kept_in_voice, merged, sentences, until

_PARTS = ("decoder", "ctc")  # what such a score is made of, where several parts tell it
_SCORED = ("acoustic", "likelihood")  # what recognizers that weigh sound and language apart call the score of the sound
_UNSPACED = frozenset({"zh", "ja", "yue", "th", "lo", "km", "my"})


@dataclass(frozen=True)
class _Run:
    """What one window says, or several that go on in one language; `words` None where the recognizer told no times."""

    place: Place
    told: Hypothesis
    language: str | None
    words: list[Word] | None

    @property
    def scored(self) -> bool:
        """True for a reading that is scored as one and stays one."""
        return any(name in self.told.scores for name in _SCORED)

    def goes_on(self, other: _Run) -> bool:
        """True where the other one is in the same language and begins without a pause."""
        if not self.words or not other.words or self.scored or other.scored or self.language != other.language:
            return False
        return other.words[0].start - self.words[-1].end < CLAUSE


@dataclass(frozen=True)
class Place:
    """Where a window lay (s) and how sure of a voice the gate was in it at most; of its sound nothing is kept."""

    start: float
    end: float
    voice: float
    overlapped: bool


class Gathered:
    """The text of one recording as it grows; holds 4 bytes for each 32 ms beside the words."""

    def __init__(self, threshold: float, mixed: bool = False) -> None:
        self.language: str | None = None
        self._mixed = mixed  # each window has a language of its own
        self._rule = Rule(onset=threshold, release=min(Rule.release, threshold))
        self._told: list[tuple[Place, Hypothesis, list[Word] | None]] = []
        self._voice: list[np.ndarray] = []
        self._start = 0.0

    def watched(self, blocks: Iterable[Heard]) -> Iterator[Heard]:
        """The blocks passed on, their voice remembered."""
        for block in blocks:
            if not self._voice:
                self._start = block.start
            self._voice.append(block.voice)
            yield block

    def take(self, window: Window, told: Sequence[Hypothesis]) -> None:
        """Add one window; words that the window before heard too are dropped."""
        heard = window.heard
        place = Place(heard.start, heard.end, float(heard.voice.max(initial=0.0)), window.overlapped)
        for i, hypothesis in enumerate(told):
            words = None if hypothesis.words is None else list(hypothesis.words)
            self.language = self.language or hypothesis.language
            if i == 0 and words is not None and window.seam is not None and self._told:
                last, before, said = self._told[-1]
                if last.overlapped and said is not None:
                    said, words = merged(said, words, window.seam)
                    self._told[-1] = (last, before, said)
            self._told.append((place, hypothesis, words))

    def speech(self) -> list[tuple[float, float]]:
        """The spans of speech (s) of all that was heard."""
        voice = np.concatenate(self._voice) if self._voice else np.zeros(0, np.float32)
        return [(a * HOP + self._start, b * HOP + self._start) for a, b in frame_spans(voice, self._rule)]

    def likelihood(self) -> float:
        """The mean log-probability of all that was written; 0 where nothing was."""
        pairs = [(len(t.text.split()), t.scores.get("avg_logprob", 0.0)) for _, t, _ in self._told if t.text]
        count = sum(n for n, _ in pairs)
        return sum(n * p for n, p in pairs) / count if count else 0.0

    def segments(self, duration: float, language: str | None, *, words: bool, settled: bool = False) -> list[Segment]:
        """Sentences with their words; without words one segment a window. `settled`: what no later window changes."""
        found: list[Segment] = []
        spans = self.speech()
        voice = np.concatenate(self._voice) if self._voice else np.zeros(0, np.float32)
        for run in self._runs(spans, duration, language, settled):
            if run.words is None or not words:
                text = run.told.text if run.words is None else _joined(run.words, run.language)
                if text:
                    found.append(_whole(text, run, _near(spans, run.place)))
                continue
            for sentence in [run.words] if run.scored and run.words else sentences(run.words):
                found.append(self._segment(sentence, run.told, run.language, voice))
        return found

    def _runs(self, spans: Sequence[tuple[float, float]], duration: float, language: str | None, settled: bool) -> list[_Run]:
        """What was said from window to window, each word once and none over the next one; where languages are mixed,
        windows of one language without a pause between them are one run."""
        runs: list[_Run] = []
        last, last_place = 0.0, self._told[-1][0] if self._told else None
        open_at = 0  # the run from which on a later window may change something
        for place, told, said in self._told:
            own = (told.language if self._mixed else None) or language
            words = said
            if said is not None:
                words = in_order(_not_before(kept_in_voice(said, _near(spans, place)), last), duration)
            run = _Run(place, told, own, words)
            if words:
                last = words[-1].start + 0.001
                if runs and runs[-1].words:
                    runs[-1] = replace(runs[-1], words=[*runs[-1].words[:-1], until(runs[-1].words[-1], words[0].start)])
            if self._mixed and runs and runs[-1].goes_on(run):
                runs[-1] = replace(runs[-1], words=[*(runs[-1].words or ()), *(words or ())])
                open_at = min(open_at, len(runs) - 1) if place is last_place else open_at
            else:
                runs.append(run)
                open_at = open_at if place is last_place else len(runs)
        return runs[:open_at] if settled else runs

    def _segment(self, sentence: Sequence[Word], told: Hypothesis, language: str | None, voice: np.ndarray) -> Segment:
        start, end = sentence[0].start, max(w.end for w in sentence)
        sure = [w.confidence for w in sentence if w.confidence is not None]
        logprob = float(np.mean(np.log(np.maximum(sure, 1e-6)))) if sure else told.scores.get("avg_logprob", 0.0)
        first, last = int((start - self._start) / HOP), int((end - self._start) / HOP) + 1
        heard = float(voice[max(first, 0) : last].max(initial=0.0))
        scores = {"avg_logprob": logprob, "no_speech_prob": 1.0 - heard}
        scores |= {name: value for name, value in told.scores.items() if name.startswith((*_SCORED, *_PARTS, "lm"))}
        return Segment(
            start,
            end,
            _joined(sentence, language),
            words=tuple(sentence),
            language=language,
            confidence=float(np.exp(logprob)),
            scores=scores,
            alternatives=told.alternatives if any(name in told.scores for name in _SCORED) else (),
        )


def _near(spans: Sequence[tuple[float, float]], place: Place) -> list[tuple[float, float]]:
    """The spans of speech that a window reaches into."""
    return [s for s in spans if s[0] < place.end and s[1] > place.start]


def _whole(text: str, run: _Run, near: Sequence[tuple[float, float]]) -> Segment:
    """One segment for a window without word times, from its first voice to its last; from word to word where there are any."""
    place, told = run.place, run.told
    start = max(near[0][0], place.start) if near else place.start
    end = min(near[-1][1], place.end) if near else place.end
    if run.words:
        start, end = run.words[0].start, run.words[-1].end
    logprob = told.scores.get("avg_logprob", 0.0)
    scores = {"avg_logprob": logprob, "no_speech_prob": 1.0 - place.voice}
    sure = float(np.exp(min(logprob, 0.0)))
    return Segment(start, max(end, start + 0.001), text, language=run.language, confidence=sure, scores=scores)


def _joined(words: Sequence[Word], language: str | None) -> str:
    return ("" if language in _UNSPACED else " ").join(w.text for w in words)


def _not_before(words: Sequence[Word], start: float) -> list[Word]:
    """Words that begin no earlier than the last one of the window before."""
    return [w if w.start >= start else replace(w, start=start, end=max(w.end, start + 0.001)) for w in words]
