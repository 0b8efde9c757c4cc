"""What every encoder promises, as checks that run on any page: those of nets/encoders in the tests, a user's own by `aural check`.

A check takes a subject and gives "" where the promise holds, else what is wrong in one line.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import final

import numpy as np
import torch
from torch import Tensor, nn

from aural.errors import AuralError
from aural.learn.export import CLOSE, write_graph
from aural.models.runtime import Runtime
from aural.nets import face
from aural.nets.layers import MaskedNorm
from aural.nets.net import Net, Plan, page_of
from aural.results import Question
from aural.settings import as_dict, options_of

OVERS = ("clip", "frame", "sequence")
RATE = 16000
_ALONE = 2e-5  # largest difference between a clip alone and in a padded batch
_PARTS = ("Config", "Encoder", "tiny", "TAKES", "FRONTEND")


@dataclass(frozen=True)
class Verdict:
    """One promise: its name, and what is wrong ("" = it holds)."""

    check: str
    wrong: str


def net_of(encoder: str, over: str = "clip") -> Net:
    """A tiny net of an encoder (a name, or the path of a file) whose statistics are not those it was born with."""
    torch.manual_seed(0)
    page = page_of("encoder", encoder)
    frontend = page_of("frontend", page.FRONTEND)
    parts = {"encoder": as_dict(page.tiny()), "frontend": as_dict(frontend.tiny())}
    net = Net(Plan(Question(over, "class"), 3, encoder, sample_rate=RATE, settings=parts))  # type: ignore[arg-type]
    generator = torch.Generator().manual_seed(1)
    if frontend.Frontend.kind == "frames":
        net.standard.mean.uniform_(-12, -6, generator=generator)
        net.standard.scale.uniform_(0.2, 0.6, generator=generator)
    for module in net.modules():
        if isinstance(module, MaskedNorm):
            module.mean.uniform_(-0.5, 0.5, generator=generator)
            module.variance.uniform_(0.5, 2, generator=generator)
    return net.eval()


def heard() -> tuple[Tensor, Tensor]:
    """Three clips of noise of unlike lengths, padded with zeros."""
    samples = 0.1 * torch.randn(3, 9000, generator=torch.Generator().manual_seed(2))
    return samples, torch.tensor([9000, 4100, 700])


def page(encoder: str) -> str:
    """The file holds what a page must: options with help, one encoder, `tiny`, what it takes, and its source."""
    found = page_of("encoder", encoder)
    missing = [name for name in _PARTS if name not in vars(found)]
    if missing:
        return f"it does not define {', '.join(missing)}"
    if not isinstance(found.tiny(), found.Config):
        return "tiny() gives no Config"
    if not issubclass(found.Encoder, face.Encoder):
        return "Encoder is no aural.nets.face.Encoder"
    if page_of("frontend", found.FRONTEND).Frontend.kind != found.TAKES:
        return f"it takes {found.TAKES}, which the frontend {found.FRONTEND} does not give"
    unknown = [option.name for option in options_of(found.Config) if not option.help]
    if unknown:
        return f"the option {unknown[0]} has no help; write {unknown[0]} = aural.settings.option(default, help)"
    return "" if "Source:" in (found.__doc__ or "") else "its docstring names no source; write a line with 'Source:'"


@torch.no_grad()
def shapes(encoder: str) -> str:
    """Answers have the width and the number of frames that the encoder tells, for clips of any length."""
    net = net_of(encoder, "frame")
    for length in (1, 37, 700, 9000):
        x, frames = net.features(torch.zeros(2, length), torch.tensor([length, max(1, length // 2)]))
        y, left = net.encoder(x, frames)
        expected = net.frames(torch.tensor([length, max(1, length // 2)]))
        if left.tolist() != expected.tolist():
            return f"of {length} samples {left.tolist()} frames are real, stride {net.encoder.stride} says {expected.tolist()}"
        if tuple(y.shape) != (2, int(expected[0]), net.encoder.width):
            return f"of {length} samples come {tuple(y.shape)}, not {(2, int(expected[0]), net.encoder.width)}"
    return ""


@torch.no_grad()
def masks(encoder: str) -> str:
    """A clip's answer is the same alone and in a batch, whatever stands behind its end."""
    net = net_of(encoder, "frame")
    samples, lengths = heard()
    wild = samples.clone()
    for row, length in enumerate(lengths.tolist()):
        wild[row, length:] = 50.0
    told, frames = net(wild, lengths)
    for row, length in enumerate(lengths.tolist()):
        alone, _ = net(samples[row : row + 1, :length], lengths[row : row + 1])
        apart = float((told[row, : frames[row]] - alone[0, : frames[row]]).abs().max())
        if not apart < _ALONE:
            return f"a clip of {length} samples answers {apart:.2g} apart alone and beside longer ones: padding is heard"
    return ""


