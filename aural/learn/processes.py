"""One training in several processes, started by torchrun: each learns from its share of every batch, gradients are averaged.

The first process reads, writes, logs and judges; the others only learn. With one process nothing here does anything.
"""

from __future__ import annotations

import datetime
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from aural.errors import UsageError

if TYPE_CHECKING:
    import torch
    from torch import Tensor

T = TypeVar("T")
_PATIENCE = datetime.timedelta(hours=12)  # the others wait while the first one reads, exports and judges


class Finished(Exception):
    """Raised in a process that only learns, when there is nothing left to learn."""


def size() -> int:
    """How many processes there are."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def rank() -> int:
    """The number of this process, from 0."""
    return int(os.environ.get("RANK", "0")) if size() > 1 else 0


def local() -> int:
    """The number of this process on its machine: that of its chip."""
    return int(os.environ.get("LOCAL_RANK", "0")) if size() > 1 else 0


def first() -> bool:
    """True for the process that reads and writes."""
    return rank() == 0


def join() -> None:
    """Meet the other processes, once. Raises: UsageError where they cannot be reached."""
    if size() == 1:
        return
    import torch

    # The first optimizer imports this, and its functions' defaults are the group as it then is: imported after the group is
    # made, they would hold it past `leave`, and its threads would abort the process at its end.
    import torch.distributed.nn.functional
    from torch import distributed

    if distributed.is_initialized():
        return
    chips = torch.cuda.is_available()
    if chips:
        torch.cuda.set_device(local())
    try:
        distributed.init_process_group("cpu:gloo,cuda:nccl" if chips else "gloo", timeout=_PATIENCE)
    except (RuntimeError, ValueError) as error:
        what = f"the other processes cannot be reached ({str(error).splitlines()[0]})"
        raise UsageError(what, where="torchrun", fix="torchrun --nproc-per-node 2 -m aural train ...") from error


def wait() -> None:
    """Go on when all processes are here."""
    if size() > 1:
        from torch import distributed

        join()
        distributed.barrier()


def leave() -> None:
    """Part from the other processes at the end."""
    if size() > 1:
        from torch import distributed

        if distributed.is_initialized():
            distributed.destroy_process_group()


def same(values: Sequence[float]) -> list[float]:
    """The first process's numbers, in every process: what follows from a clock must not differ."""
    if size() == 1:
        return list(values)
    import torch
    from torch import distributed

    told = torch.tensor(list(values), dtype=torch.float64)
    distributed.broadcast(told, 0)
    return [float(x) for x in told]


def share_of(batch: Sequence[int]) -> list[int]:
    """The part of a batch that this process learns from; all of it where there are fewer clips than processes."""
    return list(batch[rank() :: size()]) if len(batch) >= size() else list(batch)


def average(tensors: Sequence[Tensor]) -> None:
    """Each tensor becomes its mean over the processes, in place; all go as one message for each kind of number."""
    if size() == 1 or not tensors:
        return
    import torch
    from torch import distributed

    kinds: dict[torch.dtype, list[Tensor]] = {}
    for tensor in tensors:
        kinds.setdefault(tensor.dtype, []).append(tensor)
    for own in kinds.values():
        flat = torch.cat([t.detach().reshape(-1) for t in own])
        distributed.all_reduce(flat)
        flat /= size()
        at = 0
        for tensor in own:
            tensor.detach().copy_(flat[at : at + tensor.numel()].reshape(tensor.shape))
            at += tensor.numel()


def gathered(mine: dict[int, T]) -> dict[int, T]:
    """The entries of all processes."""
    if size() == 1:
        return mine
    from torch import distributed

    parts: list[Any] = [None] * size()
    distributed.all_gather_object(parts, mine)
    return {key: value for part in parts for key, value in part.items()}
