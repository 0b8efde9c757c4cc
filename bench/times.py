"""How exact are word times, against a phone aligner and against sentences joined with known pauses?"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from aural.models import store
from aural.models.face import Decoding
from aural.models.runtime import Runtime
from aural.results import Word
from aural.sound.source import Source
from aural.tasks._gate import HOP, Rule, frame_spans, hear, without_breath
from aural.tasks._words import guessed, kept_in_voice, plain
from bench import manifests
from bench.report import Finding, Table, publish

DATA = Path(__file__).parents[2] / "shared" / "data"
PAUSE = 0.05  # s: a word behind at least so much silence counts as "after a pause"
NEAR, RISE = 6, 6.0  # frames of 10 ms around a start in which the sound must grow by so many dB to confirm it
LOST = ("3235-11599-0000",)  # the aligner loses the text in its first words and puts a dozen of them up to 1.8 s too early
Error = tuple[float, float, bool, bool]
COLUMNS = ("recordings", "model", "road", "words", "starts: median ms", "starts: 95 % ms", "after pauses: 95 % ms",
           "of these confirmed %", "confirmed: 95 % ms", "ends: median ms", "ends: 95 % ms", "starts in silence %")  # fmt: skip


@dataclass(frozen=True)
class Spoken:
    """A recording with its words and their true times (s) where they are known."""

    samples: np.ndarray
    words: tuple[tuple[str, float, float], ...]
    lost: bool = False


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--split", default="valid")
    parser.add_argument("--models", default="moonshine-base,moonshine-tiny")
    parser.add_argument("--peer-python", required=True, help="a Python that has pocketsphinx 5.1")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    clips = read_clips(args.data, args.split)
    aligned = [Spoken(x, w, lost) for (x, _, lost), w in zip(clips, by_peer(clips, args.peer_python), strict=True) if w]
    kept = [s for s in aligned if not s.lost]
    sets = {
        "librispeech_mini": aligned,
        "without the reading that the aligner lost": kept,
        "joined readings, pauses 0.2 to 1.2 s": joined(aligned, np.random.default_rng(0)),
    }
    gate = store.open_model("silero-vad", "vad", Runtime("cpu", 1))
    rows: list[tuple[Any, ...]] = []
    costs: list[tuple[Any, ...]] = []
    for name in args.models.split(","):
        recognizer: Any = store.open_model(name, "recognizer", Runtime("cpu", 1))
        for title, spoken in sets.items():
            rows += roads(f"{title} ({len(spoken)})", name, spoken, recognizer, gate)
        costs.append(cost(name, [s.samples for s in aligned[:8]], recognizer))
    tables = (
        Table("Word times", COLUMNS, tuple(rows), (
            "reference: pocketsphinx forced alignment of the reference text (10 ms frames, its own error is part of every figure)",
            "in joined readings a start after the join counts as after a pause; its true place is the aligner's, moved by the join",
            f"confirmed: the sound itself grows by {RISE:g} dB (30 ms against 30 ms) within {NEAR * 10} ms of the aligner's start",
            "the others are errors of the aligner: starts in silence, and the text lost in the first words of "
            f"{', '.join(LOST)}, where both recognizers agree with one another and not with it",
            "guessed = even shares by letters inside the voice, the floor; measured = attention of the recognizer itself",
        )),
        Table("Cost of word times", ("model", "recognize s", "with times s", "ratio"), tuple(costs)),
    )  # fmt: skip
    publish(Finding("How exact are word times?", tables), args.json)


def read_clips(data: Path, split: str) -> list[tuple[np.ndarray, str, bool]]:
    """Readings with their text in lower case, and whether the aligner is known to lose it."""
    folder = data / "librispeech_mini"
    rows = manifests.placed(folder / f"{split}.jsonl")
    heard = [Source(r["audio"]).load(rate=16000, mono=True).samples[0] for r in rows]
    return [(x, r["text"].lower(), Path(r["audio"]).stem in LOST) for x, r in zip(heard, rows, strict=True)]


def by_peer(clips: list[tuple[np.ndarray, str, bool]], python: str) -> list[tuple[tuple[str, float, float], ...]]:
    """The words of each clip with the aligner's times; none where its dictionary lacks one."""
    with tempfile.TemporaryDirectory() as folder:
        jobs = []
        for i, (samples, text, _) in enumerate(clips):
            raw = Path(folder) / f"{i}.raw"
            raw.write_bytes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
            jobs.append(json.dumps({"id": i, "raw": str(raw), "text": text}))
        script = Path(__file__).parent / "align_peer.py"
        done = subprocess.run([python, str(script)], input="\n".join(jobs), capture_output=True, text=True, check=True)
    answers = [json.loads(line)["words"] for line in done.stdout.splitlines()]
    return [tuple((re.sub(r"\(\d+\)$", "", w), a, b) for w, a, b in words) for words in answers]


