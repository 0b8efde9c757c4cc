"""What methods share: lengths of clips, statistics of features, and the licences that a card tells."""

from __future__ import annotations

import numpy as np
import torch

from aural.corpora.manifest import Clip
from aural.learn.job import Job
from aural.learn.loading import Clips, Draw
from aural.models.card import Licences
from aural.nets.cells import cell_of
from aural.nets.net import Net

_MEASURED = 400  # clips: enough for a mean and a spread


def seconds_of(clip: Clip) -> float:
    """The length of a clip, 1 s where it is not known."""
    return clip.duration or 1.0


@torch.no_grad()
def measure(net: Net, clips: Clips, job: Job) -> None:
    """Mean and spread of the features over at most 400 training clips; numbers get their own scale."""
    chosen = sorted(np.random.default_rng(0).permutation(len(clips))[:_MEASURED].tolist())
    total, squares, count = torch.zeros(net.frontend.width), torch.zeros(net.frontend.width), 0
    for index in chosen if not net.frontend.learned else ():
        samples = torch.from_numpy(clips.sound(index).samples)
        x, frames = net.frontend(samples, torch.tensor([samples.shape[1]]))
        total, squares, count = total + x.sum((0, 1)), squares + (x * x).sum((0, 1)), count + int(frames[0])
    if count:
        net.standard.measure(total, squares, count)
    if job.question.answer == "number" and cell_of(job.question).squash == "scale":
        values = np.concatenate([clips[Draw(i, -1)].target.reshape(-1, net.plan.outputs) for i in range(len(clips))])
        net.center.copy_(torch.from_numpy(np.nanmean(values, axis=0)))
        net.spread.copy_(torch.from_numpy(np.maximum(np.nanstd(values, axis=0), 1e-6)))


def licences_of(job: Job) -> Licences:
    """The weights are the user's own; the licences of the clips are told as far as the rows tell them."""
    told = sorted({c.licence for part in job.clips.values() for c in part if c.licence})
    return Licences("Apache-2.0", "as the data allow", ", ".join(told) or "unknown", None, "the rows of the manifest")
