"""How well does a small CTC net hear connected digits of voices that it never heard, and where does it put the words?

    python -m bench.digit_strings --fsdd corpora/fsdd --noises data/noises --work runs/digits --json digits.json

Strings are joined from single digits of one speaker, with gaps of 0 to 600 ms, so that every word's true times are known. The net
learns from three speakers (each string at another size of the voice and through another microphone), an eighth of their takes is
kept to choose the epoch by. It is judged on strings of a fourth speaker, clean and in noise of recordings that were not
learned from.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import aural
from aural.metrics.words import align
from aural.sound.resample import resample
from aural.sound.sound import Sound, load
from bench.digit_readings import WORDS
from bench.report import Finding, Table, publish

RATE = 8000
GAP = 0.6  # s, the longest silence between two digits
SIZES = {"learn": 2000, "tune": 80, "valid": 240, "wide": 2400}
TUNED_ON = "george"
TRAINING = (
    "--encoder crnn --sample-rate 8000 --batch 16 --rate 0.004 --epochs 60 --patience 0 --average 0.995 --augment noise,gain "
    "--set n_mels=40 --set encoder.width=16 --set state=64"
)
Row = dict[str, Any]


@dataclass(frozen=True)
class Making:
    """How strings are made: `varied` = each with the voice at another size, through another microphone; so many digits, least and
    most; with `power` above 1 short gaps are more frequent; `often`: speakers that come twelve times as often as the others; under
    half of the strings stretches of `noises`, at 5 to 25 dB."""

    varied: bool = False
    least: int = 3
    most: int = 7
    power: float = 1.0
    often: tuple[str, ...] = ()
    noises: tuple[np.ndarray, ...] = ()


def made(rows: Sequence[Row], count: int, seed: int, making: Making) -> Iterator[tuple[np.ndarray, Row]]:
    """Strings of digits of one speaker, with the times of each."""
    rng = np.random.default_rng(seed)
    varied = making.varied
    speakers = [*sorted({r["speaker"] for r in rows}), *making.often * 11]
    sounds = {r["path"]: load(r["path"], rate=RATE, mono=True).samples[0] for r in rows}
    for _ in range(count):
        speaker = speakers[int(rng.integers(len(speakers)))]
        own = [r for r in rows if r["speaker"] == speaker]
        size = float(np.exp(rng.uniform(np.log(0.78), np.log(1.28)))) if varied else 1.0
        knots = rng.uniform(-9, 9, 7) if varied else np.zeros(7)
        parts: list[np.ndarray] = [_gap(rng, making.power)]
        words = []
        for _ in range(int(rng.integers(making.least, making.most + 1))):
            row = own[int(rng.integers(len(own)))]
            tempo = size * (float(np.exp(rng.uniform(-0.08, 0.08))) if varied else 1.0)
            digit = _colored(resample(sounds[row["path"]][None], RATE, round(RATE * tempo))[0], knots)
            at = sum(map(len, parts)) / RATE
            words.append({"text": row["text"], "start": round(at, 4), "end": round(at + len(digit) / RATE, 4)})
            parts += [_level(digit, float(rng.uniform(-26, -20))), _gap(rng, making.power)]
        text = " ".join(w["text"] for w in words)
        yield _noisy(np.concatenate(parts), making.noises, rng), {"text": text, "words": words, "speaker": speaker}


def sets(fsdd: Path, work: Path) -> dict[str, Path]:
    """The manifests of learn, tune and valid; what is there already is kept."""
    train, valid = _rows(fsdd, "train"), _rows(fsdd, "valid")
    kept = [r for r in train if int(r["path"].stem.split("_")[2]) % 8 == 0]
    parts = {"learn": [r for r in train if r not in kept], "tune": kept, "valid": valid}
    found = {}
    for seed, (name, rows) in enumerate(parts.items()):
        found[name] = work / f"{name}.jsonl"
        if not found[name].is_file():
            making = Making(varied=True, least=1) if name == "learn" else Making()
            write(work, name, made(rows, SIZES[name], seed, making))
    return found


def wide_sets(fsdd: Path, words: Path, read: Path, noises: Path, work: Path) -> dict[str, Path]:
    """As `sets`, valid the same; learned from are two of the recorded speakers, words of a third set of many speakers, and what
    synthetic voices read (bench/digit_readings.py), as short strings in half of which there is noise. Tuned is on the third
    recorded speaker."""
    train, valid = _rows(fsdd, "train"), _rows(fsdd, "valid")
    others = [r | {"speaker": "many"} for r in _rows(words, "train") if r["text"] in WORDS]
    voices = [r | {"speaker": r["speaker"].split("+")[0]} for r in _rows(read, "train")]
    learn = [r for r in train if r["speaker"] != TUNED_ON]
    found = {name: work / f"{name}.jsonl" for name in ("learn", "tune", "valid")}
    if not found["learn"].is_file():
        stretches = tuple(load(r["path"], rate=RATE, mono=True).samples[0] for r in _rows(noises, "train"))
        often = ("many", *sorted({r["speaker"] for r in learn}))
        making = Making(varied=True, least=1, most=4, power=2.0, often=often, noises=stretches)
        write(work, "learn", made([*learn, *others, *voices], SIZES["wide"], 0, making))
        write(work, "tune", made([r for r in train if r["speaker"] == TUNED_ON], SIZES["tune"], 1, Making()))
        write(work, "valid", made(valid, SIZES["valid"], 2, Making()))
    return found


def boundaries(manifest: Path, model: Path) -> list[float]:
    """Distances (s) between the starts and ends of words and the true ones, over the words that are right."""
    apart: list[float] = []
    for line in manifest.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        told = [
            w for s in aural.transcribe(str(manifest.parent / row["audio"]), model=str(model)).segments or () for w in s.words or ()
        ]
        true = iter(row["words"])
        answers = iter(told)
        for step in align(row["text"].split(), [w.text for w in told]):
            truth = next(true) if step.reference is not None else None
            answer = next(answers) if step.answer is not None else None
            if step.kind == "same" and truth and answer:
                apart += [abs(answer.start - truth["start"]), abs(answer.end - truth["end"])]
    return apart


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fsdd", type=Path, required=True)
    parser.add_argument("--noises", type=Path, required=True, help="a folder with train.jsonl and valid.jsonl")
    parser.add_argument("--work", type=Path, default=Path("runs/digits"))
    parser.add_argument("--minutes", type=float, default=15.0)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    manifests = sets(args.fsdd, args.work)
    model = args.work / "ctc"
    flags = f"{TRAINING} --noise {args.noises / 'train.jsonl'} --minutes {args.minutes:g} --threads 1".split()
    if not (model / "model" / "card.json").is_file():
        given = ["--manifest", str(manifests["learn"]), "--valid", str(manifests["tune"]), "-o", str(model), "--progress", "none"]
        _aural(["train", "transcribe", *given, *flags])
    receipt = args.work / "valid.json"
    _aural(
        ["evaluate", "transcribe", "--manifest", str(manifests["valid"]), "-m", str(model), "--normalizer", "none", "--snr", "10",
         "--noise", str(linked(args.noises, args.work / "noise")), "--json", str(receipt), "--progress", "none"]
    )  # fmt: skip
    found = json.loads(receipt.read_text(encoding="utf-8"))
    apart = np.array(boundaries(manifests["valid"], model)) * 1000
    rows = []
    for name, figures in found["slices"]["condition"].items():
        wer, errors = figures["wer"], [figures[k]["value"] * 100 for k in ("substitutions", "insertions", "deletions")]
        rows.append((name, 100 * wer["value"], f"[{100 * wer['low']:.1f}, {100 * wer['high']:.1f}]", *errors))
    columns = ("condition", "WER %", "95 %", "wrong %", "put in %", "left out %")
    notes = (
        f"`aural train transcribe {TRAINING} --minutes {args.minutes:g}`, one core",
        f"{SIZES['valid']} strings of 3 to 7 digits, gaps 0 to 600 ms, one speaker: the interval is over strings",
    )
    times = (len(apart), float(np.median(apart)), float(np.percentile(apart, 90)))
    tables = (
        Table("Digit strings of a voice that was not learned from", columns, tuple(rows), notes),
        Table("Word boundaries in the clean strings", ("boundaries", "median ms", "90 % ms"), (times,)),
    )
    publish(Finding("How well are connected digits heard?", tables), args.json)


def linked(noises: Path, folder: Path) -> Path:
    """A folder with the noises of valid."""
    folder.mkdir(parents=True, exist_ok=True)
    for row in _rows(noises, "valid"):
        place = folder / row["path"].name
        if not place.exists():
            place.symlink_to(row["path"].resolve())
    return folder


def _rows(folder: Path, split: str) -> list[Row]:
    lines = (folder / f"{split}.jsonl").read_text(encoding="utf-8").splitlines()
    return [row | {"path": folder / row["audio"]} for row in map(json.loads, lines)]


def write(folder: Path, name: str, strings: Iterator[tuple[np.ndarray, Row]]) -> None:
    (folder / name).mkdir(parents=True, exist_ok=True)
    lines = []
    for k, (samples, row) in enumerate(strings):
        audio = f"{name}/{k:04}.wav"
        Sound(samples.astype(np.float32)[None], RATE).save(folder / audio)
        facts = {"audio": audio, "duration": round(len(samples) / RATE, 4), **row}
        if name == "valid":
            facts["group"] = f"string {k}"
        lines.append(json.dumps(facts, sort_keys=True) + "\n")
    (folder / f"{name}.jsonl").write_text("".join(lines), encoding="utf-8")


def _gap(rng: np.random.Generator, power: float) -> np.ndarray:
    return np.asarray(1e-4 * rng.standard_normal(int(GAP * rng.uniform(0, 1) ** power * RATE)), np.float32)


def _noisy(sound: np.ndarray, noises: Sequence[np.ndarray], rng: np.random.Generator) -> np.ndarray:
    """Half of the sounds with noise under them, at 5 to 25 dB over the whole string."""
    if not noises or rng.random() < 0.5:
        return sound
    noise = noises[int(rng.integers(len(noises)))]
    noise = np.resize(np.roll(noise, int(rng.integers(len(noise)))), len(sound))
    ratio = np.sqrt(np.mean(sound**2) / max(float(np.mean(noise**2)), 1e-10)) * 10 ** (-rng.uniform(5, 25) / 20)
    mixed = sound + noise * ratio
    return np.asarray(mixed * min(1.0, 0.98 / max(float(np.abs(mixed).max()), 1e-6)), np.float32)


def _colored(sound: np.ndarray, knots: np.ndarray) -> np.ndarray:
    """The sound with other gains (dB) at even steps of the square root of frequency, as another microphone would hear it."""
    spectrum = np.fft.rfft(sound)
    places = np.sqrt(np.linspace(0, 1, len(spectrum)))
    gain = 10 ** (np.interp(places, np.linspace(0, 1, len(knots)), knots) / 20)
    return np.asarray(np.fft.irfft(spectrum * gain, len(sound)), np.float32)


def _level(sound: np.ndarray, decibels: float) -> np.ndarray:
    """The sound at a level (root mean square) in dB below full scale, its peak at most 0.9."""
    gain = 10 ** (decibels / 20) / max(float(np.sqrt(np.mean(np.square(sound, dtype=np.float64)))), 1e-6)
    return np.asarray(sound * min(gain, 0.9 / max(float(np.abs(sound).max()), 1e-6)), np.float32)


def _aural(words: list[str]) -> None:
    done = subprocess.run([sys.executable, "-m", "aural", *words], capture_output=True, text=True)
    print(done.stdout[-3000:], done.stderr[-500:], flush=True)
    if done.returncode:
        raise SystemExit(f"aural {' '.join(words)} ended with {done.returncode}")


if __name__ == "__main__":
    main()
