"""What Whisper recognizers share: a decoder with marks for language, task and times reads a window of sound after the other.

The published checkpoints (whisper.py) and those that are trained here (marked.py) hear differently and write with other units; how
they are asked, the rules of what may be written, windows and their seams, and word times are the same (Radford et al. 2022).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, final

import numpy as np

from aural.beams.along import Along, Beside
from aural.beams.bias import PhraseTree
from aural.beams.held import MARKS, WIDTH, Held, WordTree, ways
from aural.beams.loops import repetition
from aural.beams.search import Reading, Step, beam, greedy, log_softmax
from aural.errors import UsageError
from aural.models.card import Card
from aural.models.engines._word_frames import VOICE_HOP, followed, spiked, voiced
from aural.models.face import Aligner, Attending, Decoding, Hypothesis, LanguageGuesser, Looks
from aural.models.runtime import Session
from aural.results import Word
from aural.text.pieces import Piece

_OTHERS_A_SECOND = 25.0  # units a second at most, for languages of which it is not known
_FIRST_TIME = 1.0  # s: the first timestamp is not later
_NEVER = -np.inf
_FAINT = -1e9  # masks attention; finite, so that a row of masks alone does no harm

Arrays32 = dict[str, np.ndarray]


@dataclass(frozen=True, eq=False)
class Heard:
    """A window as it was heard: the keys and values that the decoder attends to, by the names of its inputs, and log-probabilities
    of CTC [F, K] where such a head hears along."""

    cross: Arrays32
    logs: np.ndarray | None = None


class Ear(Protocol):
    """What hears a window of at most `Grid.window` samples [T], and what it and others say beside the decoder."""

    def hear(self, samples: np.ndarray) -> Heard: ...

    def beside(self, heard: Heard, decoding: Decoding) -> Beside | None: ...


class Vocabulary(Protocol):
    """Text to ids and back."""

    def text(self, tokens: Sequence[int]) -> str: ...

    def tokens(self, text: str) -> list[int]: ...

    def words(self, tokens: Sequence[int]) -> list[Piece]: ...


@dataclass(frozen=True)
class Grid:
    """How sound is cut for the decoder: rate (Hz), samples of one pass, seconds of a frame and of a timestamp's step, the most
    units of a pass and in a second by language. A pass is nothing where no_speech_prob is above `nobody` and the mean
    log-probability below `faint`. `timed` False: no timestamps are known."""

    rate: int = 16000
    window: int = 480_000
    hop: float = 0.02
    most: int = 224  # half of the positions, as the published models were trained
    a_second: Mapping[str, float] = field(default_factory=lambda: {"en": 8.0})
    nobody: float = 0.6
    faint: float = -1.0
    timed: bool = True


@dataclass(frozen=True)
class Marks:
    """The ids that are not text, and those that are never or not first to be written."""

    start: int
    end: int
    transcribe: int
    translate: int
    no_speech: int
    no_timestamps: int
    languages: dict[str, int]
    never: tuple[int, ...]
    not_first: tuple[int, ...]

    @property
    def first_time(self) -> int:
        """The id of 0.00 s; each further one is 0.02 s later."""
        return self.no_timestamps + 1


def marks_behind(units: int, languages: Sequence[str]) -> Marks:
    """The marks of a vocabulary of our own: the units first, then the end, the start, languages, tasks, times."""
    first = units + 2
    tasks = first + len(languages)
    codes = {code: first + k for k, code in enumerate(languages)}
    never = (units + 1, *codes.values(), tasks, tasks + 1, tasks + 2)
    return Marks(units + 1, units, tasks, tasks + 1, tasks + 2, tasks + 3, codes, never, ())


@dataclass(frozen=True)
class _Pass:
    """What one window of 30 s gave: ids without and with timestamps, log-probabilities, and how far it went (s); `counted`: CTC
    has heard that so much is said, no less and nothing twice."""

    tokens: tuple[int, ...]
    reading: Reading
    no_speech: float
    reached: float
    counted: bool = False

    @property
    def looped(self) -> bool:
        """True when it says the same again and again, and nobody else has heard that."""
        return self.reading.looped or (not self.counted and repetition(self.tokens) > 0.5)


@dataclass(frozen=True, eq=False)
class _Sound:
    """The samples of a window, the voice probability of each 32 ms where a gate gave it, and whether sound follows behind it."""

    samples: np.ndarray
    voice: np.ndarray | None
    rate: int = 16000
    cut: bool = False

    def goes_on(self, second: float) -> bool:
        """True when somebody still speaks behind `second`: 0.5 s of likely voice, or of sound as loud as before."""
        if self.voice is not None:
            return bool(np.sum(self.voice[int(second / VOICE_HOP) :] >= 0.5) * VOICE_HOP >= 0.5)
        at = int(second * self.rate)
        blocks = [np.sqrt(np.mean(part[: len(part) // 512 * 512].reshape(-1, 512) ** 2, axis=1))
                  for part in (self.samples[:at], self.samples[at:])]  # fmt: skip
        if not all(len(b) for b in blocks):
            return False
        return bool(np.sum(blocks[1] > 0.5 * np.median(blocks[0])) * 512 / self.rate >= 0.5)


@final
class Whisper(Aligner, LanguageGuesser, Attending):
    """Rows are run one by one; a row longer than a window is read window after window, from timestamp to timestamp."""

    held = True

    def __init__(self, card: Card, ear: Ear, decoder: Session, pairs: Vocabulary, marks: Marks, grid: Grid = Grid()) -> None:
        self.card, self._ear, self._decoder, self._pairs, self._marks, self._grid = card, ear, decoder, pairs, marks, grid
        self._many = len(card.languages) > 1
        self._listed: tuple[tuple[str, ...], WordTree | None] = (), None
        self._grown = tuple(n for n in self._decoder.outputs if n.startswith("present"))
        self._empty = {
            name: np.zeros([n if isinstance(n, int) else int(k == 0) for k, n in enumerate(self._decoder.shape(name))], np.float32)
            for name in self._decoder.inputs if name.startswith("past")
        }  # fmt: skip

    def close(self) -> None:
        del self._ear, self._decoder

    def recognize(
        self, samples: np.ndarray, lengths: np.ndarray, decoding: Decoding, speech: Sequence[np.ndarray] | None = None
    ) -> list[Hypothesis]:
        """samples [B, T], lengths [B] -> one hypothesis a row; `speech`: voice probability each 32 ms.

        Raises: UsageError for a language or a task that the model does not know.
        """
        self._check(decoding)
        rows = enumerate(np.asarray(lengths).tolist())
        return [self._row(samples[i, :n], decoding, None if speech is None else np.asarray(speech[i])) for i, n in rows]

    def languages(self, samples: np.ndarray, lengths: np.ndarray) -> list[dict[str, float]]:
        """Per row, from its first window: language code -> probability, adding up to 1."""
        if not self._many:
            return [dict.fromkeys(self.card.languages, 1.0) for _ in lengths]
        return [self._language(self._ear.hear(samples[i, :n]).cross) for i, n in enumerate(np.asarray(lengths).tolist())]

    def align(
        self, samples: np.ndarray, text: str, speech: np.ndarray | None = None, language: str | None = None
    ) -> tuple[Word, ...]:
        """Times for a given text over one row [T] of at most a window: read from the attention of one forced pass.

        Without `language` the likeliest one is taken. A text of more pieces than a pass holds is spread evenly.
        """
        tokens = tuple(self._pairs.tokens(text))
        seconds = len(samples) / self._grid.rate
        if len(tokens) > 2 * self._grid.most - 8 or len(samples) > self._grid.window:
            return tuple(_even(text.split(), seconds))
        heard = self._ear.hear(samples)
        if self._many and language not in self.card.languages:
            told = self._language(heard.cross)
            language = max(told, key=lambda k: told[k])
        asked = self._prompt(language or self.card.languages[0], "transcribe")
        beside = self._ear.beside(heard, Decoding())
        one = _Pass(tokens, Reading(tokens, (), 0.0), 0.0, seconds, beside is not None and beside.hears)
        return tuple(self._words(heard, asked, one, seconds, speech))

    def looks(self, samples: np.ndarray, decoding: Decoding) -> Looks:
        self._check(decoding)
        heard = self._ear.hear(samples[: self._grid.window])
        cross = heard.cross
        seconds = min(len(samples), self._grid.window) / self._grid.rate
        told = {} if decoding.language or not self._many else self._language(cross)
        language = decoding.language or max(told, key=lambda k: told[k], default=self.card.languages[0])
        asked = self._prompt(language, decoding.task)
        one = self._read(heard, asked, _Sound(samples, None, self._grid.rate), language, decoding, self._tree(decoding))
        frames = self._frames(seconds)
        fit = self._attended(cross, self._untimed(asked), one.tokens, frames)[1][: len(one.tokens)]
        begins = {p.first for p in self._pairs.words(one.tokens)}
        units = ("\u2581" * (k in begins) + self._pairs.text([t]) for k, t in enumerate(one.tokens))
        return Looks(tuple(units), fit, self._grid.hop)

    def _frames(self, seconds: float) -> int:
        """Frames of a window."""
        return min(int(np.ceil(seconds / self._grid.hop)), round(self._grid.window / (self._grid.hop * self._grid.rate)))

    def _check(self, decoding: Decoding) -> None:
        if decoding.language and decoding.language not in self.card.languages:
            raise UsageError(f"{self.card.name} does not know the language {decoding.language!r}", where="--language")
        if decoding.task == "translate" and not self._many:
            raise UsageError(f"{self.card.name} does not translate", where="--task", fix="Use -m whisper-base")

    def _row(self, samples: np.ndarray, decoding: Decoding, speech: np.ndarray | None) -> Hypothesis:
        at, passes, words = 0, list[_Pass](), list[Word]()
        language, sure = decoding.language or self.card.languages[0], 1.0
        tree = self._tree(decoding)
        while at < len(samples):
            part = samples[at : at + self._grid.window]
            heard = self._ear.hear(part)
            if self._many and decoding.language is None and not passes:
                told = self._language(heard.cross)
                language = max(told, key=lambda k: told[k])
                sure = told[language]
            asked = self._prompt(language, decoding.task)
            voice = None if speech is None else speech[int(at / self._grid.rate / VOICE_HOP) :]
            sound = _Sound(part, voice, self._grid.rate, at + len(part) < len(samples))
            passes.append(self._read(heard, asked, sound, language, decoding, tree))
            if decoding.word_times and passes[-1].tokens:
                timed = self._words(heard, asked, passes[-1], len(part) / self._grid.rate, voice)
                words += [_moved(w, at / self._grid.rate, decoding.task) for w in timed]
            at += max(self._grid.rate, round(passes[-1].reached * self._grid.rate))
        return self._joined(passes, words if decoding.word_times else None, language, sure, len(samples) / self._grid.rate)

    def _joined(self, passes: list[_Pass], words: list[Word] | None, language: str, sure: float, seconds: float) -> Hypothesis:
        tokens = tuple(t for p in passes for t in p.tokens)
        logprobs = tuple(v for p in passes for v in p.reading.logprobs)
        scores = {
            "avg_logprob": float(np.mean(logprobs)) if logprobs else 0.0,
            "no_speech_prob": float(np.mean([p.no_speech for p in passes])) if passes else 1.0,
            "repetition": repetition(tokens),
            "looped": float(any(p.looped for p in passes)),
            "tokens_per_second": len(tokens) / max(seconds, 0.1),
        }
        if self._many:
            scores["language_probability"] = sure
        text = " ".join(t for t in (self._pairs.text(p.tokens) for p in passes) if t)
        return Hypothesis(text, None if words is None else tuple(words), language, tokens, logprobs, scores)

    def _language(self, cross: Arrays32) -> dict[str, float]:
        logits = _State(self._empty, cross).run(self._decoder, [[self._marks.start]], ("logits",))[0][0, -1]
        codes = [c for c in self.card.languages if c in self._marks.languages]
        chances = np.exp(log_softmax(logits[[self._marks.languages[c] for c in codes]].astype(np.float64)))
        return dict(zip(codes, chances.tolist(), strict=True))

    def _prompt(self, language: str, task: str) -> list[int]:
        """What the decoder is told before it writes."""
        marks = self._marks
        told = [marks.languages[language], marks.translate if task == "translate" else marks.transcribe] if self._many else []
        return [marks.start, *told, *([] if self._grid.timed else [marks.no_timestamps])]

    def _read(
        self, heard: Heard, prompt: list[int], sound: _Sound, language: str, decoding: Decoding, tree: PhraseTree | None
    ) -> _Pass:
        """Write what one window says, with timestamps, without ever raising the temperature."""
        seconds = len(sound.samples) / self._grid.rate
        state = _State(self._empty, heard.cross)
        logits, *grown = state.run(self._decoder, [prompt], ("logits", *self._grown))
        state.take(self._grown, grown)
        no_speech = float(np.exp(log_softmax(logits[0, 0].astype(np.float64))[self._marks.no_speech]))
        written: list[list[int]] = [[]]

        def behind(rows: np.ndarray, ids: np.ndarray) -> np.ndarray:
            state.pick(rows)
            logits, *grown = state.run(self._decoder, ids[:, None].tolist(), ("logits", *self._grown))
            state.take(self._grown, grown)
            return logits[:, -1]

        words = self._words_of(decoding)
        held = Held(behind, words) if words else None

        def ruled(rows: np.ndarray, ids: np.ndarray) -> np.ndarray:
            written[:] = [[*written[r], int(i)] for r, i in zip(rows, ids, strict=True)]
            ahead = held(rows, ids) if held else behind(rows, ids)
            return np.stack([self._ruled(one, so_far) for one, so_far in zip(ahead, written, strict=True)])

        rate = self._grid.a_second.get("en" if decoding.task == "translate" else language, _OTHERS_A_SECOND)
        limit = min(self._grid.most, 12 + int(rate * seconds))  # timestamps count too
        first = self._ruled(held.first(logits[0, -1]) if held else logits[0, -1], [])
        beside = self._ear.beside(heard, decoding)
        width = max(decoding.beam, decoding.n_best, WIDTH if words or beside else 1)
        reading = _searched(first, ruled, width, beside, end=self._marks.end, limit=limit, tree=tree)
        reading = words.cut(reading) if words else reading
        if no_speech > self._grid.nobody and reading.score < self._grid.faint:
            return _Pass((), reading, no_speech, seconds)
        counted = beside is not None and beside.hears
        # What CTC has heard to the end of the sound is all: times that were learned from shorter clips would read the end again.
        kept, reached = (reading.tokens, seconds) if counted and not sound.cut else self._kept(reading.tokens, sound)
        return _Pass(tuple(t for t in kept if t < self._marks.end), reading, no_speech, reached, counted)

    def _kept(self, tokens: tuple[int, ...], sound: _Sound) -> tuple[tuple[int, ...], float]:
        """The ids of whole sentences, and the second up to which the window was read.

        Two timestamps in a row close one sentence and open the next: when the text breaks off behind
        such a pair the next window begins there. One timestamp at the end says that all was said; when
        somebody speaks behind it all the same, the next window begins there, too.
        """
        zero, seconds = self._marks.first_time, len(sound.samples) / self._grid.rate
        times = [i for i, t in enumerate(tokens) if t >= zero]
        pairs = [i for i in times if i and tokens[i - 1] >= zero]
        if not times or not any(t < zero for t in tokens):
            return tokens, seconds
        closed = times[-1] == len(tokens) - 1 and times[-1] - 1 not in times
        if not closed and pairs and (pairs[-1] < len(tokens) - 1 or sound.goes_on((tokens[-1] - zero) * self._grid.hop)):
            reached = (tokens[pairs[-1]] - zero) * self._grid.hop
            return (tokens[: pairs[-1]], min(reached, seconds)) if reached > 0 else (tokens, seconds)
        reached = (tokens[-1] - zero) * self._grid.hop
        return tokens, reached if closed and reached > 0 and sound.goes_on(reached) else seconds

    def _ruled(self, logits: np.ndarray, written: list[int]) -> np.ndarray:
        """Log-probabilities [V] of the next id under the rules: timestamps in pairs, never back, no marks in text."""
        marks, zero = self._marks, self._marks.first_time
        values = logits.copy()
        values[list(marks.never)] = _NEVER
        values[marks.no_timestamps] = _NEVER
        if not self._grid.timed:
            values[zero:] = _NEVER
            return log_softmax(values)
        last_is_time = bool(written) and written[-1] >= zero
        times = [t for t in written if t >= zero]
        if not written:
            values[list(marks.not_first)] = _NEVER
            values[: marks.end] = _NEVER
            values[marks.end] = _NEVER
            values[zero + round(_FIRST_TIME / self._grid.hop) + 1 :] = _NEVER
        elif last_is_time and (len(written) < 2 or written[-2] >= zero):
            values[zero:] = _NEVER
        elif last_is_time:
            values[: marks.end] = _NEVER
        if times:
            values[zero : times[-1] + (0 if last_is_time else 1)] = _NEVER
        chances = log_softmax(values)
        time_chance = np.logaddexp.reduce(chances[zero:])
        if time_chance > chances[:zero].max():
            values[:zero] = _NEVER
            chances = log_softmax(values)
        return chances

    def _untimed(self, prompt: list[int]) -> list[int]:
        """A prompt behind which no timestamps are written."""
        return prompt if prompt[-1] == self._marks.no_timestamps else [*prompt, self._marks.no_timestamps]

    def _attended(self, cross: Arrays32, lead: list[int], tokens: Sequence[int], frames: int) -> tuple[np.ndarray, np.ndarray]:
        """One forced pass: logits [L, V] behind each id, and where the heads that follow the sound look [L + 1, F]: row t tells
        where id t lies; the last row is the end."""
        logits, attention = _State(self._empty, cross).run(self._decoder, [[*lead, *tokens]], ("logits", "attention"))
        heard = attention[0, :, len(lead) - 1 :, :frames]
        return logits[0, len(lead) - 1 : -1], (heard / heard.sum(-1, keepdims=True)).mean(0)

    def _words(self, heard: Heard, prompt: list[int], one: _Pass, seconds: float, speech: np.ndarray | None) -> list[Word]:
        """The words of a window with their times: one forced pass without timestamps, then the best path through what CTC has
        heard, or the attention of the heads that follow the sound."""
        pieces = self._pairs.words(one.tokens)
        frames = self._frames(seconds)
        lead = self._untimed(prompt)
        if not pieces or frames <= len(one.tokens) + 1:
            return _even([p.text for p in pieces], seconds)
        logits, fit = self._attended(heard.cross, lead, one.tokens, frames)
        ahead = log_softmax(logits.astype(np.float64))
        sure = np.exp(ahead[np.arange(len(one.tokens)), list(one.tokens)])
        hop, offset = self._grid.hop, self.card.calibration
        sure_of = None if heard.logs is None or not one.counted else spiked(heard.logs, one.tokens, pieces, self._pairs.text)
        if sure_of is not None:
            taken, long = sure_of, [False] * len(pieces)
        else:
            quiet = np.where(voiced(speech, frames, hop), -1.0, offset["silence"])
            taken, long = followed(fit, quiet, pieces, hop)
        starts = np.array([a for a, _ in taken]) * hop - offset["start"]
        ends = np.array([b for _, b in taken]) * hop - offset["end"]
        begin = np.maximum.accumulate(np.clip(starts, 0.0, max(seconds - 0.001, 0.0)))
        finish = np.maximum(np.minimum(np.maximum(ends, begin + 0.001), seconds), begin + 1e-4)
        confidence = [float(np.exp(np.mean(np.log(np.maximum(sure[p.first : p.last], 1e-6))))) for p in pieces]
        return [
            Word(float(a), float(b), text=p.text, confidence=min(c, 1.0), timed="guessed" if far else "measured")
            for p, far, a, b, c in zip(pieces, long, begin, finish, confidence, strict=True)
        ]

    def _words_of(self, decoding: Decoding) -> WordTree | None:
        """The tree of the only words, behind each of which a mark may stand; times stand between them."""
        if not decoding.words or self._listed[0] == decoding.words:
            return self._listed[1] if decoding.words else None
        marks = [own[-1] for mark in MARKS if len(own := self._pairs.tokens(f"a{mark}")) == 2]
        spelled = ways(decoding.words, self._pairs.tokens, self._pairs.text)
        # Kept for the windows and recordings to come: a list may hold all words of a language.
        self._listed = decoding.words, WordTree(spelled, marks, self._marks.end, self._marks.first_time)
        return self._listed[1]

    def _tree(self, decoding: Decoding) -> PhraseTree | None:
        """The tree of the hotwords, each "phrase" or "phrase^bonus"."""
        entries = [entry.partition("^") for entry in decoding.hotwords]
        return PhraseTree([(self._pairs.tokens(text), float(bonus or 1.0)) for text, _, bonus in entries]) if entries else None


def _searched(first: np.ndarray, step: Step, width: int, beside: Beside | None, **how: Any) -> Reading:
    """The best reading; how sure it is, is told by those who hear, not by a language that stands beside them."""
    if beside is not None:
        along = Along(step, beside)
        # A sum, no mean: what hears along keeps it from ending too early.
        found = beam(along.first(first), along, width=width, penalty=0.0, **how)[0]
        logprobs = along.own(found.tokens)
        return replace(found, logprobs=logprobs, score=float(np.mean(logprobs)) if logprobs else 0.0)
    return beam(first, step, width=width, **how)[0] if width > 1 else greedy(first, step, **how)


class _State:
    """The keys and values of what was read so far, and those of the sound."""

    def __init__(self, empty: Arrays32, cross: Arrays32) -> None:
        self._past, self._cross, self._read = empty, cross, 0

    def run(self, decoder: Session, ids: list[list[int]], outputs: Sequence[str]) -> list[np.ndarray]:
        """Run ids [B, L] behind what was read."""
        length = len(ids[0])
        mask = np.zeros((length, self._read + length), np.float32)
        mask[:, self._read :] = np.triu(np.full((length, length), _FAINT, np.float32), 1)
        cross = {n: v[[0] * len(ids)] for n, v in self._cross.items()} if len(ids) > 1 else self._cross
        positions = np.arange(self._read, self._read + length)
        feeds: Arrays32 = {"tokens": np.array(ids, np.int64), "positions": positions, "mask": mask}
        return decoder.run({n: v for n, v in (feeds | self._past | cross).items() if n in decoder.inputs}, outputs)

    def take(self, names: Sequence[str], grown: Sequence[np.ndarray]) -> None:
        """Keep what a run added."""
        self._past = {n.replace("present", "past"): v for n, v in zip(names, grown, strict=True)}
        self._read = next(v.shape[2] for n, v in self._past.items() if "value" in n)

    def pick(self, rows: np.ndarray) -> None:
        """Go on from these rows."""
        if len(rows) > 1 or next(iter(self._past.values())).shape[0] > 1:
            self._past = {n: v[rows] for n, v in self._past.items()}


def _even(texts: Sequence[str], seconds: float) -> list[Word]:
    """Even shares of the window for words that no path can tell apart."""
    share = max(seconds, 0.001) / max(1, len(texts))
    return [Word(i * share, (i + 1) * share, text=t, timed="guessed") for i, t in enumerate(texts)]


def _moved(word: Word, by: float, task: str) -> Word:
    """The word `by` seconds later; times of a translation are guessed: its words are not those that were said."""
    timed = "guessed" if task == "translate" else word.timed
    return Word(word.start + by, word.end + by, text=word.text, confidence=word.confidence, timed=timed)
