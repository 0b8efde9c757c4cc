"""What methods that train nets share: the clips of both splits, statistics of features, the fit itself, and licences."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from torch.nn import Module

from aural.corpora.manifest import Clip
from aural.files import write_text
from aural.learn import augment, processes, transfer
from aural.learn.fit import Data, Fit, answered
from aural.learn.job import Job
from aural.learn.loading import Clips, Draw, Target, files_of
from aural.learn.log import Log
from aural.learn.nets import Choice, plain
from aural.learn.remembered import forget
from aural.learn.scores import Metric
from aural.learn.trainee import Trainee
from aural.models.card import Licences
from aural.nets.cells import cell_of
from aural.nets.net import Net
from aural.progress import Quiet

_MEASURED = 400  # clips: enough for a mean and a spread


def seconds_of(clip: Clip) -> float:
    """The length of a clip, 1 s where it is not known."""
    return clip.duration or 1.0


@torch.no_grad()
def measure(net: Net, clips: Clips, job: Job, choice: Choice) -> None:
    """Mean and spread of the features over at most 400 training clips; numbers get their own scale.

    An encoder that another run brought keeps the scale that it learned with.
    """
    known = net.frontend.learned or choice.options.start is not None
    chosen = sorted(np.random.default_rng(0).permutation(len(clips))[:_MEASURED].tolist())
    total, squares, count = torch.zeros(net.frontend.width), torch.zeros(net.frontend.width), 0
    for index in chosen if not known else ():
        samples = torch.from_numpy(clips.sound(index).samples)
        x, frames = net.frontend(samples, torch.tensor([samples.shape[1]]))
        total, squares, count = total + x.sum((0, 1)), squares + (x * x).sum((0, 1)), count + int(frames[0])
    if count:
        net.standard.measure(total, squares, count)
    if job.question.answer == "number" and cell_of(job.question).squash == "scale":
        values = np.concatenate([clips[Draw(i, -1)].target.reshape(-1, net.plan.outputs) for i in range(len(clips))])
        net.center.copy_(torch.from_numpy(np.nanmean(values, axis=0)))
        net.spread.copy_(torch.from_numpy(np.maximum(np.nanstd(values, axis=0), 1e-6)))


def data_of(job: Job, choice: Choice, truths: tuple[Target, Target], weights: Sequence[float] | None, crop: float | None) -> Data:
    """The clips of train, augmented and cropped, and of valid as they are, with the truth of each."""
    options = choice.options
    change = augment.Effects(options.augment, options.noise, options.rooms) if options.augment else None
    train = Clips(job.clips["train"], options.sample_rate, truths[0], weights, change=change, crop=crop,
                  seed=options.seed, cache=options.cache)  # fmt: skip
    valid = Clips(job.clips["valid"], options.sample_rate, truths[1], cache=options.cache)
    return Data(train, valid, [seconds_of(c) for c in train.clips], [seconds_of(c) for c in valid.clips], files_of(train.clips))


def onward(job: Job, parts: Mapping[str, Module], start: str | None, labels: Sequence[str]) -> None:
    """Let parts ("net.head", "decoder") begin with what the run that is named learned for the same labels, and say so."""
    came = transfer.onward(parts, start, labels)
    if came:
        job.say(f"begins with its {' and '.join(name.rpartition('.')[2] for name in came)} too: the same labels")


def fitted(
    job: Job, choice: Choice, trainee: Trainee, data: Data, metric: Metric, told: str
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Train to the end and settle on the best weights: answers and targets of valid. What was chosen and logged is written
    to the run folder; `told` is said behind the size of the net. Raises: Finished in a process that only learns."""
    options = choice.options
    if not processes.first():
        outcome = Fit(trainee, data, metric, options, job.folder, Quiet(), lambda *_: None, lambda _: None).run(job.resume)
        trainee.settle(outcome.weights)
        answered(trainee, data.valid, data.valid_seconds, options)
        raise processes.Finished
    write_text(job.folder / "options.json", json.dumps(plain(choice), indent=1, sort_keys=True) + "\n")
    size = sum(p.numel() for p in trainee.net.parameters())
    job.say(f"{options.encoder} with {size:,} parameters, {told}")
    with Log(job.folder) as log:
        outcome = Fit(trainee, data, metric, options, job.folder, job.progress, log.add, job.say).run(job.resume)
    job.progress.close()
    job.say(f"stopped after {len(outcome.epochs)} epochs ({outcome.stopped}), {outcome.seconds / 60:.1f} minutes; "
            f"best valid {metric.name} {outcome.best.metric:.4f} in epoch {outcome.best.number + 1}")  # fmt: skip
    trainee.settle(outcome.weights)
    write_text(job.folder / "epochs.json", json.dumps([vars(e) for e in outcome.epochs], default=dict, sort_keys=True) + "\n")
    found = answered(trainee, data.valid, data.valid_seconds, options)
    forget(trainee.net)
    return found


def licences_of(job: Job) -> Licences:
    """The weights are the user's own; the licences of the clips are told as far as the rows tell them.

    What an encoder from elsewhere may be used for goes on with what was begun with it.
    """
    told = ", ".join(sorted({c.licence for part in job.clips.values() for c in part if c.licence})) or "unknown"
    start = str(job.given.get("start") or "")
    module = transfer.elsewhere(start) if start else None
    if module:
        name = Path(start).name if Path(start).is_dir() else start
        return transfer.lent(module.licences(start), f"begun with {name}", told)
    return Licences("Apache-2.0", "as the data allow", told, None, "the rows of the manifest")
