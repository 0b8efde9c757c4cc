"""What every decoder promises, as checks that run on any page of nets/decoders.

A check takes a name and gives "" where the promise holds, else what is wrong in one line.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import torch
from torch import Tensor

from aural.learn.contracts import heard, net_of
from aural.learn.export import CLOSE
from aural.learn.written.export import step_parity, write_step
from aural.nets import face
from aural.nets.net import page_of
from aural.nets.writer import Writer
from aural.settings import as_dict, options_of

_ENCODER, _CLASSES = "crnn", 4
_SAME = 2e-5
_PARTS = ("Config", "Decoder", "tiny")


def writer_of(decoder: str) -> Writer:
    """A tiny writer of three units over a tiny encoder."""
    net = net_of(_ENCODER, "sequence")
    torch.manual_seed(1)
    return Writer(net, decoder, as_dict(page_of("decoder", decoder).tiny()), _CLASSES).eval()


def page(decoder: str) -> str:
    """The file holds what a page must: options with help, one decoder, `tiny`, and its source."""
    found = page_of("decoder", decoder)
    missing = [name for name in _PARTS if name not in vars(found)]
    if missing:
        return f"it does not define {', '.join(missing)}"
    if not isinstance(found.tiny(), found.Config) or not issubclass(found.Decoder, face.Decoder):
        return "tiny() gives no Config, or Decoder is no aural.nets.face.Decoder"
    unknown = [option.name for option in options_of(found.Config) if not option.help]
    if unknown:
        return f"the option {unknown[0]} has no help"
    return "" if "Source:" in (found.__doc__ or "") else "its docstring names no source; write a line with 'Source:'"


@torch.no_grad()
def cached(decoder: str) -> str:
    """Units one by one, each with the state that the one before left, give what they give together."""
    writer = writer_of(decoder)
    memory, frames, tokens = _asked(writer)
    whole, looked, _ = writer.decoder(tokens, memory, frames, writer.decoder.begin(memory, frames))
    state, parts = writer.decoder.begin(memory, frames), []
    for place in range(tokens.shape[1]):
        logits, one, state = writer.decoder(tokens[:, place : place + 1], memory, frames, state)
        parts.append((logits, one))
    for name, together, apart in (("logits", whole, 0), ("looks", looked, 1)):
        worst = float((together - torch.cat([p[apart] for p in parts], dim=1)).abs().max())
        if not worst < _SAME:
            return f"{name} one by one are {worst:.2g} apart from those together"
    return ""


@torch.no_grad()
def picked(decoder: str) -> str:
    """Rows of a memory and state that are picked go on as they would have in their own place."""
    writer = writer_of(decoder)
    memory, frames, tokens = _asked(writer)
    state = writer.decoder(tokens[:, :2], memory, frames, writer.decoder.begin(memory, frames))[2]
    rows = torch.tensor([2, 0, 2])
    told = writer.decoder(tokens[rows, 2:3], [m[rows] for m in memory], frames[rows], [s[rows] for s in state])[0]
    own = writer.decoder(tokens[:, 2:3], memory, frames, state)[0][rows]
    worst = float((told - own).abs().max())
    return "" if worst < _SAME else f"picked rows answer {worst:.2g} apart"


@torch.no_grad()
def masks(decoder: str) -> str:
    """A clip's answer is the same alone and in a batch, and nothing is looked at behind its end."""
    writer = writer_of(decoder)
    samples, lengths = heard()
    tokens = torch.tensor([[1, 2, 3]] * 3)
    x, _, frames = writer.heard(*writer.net.features(samples, lengths))
    wild = x.clone()
    for row, count in enumerate(frames.tolist()):
        wild[row, count:] = 50.0
    memory = writer.decoder.memory(wild, frames)
    told, looked, _ = writer.decoder(tokens, memory, frames, writer.decoder.begin(memory, frames))
    for row, count in enumerate(frames.tolist()):
        own, real = x[row : row + 1, :count], frames[row : row + 1]
        memory = writer.decoder.memory(own, real)
        alone = writer.decoder(tokens[:1], memory, real, writer.decoder.begin(memory, real))[0]
        apart = float((told[row] - alone[0]).abs().max())
        if not apart < _SAME:
            return f"a clip of {count} frames answers {apart:.2g} apart alone and beside longer ones: padding is heard"
        if float(looked[row, :, count:].abs().sum()) > 0 or not torch.allclose(looked[row].sum(-1), torch.ones(3), atol=1e-5):
            return "its looks do not add up to 1 over the real frames"
    return ""


