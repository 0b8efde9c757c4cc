"""Is what `speak` says understood, how fast does it speak, and when does the first sound come?

    python -m bench.speak --data DATA --set harvard --json bench/receipts/speak_harvard.json

Peers for the speed table that are on the machine (flite, espeak-ng) are run as programs of their own.
"""

from __future__ import annotations

import argparse
import os
import re
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
from aural.models import store
from aural.models.face import Speller
from aural.models.renderings import utterance_of
from aural.models.runtime import Runtime
from aural.models.shelf import Shelf
from aural.progress import Quiet
from aural.sound.source import Source
from aural.tasks import speak, transcribe
from aural.text.scoring import normalize
from bench import manifests
from bench.quality import choices_of, marks
from bench.report import Finding, Table, publish

# texts -> manifest, every how manieth row, what is said of them, and whether there are recordings
SETS = {
    "harvard": ("sentences/train.jsonl", 15, "every 15th Harvard sentence of lists 1 to 48", False),
    "ljspeech": ("ljspeech_mini/train.jsonl", 3, "every 3rd of 23 clips of LJ Speech", True),
    "kathleen": ("kathleen/valid.jsonl", 4, "every 4th of 133 prompts of CMU ARCTIC read by Kathleen (valid)", True),
    "prompts": ("allison_prompts_tts/valid.jsonl", 2, "every 2nd of 29 telephone prompts (valid)", True),
    "librispeech": (
        "librispeech_mini/valid.jsonl",
        6,
        "every 6th of 48 utterances of LibriSpeech (valid); texts without punctuation, so that they are said without pauses",
        True,
    ),
}
LINE = "The quick brown fox jumps over the lazy dog, and nobody is surprised."
PAGE = " ".join([LINE, "It happens every day at noon.", "By the evening, the dog has forgotten all about it."] * 4)


def texts(data: Path, place: str, step: int) -> list[dict[str, Any]]:
    """Every so manieth row of a manifest."""
    rows = manifests.rows(data / place)[::step]
    return [row | {"audio": str((data / place).parent / row["audio"])} if "audio" in row else row for row in rows]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--voices", default="kokoro,flite", help="names or run folders; runs/voice@runs/vocoder")
    parser.add_argument("--set", choices=[*SETS, "speed"], required=True, help="the texts; or how fast whole commands are")
    parser.add_argument("--note", action="append", default=[], help="a line under the table: how a voice was trained")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    if args.set == "speed":
        publish(Finding("How fast is `aural speak`, and when does the first sound come?", (speed(),)), args.json)
        return
    runtime = Runtime("cpu", 1)
    ear = Shelf({"vad": "silero-vad", "recognizer": "moonshine-base", "quality": "dnsmos"}, runtime, keep=True)
    place, step, about, recorded = SETS[args.set]
    rows = texts(args.data, place, step)
    said = {voice: spoken(voice, rows, runtime) for voice in args.voices.split(",")}
    if recorded:
        said = {"the recordings": ((Source(r["audio"]), r["text"], 0.0, 0.0) for r in rows)} | said
    lines = []
    for voice, made in said.items():
        lines.append(understood(voice, made, ear))
        print(*lines[-1], sep="\t", flush=True)
    ear.close()
    notes = (
        f"{about}; no voice was trained or tuned on them",
        "heard by the default recognizer; words compared after the normalizer aural-en-1; intervals: 95 %, bootstrap over texts",
        *args.note,
        "CPU s per s: one thread, the voice's model open already; rms and peak: of full scale, the largest peak of all texts",
        "DNSMOS: the mark for all of it, 1 to 5",
    )
    columns = ("voice", "texts", "words", "WER %", "low", "high", "CPU s per s", "rms dB", "peak", "DNSMOS")
    table = Table("words that are heard otherwise", columns, tuple(lines), notes)
    publish(Finding(f"Is what `speak` says understood: {args.set}?", (table,)), args.json)


def spoken(voice: str, rows: list[dict[str, Any]], runtime: Runtime) -> Iterator[tuple[Source, str, float, float]]:
    """Each text said: the sound, the text, CPU seconds and seconds."""
    with Shelf(choices_of(voice), runtime, keep=True) as shelf:
        speak.run("Warm.", shelf, speak.Options(), Quiet())
        for row in rows:
            before = cpu()
            said = speak.run(row["text"], shelf, speak.Options(), Quiet())
            yield Source((said.samples, said.sample_rate)), row["text"], cpu() - before, said.duration


