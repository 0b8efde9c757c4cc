"""Cut a recording into speech, music, noise and silence"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from aural.beams.viterbi import best_path
from aural.errors import UsageError
from aural.models.face import Scorer
from aural.models.shelf import Shelf
from aural.progress import Progress
from aural.results import Event, Question, Result, Span, clock, grid_span
from aural.settings import option
from aural.sound.source import Source
from aural.tasks import vad
from aural.tasks._events import Levels
from aural.tasks._hearing import Walk, mono_blocks
from aural.tasks._music import Music
from aural.tasks._task import Task

LAYER, SILENCE = "segment", "silence"
_BIN = 0.01  # s, one level
_NEAR = 0.5  # s from a voice within which the net is believed about speech
_AROUND = 30.0  # s on each side of a moment in which its level is compared
_SHORTEST = 0.4  # s: what silence leaves over of a kind joins the kind on its other side
_FAINT, _LOUD = -65.0, -40.0  # dB full scale: below always silent, above never


@dataclass(frozen=True)
class Options:
    """How steady the answer is, and what counts as silence."""

    steadiness: float = option(
        16.0, "how much better another kind must fit before a change is told (nats); higher = fewer", least=0
    )
    min_silence: float = option(0.5, "shorter silence belongs to what is around it", unit="s", least=0)
    silence_below: float = option(15.0, "silence lies this far below the mean level of the minute around it", unit="dB")


@final
class Cutter:
    """Hears blocks and cuts at the end; it keeps 130 numbers for each second, 8 MB for four hours."""

    def __init__(self, model: Scorer, options: Options) -> None:
        if options.steadiness < 0 or options.min_silence < 0:
            raise UsageError("steadiness and lengths are not negative", where="--steadiness")
        self._options, self._walk, self._labels = options, Walk(model), model.card.labels
        self._levels = Levels(model.card.sample_rate)
        self._scores: list[np.ndarray] = [np.zeros((0, len(self._labels)), np.float32)]

    def push(self, samples: np.ndarray) -> None:
        """The next samples [t] at the model's rate."""
        self._levels.push(samples)
        self._scores += [h.probabilities for h in self._walk.push(samples)]

    def finish(self, duration: float, speech: Sequence[Span] | None = None, music: Music | None = None) -> tuple[Event, ...]:
        """Events that cover [0, duration) without gap or overlap, layer "segment".

        `speech`: what the voice gate found, None = not asked. The net looks at 0.7 s and takes a lone
        "yes" for noise and a bark for speech; the gate knows better. Music stays music, with a voice or without.
        `music`: what a sound tagger heard; where it hears music for seconds and the net noise (chip tunes), it is music.
        """
        self._scores += [h.probabilities for h in self._walk.finish()]
        scores, silent = np.concatenate(self._scores), self._silent()
        grid = self._walk.grid
        # Frame f speaks for the hop in the middle of its window; in silence it has nothing to say.
        middle = (np.arange(len(scores)) * grid.hop + grid.window / 2) / grid.rate
        heard = np.log(np.clip(scores, 1e-4, 1.0))
        heard[silent[np.minimum((middle / _BIN).astype(int), len(silent) - 1)] if len(silent) else slice(0)] = 0
        path = best_path(heard, self._options.steadiness)
        bins = np.arange(max(1, round(duration / _BIN)))
        frame = np.clip(((bins + 0.5) * _BIN * grid.rate - grid.window / 2) / grid.hop + 0.5, 0, len(scores) - 1).astype(int)
        kinds = path[frame]
        kinds[: len(silent)][silent[: len(kinds)]] = len(self._labels)
        if music is not None and {"noise", "music"} <= set(self._labels):
            noisy = np.flatnonzero(kinds == self._labels.index("noise"))
            kinds[noisy[music.at((noisy + 0.5) * _BIN)]] = self._labels.index("music")
        self._trust(kinds, speech)
        _absorb(kinds, round(_SHORTEST / _BIN), len(self._labels))
        return tuple(self._event(kinds, a, b, scores[frame[a:b]], duration) for a, b in _runs(kinds))

    def _trust(self, kinds: np.ndarray, speech: Sequence[Span] | None) -> None:
        if speech is None or not {"noise", "speech"} <= set(self._labels):
            return
        noise, voice = self._labels.index("noise"), self._labels.index("speech")
        near, inside = np.zeros(len(kinds), bool), np.zeros(len(kinds), bool)
        for span in speech:
            inside[round(span.start / _BIN) : round(span.end / _BIN)] = True
            near[max(0, round((span.start - _NEAR) / _BIN)) : round((span.end + _NEAR) / _BIN)] = True
        kinds[(kinds == voice) & ~near] = noise
        kinds[(kinds == noise) & inside] = voice

    def _event(self, kinds: np.ndarray, first: int, last: int, scores: np.ndarray, duration: float) -> Event:
        kind = int(kinds[first])
        end = duration if last == len(kinds) else last * _BIN
        start, end = grid_span(first * _BIN, end, duration)
        if kind == len(self._labels):
            return Event(start, end, SILENCE, layer=LAYER)
        return Event(start, end, self._labels[kind], score=round(float(scores[:, kind].mean()), 4), layer=LAYER)

    def _silent(self) -> np.ndarray:
        """Which 10 ms lie in a silence that is long enough: [E] bool."""
        level = 20 * np.log10(np.maximum(self._levels.all(), 1e-5))
        if not len(level):
            return np.zeros(0, bool)
        summed = np.concatenate([[0.0], np.cumsum(level)])
        reach = round(_AROUND / _BIN)
        first, last = np.maximum(np.arange(len(level)) - reach, 0), np.minimum(np.arange(len(level)) + reach, len(level))
        around = (summed[last] - summed[first]) / (last - first)
        below = np.clip(around - self._options.silence_below, _FAINT, _LOUD)
        silent = level < below
        for a, b in _runs(silent):
            if silent[a] and (b - a) * _BIN < self._options.min_silence:
                silent[a:b] = False
        return np.asarray(silent)


