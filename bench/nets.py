"""What does each encoder cost: weights, time to hear a second of sound, steps of learning in a second?

Every encoder of aural/nets/encoders at its default size with a clip head of ten classes, one thread. Hearing: the exported
graph in the runtime over ten seconds, the least CPU time of several rounds. Learning: forward, backward and a step of AdamW on
eight clips of two seconds. With --peer-python also a stack of Conformer layers of the same size in transformers
(Wav2Vec2Conformer), in the same run: eight rows of 200 frames, forward, backward and step.

    python -m bench.nets [--only cnn,m5] [--peer-python PATH] [--json bench/receipts/nets.json]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import nn

from aural import find
from aural.learn.export import to_onnx
from aural.models.runtime import Runtime
from aural.nets.encoders import conformer
from aural.nets.net import Net, Plan
from aural.results import Question
from bench.report import Finding, Table, publish

RATE, HEARD, ROUNDS, STEPS = 16000, 10, 5, 6
ROWS, FRAMES, WIDTH, LAYERS, HEADS, KERNEL = 8, 200, 144, 4, 4, 31

PEER = """
import json, sys, time
import torch
import transformers
from transformers import Wav2Vec2ConformerConfig
from transformers.models.wav2vec2_conformer.modeling_wav2vec2_conformer import Wav2Vec2ConformerEncoder
rows, frames, width, layers, heads, kernel, steps = map(int, sys.argv[1:8])
torch.manual_seed(0)
torch.set_num_threads(1)
config = Wav2Vec2ConformerConfig(
    hidden_size=width, num_hidden_layers=layers, num_attention_heads=heads, intermediate_size=4 * width, hidden_act="swish",
    conv_depthwise_kernel_size=kernel, position_embeddings_type=None, layerdrop=0.0, hidden_dropout=0.1, attention_dropout=0.0,
    activation_dropout=0.1, conformer_conv_dropout=0.1)
net = Wav2Vec2ConformerEncoder(config).train()
optimizer = torch.optim.AdamW(net.parameters(), lr=1e-3)
x = torch.randn(rows, frames, width)
mask = torch.arange(frames)[None, :] < torch.linspace(frames // 2, frames, rows).long()[:, None]
best = 1e9
for _ in range(steps):
    begun = time.process_time()
    net(x, attention_mask=mask).last_hidden_state.pow(2).mean().backward()
    optimizer.step()
    optimizer.zero_grad()
    best = min(best, time.process_time() - begun)
json.dump([1 / best, sum(p.numel() for p in net.parameters()), transformers.__version__, torch.__version__], sys.stdout)
"""


def best_of(call: Callable[[], object], rounds: int) -> float:
    """The least CPU seconds of several rounds, after one that does not count: one thread, and what else runs does not matter."""
    call()
    best = float("inf")
    for _ in range(rounds):
        begun = time.process_time()
        call()
        best = min(best, time.process_time() - begun)
    return best


def row(encoder: str) -> tuple[object, ...]:
    """One line of the table."""
    torch.manual_seed(0)
    net = Net(Plan(Question("clip", "class"), 10, encoder))
    samples = 0.1 * torch.randn(8, 2 * RATE, generator=torch.Generator().manual_seed(0))
    lengths = torch.linspace(RATE, 2 * RATE, 8).long()
    optimizer = torch.optim.AdamW(net.parameters(), lr=1e-3)

    def learn() -> None:
        net(samples, lengths)[0].pow(2).mean().backward()
        optimizer.step()
        optimizer.zero_grad()

    net.train()
    step = best_of(learn, STEPS)
    sound = (0.1 * np.random.default_rng(0).standard_normal((1, HEARD * RATE))).astype(np.float32)
    feeds = {"samples": sound, "lengths": np.array([HEARD * RATE])}
    with tempfile.TemporaryDirectory() as folder:
        to_onnx(net, Path(folder) / "model.onnx")
        session = Runtime("cpu", 1).session(Path(folder) / "model.onnx")
        heard = best_of(lambda: session.run(feeds, ["answers"]), ROUNDS)
    encoder_size = sum(p.numel() for p in net.encoder.parameters())
    frame = 1000 * net.hop / RATE
    return encoder, encoder_size, round(frame, 1), round(1000 * heard / HEARD, 2), round(1 / step, 2)


def layers() -> tuple[float, int]:
    """Steps a second and weights of aural's own Conformer layers, without what makes frames fewer."""
    torch.manual_seed(0)
    config = conformer.Config(width=WIDTH, layers=LAYERS, heads=HEADS, kernel=KERNEL)
    blocks = conformer.Encoder(config, WIDTH).blocks.train()
    optimizer = torch.optim.AdamW(blocks.parameters(), lr=1e-3)
    x = torch.randn(ROWS, FRAMES, WIDTH)
    lengths = torch.linspace(FRAMES // 2, FRAMES, ROWS).long()

    def learn() -> None:
        y = x
        for block in blocks:
            y = block(y, lengths)
        y.pow(2).mean().backward()
        optimizer.step()
        optimizer.zero_grad()

    return 1 / best_of(learn, STEPS), size_of(blocks)


def size_of(net: nn.Module) -> int:
    """Weights of a net."""
    return sum(p.numel() for p in net.parameters())


def peer(python: str) -> tuple[float, int, str, str]:
    """The same of transformers in another interpreter."""
    numbers = [str(n) for n in (ROWS, FRAMES, WIDTH, LAYERS, HEADS, KERNEL, STEPS + 1)]
    done = subprocess.run([python, "-c", PEER, *numbers], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr.strip().splitlines()[-1])
    steps, size, version, other = json.loads(done.stdout)
    return float(steps), int(size), str(version), str(other)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", help="encoders with commas (default: all)")
    parser.add_argument("--peer-python", help="an interpreter that has torch and transformers")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    if os.environ.get("OMP_NUM_THREADS") != "1":
        again = [sys.executable, "-m", "bench.nets", *sys.argv[1:]]
        raise SystemExit(subprocess.run(again, env={**os.environ, "OMP_NUM_THREADS": "1"}, check=False).returncode)
    torch.set_num_threads(1)
    names = args.only.split(",") if args.only else find.names("nets/encoders")
    columns = ("encoder", "weights", "frame (ms)", "ms for a second of sound", "steps of learning a second")
    notes = ("the frontend is in the graph and in the times; eight clips of 1 to 2 s a step",)
    tables = [
        Table("encoders at their default size, 16 kHz, float32, one thread, CPU time", columns, tuple(row(n) for n in names), notes)
    ]
    if args.peer_python:
        steps, weights, version, other = peer(args.peer_python)
        own, own_weights = layers()
        rows = (("aural", own_weights, round(own, 2)), (f"transformers {version}, torch {other}", weights, round(steps, 2)))
        title = f"{LAYERS} Conformer layers, width {WIDTH}, {HEADS} heads, kernel {KERNEL}, {ROWS} x {FRAMES} frames, one thread"
        tables.append(Table(title, ("stack", "weights", "steps of learning a second"), rows, ("both masked, same lengths",)))
    publish(Finding("What does each encoder cost?", tuple(tables)), args.json)


if __name__ == "__main__":
    main()
