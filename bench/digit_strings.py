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
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import aural
from aural.metrics.words import align
from aural.sound.effects.pitch import stretched
from aural.sound.resample import resample
from aural.sound.sound import Sound, load
from bench import manifests
from bench.digit_readings import WORDS
from bench.manifests import Row
from bench.report import Finding, Table, publish

RATE = 8000
_WINDOW = 256  # samples, of changes of the pace
GAP = 0.6  # s, the longest silence between two digits
SIZES = {"learn": 2000, "tune": 80, "valid": 240, "wide": 5000}
TUNED_ON = "george"
_NOISY = 0.6  # share of strings under which there is noise, where there is any
_RATIOS = (2.0, 25.0)  # dB, over the whole string
_OTHERWISE = 0.5  # share of varied strings that are said faster or slower than the size of the voice tells
TRAINING = (
    "--encoder crnn --sample-rate 8000 --batch 16 --rate 0.004 --epochs 60 --patience 0 --average 0.995 --augment noise,gain "
    "--set n_mels=40 --set encoder.width=16 --set state=64"
)


@dataclass(frozen=True)
class Making:
    """How strings are made: `varied` = each with the voice at another size and pace, through another microphone; so many digits,
    least and most; with `power` above 1 short gaps are more frequent; `often`: speakers that come twelve times as often as the
    others; `even`: a speaker says each text as often as the others; under most strings stretches of `noises`."""

    varied: bool = False
    least: int = 3
    most: int = 7
    power: float = 1.0
    often: tuple[str, ...] = ()
    even: bool = False
    noises: tuple[np.ndarray, ...] = ()


def made(rows: Sequence[Row], count: int, seed: int, making: Making) -> Iterator[tuple[np.ndarray, Row]]:
    """Strings of digits of one speaker, with the times of each. A row of several digits is a string as it is."""
    rng = np.random.default_rng(seed)
    speakers = [*sorted({r["speaker"] for r in rows}), *making.often * 11]
    sounds = {r["audio"]: load(r["audio"], rate=RATE, mono=True).samples[0] for r in rows}
    by: dict[str, dict[str, list[Row]]] = {speaker: {} for speaker in speakers}
    for row in rows:
        by[row["speaker"]].setdefault(row["text"] if making.even else "", []).append(row)
    for _ in range(count):
        speaker = speakers[int(rng.integers(len(speakers)))]
        change = _change(rng) if making.varied else _as_it_is
        parts: list[np.ndarray] = [_gap(rng, making.power)]
        words: list[Row] = []
        for _ in range(int(rng.integers(making.least, making.most + 1))):
            said = list(by[speaker].values())
            takes = said[int(rng.integers(len(said)))] if making.even else said[0]
            row = takes[int(rng.integers(len(takes)))]
            digit = change(sounds[row["audio"]])
            at = sum(map(len, parts)) / RATE
            words.append({"text": row["text"], "start": round(at, 4), "end": round(at + len(digit) / RATE, 4)})
            parts += [_level(digit, float(rng.uniform(-26, -20))), _gap(rng, making.power)]
            if " " in row["text"]:
                break
        text = " ".join(w["text"] for w in words)
        times = {} if text.count(" ") >= len(words) else {"words": words}
        yield _noisy(np.concatenate(parts), making.noises, rng), {"text": text, "speaker": speaker, **times}


def _as_it_is(sound: np.ndarray) -> np.ndarray:
    return sound


def _change(rng: np.random.Generator) -> Callable[[np.ndarray], np.ndarray]:
    """A voice of another size (resampled), in half of the cases also of another pace, through another microphone."""
    size = float(np.exp(rng.uniform(np.log(0.78), np.log(1.28))))
    pace = float(np.exp(rng.uniform(np.log(0.7), np.log(1.35)))) if rng.random() < _OTHERWISE else size
    knots = rng.uniform(-9, 9, 7)

    def change(sound: np.ndarray) -> np.ndarray:
        own = float(np.exp(rng.uniform(-0.08, 0.08)))
        sized = resample(sound[None], RATE, round(RATE * size * own))[0]
        paced = sized if pace == size else stretched(sized, pace / size, _WINDOW)
        return _colored(paced, knots)

    return change


def sets(fsdd: Path, work: Path) -> dict[str, Path]:
    """The manifests of learn, tune and valid; what is there already is kept."""
    train = manifests.placed(fsdd / "train.jsonl")
    kept = [r for r in train if int(Path(r["audio"]).stem.split("_")[2]) % 8 == 0]
    learn = made([r for r in train if r not in kept], SIZES["learn"], 0, Making(varied=True, least=1))
    return {
        "learn": _there(work, "learn", learn),
        "tune": _there(work, "tune", made(kept, SIZES["tune"], 1, Making())),
        "valid": unseen(fsdd, work),
    }


def unseen(fsdd: Path, work: Path, tuned_on: str | None = None) -> Path:
    """The manifest of strings of the voice of valid, or of one of train."""
    rows = manifests.placed(fsdd / f"{'train' if tuned_on else 'valid'}.jsonl")
    return _there(work, "valid", made([r for r in rows if tuned_on in (None, r["speaker"])], SIZES["valid"], 2, Making()))