def _absorb(kinds: np.ndarray, shortest: int, silence: int) -> None:
    """Give runs shorter than `shortest` to a neighbor in place: rather to one that is not silence, to the longer one."""
    runs = _runs(kinds)
    for i, (a, b) in enumerate(runs):
        near = [runs[j] for j in (i - 1, i + 1) if 0 <= j < len(runs)]
        if b - a < shortest and near and kinds[a] != silence:
            first, last = max(near, key=lambda r: (kinds[r[0]] != silence, r[1] - r[0]))
            kinds[a:b] = kinds[first] if first > a else kinds[last - 1]


def _runs(values: np.ndarray) -> list[tuple[int, int]]:
    """First and last + 1 of each stretch of equal values."""
    changes = np.flatnonzero(np.diff(values.astype(np.int64))) + 1
    return list(zip([0, *changes.tolist()], [*changes.tolist(), len(values)], strict=True)) if len(values) else []


def run(source: Source, shelf: Shelf, options: Options, progress: Progress) -> Result:
    """Events of layer "segment" that cover a recording of any length."""
    speech = vad.TASK.run(source, shelf, vad.Options(), progress).speech or ()
    with shelf.open("speech_music") as model, shelf.open("tagger") as tagger:
        cutter, music, walk = Cutter(model, options), Music(tagger), Walk(tagger)
        if tagger.card.sample_rate != model.card.sample_rate:
            what = f"{tagger.card.name} hears at {tagger.card.sample_rate} Hz, {model.card.name} at {model.card.sample_rate} Hz"
            raise UsageError(what, where="tagger", fix="Leave the tagger as it is")
        for samples in mono_blocks(source, model.card.sample_rate, progress, "segments"):
            cutter.push(samples)
            for heard in walk.push(samples):
                music.take(heard)
        for heard in walk.finish():
            music.take(heard)
        recording = source.recording
        assert recording.duration is not None
        events = cutter.finish(recording.duration, speech, music)
    return Result(recording, dict(shelf.made_by), events=events)


def show(result: Result) -> str:
    """One line a segment, and the share of each kind."""
    events = result.events or ()
    total: dict[str, float] = {}
    for e in events:
        total[e.label] = total.get(e.label, 0.0) + e.duration
    whole = sum(total.values()) or 1.0
    rows = [f"{clock(e.start):>10} - {clock(e.end):>10}  {e.label}" for e in events]
    return "\n".join([*rows, ", ".join(f"{k} {v / whole:.0%}" for k, v in sorted(total.items(), key=lambda t: -t[1]))])


def score(clip: Any, result: Result) -> tuple[Any, Any]:
    """What `evaluate segment` compares: the clip's events and those that were found."""
    return clip.events, result.events


TASK = Task(
    "source",
    Options,
    run,
    show,
    {"speech_music": "ina-speech-music", "vad": "silero-vad", "tagger": "yamnet"},
    "speech_music",
    Question("frame", "class"),
    score=score,
)
