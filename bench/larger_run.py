"""One larger training on a card: the same fit as `aural train transcribe`, clips a second, and the share of the card's matrix rate.

    python -m bench.larger_run --manifest train.jsonl --valid valid.jsonl -o runs/large [--minutes 8] [--set encoder.width=192 ...]

The run folder gets what a training writes, the best weights as weights.safetensors (16-bit floats) with labels.json, and
speed.json. `--export` makes the model folder of it on any machine, `--tell` a table of several run folders.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch.utils.flop_counter import FlopCounterMode

from aural.corpora.manifest import Clip, read_manifest
from aural.learn.job import Job
from aural.learn.loading import Feed, order
from aural.learn.methods import _parts, supervised
from aural.learn.nets import Choice, device_of, loss_of, net_of
from aural.learn.scores import METRICS
from aural.nets.net import Net
from aural.progress import Quiet
from aural.results import Question
from bench.report import Finding, Table, publish

_QUESTION = Question("sequence", "class")
_SIDE = 8192  # of the matrices whose product tells the card's rate


def job_of(folder: Path, given: dict[str, Any], clips: dict[str, list[Clip]]) -> Job:
    """The training as `aural train transcribe` would ask for it."""
    return Job("transcribe", "recognizer", _QUESTION, clips, folder, given, Quiet(), lambda text: print(text, flush=True))


def matrix_rate(device: torch.device) -> float:
    """FLOP/s of a product of two large matrices of bfloat16: the median of ten."""
    a, b = (torch.randn(_SIDE, _SIDE, device=device, dtype=torch.bfloat16) for _ in range(2))
    times = []
    for _ in range(13):
        torch.cuda.synchronize()
        begun = time.perf_counter()
        a @ b
        torch.cuda.synchronize()
        times.append(time.perf_counter() - begun)
    return 2 * _SIDE**3 / sorted(times[3:])[5]


def speed_of(trainee: supervised.Supervised, data: _parts.Data, choice: Choice, device: torch.device) -> dict[str, float]:
    """Steps on batches that are at hand already: clips a second, FLOP/s, and the share of the matrix rate."""
    plan = order(data.train_seconds, choice.options.batch, 0, 0)[:8]
    found = [batch.to(device) for batch in Feed(data.train).batches(plan, -1)]
    for batch in found:
        trainee.learn(batch, 0.0)
    with FlopCounterMode(display=False) as counter:
        for batch in found:
            trainee.learn(batch, 0.0)
    torch.cuda.synchronize()
    begun = time.perf_counter()
    for _ in range(3):
        for batch in found:
            trainee.learn(batch, 0.0)
    torch.cuda.synchronize()
    each = (time.perf_counter() - begun) / (3 * len(found))
    rate, count = matrix_rate(device), counter.get_total_flops() / len(found)
    clips = sum(len(b.samples) for b in found) / len(found)
    return {"step": each, "clips_per_second": clips / each, "flops_per_second": count / each, "matrix_rate": rate,
            "share": count / each / rate}  # fmt: skip


def train(args: argparse.Namespace) -> None:
    """Fit, and keep the best weights."""
    clips = {name: read_manifest(path) for name, path in (("train", args.manifest), ("valid", args.valid))}
    given: dict[str, Any] = dict(text.split("=", 1) for text in args.set)
    job = job_of(args.output, given, clips)
    args.output.mkdir(parents=True, exist_ok=True)
    choice = supervised.read(job)
    labels = supervised._names(job)
    net = net_of(job, choice, len(labels))
    data = supervised._data(job, choice, net, labels)
    device = device_of(choice.options.device)
    _parts.measure(net, data.train, job)
    trainee = supervised.Supervised(net, loss_of(choice, len(labels)), choice.options, device)
    begun = time.monotonic()
    _parts.fitted(job, choice, trainee, data, METRICS["ter"], f"{len(labels)} labels")
    spent = time.monotonic() - begun
    epochs = json.loads((args.output / "epochs.json").read_text())
    save_file({n: t.half() if t.is_floating_point() else t for n, t in net.cpu().state_dict().items()},
              args.output / "weights.safetensors")  # fmt: skip
    (args.output / "labels.json").write_text(json.dumps({"labels": labels, "given": given}))
    net.to(device)
    figures = {"seconds": spent, "epochs": len(epochs), "clips_per_second": len(epochs) * len(clips["train"]) / spent}
    steps = speed_of(trainee, data, choice, device) if device.type == "cuda" else {}
    (args.output / "speed.json").write_text(json.dumps({"run": figures, "steps": steps, "device": _name(device)}, indent=1))
    print(json.dumps({"run": figures, "steps": steps}), flush=True)


def _name(device: torch.device) -> str:
    return torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu"


def export(args: argparse.Namespace) -> None:
    """The model folder from weights.safetensors."""
    told = json.loads((args.output / "labels.json").read_text())
    clips = {name: read_manifest(path) for name, path in (("train", args.manifest), ("valid", args.valid))}
    job = job_of(args.output, told["given"], clips)
    choice = supervised.read(job)
    net: Net = net_of(job, choice, len(told["labels"]))
    weights = load_file(args.output / "weights.safetensors")
    net.load_state_dict({n: t.float() if t.is_floating_point() else t for n, t in weights.items()})
    print(supervised._exported(job, choice, net.eval(), tuple(told["labels"]), [], []).name)


def told(args: argparse.Namespace) -> None:
    """A table of run folders that were trained on a card."""
    rows = []
    for folder in sorted(p.parent for p in args.output.glob("*/speed.json")):
        speed, epochs = (json.loads((folder / name).read_text()) for name in ("speed.json", "epochs.json"))
        run, steps = speed["run"], speed["steps"]
        best = min(e["metric"] for e in epochs)
        row = (folder.name, len(epochs), round(run["seconds"] / 60, 1), round(run["clips_per_second"]))
        rows.append((*row, round(steps["clips_per_second"]), f"{steps['share']:.2%}", f"{best:.1%}"))
    device = speed["device"]
    notes = (
        "three trainings side by side on one card, five workers each: the loaders of 16 cores bound them, the card waited",
        "steps alone: clips a second when batches are at hand; share: of the rate of an 8192 x 8192 x 8192 product in bfloat16",
        "label error rate on clips of valid speakers: CTC from scratch on 5.5 h had not left its plateau of blanks after this "
        "time, so nothing of it is shipped; the listener of `aural spot` learned from alignments instead (bench/listener.py)",
    )
    columns = (
        "net",
        "epochs",
        "minutes",
        "clips a second",
        "clips a second, steps alone",
        "share of the matrix rate",
        "label error rate",
    )
    table = Table(f"CTC on one {device}, 6,859 clips (5.5 h) with noise, rooms, speed and SpecAugment", columns, tuple(rows), notes)
    command = "python -m bench.larger_run --tell -o runs/large"
    publish(Finding("What does one larger training on a card reach?", (table,), command), args.json)


def main() -> None:
    """Train, or export or tell what was trained elsewhere."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--manifest", type=Path)
    parser.add_argument("--valid", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--set", action="append", default=[])
    parser.add_argument("--export", action="store_true", help="make the model folder from weights.safetensors")
    parser.add_argument("--tell", action="store_true", help="a table of the run folders in -o")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    (told if args.tell else export if args.export else train)(args)


if __name__ == "__main__":
    main()