def joined(spoken: list[Spoken], rng: np.random.Generator) -> list[Spoken]:
    """Pairs of readings, cut 20 ms around their words, with a known pause of digital silence between them."""
    found = []
    for one, two in zip(spoken[::2], spoken[1::2], strict=False):
        parts, words, at = [], [], 0.0
        for s in (one, two):
            low, high = max(0.0, s.words[0][1] - 0.3 * (not parts) - 0.02), s.words[-1][2] + 0.02
            parts.append(s.samples[int(low * 16000) : int(high * 16000)])
            words += [(w, a - low + at, b - low + at) for w, a, b in s.words]
            pause = np.zeros(int(16000 * rng.uniform(0.2, 1.2)), np.float32)
            parts.append(pause)
            at += (len(parts[-2]) + len(pause)) / 16000
        found.append(Spoken(np.concatenate(parts), tuple(words)))
    return found


def roads(title: str, name: str, spoken: list[Spoken], recognizer: Any, gate: Any) -> list[tuple[Any, ...]]:
    """One row for each way to times: measured, measured without the gate's silence, and guessed."""
    errors: dict[str, list[Error]] = {}
    silent: dict[str, list[bool]] = {}
    for s in spoken:
        blocks = list(hear(Source.from_samples(s.samples, 16000), gate))
        voice = np.concatenate([b.voice for b in blocks])
        spans = [(a * HOP, b * HOP) for a, b in frame_spans(voice, Rule())]
        told = _ask(recognizer, s.samples, without_breath(voice, np.concatenate([b.level for b in blocks])))
        ways = {
            "measured": kept_in_voice(told.words, spans),
            "measured, without the gate": list(_ask(recognizer, s.samples, None).words),
            "guessed": guessed(told.text, voice),
        }
        for way, words in ways.items():
            errors.setdefault(way, []).extend(compared(words, s))
            silent.setdefault(way, []).extend(not any(a <= w.start < b for a, b in spans) for w in words)
    return [(title, name, way, len(e), *_figures(e), 100 * float(np.mean(silent[way]))) for way, e in errors.items()]


def compared(words: list[Word], spoken: Spoken) -> list[Error]:
    """Errors (s) of start and end for every word that both have, in order; whether it follows a pause, and
    whether the sound itself says that something begins there."""
    import difflib

    reference, level = spoken.words, levels(spoken.samples)
    mine, theirs = [plain(w.text) for w in words], [plain(w) for w, _, _ in reference]
    found = []
    for block in difflib.SequenceMatcher(None, mine, theirs, autojunk=False).get_matching_blocks():
        for i, j in zip(range(block.a, block.a + block.size), range(block.b, block.b + block.size), strict=True):
            after = j == 0 or reference[j][1] - reference[j - 1][2] >= PAUSE
            sure = after and risen(level, reference[j][1])
            found.append((words[i].start - reference[j][1], words[i].end - reference[j][2], after, sure))
    return found


def levels(samples: np.ndarray) -> np.ndarray:
    """The level of each 10 ms in dB."""
    count = len(samples) // 160
    return np.asarray(10 * np.log10((samples[: count * 160].reshape(count, 160) ** 2).mean(1) + 1e-9))


def risen(level: np.ndarray, start: float) -> bool:
    """Whether the sound grows by RISE dB near `start` (s)."""
    at = round(start * 100)
    places = range(max(at - NEAR, 3), min(at + NEAR, len(level) - 3) + 1)
    return any(level[k : k + 3].mean() - level[k - 3 : k].mean() >= RISE for k in places)


def cost(name: str, clips: list[np.ndarray], recognizer: Any) -> tuple[Any, ...]:
    """Processor seconds without and with word times, the best of two passes."""
    spent = []
    for times in (False, True):
        passes = []
        for _ in range(2):
            begun = time.process_time()
            for x in clips:
                recognizer.recognize(x[None], np.array([len(x)]), Decoding(word_times=times))
            passes.append(time.process_time() - begun)
        spent.append(min(passes))
    return (name, *spent, spent[1] / spent[0])


def _ask(recognizer: Any, samples: np.ndarray, voice: np.ndarray | None) -> Any:
    speech = None if voice is None else [voice]
    return recognizer.recognize(samples[None], np.array([len(samples)]), Decoding(), speech)[0]


def _figures(errors: list[Error]) -> tuple[float, ...]:
    start, end = (np.abs([e[k] for e in errors]) * 1000 for k in (0, 1))
    after, sure = (np.abs([e[0] for e in errors if e[k]]) * 1000 for k in (2, 3))
    return (float(np.median(start)), float(np.percentile(start, 95)), float(np.percentile(after, 95)),
            100 * len(sure) / len(after), float(np.percentile(sure, 95)),
            float(np.median(end)), float(np.percentile(end, 95)))  # fmt: skip


if __name__ == "__main__":
    main()
