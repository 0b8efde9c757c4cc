"""A module under training with its optimizer: what is drawn in a step, averaged weights, and its state."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, final

import torch
from torch import Tensor, nn

from aural.learn import checkpoint, processes
from aural.learn.options import Options
from aural.learn.stepper import Stepper
from aural.learn.transfer import STAGED
from aural.nets.layers import MaskedNorm

_NORMS = (MaskedNorm, nn.modules.batchnorm._BatchNorm)  # what keeps statistics of the clips that it hears


@final
class Weights:
    """`module` holds all that is learned together, the loss's own weights too; `stepper` moves them. `brought` are the
    modules that another run brought, which are held as the options say."""

    def __init__(self, module: nn.Module, options: Options, device: torch.device, brought: Sequence[nn.Module] = ()) -> None:
        self.module = module.to(device)
        self.stepper = Stepper(self.module, options, device)
        self._seed, self._steps = options.seed, 0
        self._brought = tuple(brought) if options.start is not None and options.freeze != "never" else ()
        self._until = STAGED if options.freeze == "staged" else math.inf

    def begin(self, share: float) -> torch.Generator:
        """The next step, `share` of the training being done: the module learns, and masks, mixes and dropout follow from
        (seed, step) alone, so that a resumed run draws the same. Gives the generator of the step."""
        # Each process draws for itself; the first as if it were alone.
        draw = self._seed * 1_000_003 + self._steps + 1_000_000_007 * processes.rank()
        torch.manual_seed(draw)
        self._steps += 1
        self.module.train()
        for module in self._brought:
            held = share < self._until
            module.train(not held)
            module.requires_grad_(not held)
        return torch.Generator().manual_seed(draw)

    def level(self) -> None:
        """Statistics that each process keeps of its own clips become their mean."""
        # Of the other buffers nothing is learned: means of equal numbers could still differ from them in their last bits.
        if processes.size() > 1:
            kept = {f"{name}.{own}" for name, one in self.module.named_modules() if isinstance(one, _NORMS) and one.training
                    for own, buffer in one.named_buffers(recurse=False) if buffer.is_floating_point()}  # fmt: skip
            processes.average([b for n, b in self.module.named_buffers() if n in kept])
            processes.average([t for n, t in self.stepper.averaged.items() if n in kept])

    @contextlib.contextmanager
    def answering(self) -> Iterator[None]:
        """The module answers, with the weights that are worth keeping; those that learn are put back afterwards."""
        self.module.eval()
        if not self.stepper.averaged:
            yield
            return
        learning = {n: t.clone() for n, t in self.module.state_dict().items()}
        self.module.load_state_dict(self.stepper.averaged)
        yield
        self.module.load_state_dict(learning)

    def kept(self) -> dict[str, Tensor]:
        """The weights that are worth keeping now, on the CPU: averaged where an average is asked for."""
        found = self.stepper.averaged or self.module.state_dict()
        return {n: t.detach().cpu().clone() for n, t in found.items()}

    def settle(self, weights: Mapping[str, Tensor]) -> None:
        """Put kept weights back; nothing is learned afterwards."""
        self.module.load_state_dict(dict(weights))
        self.module.eval()

    def state(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        """Everything that resuming needs: named tensors, and plain values."""
        parts = {"module": (self.module.state_dict(), {"steps": self._steps}), "stepper": self.stepper.state()}
        return checkpoint.merged(parts)

    def restore(self, tensors: Mapping[str, Tensor], plain: Mapping[str, Any]) -> None:
        """Take a state back. Raises: LearningError when it does not fit."""
        checkpoint.fitted(self.module, checkpoint.part(tensors, "module"), "--resume")
        self.stepper.restore(checkpoint.part(tensors, "stepper"), plain["stepper"])
        self._steps = int(plain["module"]["steps"])
