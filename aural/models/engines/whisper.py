"""Runs Whisper recognizers: 30 s of log-mel in, text with timestamps, word times and language out (Radford et al. 2022)."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import final

import numpy as np

from aural.beams.bias import PhraseTree
from aural.beams.loops import repetition
from aural.beams.path import token_path
from aural.beams.search import Reading, beam, greedy, log_softmax
from aural.errors import ModelMissing, ModelRefused, UsageError
from aural.models import skeleton
from aural.models.card import Card
from aural.models.ctranslate2 import Arrays
from aural.models.face import Aligner, Decoding, Hypothesis, LanguageGuesser
from aural.models.runtime import Runtime, Session
from aural.results import Word
from aural.sound.mel import whisper_log_mel
from aural.text.byte_pairs import BytePairs

RATE, WINDOW, HOP = 16000, 480_000, 0.02  # Hz, samples of one pass, seconds of one encoder frame
WEIGHTS, VOCABULARY, SETTINGS = "model.bin", "tokenizer.json", "config.json"
MOST_TOKENS = 224  # in one pass: half of the positions, as the model was trained
TOKENS_A_SECOND = {"en": 8.0}
_OTHERS_A_SECOND = 25.0  # scripts whose characters take several tokens each
_FIRST_TIME = 1.0  # s: the first timestamp is not later
_NEVER = -np.inf
_FAINT = -1e9  # masks attention; finite, so that a row of masks alone does no harm
_LONG, _FOLLOWED = 2.0, 0.5  # s that no word lasts; share of the highest attention from which a word is followed
_VOICE_HOP = 0.032  # s, of the voice probabilities given beside the samples
_MEND = "`aural models verify` checks the files"
_LANGUAGE = re.compile(r"<\|([a-z]{2,3})\|>")


Arrays32 = dict[str, np.ndarray]


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


def open(folder: Path, card: Card, runtime: Runtime) -> Whisper:
    """The recognizer from a folder with the weights (CTranslate2), the vocabulary and the settings.

    `card.calibration`: start, end (offsets of word times, s) and silence (what a frame without voice gives).
    """
    source = folder / WEIGHTS
    stem = card.name.replace("-", "_").replace(".", "_")

    def read(name: str) -> np.ndarray:
        return arrays().read(name)

    opened: list[Arrays] = []

    def arrays() -> Arrays:
        if not opened:
            opened.append(Arrays(source))
        return opened[0]

    graphs = [skeleton.joined(f"{stem}_{part}", source, read) for part in ("encoder", "decoder")]
    pairs, marks = read_vocabulary(folder)
    return Whisper(card, [runtime.session(g) for g in graphs], pairs, marks)


def read_vocabulary(folder: Path) -> tuple[BytePairs, Marks]:
    """The vocabulary and its marks. Raises: ModelMissing, ModelRefused."""
    try:
        pairs = BytePairs.read(json.loads((folder / VOCABULARY).read_text(encoding="utf-8")))
        settings = json.loads((folder / SETTINGS).read_text(encoding="utf-8"))
        at = pairs.special
        marks = Marks(
            at["<|startoftranscript|>"], at["<|endoftext|>"], at["<|transcribe|>"], at["<|translate|>"],
            at.get("<|nospeech|>", at.get("<|nocaptions|>", -1)), at["<|notimestamps|>"],
            {m[1]: i for text, i in at.items() if (m := _LANGUAGE.fullmatch(text))},
            tuple(settings["suppress_ids"]), tuple(settings["suppress_ids_begin"]),
        )  # fmt: skip
    except OSError as error:
        raise ModelMissing("a file of the model cannot be read", where=str(folder), fix=_MEND) from error
    except (ValueError, KeyError, TypeError) as error:
        raise ModelRefused(f"the vocabulary is damaged ({error})", where=str(folder), fix=_MEND) from error
    return pairs, marks


@dataclass(frozen=True)
class _Pass:
    """What one window of 30 s gave: ids without and with timestamps, log-probabilities, and how far it went (s)."""

    tokens: tuple[int, ...]
    reading: Reading
    no_speech: float
    reached: float


@dataclass(frozen=True, eq=False)
class _Sound:
    """The samples of a window, and the voice probability of each 32 ms where a gate gave it."""

    samples: np.ndarray
    voice: np.ndarray | None

    def goes_on(self, second: float) -> bool:
        """True when somebody still speaks behind `second`: 0.5 s of likely voice, or of sound as loud as before."""
        if self.voice is not None:
            return bool(np.sum(self.voice[int(second / _VOICE_HOP) :] >= 0.5) * _VOICE_HOP >= 0.5)
        at = int(second * RATE)
        blocks = [np.sqrt(np.mean(part[: len(part) // 512 * 512].reshape(-1, 512) ** 2, axis=1))
                  for part in (self.samples[:at], self.samples[at:])]  # fmt: skip
        if not all(len(b) for b in blocks):
            return False
        return bool(np.sum(blocks[1] > 0.5 * np.median(blocks[0])) * 512 / RATE >= 0.5)


@final
class Whisper(Aligner, LanguageGuesser):
    """Rows are run one by one; a row longer than 30 s is read window after window, from timestamp to timestamp."""

    def __init__(self, card: Card, sessions: Sequence[Session], pairs: BytePairs, marks: Marks) -> None:
        self.card, self._pairs, self._marks = card, pairs, marks
        self._encoder, self._decoder = sessions
        self._many = len(card.languages) > 1
        self._grown = tuple(n for n in self._decoder.outputs if n.startswith("present"))
        self._empty = {
            name: np.zeros([n if isinstance(n, int) else 1 if n == "B" else 0 for n in self._decoder.shape(name)], np.float32)
            for name in self._decoder.inputs if name.startswith("past")
        }  # fmt: skip

    def close(self) -> None:
        del self._encoder, self._decoder

    def recognize(
        self, samples: np.ndarray, lengths: np.ndarray, decoding: Decoding, speech: Sequence[np.ndarray] | None = None
    ) -> list[Hypothesis]:
        """samples [B, T] 16 kHz, lengths [B] -> one hypothesis a row; `speech`: voice probability each 32 ms.

        Raises: UsageError for a language or a task that the model does not know.
        """
        self._check(decoding)
        rows = enumerate(np.asarray(lengths).tolist())
        return [self._row(samples[i, :n], decoding, None if speech is None else np.asarray(speech[i])) for i, n in rows]

    def languages(self, samples: np.ndarray, lengths: np.ndarray) -> list[dict[str, float]]:
        """Per row, from its first 30 s: language code -> probability, adding up to 1."""
        if not self._many:
            return [dict.fromkeys(self.card.languages, 1.0) for _ in lengths]
        return [self._language(self._hear(samples[i, :n])) for i, n in enumerate(np.asarray(lengths).tolist())]

    def align(
        self, samples: np.ndarray, text: str, speech: np.ndarray | None = None, language: str | None = None
    ) -> tuple[Word, ...]:
        """Times for a given text over one row [T] of at most 30 s: read from the attention of one forced pass.

        Without `language` the likeliest one is taken. A text of more pieces than a pass holds is spread evenly.
        """
        tokens = tuple(self._pairs.tokens(text))
        seconds = len(samples) / RATE
        if len(tokens) > 2 * MOST_TOKENS - 8 or len(samples) > WINDOW:
            return tuple(_even(text.split(), seconds))
        cross = self._hear(samples)
        if self._many and language not in self.card.languages:
            heard = self._language(cross)
            language = max(heard, key=lambda k: heard[k])
        asked = self._prompt(language or self.card.languages[0], "transcribe")
        one = _Pass(tokens, Reading(tokens, (), 0.0), 0.0, seconds)
        return tuple(self._words(cross, asked, one, seconds, speech))

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
            part = samples[at : at + WINDOW]
            cross = self._hear(part)
            if self._many and decoding.language is None and not passes:
                heard = self._language(cross)
                language = max(heard, key=lambda k: heard[k])
                sure = heard[language]
            asked = self._prompt(language, decoding.task)
            voice = None if speech is None else speech[int(at / RATE / _VOICE_HOP) :]
            passes.append(self._read(cross, asked, _Sound(part, voice), language, decoding, tree))
            if decoding.word_times and passes[-1].tokens:
                timed = self._words(cross, asked, passes[-1], len(part) / RATE, voice)
                words += [_moved(w, at / RATE, decoding.task) for w in timed]
            at += max(RATE, round(passes[-1].reached * RATE))
        return self._joined(passes, words if decoding.word_times else None, language, sure, len(samples) / RATE)

    def _joined(self, passes: list[_Pass], words: list[Word] | None, language: str, sure: float, seconds: float) -> Hypothesis:
        tokens = tuple(t for p in passes for t in p.tokens)
        logprobs = tuple(v for p in passes for v in p.reading.logprobs)
        scores = {
            "avg_logprob": float(np.mean(logprobs)) if logprobs else 0.0,
            "no_speech_prob": float(np.mean([p.no_speech for p in passes])) if passes else 1.0,
            "repetition": repetition(tokens),
            "looped": float(any(p.reading.looped or repetition(p.tokens) > 0.5 for p in passes)),
            "tokens_per_second": len(tokens) / max(seconds, 0.1),
        }
        if self._many:
            scores["language_probability"] = sure
        text = " ".join(t for t in (self._pairs.text(p.tokens) for p in passes) if t)
        return Hypothesis(text, None if words is None else tuple(words), language, tokens, logprobs, scores)

    def _hear(self, samples: np.ndarray) -> Arrays32:
        """The keys and values that the decoder attends to, for up to 30 s of samples."""
        window = np.zeros(WINDOW, np.float32)
        window[: min(len(samples), WINDOW)] = samples[:WINDOW]
        bands = self._encoder.shape("mel")[1]
        mel = whisper_log_mel(window, n_mels=bands if isinstance(bands, int) else 80)[None].astype(np.float32, copy=False)
        return dict(zip(self._encoder.outputs, self._encoder.run({"mel": mel}), strict=True))

    def _language(self, cross: Arrays32) -> dict[str, float]:
        logits = _State(self._empty, cross).run(self._decoder, [[self._marks.start]], ("logits",))[0][0, -1]
        codes = [c for c in self.card.languages if c in self._marks.languages]
        chances = np.exp(log_softmax(logits[[self._marks.languages[c] for c in codes]].astype(np.float64)))
        return dict(zip(codes, chances.tolist(), strict=True))

    def _prompt(self, language: str, task: str) -> list[int]:
        marks = self._marks
        if not self._many:
            return [marks.start]
        return [marks.start, marks.languages[language], marks.translate if task == "translate" else marks.transcribe]

    def _read(
        self, cross: Arrays32, prompt: list[int], sound: _Sound, language: str, decoding: Decoding, tree: PhraseTree | None
    ) -> _Pass:
        """Write what one window says, with timestamps, without ever raising the temperature."""
        seconds = len(sound.samples) / RATE
        state = _State(self._empty, cross)
        logits, *grown = state.run(self._decoder, [prompt], ("logits", *self._grown))
        state.take(self._grown, grown)
        no_speech = float(np.exp(log_softmax(logits[0, 0].astype(np.float64))[self._marks.no_speech]))
        written: list[list[int]] = [[]]

        def step(rows: np.ndarray, ids: np.ndarray) -> np.ndarray:
            written[:] = [[*written[r], int(i)] for r, i in zip(rows, ids, strict=True)]
            state.pick(rows)
            logits, *grown = state.run(self._decoder, ids[:, None].tolist(), ("logits", *self._grown))
            state.take(self._grown, grown)
            return np.stack([self._ruled(one[-1], so_far) for one, so_far in zip(logits, written, strict=True)])

        rate = TOKENS_A_SECOND.get("en" if decoding.task == "translate" else language, _OTHERS_A_SECOND)
        limit = min(MOST_TOKENS, 12 + int(rate * seconds))  # timestamps count too
        first = self._ruled(logits[0, -1], [])
        width = max(decoding.beam, decoding.n_best)
        if width > 1:
            reading = beam(first, step, width=width, end=self._marks.end, limit=limit, tree=tree)[0]
        else:
            reading = greedy(first, step, end=self._marks.end, limit=limit, tree=tree)
        if no_speech > 0.6 and reading.score < -1.0:
            return _Pass((), reading, no_speech, seconds)
        kept, reached = self._kept(reading.tokens, sound)
        return _Pass(tuple(t for t in kept if t < self._marks.end), reading, no_speech, reached)

    def _kept(self, tokens: tuple[int, ...], sound: _Sound) -> tuple[tuple[int, ...], float]:
        """The ids of whole sentences, and the second up to which the window was read.

        Two timestamps in a row close one sentence and open the next: when the text breaks off behind
        such a pair the next window begins there. One timestamp at the end says that all was said; when
        somebody speaks behind it all the same, the next window begins there, too.
        """
        zero, seconds = self._marks.first_time, len(sound.samples) / RATE
        times = [i for i, t in enumerate(tokens) if t >= zero]
        pairs = [i for i in times if i and tokens[i - 1] >= zero]
        if not times or not any(t < zero for t in tokens):
            return tokens, seconds
        closed = times[-1] == len(tokens) - 1 and times[-1] - 1 not in times
        if not closed and pairs and (pairs[-1] < len(tokens) - 1 or sound.goes_on((tokens[-1] - zero) * HOP)):
            reached = (tokens[pairs[-1]] - zero) * HOP
            return (tokens[: pairs[-1]], min(reached, seconds)) if reached > 0 else (tokens, seconds)
        reached = (tokens[-1] - zero) * HOP
        return tokens, reached if closed and reached > 0 and sound.goes_on(reached) else seconds

    def _ruled(self, logits: np.ndarray, written: list[int]) -> np.ndarray:
        """Log-probabilities [V] of the next id under the rules: timestamps in pairs, never back, no marks in text."""
        marks, zero = self._marks, self._marks.first_time
        values = logits.copy()
        values[list(marks.never)] = _NEVER
        values[marks.no_timestamps] = _NEVER
        last_is_time = bool(written) and written[-1] >= zero
        times = [t for t in written if t >= zero]
        if not written:
            values[list(marks.not_first)] = _NEVER
            values[: marks.end] = _NEVER
            values[marks.end] = _NEVER
            values[zero + round(_FIRST_TIME / HOP) + 1 :] = _NEVER
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

    def _words(self, cross: Arrays32, prompt: list[int], one: _Pass, seconds: float, speech: np.ndarray | None) -> list[Word]:
        """The words of a window with their times: one forced pass without timestamps, then the best path through
        the attention of the heads that follow the sound."""
        pieces = self._pairs.words(one.tokens)
        frames = min(int(np.ceil(seconds / HOP)), WINDOW // round(HOP * RATE))
        lead = [*prompt, self._marks.no_timestamps]
        if not pieces or frames <= len(one.tokens) + 1:
            return _even([p.text for p in pieces], seconds)
        asked = [*lead, *one.tokens]
        logits, attention = _State(self._empty, cross).run(self._decoder, [asked], ("logits", "attention"))
        heard = attention[0, :, len(lead) - 1 :, :frames]  # row t tells where id t lies; the last row is the end
        fit = (heard / heard.sum(-1, keepdims=True)).mean(0)
        quiet = np.where(_voiced(speech, frames), -1.0, self.card.calibration["silence"])
        spans = token_path(fit, quiet, [p.first for p in pieces] + [len(one.tokens)])
        ahead = log_softmax(logits[0, len(lead) - 1 : -1].astype(np.float64))
        sure = np.exp(ahead[np.arange(len(one.tokens)), list(one.tokens)])
        taken = [(int(spans[p.first, 0]), int(spans[p.voiced - 1, 1])) for p in pieces]
        long = [(b - a) * HOP > _LONG for a, b in taken]
        taken = [
            _core(fit[p.first : p.voiced], a, b) if far else (a, b) for p, far, (a, b) in zip(pieces, long, taken, strict=True)
        ]
        starts = np.array([a for a, _ in taken]) * HOP - self.card.calibration["start"]
        ends = np.array([b for _, b in taken]) * HOP - self.card.calibration["end"]
        begin = np.maximum.accumulate(np.clip(starts, 0.0, max(seconds - 0.001, 0.0)))
        finish = np.maximum(np.minimum(np.maximum(ends, begin + 0.001), seconds), begin + 1e-4)
        confidence = [float(np.exp(np.mean(np.log(np.maximum(sure[p.first : p.last], 1e-6))))) for p in pieces]
        return [
            Word(float(a), float(b), text=p.text, confidence=min(c, 1.0), timed="guessed" if far else "measured")
            for p, far, a, b, c in zip(pieces, long, begin, finish, confidence, strict=True)
        ]

    def _tree(self, decoding: Decoding) -> PhraseTree | None:
        """The tree of the hotwords, each "phrase" or "phrase^bonus"."""
        entries = [entry.partition("^") for entry in decoding.hotwords]
        return PhraseTree([(self._pairs.tokens(text), float(bonus or 1.0)) for text, _, bonus in entries]) if entries else None


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
        return decoder.run(feeds | self._past | cross, outputs)

    def take(self, names: Sequence[str], grown: Sequence[np.ndarray]) -> None:
        """Keep what a run added."""
        self._past = {n.replace("present", "past"): v for n, v in zip(names, grown, strict=True)}
        self._read = next(v.shape[2] for n, v in self._past.items() if "value" in n)

    def pick(self, rows: np.ndarray) -> None:
        """Go on from these rows."""
        if len(rows) > 1 or next(iter(self._past.values())).shape[0] > 1:
            self._past = {n: v[rows] for n, v in self._past.items()}


def _voiced(speech: np.ndarray | None, frames: int) -> np.ndarray:
    """Per encoder frame: is there a voice. Without a gate, everywhere."""
    if speech is None or not len(speech):
        return np.ones(frames, bool)
    at = np.minimum(((np.arange(frames) + 0.5) * HOP / _VOICE_HOP).astype(int), len(speech) - 1)
    return np.asarray(speech[at] >= 0.5)


def _core(fit: np.ndarray, first: int, last: int) -> tuple[int, int]:
    """The frames from where a word's tokens [L, F] begin to be followed to where they are no longer.

    For words that took what lies between first and last though nobody says one word so long: there the model left out
    what was said, and the path gives the time of it to a word beside it.
    """
    near = fit[:, first:last].max(axis=0)
    strong = np.flatnonzero(near >= _FOLLOWED * near.max())
    return first + int(strong[0]), first + int(strong[-1]) + 1


def _even(texts: Sequence[str], seconds: float) -> list[Word]:
    """Even shares of the window for words that no path can tell apart."""
    share = max(seconds, 0.001) / max(1, len(texts))
    return [Word(i * share, (i + 1) * share, text=t, timed="guessed") for i, t in enumerate(texts)]


def _moved(word: Word, by: float, task: str) -> Word:
    """The word `by` seconds later; times of a translation are guessed: its words are not those that were said."""
    timed = "guessed" if task == "translate" else word.timed
    return Word(word.start + by, word.end + by, text=word.text, confidence=word.confidence, timed=timed)