@dataclass(frozen=True)
class Sources:
    """Folders with train.jsonl: digits of a few voices (and valid.jsonl), words and strings of many speakers, sentences of many
    speakers of which those are taken that are nothing but digits, digits cut out of the others, readings of synthetic voices (both
    may be missing), and noises. `often`: which of them count as so many recorded voices (the words are "many")."""

    fsdd: Path
    words: tuple[Path, ...]
    sentences: tuple[Path, ...]
    cut: Path | None
    read: Path | None
    noises: tuple[Path, ...]
    often: tuple[str, ...] = ("many", "strings", "cut")


def wide_sets(sources: Sources, work: Path, tuned_on: str | None) -> dict[str, Path]:
    """As `sets`, valid the same; learned from is all that there is of `sources`, as short strings with noise under most of them.

    `tuned_on`: a recorded voice that is left out of what is learned from, to choose settings by: valid and tune are then its own.
    """
    found = {"learn": work / "learn.jsonl", "tune": work / "tune.jsonl", "valid": unseen(sources.fsdd, work, tuned_on)}
    if all(path.is_file() for path in found.values()):
        return found
    train = manifests.placed(sources.fsdd / "train.jsonl")
    words = [r for folder in sources.words for r in manifests.placed(folder / "train.jsonl")]
    others = [r | {"speaker": "many"} for r in words if r["text"] in WORDS]
    sentences = [r for folder in sources.sentences for r in manifests.placed(folder / "train.jsonl")]
    sentences += [r for r in words if " " in r["text"]]
    strings = [r | {"speaker": "strings"} for r in sentences if r.get("text") and set(r["text"].split()) <= set(WORDS)]
    others += [r | {"speaker": "cut"} for r in _train(sources.cut)]
    voices = [r | {"speaker": r["speaker"].split("+")[0]} for r in _train(sources.read)]
    if tuned_on is None:
        kept = [r for r in train if int(Path(r["audio"]).stem.split("_")[2]) % 16 == 0]
    else:
        kept = [r for r in train if r["speaker"] == tuned_on]
    learn = [r for r in train if r not in kept]
    rows = [row for folder in sources.noises for row in manifests.placed(folder / "train.jsonl")]
    stretches = tuple(load(r["audio"], rate=RATE, mono=True).samples[0] for r in rows)
    often = (*sources.often, *sorted({r["speaker"] for r in learn}))
    making = Making(varied=True, least=1, most=5, power=2.0, often=often, even=True, noises=stretches)
    write(work, "learn", made([*learn, *others, *strings, *voices], SIZES["wide"], 0, making))
    write(work, "tune", made(kept, SIZES["tune"], 1, Making()))
    return found


def _train(folder: Path | None) -> list[Row]:
    return [] if folder is None else manifests.placed(folder / "train.jsonl")


def of_others(folder: Path, work: Path) -> Path:
    """Strings of the voices in a folder's valid.jsonl, each voice a group."""
    strings = made(manifests.placed(folder / "valid.jsonl"), SIZES["valid"], 5, Making())
    return _there(work, "others", ((samples, row | {"group": row["speaker"]}) for samples, row in strings))


def _there(work: Path, name: str, strings: Iterator[tuple[np.ndarray, Row]]) -> Path:
    """The manifest of a part, written if it is not there."""
    manifest = work / f"{name}.jsonl"
    if not manifest.is_file():
        write(work, name, strings)
    return manifest


def boundaries(manifest: Path, model: Path) -> list[float]:
    """Distances (s) between the starts and ends of words and the true ones, over the words that are right."""
    apart: list[float] = []
    for row in manifests.placed(manifest):
        told = [w for s in aural.transcribe(row["audio"], model=str(model)).segments or () for w in s.words or ()]
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
    for row in manifests.placed(noises / "valid.jsonl"):
        place = folder / Path(row["audio"]).name
        if not place.exists():
            place.symlink_to(row["audio"])
    return folder


def write(folder: Path, name: str, strings: Iterator[tuple[np.ndarray, Row]]) -> None:
    (folder / name).mkdir(parents=True, exist_ok=True)
    found: list[Row] = []
    for k, (samples, row) in enumerate(strings):
        audio = f"{name}/{k:04}.wav"
        Sound(samples.astype(np.float32)[None], RATE).save(folder / audio)
        facts = {"audio": audio, "duration": round(len(samples) / RATE, 4), "group": f"string {k}", **row}
        if name == "learn":
            facts["voice"] = facts.pop("speaker")  # said through another throat and microphone in each string
        found.append(facts)
    manifests.write(folder / f"{name}.jsonl", found)


def _gap(rng: np.random.Generator, power: float) -> np.ndarray:
    return np.asarray(1e-4 * rng.standard_normal(int(GAP * rng.uniform(0, 1) ** power * RATE)), np.float32)


def _noisy(sound: np.ndarray, noises: Sequence[np.ndarray], rng: np.random.Generator) -> np.ndarray:
    """Most of the sounds with noise under them."""
    if not noises or rng.random() > _NOISY:
        return sound
    noise = noises[int(rng.integers(len(noises)))]
    noise = np.resize(np.roll(noise, int(rng.integers(len(noise)))), len(sound))
    ratio = np.sqrt(np.mean(sound**2) / max(float(np.mean(noise**2)), 1e-10)) * 10 ** (-rng.uniform(*_RATIOS) / 20)
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
