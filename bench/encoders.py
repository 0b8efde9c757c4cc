"""Which net for which sounds? Encoders beside each other on the same clips: accuracy, size, cost of hearing and of learning.

    python -m bench.encoders --corpora corpora --work runs/encoders [--only fsdd/crnn,esc10/cnn,esc10/mobile*4] [--json FILE]

Each net learns with the same options from the same clips; an eighth of the training part chooses the epoch, the valid part (other
speakers, other recordings) is heard once at the end. What has been trained in the work folder is not trained again.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from aural.models.runtime import Runtime
from bench import manifests
from bench.report import Finding, Table, publish

HEARD, ROUNDS = 10, 7  # s, how often
AUGMENTED = {"fsdd": "pitch,speed,gain,shift", "arabic_commands": "speed,gain,shift", "esc10": "gain,shift,specaugment,mixup"}


@dataclass(frozen=True)
class Corpus:
    """A set: how the encoders learn it, and what is set of those that hear spectra."""

    name: str
    title: str
    rate: int
    flags: str
    spectra: str = ""


CORPORA = (
    Corpus("fsdd", "ten spoken digits, 1,500 takes of three voices; valid: 500 of a fourth voice", 8000,
           "--batch 32 --epochs 15 --patience 0 --rate 0.003"),
    Corpus("arabic_commands", "forty spoken commands in Arabic, 7,200 takes of 18 speakers; valid: 2,400 of six others", 8000,
           "--batch 32 --epochs 6 --patience 0 --rate 0.003"),
    Corpus("esc10", "ten kinds of sounds, 238 clips of five seconds; valid: 80 clips of other recordings", 16000,
           "--batch 8 --epochs 10 --rate 0.002", "--set hop=0.02 --set window=0.04"),
)  # fmt: skip
REMARKS = {
    "fsdd": ("One voice is heard, so there is no interval; the clips that choose the epoch are of the voices learned from.",),
    "arabic_commands": ("Three of the eighteen speakers choose the epoch.",),
    "esc10": (
        "About a minute of learning each, for a comparison: the machine was busy. cnn without any flag (60 epochs of 32, frames of "
        "25 ms, no augmentation; 187 clips, 51 more chose the epoch) reaches 95.0 [89.6, 98.8] in 5 core minutes; against "
        "statistics, paired over groups, that is +7.5 [-1.4, +17.5] points, and 80 clips are too few to tell more.",
        "In cross-validation over the three folds of train (40 epochs of 16): 84.9 % without augmentation, 86.6 with shift and "
        "specaugment, 86.1 with mixup beside them. While batches held clips in the order of their rows, that of the labels, "
        "the third fold had 57.5 % where it now has 82.5.",
    ),
}
# Nets for which the epochs of a corpus are few where clips are drawn anew each time: once more, with so many times as many.
LONGER = {"bc_resnet": 4, "mobile": 4}
# What is not an encoder alone: another method, and the flags that stand for the encoder.
ROADS = {
    "statistics": "--method classical --set features=statistics",
    "transfer": "--method classical --set features=yamnet",
    "m5": "--encoder m5",
    "envnet": "--encoder envnet --set encoder.width=16",
    "cnn": "--encoder cnn",
    "bc_resnet": "--encoder bc_resnet --set n_mels=40 --set scale=2",
    "mobile": "--encoder mobile --set encoder.scale=0.5",
    "rnn": "--encoder rnn",
    "crnn": "--encoder crnn",
    "transformer": "--encoder transformer --set encoder.width=96",
    "hybrid": "--encoder hybrid",
}
TOGETHER = ("cnn", "crnn")
RAW = ("m5", "envnet", "hybrid")  # these hear samples
Row = list[Any]


def parted(source: Path, folder: Path) -> tuple[Path, Path]:
    """The training rows without every eighth group (of one speaker's set: every eighth take), and those."""
    rows = manifests.placed(source / "train.jsonl")
    groups = sorted({r["group"] for r in rows})
    kept = set(groups[::8]) if len(groups) > 8 else set()
    tune = [k for k, r in enumerate(rows) if (r["group"] in kept if kept else k % 8 == 0)]
    parts = (("learn", sorted(set(range(len(rows))) - set(tune))), ("tune", tune))
    found = [manifests.write(folder / f"{name}.jsonl", (rows[k] for k in chosen)) for name, chosen in parts]
    return found[0], found[1]


def flags_of(road: str, corpus: Corpus, varied: bool, times: int = 1) -> list[str]:
    """What a road is trained with, through so many times the epochs of its corpus."""
    flags = ROADS[road].split()
    if "classical" in flags:
        return flags
    spectra = corpus.spectra.split() if road not in RAW else []
    augment = ["--augment", AUGMENTED[corpus.name]] if varied else []
    longer = ["--epochs", str(epochs_of(corpus) * times)] if times > 1 else []
    return [*flags, *corpus.flags.split(), *longer, "--sample-rate", str(corpus.rate), *augment, *spectra]


def epochs_of(corpus: Corpus) -> int:
    """Times that a net hears each clip."""
    words = corpus.flags.split()
    return int(words[words.index("--epochs") + 1])


def aural(words: list[str]) -> str:
    done = subprocess.run([sys.executable, "-m", "aural", *words, "--progress", "none"], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"aural {' '.join(words)} ended with {done.returncode}: {done.stderr[-800:]}")
    return done.stdout


def trained(road: str, corpus: Corpus, source: Path, work: Path, varied: bool, times: int = 1) -> tuple[Path, dict[str, float]]:
    """The run folder, and what the training cost: minutes of one core, weights."""
    folder = work / corpus.name / (road + "+" * varied + f"-{times}" * (times > 1))
    cost = folder / "cost.json"
    if not cost.is_file():
        learn, tune = parted(source, work / corpus.name / "rows")
        flags = flags_of(road, corpus, varied, times)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        said = aural(
            ["train", "classify", "--manifest", str(learn), "--valid", str(tune), "-o", str(folder), "--threads", "1", *flags]
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        minutes = (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / 60
        size = next((int(line.split(" with ")[1].split(" parameters")[0].replace(",", "")) for line in said.splitlines()
                     if " parameters, " in line), None)  # fmt: skip
        cost.write_text(json.dumps({"minutes": minutes, "weights": size}), encoding="utf-8")
    return folder, json.loads(cost.read_text(encoding="utf-8"))


def judged(model: str, name: str, corpus: Corpus, source: Path, work: Path) -> dict[str, Any]:
    """Accuracy on the valid part, with its interval over the groups, or over clips where there is one group."""
    receipt = work / corpus.name / f"{name}.json"
    if not receipt.is_file():
        aural(["evaluate", "classify", "--manifest", str(source / "valid.jsonl"), "--model", model, "--json", str(receipt)])
    found: dict[str, Any] = json.loads(receipt.read_text(encoding="utf-8"))["metrics"]["accuracy"]
    return found


def cost_of_hearing(folder: Path, rate: int) -> float | None:
    """Milliseconds of one core for a second of sound, the median of some rounds; None where the graph stands on another model."""
    graph = folder / "model" / "model.onnx"
    if not graph.is_file():
        return None
    session = Runtime("cpu", 1).session(graph)
    sound = np.random.default_rng(0).normal(0, 0.1, (1, HEARD * rate)).astype(np.float32)
    feeds = {"samples": sound, "lengths": np.array([HEARD * rate])}
    times = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        session.run(feeds, ["answers"])
        times.append(time.process_time() - begun)
    return 1000 * float(np.median(times)) / HEARD


def shown(metric: dict[str, Any]) -> str:
    interval = "" if metric["low"] is None else f" [{100 * metric['low']:.1f}, {100 * metric['high']:.1f}]"
    return f"{100 * metric['value']:.1f}{interval}"


def table(corpus: Corpus, corpora: Path, work: Path, only: set[str]) -> Table:
    source = corpora / corpus.name
    rows: list[tuple[Any, ...]] = []
    for road in ROADS:
        if only and f"{corpus.name}/{road}" not in only:
            continue
        folder, cost = trained(road, corpus, source, work, False)
        plain = judged(str(folder), road, corpus, source, work)
        with_variants = None
        if "classical" not in ROADS[road]:
            varied, _ = trained(road, corpus, source, work, True)
            with_variants = shown(judged(str(varied), f"{road}+", corpus, source, work))
        rows.append(
            (road, shown(plain), with_variants, cost["weights"], cost_of_hearing(folder, corpus.rate), round(cost["minutes"], 1))
        )
        print(rows[-1], flush=True)
    for road, times in LONGER.items():
        if only and f"{corpus.name}/{road}*{times}" not in only:
            continue
        folder, cost = trained(road, corpus, source, work, True, times)
        reached = shown(judged(str(folder), folder.name, corpus, source, work))
        hearing, name = cost_of_hearing(folder, corpus.rate), f"{road}, {epochs_of(corpus) * times} epochs"
        rows.append((name, None, reached, cost["weights"], hearing, round(cost["minutes"], 1)))
        print(rows[-1], flush=True)
    if not only or all(f"{corpus.name}/{road}" in only for road in TOGETHER):
        both = ",".join(str(work / corpus.name / f"{road}+") for road in TOGETHER)
        name = " and ".join(TOGETHER)
        rows.append((f"{name}, averaged", None, shown(judged(both, "together", corpus, source, work)), None, None, None))
    columns = ("encoder", "accuracy %", "with augmentation", "weights", "ms per second of sound", "core minutes to train")
    spectra = f" ({corpus.spectra} for nets that hear spectra)" if corpus.spectra else ""
    notes = (f"`aural train classify --manifest learn.jsonl --valid tune.jsonl {corpus.flags}`{spectra}; augmented: "
             f"`--augment {AUGMENTED[corpus.name]}`. statistics and transfer: `--method classical`, a linear layer on "
             "numbers of the sound or on YAMNet's embedding.", *REMARKS[corpus.name])  # fmt: skip
    return Table(corpus.title, columns, tuple(rows), notes)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--work", type=Path, default=Path("runs/encoders"))
    parser.add_argument("--only", default="")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    only = {name for name in args.only.split(",") if name}
    tables = [table(corpus, args.corpora, args.work, only) for corpus in CORPORA
              if not only or any(name.startswith(f"{corpus.name}/") for name in only)]  # fmt: skip
    publish(Finding("Which net for which sounds?", tuple(tables)), args.json)


if __name__ == "__main__":
    main()
