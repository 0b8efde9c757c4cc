"""Voices made by aural from one speaker's recordings: are they understood, what do they cost, and what are they put together from?

    python -m bench.voices_made --train KATHLEEN/train.jsonl --valid KATHLEEN/valid.jsonl --texts 40 \
        --voice units=runs/units --voice fastspeech=runs/fastspeech@runs/hifigan --json bench/receipts/voices_made.json

Texts are those of `--valid` of which no four words in a row stand in any text of `--train`. The recordings of the same texts are
heard by the same recognizer.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from aural.models import store
from aural.models.engines.units import Units, joins_of
from aural.models.face import Prosody
from aural.models.runtime import Runtime
from aural.models.sentences import Sentence, sentences
from aural.models.shelf import Shelf
from aural.models.units import Chosen
from aural.sound.source import Source
from aural.tasks import _speaking, speak
from aural.text import front_end
from aural.text.scoring import normalize
from bench import manifests
from bench.report import Finding, Table, publish
from bench.speak import spoken, understood

RUN = 4  # words that a text may not share with what was learned from


def held_out(train: Path, valid: Path, count: int) -> list[dict[str, Any]]:
    """At most so many rows of valid, evenly taken, that share no four words in a row with a text of train."""
    known = {run for row in manifests.rows(train) for run in runs_of(row["text"])}
    fresh = [row for row in manifests.placed(valid) if not known & set(runs_of(row["text"]))]
    chosen = np.unique(np.linspace(0, len(fresh) - 1, min(count, len(fresh))).astype(int))
    return [fresh[k] for k in chosen]


def runs_of(text: str) -> Iterator[tuple[str, ...]]:
    """Every four words in a row."""
    words = normalize(text).split()
    return (tuple(words[n : n + RUN]) for n in range(len(words) - RUN + 1))


def put_together(name: str, model: Path, texts: list[str]) -> tuple[Any, ...] | None:
    """How many places between two half phones are joins, how long a stretch is, and the most words in a row from one recording."""
    joins = places = longest = halves = 0
    with store.open_model(str(model), "synthesizer") as voice, Shelf({"speller": "misaki-lexicon"}) as shelf:
        if not isinstance(voice, Units):
            return None
        with _speaking.pronouncer(shelf, speak.Options()) as pronouncer:
            for text in texts:
                for line in front_end.lines(text, pronouncer):
                    for sentence in sentences(_speaking.utterance_of(line), voice.card) if line.tokens else ():
                        found = voice.chosen(sentence, Prosody(), np.random.default_rng(0))
                        own, inner = joins_of(found)
                        joins, places, halves = joins + own, places + inner, halves + len(found)
                        longest = max(longest, words_in_a_row(found, sentence))
    return name, len(texts), joins, round(100 * joins / places, 1), round(halves / (joins + len(texts)) / 2, 1), longest


def words_in_a_row(found: list[Chosen], sentence: Sentence) -> int:
    """The most whole words that one stretch of a recording says."""
    whole: dict[int, int] = {}
    for phone in sentence.phones:
        whole[phone.word] = whole.get(phone.word, 0) + 2
    best, row = 0, []
    for half in [*found, None]:
        if half is not None and (half.goes_on or not row):
            row.append(half)
            continue
        counts: dict[int, int] = {}
        for one in row:
            word = sentence.phones[one.place].word
            counts[word] = counts.get(word, 0) + 1
        best = max(best, sum(word >= 0 and counts[word] == whole[word] for word in counts))
        row = [half] if half is not None else []
    return best


def clicks(samples: np.ndarray, sample_rate: int) -> float:
    """The steepest step from sample to sample, beside the level around it (10 ms): a click stands out, a consonant does not."""
    steps = np.abs(np.diff(samples, 2))
    size = sample_rate // 100
    level = np.sqrt(np.convolve(samples[1:-1] ** 2, np.ones(size) / size, "same")) + 3e-3
    return float((steps / level).max(initial=0.0))


def with_clicks(said: Iterator[tuple[Source, str, float, float]], found: list[float]) -> Iterator[tuple[Source, str, float, float]]:
    for source, text, spent, seconds in said:
        sound = source.load(rate=16000, mono=True)
        found.append(clicks(sound.samples[0], 16000))
        yield source, text, spent, seconds


def size_of(voice: str) -> float:
    """MB of the models of a voice, folder or folder@vocoder."""
    return sum(p.stat().st_size for folder in voice.split("@") for p in (Path(folder) / "model").iterdir()) / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--train", type=Path, required=True)
    parser.add_argument("--valid", type=Path, required=True)
    parser.add_argument("--voice", action="append", default=[], metavar="NAME=FOLDER")
    parser.add_argument("--texts", type=int, default=40)
    parser.add_argument("--note", action="append", default=[], help="what else must be known of the voices")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    runtime = Runtime("cpu", 1)
    ear = Shelf({"vad": "silero-vad", "recognizer": "moonshine-base", "quality": "dnsmos"}, runtime, keep=True)
    texts = held_out(args.train, args.valid, args.texts)
    voices = {name: folder for name, _, folder in (told.partition("=") for told in args.voice)}
    recordings = ((Source(r["audio"]), r["text"], 0.0, 0.0) for r in texts)
    every = {"the recordings": recordings} | {name: spoken(folder, texts, runtime) for name, folder in voices.items()}
    lines, made = [], []
    for name, said in every.items():
        jumps: list[float] = []
        size = size_of(voices[name]) if name in voices else None
        line = (
            *understood(name, with_clicks(said, jumps), ear),
            round(float(np.median(jumps)), 2),
            round(size, 1) if size else None,
        )
        lines.append(line)
        print(*line, sep="\t", flush=True)
    for name, folder in voices.items():
        if (told := put_together(name, Path(folder.partition("@")[0]), [r["text"] for r in texts])) is not None:
            made.append(told)
            print(*told, sep="\t", flush=True)
    ear.close()
    about = f"every text of {args.valid.parent.name} (valid) has no {RUN} words in a row in common with the texts learned from"
    notes = (
        about,
        "heard by the default recognizer; words compared after the normalizer aural-en-1; intervals: 95 %, bootstrap over texts",
        "CPU s per s: one thread, the voice's model open already; steepest: the largest second difference beside the level "
        "around it, median over texts: a click would stand far over that of the recordings",
        *args.note,
    )
    columns = ("voice", "texts", "words", "WER %", "low", "high", "CPU s per s", "rms dB", "peak", "DNSMOS", "steepest", "MB")
    tables = [Table("words that are heard otherwise", columns, tuple(lines), notes)]
    if made:
        shape = ("voice", "texts", "joins", "joins, % of places", "phones in one go", "most words from one recording")
        tables.append(Table("what a voice of units is put together from", shape, tuple(made), ("places: between two half phones",)))
    publish(Finding("Are voices understood that were made here from one speaker's recordings?", tuple(tables)), args.json)


if __name__ == "__main__":
    main()
