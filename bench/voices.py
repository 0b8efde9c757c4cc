"""Can the voices be understood on short phrases, what does a rendering cost, and how loud is it?"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from aural.metrics.intervals import ratio
from aural.models import store
from aural.models.face import Decoding, Prosody, Recognizer, Speller, Synthesizer, Utterance
from aural.models.renderings import Rendering, plans, spoken, utterance_of
from aural.models.runtime import Runtime
from aural.sound.resample import resample
from aural.text.scoring import normalize
from bench.report import Finding, Table, publish

PHRASES = (
    "yes", "no", "stop", "go", "up", "down", "left", "right", "on", "off",
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine",
    "forward", "backward", "follow", "hey juno", "hello computer", "okay robot", "turn on the lights", "turn it off",
    "play music", "stop music", "volume up", "volume down", "next song", "open the door", "what time is it", "set a timer",
    "call home", "good morning", "help me", "wake up",
)  # fmt: skip
# What sounds the same: no recognizer can tell these apart in a lone word.
ALIKE = {"1": "won", "2": "to too", "4": "for fore", "8": "ate", "right": "write", "no": "know", "hey juno": "hey juneau"}
PAD = 0.5  # s of silence on either side, for the recognizers
COLUMNS = (
    "voice", "speech", "readings", "CPU s", "long s", "tiny right %", "base right %", "either %", "low", "high", "dB", "peak",
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", default="kokoro,flite")
    parser.add_argument("--voices", default="en", help="speech of the voices, such as en or ja; all = every one")
    parser.add_argument("--drawn", type=int, default=3, help="readings of each phrase with everything drawn, as for learning")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    runtime = Runtime("cpu", 1)
    with store.open_model("default", "speller", runtime) as speller:
        assert isinstance(speller, Speller)
        said = {phrase: utterance_of(phrase, None, speller) for phrase in PHRASES}
    ears: list[Any] = [store.open_model(name, "recognizer", runtime) for name in ("moonshine-tiny", "moonshine-base")]
    tables = [_table(name, said, ears, args.voices, args.drawn, runtime) for name in args.models.split(",")]
    publish(Finding("Can the voices be understood, and what do they cost?", tuple(tables)), args.json)


def _table(name: str, said: dict[str, Utterance], ears: list[Any], speech: str, drawn: int, runtime: Runtime) -> Table:
    rows, wrong = [], []
    with store.open_model(name, "synthesizer", runtime) as voice:
        assert isinstance(voice, Synthesizer)
        for who, told in voice.card.voices.items():
            if speech == "all" or told.startswith(speech):
                row, missed = _row(who, told, ((p, *_plain(voice, u, who)) for p, u in said.items()), ears)
                rows.append(row)
                wrong += missed
                print(*row, sep="\t", flush=True)
        if drawn:
            row, missed = _row("drawn", "as for learning", _drawn(voice, said, drawn), ears)
            rows.append(row)
            print(*row, missed, sep="\t", flush=True)
    counts = {phrase: wrong.count(phrase) for phrase in dict.fromkeys(wrong)}
    hard = ", ".join(f"{phrase} {count}" for phrase, count in sorted(counts.items(), key=lambda item: -item[1])[:10])
    notes = (
        f"{len(said)} short phrases a voice, one thread; right = the phrase and nothing else, what sounds alike allowed",
        f"the recognizers get {PAD} s of silence on either side and are told that somebody speaks; interval of `either`: 95 %",
        f"phrases that neither recognizer got, and by how many voices: {hard or 'none'}",
        "dB: root mean square of the words against full scale",
    )
    return Table(name, COLUMNS, tuple(rows), notes)


def _plain(voice: Synthesizer, utterance: Utterance, who: str) -> tuple[Rendering, float]:
    marks = ("",) * (len(utterance.words) - 1) + (".",)
    return _timed(voice, Utterance(utterance.words, utterance.phonemes, marks), Prosody(who))


def _drawn(voice: Synthesizer, said: dict[str, Utterance], count: int) -> Iterator[tuple[str, Rendering, float]]:
    for n, (phrase, utterance) in enumerate(said.items()):
        for one, prosody in plans(utterance, voice.card.voices, count, seed=n, blends=voice.blends):
            yield phrase, *_timed(voice, one, prosody)


def _timed(voice: Synthesizer, utterance: Utterance, prosody: Prosody) -> tuple[Rendering, float]:
    """A rendering and its CPU seconds, those of programs that it ran included."""
    before = sum(os.times()[:4])
    made = spoken(voice, utterance, prosody)
    return made, sum(os.times()[:4]) - before


def _row(who: str, told: str, made: Iterator[tuple[str, Rendering, float]], ears: list[Any]) -> tuple[tuple[Any, ...], list[str]]:
    right, costs, lengths, levels, peaks, missed = [], [], [], [], [], []
    for phrase, one, cost in made:
        right.append([_is_right(ear, one, phrase) for ear in ears])
        words = one.samples[round(one.words[0].start * one.sample_rate) : round(one.words[-1].end * one.sample_rate)]
        levels.append(20 * np.log10(np.sqrt(np.mean(words**2)) + 1e-9))
        peaks.append(float(np.abs(one.samples).max()))
        costs.append(cost)
        lengths.append(len(one.samples) / one.sample_rate)
        missed += [] if any(right[-1]) else [phrase]
    got = 100.0 * np.array(right, float)
    either = got.max(1)
    spread = ratio(either, np.ones(len(either)), np.random.default_rng(0))
    means = (round(float(v), 1) for v in (*got.mean(0), spread.value, spread.low, spread.high))
    return (
        who,
        told,
        len(right),
        float(np.mean(costs)),
        float(np.mean(lengths)),
        *means,
        float(np.mean(levels)),
        max(peaks),
    ), missed


def _is_right(ear: Recognizer, one: Rendering, phrase: str) -> bool:
    silence = np.zeros(round(PAD * 16_000), np.float32)
    heard = np.concatenate([silence, resample(one.samples, one.sample_rate, 16_000), silence])
    decoding = Decoding(language="en", word_times=False, allow_empty=False)
    (found,) = ear.recognize(heard[None], np.array([len(heard)]), decoding)
    wanted = normalize(phrase)
    return normalize(found.text) in (wanted, *ALIKE.get(wanted, "").split())


if __name__ == "__main__":
    main()
