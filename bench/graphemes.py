"""How often are words that nobody listed read right? Trains the shipped model, too (extra `train`; minutes on a GPU).

python -m bench.graphemes --data DATA --train g2p.npz --seconds 130      (torch)
python -m bench.graphemes --data DATA --weights g2p.npz --save --json bench/receipts/graphemes.json
"""

from __future__ import annotations

import argparse
import gzip
import io
import math
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from aural.files import write_bytes
from aural.metrics.intervals import ratio
from aural.text.pronunciation import graphemes
from aural.text.pronunciation.graphemes import LETTERS, LettersToSounds, packed
from bench.report import Finding, Table, publish

WIDTH, HEADS, INNER, READERS, WRITERS, DROPOUT = 160, 4, 640, 3, 2, 0.2
BATCH, RATE, SMOOTHING = 1024, 1.5e-3, 0.1

Row = tuple[str, list[list[str]]]


def rows(path: Path) -> list[Row]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        pairs = [line.rstrip("\n").split("\t") for line in file]
    return [(word, [told.split() for told in many.split("|")]) for word, many in pairs]


def net(phones: int) -> Any:
    """The Transformer, its weights named as `graphemes.LettersToSounds` reads them."""
    import torch
    from torch import nn
    from torch.nn import functional

    class Attention(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.q, self.k, self.v, self.o = (nn.Linear(WIDTH, WIDTH) for _ in range(4))

        def forward(self, x: Any, memory: Any, mask: Any = None, causal: bool = False) -> Any:
            def heads(y: Any) -> Any:
                return y.view(len(x), -1, HEADS, WIDTH // HEADS).transpose(1, 2)

            drop = DROPOUT / 2 if self.training else 0.0
            q, k, v = heads(self.q(x)), heads(self.k(memory)), heads(self.v(memory))
            mixed = functional.scaled_dot_product_attention(q, k, v, attn_mask=mask, is_causal=causal, dropout_p=drop)
            return self.o(mixed.transpose(1, 2).reshape(len(x), -1, WIDTH))

    class Layer(nn.Module):
        def __init__(self, writes: bool) -> None:
            super().__init__()
            self.a, self.n1, self.n2 = Attention(), nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
            if writes:
                self.c, self.n3 = Attention(), nn.LayerNorm(WIDTH)
            self.f1, self.f2, self.d, self.writes = nn.Linear(WIDTH, INNER), nn.Linear(INNER, WIDTH), nn.Dropout(DROPOUT), writes

        def forward(self, x: Any, mask: Any, memory: Any = None) -> Any:
            h = self.n1(x)
            x = x + self.d(self.a(h, h, None if self.writes else mask, self.writes))
            if self.writes:
                x = x + self.d(self.c(self.n2(x), memory, mask))
            last = self.n3 if self.writes else self.n2
            return x + self.d(self.f2(self.d(functional.relu(self.f1(last(x))))))

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.le, self.pe = nn.Embedding(len(LETTERS) + 2, WIDTH), nn.Embedding(phones + 3, WIDTH)
            self.enc = nn.ModuleList(Layer(False) for _ in range(READERS))
            self.dec = nn.ModuleList(Layer(True) for _ in range(WRITERS))
            self.ne, self.nd, self.out = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH), nn.Linear(WIDTH, phones + 3)
            self.d = nn.Dropout(DROPOUT / 2)
            self.register_buffer("places", torch.from_numpy(graphemes._places(80, WIDTH)), persistent=False)
            for table in (self.le, self.pe):
                nn.init.normal_(table.weight, std=WIDTH**-0.5)

        def forward(self, letters: Any, said: Any) -> Any:
            mask = (letters != 0)[:, None, None, :]
            x = self.d(self.le(letters) * WIDTH**0.5 + self.places[: letters.shape[1]])
            for layer in self.enc:
                x = layer(x, mask)
            memory, y = self.ne(x), self.d(self.pe(said) * WIDTH**0.5 + self.places[: said.shape[1]])
            for layer in self.dec:
                y = layer(y, mask, memory)
            return self.out(self.nd(y))

    return Net()


def trained(data: Sequence[Row], seconds: float, seed: int) -> dict[str, np.ndarray]:
    """Weights (their running mean) after so many seconds, phones among them."""
    import torch
    from torch.nn import functional

    torch.manual_seed(seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    phones = sorted({phone for _, many in data for told in many for phone in told})
    number = {phone: n + 3 for n, phone in enumerate(phones)}
    letters = np.zeros((len(data), 1 + max(len(word) for word, _ in data)), np.int64)
    said = np.zeros((sum(len(many) for _, many in data), 2 + max(len(t) for _, many in data for t in many)), np.int64)
    first, count, at = [], [], 0
    for n, (word, many) in enumerate(data):
        letters[n, : len(word) + 1] = [*(LETTERS.index(c) + 1 for c in word), len(LETTERS) + 1]
        first.append(at)
        count.append(len(many))
        for told in many:
            said[at, : len(told) + 2] = [1, *(number[phone] for phone in told), 2]
            at += 1
    x, y = torch.from_numpy(letters).to(device), torch.from_numpy(said).to(device)
    begin, choices = torch.tensor(first, device=device), torch.tensor(count, device=device)
    model = net(len(phones)).to(device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, betas=(0.9, 0.98))
    mean = {name: value.clone() for name, value in model.state_dict().items()}
    begun, step = time.monotonic(), 0
    while (share := (time.monotonic() - begun) / seconds) < 1:
        chosen = torch.randint(len(data), (BATCH,), device=device)
        told = y[begin[chosen] + (torch.rand(BATCH, device=device) * choices[chosen]).long()]
        for group in optimizer.param_groups:
            group["lr"] = RATE * min(1, (step + 1) / 300) * (0.5 + 0.5 * math.cos(math.pi * share) + 0.01)
        written = x[chosen]
        scores = model(written[:, : int((written != 0).sum(1).max())], told[:, :-1])
        loss = functional.cross_entropy(scores.flatten(0, 1), told[:, 1:].flatten(), ignore_index=0, label_smoothing=SMOOTHING)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        step += 1
        for name, value in model.state_dict().items():
            mean[name].lerp_(value, 1 - min(0.999, step / (step + 100)))
        if step % 500 == 0:
            print(f"{step} steps, loss {float(loss.detach()):.3f}", flush=True)
    return {"phones": np.array(phones)} | {name: value.float().cpu().numpy() for name, value in mean.items()}


def edits(a: Sequence[str], b: Sequence[str]) -> int:
    last = list(range(len(b) + 1))
    for i, one in enumerate(a, 1):
        now = [i]
        for j, two in enumerate(b, 1):
            now.append(min(last[j] + 1, now[-1] + 1, last[j - 1] + (one != two)))
        last = now
    return last[-1]


def judged(model: LettersToSounds, data: Sequence[Row]) -> tuple[Table, float]:
    """Word and phone errors with and without stress; a word with several pronunciations may have any of them."""
    begun = time.process_time()
    said = [model.phones(word) for word, _ in data]
    cost = (time.process_time() - begun) / len(data)
    lines = []
    for name, plain in (("phones", True), ("phones and stress", False)):

        def bare(told: Sequence[str], plain: bool = plain) -> list[str]:
            return [phone.rstrip("012") if plain else phone for phone in told]

        nearest = [min((edits(bare(t), bare(s)), len(t)) for t in many) for s, (_, many) in zip(said, data, strict=True)]
        rng = np.random.default_rng(0)
        wrong = ratio(np.array([float(e > 0) for e, _ in nearest]), np.ones(len(data)), rng)
        missed = ratio(np.array([float(e) for e, _ in nearest]), np.array([float(n) for _, n in nearest]), rng)
        lines.append((name, *(round(100 * float(v), 1) for s in (wrong, missed) for v in (s.value, s.low, s.high))))
    columns = ("what is compared", "word error %", "low", "high", "phone error %", "low", "high")
    return Table("words of CMUdict that it has not seen, nor their stems", columns, tuple(lines)), cost


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--train", type=Path, help="learn, and keep the weights here")
    parser.add_argument("--seconds", type=float, default=130.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--weights", type=Path, help="weights to judge; default: those that ship")
    parser.add_argument("--save", action="store_true", help="write the file that ships")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    folder = args.data / "cmudict_g2p"
    if args.train:
        np.savez_compressed(args.train, **trained(rows(folder / "train.tsv.gz"), args.seconds, args.seed))
        return
    if args.weights:
        with np.load(args.weights) as held:
            weights = {name: held[name] for name in held.files if name != "phones"}
            out = io.BytesIO()
            np.savez_compressed(out, phones=held["phones"], **packed(weights))
        if args.save:
            write_bytes(graphemes.PLACE, out.getvalue())
    model = graphemes.shipped()
    valid = rows(folder / "valid.tsv.gz")
    table, cost = judged(model, valid)
    notes = (
        f"{len(valid)} words (valid), split from those learned from by stem, most of them names; any listed pronunciation is right",
        f"{1000 * cost:.0f} ms of CPU a word; the file that ships has {graphemes.PLACE.stat().st_size / 1e6:.1f} MB",
        "learned in 140 s on one H100; a longer training is not done yet",
    )
    publish(
        Finding("How often are words that nobody listed read right?", (Table(table.title, table.columns, table.rows, notes),)),
        args.json,
    )


if __name__ == "__main__":
    main()
