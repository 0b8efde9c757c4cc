"""A process of a training: the fit alone, without export and judge. Arguments: rows, folder, settings as JSON, where to stop."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file

from aural.corpora.manifest import read_manifest
from aural.learn import processes
from aural.learn.fit import Fit
from aural.learn.job import Job
from aural.learn.loading import Truth
from aural.learn.methods._parts import data_of, measure
from aural.learn.methods._taught import Taught
from aural.learn.nets import choice_of, loss_of, net_of
from aural.learn.scores import METRICS
from aural.progress import Quiet
from aural.results import Question


def main(rows: str, folder: str, settings: str, stop: str) -> None:
    torch.set_num_threads(1)
    clips = read_manifest(Path(rows))
    job = Job(
        "classify", "classifier", Question("clip", "class"), {"train": clips, "valid": clips}, Path(folder), json.loads(settings)
    )
    processes.join()
    choice = choice_of(job)
    net = net_of(job, choice, 3)
    truth = Truth("clip_class", ("high", "low", "noise"), net.hop, choice.options.sample_rate)
    data = data_of(job, choice, (truth, truth), None, None)
    measure(net, data.train, job, choice)
    trainee = Taught(net, loss_of(choice, 3), choice.options, torch.device("cpu"))

    def log(name: str, value: float, step: int) -> None:
        if str(step) == stop:
            os._exit(9)

    outcome = Fit(trainee, data, METRICS["accuracy"], choice.options, Path(folder), Quiet(), log, lambda text: None).run(True)
    told = {"metric": torch.tensor([e.metric for e in outcome.epochs])} | {n: p.clone() for n, p in net.state_dict().items()}
    save_file(told, str(Path(folder) / f"rank-{processes.rank()}.safetensors"))
    processes.leave()
    threads = [p.read_text().strip() for p in Path("/proc/self/task").glob("*/comm")]
    # What still runs when the interpreter ends aborts the process now and then.
    assert not [name for name in threads if "gloo" in name], "the group has not been left"


if __name__ == "__main__":
    main(*sys.argv[1:])