def cpu() -> float:
    """CPU seconds so far, those of programs that were run included."""
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def understood(voice: str, said: Iterator[tuple[Source, str, float, float]], ear: Shelf) -> tuple[Any, ...]:
    """One row: how many words a recognizer hears otherwise."""
    errors, words, cost, length, levels, peaks, heard_as = [], [], 0.0, 0.0, [], [], []
    for source, text, spent, seconds in said:
        heard = transcribe.run(source, ear, transcribe.Options(language="en", word_times=False), Quiet())
        found = word_errors(normalize(text), normalize(heard.text))
        errors.append(float(found.total))
        words.append(float(found.length))
        samples = source.load(mono=True).samples[0]
        levels.append(20 * np.log10(np.sqrt(np.mean(samples**2)) + 1e-9))
        peaks.append(float(np.abs(samples).max()))
        heard_as.append(marks(source.load(mono=True), ear)["overall"])
        cost, length = cost + spent, length + seconds
    spread = ratio(np.array(errors), np.array(words), np.random.default_rng(0))
    figures = (round(100 * float(v), 1) for v in (spread.value, spread.low, spread.high))
    own = (
        round(cost / length, 3) if length else None,
        round(float(np.mean(levels)), 1),
        round(max(peaks), 3),
        round(float(np.mean(heard_as)), 2),
    )
    return (voice, len(words), int(sum(words)), *figures, *own)


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
            first = [first_sound([*command, PAGE, "--stream"]) for _ in range(3)]
            wall, spent = (statistics.median(t[n] for t in line) for n in (0, 1))
            early, least = (statistics.median(t[n] for t in first) for n in (0, 1))
            lines.append((name, seconds, wall, spent, early, least, page[1] / long, page[2]))
        peer = [sys.executable, str(Path(__file__).with_name("kokoro_peer.py")), str(store.ensure("kokoro", "synthesizer"))]
        flite, espeak = ["flite", "-voice", "slt", "-o", out, "-t"], ["espeak-ng", "-w", out]
        for name, sentence, all_ in (
            ("the default voice's net as its packages run it", [*peer, sounds(LINE), out], [*peer, sounds(PAGE), out]),
            ("flite (program)", [*flite, LINE], [*flite, PAGE]),
            ("espeak-ng (program)", [*espeak, LINE], [*espeak, PAGE]),
        ):
            if shutil.which(sentence[0]):
                line = [run(sentence) for _ in range(3)]
                seconds = Source(out).recording.duration or 1.0
                page = run(all_)
                long = Source(out).recording.duration or 1.0
                wall, spent = (statistics.median(t[n] for t in line) for n in (0, 1))
                lines.append((name, seconds, wall, spent, None, None, page[1] / long, page[2]))
    columns = (
        "what", "a sentence of s", "wall s", "CPU s", "first sound of a page, wall s", "CPU s", "a page, CPU s per s", "memory MB",
    )  # fmt: skip
    notes = (
        "each a process of its own, one thread, models opened inside, median of three; the page has 12 sentences",
        "the default voice's net as its packages run it: onnxruntime over the whole graph as it comes, phonemes given, so that "
        "there is no front end (bench/kokoro_peer.py)",
        f"load of the machine after the run: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; wall times grow with it, CPU "
        "times hardly",
    )
    return Table("whole commands", columns, tuple(lines), notes)


def sounds(text: str) -> str:
    """The phonemes of sentences, each with its point."""
    with store.open_model("default", "speller") as speller:
        assert isinstance(speller, Speller)
        sentences = [re.sub(r"[^A-Za-z' ]", "", one) for one in text.split(". ")]
        return " ".join(" ".join(utterance_of(one, None, speller).phonemes) + "." for one in sentences)


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


def first_sound(command: list[str]) -> tuple[float, float]:
    """Wall and CPU seconds until a stream holds sound behind its head."""
    begun = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.read(44 + 2)
        spent = time.perf_counter() - begun
        process.kill()
        _, code, used = os.wait4(process.pid, 0)
        process.returncode = code
    return spent, used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
