"""How well are sounds told: tags, events in speech, segments, gender?

    python -m bench.sounds --data ../shared/data [--json bench/receipts/sounds.json]

Tags: top-1 and mAP over groups of the tagger's own classes (bench/esc10_classes.txt), which were
written down before a clip was scored; the weighting by level was chosen on the train clips.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

import aural
from aural.metrics.intervals import bootstrap
from aural.metrics.labels import accuracy, mean_average_precision
from aural.models.shelf import Shelf
from aural.results import Result
from aural.sound.sound import load
from aural.sound.source import Source
from aural.tasks import detect
from bench import manifests
from bench.report import Finding, Table, publish

RATE = 16000
CLASSES = Path(__file__).parent / "esc10_classes.txt"


def rows(data: Path, folder: str, split: str) -> Iterator[dict[str, Any]]:
    """The rows of a part, each with the whole path of its recording."""
    yield from manifests.placed(data / folder / f"{split}.jsonl")


def share(hits: np.ndarray, groups: list[str] | None = None) -> str:
    """A share in percent with its interval."""
    found = bootstrap(lambda drawn: float(hits[drawn].mean()), len(hits), np.random.default_rng(0), groups)
    return f"{100 * found.value:.1f} [{100 * found.low:.1f}, {100 * found.high:.1f}]"


def tags(data: Path) -> Table:
    """Top-1 and mAP of `tag` on esc10."""
    lines = [line.partition("=") for line in CLASSES.read_text(encoding="utf-8").splitlines()]
    groups = {name: labels.split("|") for name, _, labels in lines}
    out = []
    for split in ("valid", "train"):
        truth, told, scores, cpu, seconds = [], [], [], 0.0, 0.0
        for row in rows(data, "esc10", split):
            before = time.process_time()
            answer = {label.label: label.score for label in aural.tag(row["audio"], top=0, threads=1).labels}
            cpu, seconds = cpu + time.process_time() - before, seconds + row["duration"]
            scores.append([max(answer[name] for name in names) for names in groups.values()])
            told.append(list(groups)[int(np.argmax(scores[-1]))])
            truth.append(row["label"])
        hits = np.array([a == b for a, b in zip(truth, told, strict=True)])
        known = np.array([[t == g for g in groups] for t in truth])
        assert abs(accuracy(truth, told) - hits.mean()) < 1e-9
        mean_ap = 100 * mean_average_precision(known, np.array(scores))
        out.append((split, len(hits), share(hits), round(mean_ap, 1), round(cpu / seconds, 4)))
    notes = ("The same weights used by hand, on 320 clips: 81.6 % top-1.", "CPU time includes opening the model for each clip.")
    columns = ("split", "clips", "top-1 %", "mAP %", "CPU s per s")
    return Table("esc10, ten groups of the tagger's classes", columns, tuple(out), notes)


def false_sounds(data: Path) -> Table:
    """Events told in clean and in noisy speech, where none is, by the settings of `detect` and of `listen`."""
    settings = {"detect, speech left out": detect.Options(speech=False), "listen": detect.BESIDE_SPEECH}
    names = ("Glass", "Siren", "Gunshot, gunfire")
    watched = {f"watch {len(names)} kinds, threshold {t}": detect.Options(watch=names, threshold=t) for t in (0.4, 0.6, 0.8)}
    out = []
    sets = {"librispeech_mini": "speech", "allison_prompts_tts": "speech", "noises": "noises, machines, babble"}
    for name, options in (settings | watched).items():
        for folder, kind in sets.items():
            if folder == "noises" and options not in watched.values():
                continue  # there are sounds in it
            count, seconds = 0, 0.0
            with Shelf({"tagger": "yamnet"}).open("tagger") as model:
                for row in rows(data, folder, "valid"):
                    ear, sound = detect.Ear(model, options), load(row["audio"]).mono().resample(RATE)
                    ear.push(sound.samples[0])
                    count, seconds = count + len(ear.finish(sound.duration)), seconds + sound.duration
            out.append((name, f"{folder} ({kind})", round(seconds / 60, 1), count, round(count / seconds * 3600, 1)))
    notes = (
        f"Watched: {'; '.join(names)}, with all their kinds.",
        "The noises are doors, engines, footsteps, paper: as hard as it gets.",
    )
    return Table("False events", ("settings", "recordings", "minutes", "events", "events an hour"), tuple(out), notes)


def stream(data: Path, seed: int, pieces: int = 40) -> tuple[np.ndarray, list[tuple[float, float, str]]]:
    """Speech, music, noise and silence in a row, at levels from -34 to -18 dBFS, and what it is when."""
    rng = np.random.default_rng(seed)
    music = [r["audio"] for r in rows(data, "music_clips", "train")][1::2]  # the tuning drew from all of them, so it flatters
    pool = {
        "speech": [r["audio"] for r in rows(data, "librispeech_mini", "valid")],
        "music": music,
        "noise": [r["audio"] for f in ("esc10", "noises") for r in rows(data, f, "valid") if r["label"] != "babble"],
    }
    parts, truth, at = [], [], 0.0
    while len(parts) < pieces:
        kind = ("speech", "music", "noise", "silence")[rng.integers(4)]
        if kind == "silence":
            part = 1e-4 * rng.standard_normal(int(RATE * rng.uniform(1, 3))).astype(np.float32)
        else:
            part = load(pool[kind][rng.integers(len(pool[kind]))]).mono().resample(RATE).samples[0, : 12 * RATE]
            level = float(np.sqrt(np.mean(part**2)))
            if level < 1e-4:
                continue
            part = part * np.float32(10 ** (rng.uniform(-34, -18) / 20) / level)
        parts.append(part)
        truth.append((at, at + len(part) / RATE, kind))
        at += len(part) / RATE
    return np.concatenate(parts), truth


def segments(data: Path) -> Table:
    """Share of time (10 ms) with the right kind in joined streams."""
    names = ("speech", "music", "noise", "silence")
    counts, cpu, seconds = np.zeros((4, 4)), 0.0, 0.0
    for seed in range(100, 104):
        sound, truth = stream(data, seed)
        before = time.process_time()
        answer: Result = aural.segment(Source.from_samples(sound, RATE), threads=1)
        cpu, seconds = cpu + time.process_time() - before, seconds + len(sound) / RATE
        true, told = _painted(truth, names), _painted([(e.start, e.end, e.label) for e in answer.events or ()], names)
        n = min(len(true), len(told))
        np.add.at(counts, (true[:n], told[:n]), 1)
    out = [(name, *(round(100 * v, 1) for v in row / row.sum())) for name, row in zip(names, counts, strict=True)]
    heard = counts[:3, :3]
    notes = (
        f"Right where neither truth nor answer is silence: {100 * np.trace(heard) / heard.sum():.1f} %"
        f" of {counts.sum() / 6000:.0f} minutes; {cpu / seconds:.4f} CPU s per s.",
        "Pauses inside speech and pauses inside noise clips are silence to the answer and not to the truth.",
    )
    return Table("Speech, music, noise, silence: rows = true, columns = told, in % of the row", ("", *names), tuple(out), notes)


def _painted(spans: list[tuple[float, float, str]], names: tuple[str, ...]) -> np.ndarray:
    out = np.zeros(round(max(end for _, end, _ in spans) * 100), int)
    for start, end, kind in spans:
        out[round(start * 100) : round(end * 100)] = names.index(kind)
    return out


def genders(data: Path) -> Table:
    """Clips, and speakers by the majority of their clips, with the right class of voice."""
    out = []
    for split in ("valid", "train"):
        clips = list(rows(data, "librispeech_mini", split))
        hits = np.array([_gender_of(row["audio"]) == row["gender"] for row in clips])
        voices: dict[str, list[bool]] = {}
        for row, hit in zip(clips, hits, strict=True):
            voices.setdefault(row["speaker"], []).append(bool(hit))
        right = sum(2 * sum(v) > len(v) for v in voices.values())
        told = share(hits, [row["speaker"] for row in clips])
        out.append((f"librispeech_mini {split}", len(hits), told, f"{right} of {len(voices)}"))
    columns = ("clips of", "clips", "right % (speakers drawn)", "speakers right")
    return Table("Female or male by the sound of the voice", columns, tuple(out), ("Nothing was tuned.",))


def _gender_of(path: Path) -> str | None:
    answer = aural.gender(path, threads=1)
    return answer.labels[0].label if answer.labels else None


def main() -> None:
    """Print the tables; keep them with --json."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    tables = (tags(args.data), false_sounds(args.data), segments(args.data), genders(args.data))
    publish(Finding("How well are sounds told?", tables), args.json)


if __name__ == "__main__":
    main()