def gradients(encoder: str) -> str:
    """Every weight learns: its slope is a number, and nearly none is 0."""
    net = net_of(encoder, "frame").train()
    samples, lengths = heard()
    logits, _ = net(samples, lengths)
    (logits * torch.randn(logits.shape, generator=torch.Generator().manual_seed(3))).sum().backward()
    slopes = {name: p.grad for name, p in net.named_parameters() if p.requires_grad}
    idle = [name for name, slope in slopes.items() if slope is None or not bool(torch.isfinite(slope).all())]
    if idle:
        return f"{len(idle)} weights get no slope or one that is no number, such as {idle[0]}"
    # A tiny net may have channels that a rectifier shuts; more than a quarter is no accident.
    still = [name for name, slope in slopes.items() if slope is not None and not bool((slope != 0).any())]
    return f"{len(still)} weights have slope 0, such as {still[0]}" if len(still) > len(slopes) // 4 else ""


def precision(encoder: str) -> str:
    """It learns in 16-bit floats: the heavy parts run in them, and every slope is a number."""
    net = net_of(encoder, "frame").train()
    x, frames = net.features(*heard())
    with torch.autocast("cpu", dtype=torch.bfloat16):
        logits, _ = net.encode(x, frames)
    logits.float().square().mean().backward()
    wild = [n for n, p in net.named_parameters() if p.grad is not None and not bool(torch.isfinite(p.grad).all())]
    return f"in bfloat16 {len(wild)} weights get a slope that is no number, such as {wild[0]}" if wild else ""


def seed(encoder: str) -> str:
    """The same seed gives the same weights."""
    one, other = net_of(encoder).state_dict(), net_of(encoder).state_dict()
    unlike = [name for name, value in one.items() if not torch.equal(value, other[name])]
    return f"{unlike[0]} differs between two nets of one seed" if unlike else ""


@torch.no_grad()
def causal(encoder: str) -> str:
    """Where it says that it is causal, what is heard later changes no earlier frame; and later frames do hear it."""
    net = net_of(encoder, "frame")
    if not net.encoder.causal:
        return ""
    heard_now, frames = net.features(*heard())
    at = int(frames[0]) // 2 // net.encoder.stride  # the first frame that may hear a change
    changed = heard_now.clone()
    changed[:, at * net.encoder.stride :] += 0.3
    before, after = net.encoder(heard_now, frames)[0][0], net.encoder(changed, frames)[0][0]
    apart = float((before[:at] - after[:at]).abs().max())
    if apart > 1e-6:
        return f"it says that it is causal, but what is heard later changes earlier frames by {apart:.2g}"
    return "" if float((before[at:] - after[at:]).abs().max()) > 1e-6 else "a changed sound changes no frame"


def graph(encoder: str) -> str:
    """The exported graph answers as torch does with each head, at two other shapes and with padding."""
    # One graph with all three heads, since an export costs seconds.
    three = _Three([net_of(encoder, over) for over in OVERS]).eval()
    with tempfile.TemporaryDirectory() as folder:
        write_graph(three, Path(folder) / "model.onnx", RATE, OVERS)
        session = Runtime("cpu", 1).session(Path(folder) / "model.onnx")
        rng = np.random.default_rng(0)
        for batch, length in ((3, 7000), (1, 12345)):
            samples = (0.1 * rng.standard_normal((batch, length))).astype(np.float32)
            lengths = np.array([length, length // 2, 400][:batch], np.int64)
            told = session.run({"samples": samples, "lengths": lengths}, OVERS)
            with torch.no_grad():
                true = three(torch.from_numpy(samples), torch.from_numpy(lengths))
            for over, a, b in zip(OVERS, told, true, strict=True):
                apart = float(np.abs(a - b.numpy()).max())
                if not apart < CLOSE:
                    return f"over a {over} the graph answers {apart:.2g} apart from torch for {batch} x {length} samples"
    return ""


CHECKS: Mapping[str, Callable[[str], str]] = {
    check.__name__: check for check in (page, shapes, masks, gradients, precision, seed, causal, graph)
}


def told(encoder: str, check: str) -> Verdict:
    """The verdict of one check; what an encoder raises is what is wrong."""
    try:
        return Verdict(check, CHECKS[check](encoder))
    except AuralError as error:
        return Verdict(check, str(error))
    except Exception as error:  # the code of others may raise anything
        return Verdict(check, f"{type(error).__name__}: {' '.join(str(error).split())[:300]}")


def verdicts(encoder: str) -> Iterator[Verdict]:
    """All checks in turn; none after the page's own where that one fails."""
    for check in CHECKS:
        verdict = told(encoder, check)
        yield verdict
        if check == page.__name__ and verdict.wrong:
            return


def promise(check: str) -> str:
    """What a check holds, as its first line says."""
    return (CHECKS[check].__doc__ or "").splitlines()[0]


@final
class _Three(nn.Module):
    """One frontend and encoder, three heads; what stands behind the real frames of a sequence is 0."""

    def __init__(self, nets: list[Net]) -> None:
        super().__init__()
        self.net, self.heads = nets[0], nn.ModuleList(net.head for net in nets)

    def forward(self, samples: Tensor, lengths: Tensor) -> tuple[Tensor, ...]:
        x, frames = self.net.features(samples, lengths)
        x, frames = self.net.encoder(x, frames)
        clip, frame, sequence = (head(x, frames) for head in self.heads)
        return clip, frame, sequence * (torch.arange(x.shape[1])[None, :] < frames[:, None])[..., None]
