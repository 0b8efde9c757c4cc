"""Steps of an optimizer: AdamW with warm-up and cosine, clipped and accumulated gradients, mixed precision, averaged weights."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator, Mapping
from typing import Any, final

import torch
from torch import Tensor, nn

from aural.errors import LearningError
from aural.learn import processes
from aural.learn.options import Options

_TYPES = {"bfloat16": torch.bfloat16, "float16": torch.float16}


@final
class Stepper:
    """Moves the weights of a module. `averaged` holds the running average where one is asked for."""

    def __init__(self, module: nn.Module, options: Options, device: torch.device) -> None:
        self._module, self._options, self._device = module, options, device
        decayed = [p for p in module.parameters() if p.dim() > 1]
        others = [p for p in module.parameters() if p.dim() <= 1]
        groups = [{"params": decayed, "weight_decay": options.decay}, {"params": others, "weight_decay": 0.0}]
        self._optimizer = torch.optim.AdamW(groups, lr=options.rate)
        self._scaler = torch.amp.GradScaler(device.type, enabled=options.precision == "float16")
        self._held = self._moves = 0
        self.averaged: dict[str, Tensor] = {}
        if options.average:
            self.averaged = {n: t.detach().clone() for n, t in module.state_dict().items()}

    @contextlib.contextmanager
    def precision(self) -> Iterator[None]:
        """The number format of the heavy parts of a step."""
        kind = _TYPES.get(self._options.precision)
        with torch.autocast(self._device.type, dtype=kind, enabled=kind is not None):
            yield

    def take(self, loss: Tensor, share: float) -> None:
        """Add the gradients of a loss; move the weights when enough are added up. `share` 0..1 of the training is done.

        Raises: LearningError when the loss is no number.
        """
        if not torch.isfinite(loss):
            raise LearningError("the loss is no longer a number", fix="Try a lower --rate, or --precision float32")
        self._scaler.scale(loss / self._options.accumulate).backward()
        # After each batch and not before each step, so that what is held is the same in all processes.
        processes.average([p.grad for p in self._module.parameters() if p.grad is not None])
        self._held += 1
        if self._held < self._options.accumulate:
            return
        self._held = 0
        for group in self._optimizer.param_groups:
            group["lr"] = self._options.rate * rate_at(share, self._options.warmup)
        self._scaler.unscale_(self._optimizer)
        nn.utils.clip_grad_norm_(self._module.parameters(), self._options.clip_norm)
        self._scaler.step(self._optimizer)
        self._scaler.update()
        self._optimizer.zero_grad(set_to_none=True)
        self._average()

    @torch.no_grad()
    def _average(self) -> None:
        decay = decay_at(self._moves, self._options.average)
        self._moves += 1
        for name, value in self._module.state_dict().items() if self.averaged else ():
            if value.is_floating_point():
                self.averaged[name].lerp_(value, 1 - decay)
            else:
                self.averaged[name].copy_(value)

    def state(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        """Moments, held gradients and the average; plain values."""
        moments = self._optimizer.state_dict()["state"]
        tensors = {f"moment.{i}.{n}": v for i, one in moments.items() for n, v in one.items()}
        tensors |= {f"average.{n}": v for n, v in self.averaged.items()}
        tensors |= {f"gradient.{n}": p.grad for n, p in self._module.named_parameters() if p.grad is not None}
        return tensors, {"held": self._held, "moves": self._moves, "scaler": dict(self._scaler.state_dict())}

    def restore(self, tensors: Mapping[str, Tensor], plain: Mapping[str, Any]) -> None:
        """Take a state back."""
        whole = self._optimizer.state_dict()
        moments: dict[int, dict[str, Tensor]] = {}
        for name, value in tensors.items():
            kind, _, rest = name.partition(".")
            if kind == "moment":
                number, _, which = rest.partition(".")
                moments.setdefault(int(number), {})[which] = value
            elif kind == "average":
                self.averaged[rest].copy_(value)
        self._optimizer.load_state_dict({**whole, "state": moments})
        for name, parameter in self._module.named_parameters():
            held = tensors.get(f"gradient.{name}")
            parameter.grad = None if held is None else held.to(parameter.device)
        self._held, self._moves = int(plain["held"]), int(plain["moves"])
        if plain["scaler"]:
            self._scaler.load_state_dict(dict(plain["scaler"]))


def rate_at(share: float, warmup: float) -> float:
    """The factor of the learning rate when `share` of the training is done: a straight rise, then half a cosine to 0."""
    if share < warmup:
        return max(share / warmup, 1e-3)
    rest = (share - warmup) / max(1 - warmup, 1e-9)
    return 0.5 * (1 + math.cos(math.pi * min(rest, 1.0)))


def decay_at(moves: int, most: float) -> float:
    """How much of the average is kept when the weights have moved so often before: no more than a tenth of the way looks back,
    so that the random weights of the beginning are soon forgotten, and a short training is averaged over less."""
    return min(most, (1 + moves) / (10 + moves))
