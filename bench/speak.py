"""Is what `speak` says understood, how fast does it speak, and when does the first sound come?

    python -m bench.speak --data DATA --voices kokoro,flite --json bench/receipts/speak.json

Peers for the speed table that are on the machine (flite, espeak-ng) are run as programs of their own.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from aural.metrics.intervals import ratio
from aural.metrics.words import word_errors
from aural.models.runtime import Runtime
from aural.models.shelf import Shelf
from aural.progress import Quiet
from aural.sound.source import Source
from aural.tasks import speak, transcribe
from aural.text.scoring import normalize
from bench.report import Finding, Table, publish

# set -> (manifest, every how manieth row, whether it has recordings)
SETS = {
    "Harvard sentences": ("sentences/train.jsonl", 5, False),
    "LJ Speech": ("ljspeech_mini/train.jsonl", 1, True),
    "telephone prompts": ("allison_prompts_tts/valid.jsonl", 1, True),
    "LibriSpeech": ("librispeech_mini/valid.jsonl", 2, True),
}
LINE = "The quick brown fox jumps over the lazy dog, and nobody is surprised."
PAGE = " ".join([LINE, "It happens every day at noon.", "By the evening, the dog has forgotten all about it."] * 4)


def texts(data: Path, place: str, step: int) -> list[dict[str, Any]]:
    """Rows of a manifest; the telephone prompts without those that are no sentences (letters, lone numbers)."""
    rows = [json.loads(line) for line in (data / place).read_text(encoding="utf-8").splitlines()][::step]
    return [row | {"audio": str((data / place).parent / row["audio"])} if "audio" in row else row for row in rows]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--voices", default="kokoro,flite")
    parser.add_argument("--sets", default=",".join(SETS))
    parser.add_argument("--share", type=int, default=1, help="only every so manieth text, for a quick look")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    runtime = Runtime("cpu", 1)
    ear = Shelf({"vad": "silero-vad", "recognizer": "moonshine-base"}, runtime, keep=True)
    lines: list[tuple[Any, ...]] = []
    for name in args.sets.split(","):
        place, step, recorded = SETS[name]
        rows = texts(args.data, place, step * args.share)
        if recorded:
            lines.append(understood(name, "the recordings", ((Source(r["audio"]), r["text"], 0.0, 0.0) for r in rows), ear))
            print(*lines[-1], sep="\t", flush=True)
        for voice in args.voices.split(","):
            lines.append(understood(name, voice, spoken(voice, rows, runtime), ear))
            print(*lines[-1], sep="\t", flush=True)
    ear.close()
    notes = (
        f"none of the voices was trained or tuned on these texts: every {5 * args.share}th Harvard sentence of lists 1 to 48, and "
        f"every {args.share}., {args.share}. and {2 * args.share}. row of the other three; LibriSpeech's texts have no "
        "punctuation, so that they are said without pauses",
        "heard by the default recognizer; words compared after the normalizer aural-en-1; intervals: 95 %, bootstrap over texts",
        "CPU s per s: one thread, the voice's model open already; rms and peak: of full scale, the largest peak of all texts",
    )
    columns = ("texts", "voice", "count", "words", "WER %", "low", "high", "CPU s per s", "rms dB", "peak")
    tables = (Table("words that are understood otherwise", columns, tuple(lines), notes), speed())
    publish(Finding("Is what `speak` says understood, and how fast is it?", tables), args.json)


def spoken(voice: str, rows: list[dict[str, Any]], runtime: Runtime) -> Iterator[tuple[Source, str, float, float]]:
    """Each text said: the sound, the text, CPU seconds and seconds."""
    choices = {"synthesizer": voice, "speller": "misaki-lexicon", "recognizer": "moonshine-base"}
    with Shelf(choices, runtime, keep=True) as shelf:
        speak.run("Warm.", shelf, speak.Options(), Quiet())
        for row in rows:
            before = cpu()
            said = speak.run(row["text"], shelf, speak.Options(), Quiet())
            yield Source((said.samples, said.sample_rate)), row["text"], cpu() - before, said.duration


def cpu() -> float:
    """CPU seconds so far, those of programs that were run included."""
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def understood(name: str, voice: str, said: Iterator[tuple[Source, str, float, float]], ear: Shelf) -> tuple[Any, ...]:
    """One row: how many words a recognizer hears otherwise."""
    errors, words, cost, length, levels, peaks = [], [], 0.0, 0.0, [], []
    for source, text, spent, seconds in said:
        heard = transcribe.run(source, ear, transcribe.Options(language="en", word_times=False), Quiet())
        found = word_errors(normalize(text), normalize(heard.text))
        errors.append(float(found.total))
        words.append(float(found.length))
        samples = source.load(mono=True).samples[0]
        levels.append(20 * np.log10(np.sqrt(np.mean(samples**2)) + 1e-9))
        peaks.append(float(np.abs(samples).max()))
        cost, length = cost + spent, length + seconds
    spread = ratio(np.array(errors), np.array(words), np.random.default_rng(0))
    figures = (round(100 * float(v), 1) for v in (spread.value, spread.low, spread.high))
    own = (round(cost / length, 3) if length else None, round(float(np.mean(levels)), 1), round(max(peaks), 3))
    return (name, voice, len(words), int(sum(words)), *figures, *own)


def speed() -> Table:
    """Whole commands, one thread: start-up and a sentence, the first sound of a stream, a page, memory."""
    aural = [sys.executable, "-m", "aural", "speak", "--quiet", "--threads", "1", "--offline"]
    ways = {"aural speak (default voice)": aural}
    if shutil.which("flite"):
        ways["aural speak -m flite"] = [*aural, "-m", "flite"]
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        out = str(Path(folder) / "x.wav")
        for name, command in ways.items():
            line = [run([*command, LINE, "-o", out, "--overwrite"]) for _ in range(3)]
            seconds = Source(out).recording.duration or 1.0
            page = run([*command, PAGE, "-o", out, "--overwrite"])
            long = Source(out).recording.duration or 1.0
            first = statistics.median(first_sound([*command, PAGE, "--stream"]) for _ in range(3))
            lines.append((name, statistics.median(t[0] for t in line), seconds, first, page[1] / long, page[2]))
        for name, command in (
            ("flite (program)", ["flite", "-voice", "slt", "-o", out, "-t"]),
            ("espeak-ng (program)", ["espeak-ng", "-w", out]),
        ):
            if shutil.which(command[0]):
                line = [run([*command, LINE]) for _ in range(3)]
                seconds = Source(out).recording.duration or 1.0
                page = run([*command, PAGE])
                lines.append(
                    (
                        name,
                        statistics.median(t[0] for t in line),
                        seconds,
                        None,
                        page[1] / (Source(out).recording.duration or 1.0),
                        page[2],
                    )
                )
    columns = ("what", "a sentence, wall s", "it lasts s", "first sound of a page, s", "a page, CPU s per s", "memory MB")
    notes = ("each a process of its own, models opened inside, median of three; the page has 12 sentences",)
    return Table("whole commands", columns, tuple(lines), notes)


def run(command: list[str]) -> tuple[float, float, float]:
    """Wall seconds, CPU seconds and peak memory (MB) of a command."""
    begun = time.perf_counter()
    code = (
        "import resource, subprocess, sys; done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL); "
        "u = resource.getrusage(resource.RUSAGE_CHILDREN); print(u.ru_utime + u.ru_stime, u.ru_maxrss / 1000); "
        "sys.exit(done.returncode)"
    )
    done = subprocess.run([sys.executable, "-c", code, *command], capture_output=True, text=True, check=True)
    spent, memory = done.stdout.split()
    return time.perf_counter() - begun, float(spent), float(memory)


def first_sound(command: list[str]) -> float:
    """Seconds until a stream holds sound behind its head."""
    begun = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.read(44 + 2)
        spent = time.perf_counter() - begun
        process.kill()
    return spent


if __name__ == "__main__":
    main()