@torch.no_grad()
def later(decoder: str) -> str:
    """A unit changes no answer before it."""
    writer = writer_of(decoder)
    memory, frames, tokens = _asked(writer)
    changed = tokens.clone()
    changed[:, 3] = 1 + tokens[:, 3] % 3
    begin = writer.decoder.begin(memory, frames)
    one, other = (writer.decoder(t, memory, frames, begin)[0] for t in (tokens, changed))
    apart = float((one[:, :3] - other[:, :3]).abs().max())
    if apart > 1e-6:
        return f"a later unit changes earlier answers by {apart:.2g}"
    return "" if float((one[:, 3:] - other[:, 3:]).abs().max()) > 1e-6 else "a changed unit changes nothing"


@torch.no_grad()
def order(decoder: str) -> str:
    """The same frames the other way round are another sound, though an encoder may not tell where a frame stands."""
    writer = writer_of(decoder)
    x, _, frames = writer.heard(*writer.net.features(*heard()))
    rows = x[:1, : int(frames[0])]
    told = [writer.written(one, frames[:1], torch.tensor([[1, 2, 3]])) for one in (rows, rows.flip(1))]
    return "" if float((told[0] - told[1]).abs().max()) > _SAME else "frames the other way round change nothing: it hears no order"


def gradients(decoder: str) -> str:
    """Every weight of the decoder learns, and the frames do: each slope is a number, and nearly none is 0."""
    writer = writer_of(decoder).train()
    x, _, frames = writer.heard(*writer.net.features(*heard()))
    logits = writer.written(x, frames, torch.tensor([[1, 2, 3]] * 3))
    (logits * torch.randn(logits.shape, generator=torch.Generator().manual_seed(3))).sum().backward()
    slopes = {n: p.grad for n, p in [*writer.decoder.named_parameters(), *writer.net.encoder.named_parameters()]}
    wild = [n for n, slope in slopes.items() if slope is None or not bool(torch.isfinite(slope).all())]
    if wild:
        return f"{len(wild)} weights get no slope or one that is no number, such as {wild[0]}"
    still = [n for n, slope in slopes.items() if slope is not None and not bool((slope != 0).any())]
    return f"{len(still)} weights have slope 0, such as {still[0]}" if len(still) > len(slopes) // 4 else ""


def precision(decoder: str) -> str:
    """It learns in 16-bit floats: every slope is a number."""
    writer = writer_of(decoder).train()
    features = writer.net.features(*heard())
    with torch.autocast("cpu", dtype=torch.bfloat16):
        x, _, frames = writer.heard(*features)
        logits = writer.written(x, frames, torch.tensor([[1, 2, 3]] * 3))
    logits.float().square().mean().backward()
    wild = [n for n, p in writer.decoder.named_parameters() if p.grad is not None and not bool(torch.isfinite(p.grad).all())]
    return f"in bfloat16 {len(wild)} weights get a slope that is no number, such as {wild[0]}" if wild else ""


def graph(decoder: str) -> str:
    """The exported graph answers as torch does, at other shapes, with padding, unit after unit."""
    writer = writer_of(decoder)
    with torch.no_grad():
        x, _, frames = writer.heard(*writer.net.features(*heard()))
        memory = writer.decoder.memory(x, frames)
    with tempfile.TemporaryDirectory() as folder:
        write_step(writer, Path(folder))
        apart = step_parity(writer, Path(folder), (frames, memory, writer.decoder.begin(memory, frames)))
    return "" if apart < CLOSE else f"the graph answers {apart:.2g} apart from torch"


CHECKS: Mapping[str, Callable[[str], str]] = {
    check.__name__: check for check in (page, cached, picked, masks, later, order, gradients, precision, graph)
}


def _asked(writer: Writer) -> tuple[list[Tensor], Tensor, Tensor]:
    """Memory and real frames of three clips, and the units [3, 5] that were written before each answer."""
    x, _, frames = writer.heard(*writer.net.features(*heard()))
    tokens = torch.tensor([[0, 1, 2, 3, 1], [0, 3, 3, 2, 1], [0, 2, 1, 1, 3]])
    return writer.decoder.memory(x, frames), frames, tokens
