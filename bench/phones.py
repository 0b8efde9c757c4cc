"""Names the phones that the shipped listener hears, and measures how many are wrong: `aural phones`.

    python -m bench.phones --weights runs/listener/listener.pt --corpora corpora -o aural/models/shipped/phones
    python -m bench.phones --corpora corpora --json bench/receipts/phones.json

The first writes the model: the layer that the listener was trained under, how frequent each phone is, and what follows what in the
texts of the train parts. The second hears the valid parts, of speakers (kathleen: sentences) that were not learned from.
"""

from __future__ import annotations

import argparse
import itertools
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from aural.corpora.manifest import Clip, read_manifest
from aural.files import sha256_of
from aural.judge.run import opened
from aural.judge.scorers.phones import phones_of
from aural.models import store, tensors
from aural.models.card import Card, Licences
from aural.models.card import read as read_card
from aural.models.card import write as write_card
from aural.models.engines.phones import FILE, LISTENER
from aural.models.face import StreamingScorer
from aural.results import Question
from bench.report import Finding, Table, publish

SETS = ("speechocean762", "librispeech_some", "kathleen")
HEARD = 300  # clips from which the frequency of phones is taken
SILENCE = "_"
NOTES = (
    "words, then phones: moonshine-base hears words, tables and rules pronounce them; free: the shipped phones model alone",
    "phones of the text by the tables of pronunciation, stress left out; a learner who says another phone counts as an error",
    "intervals: 95 %, bootstrap over speakers, kathleen over sentences",
)


def made(weights: Path, corpora: Path, folder: Path) -> None:
    """Write the model folder."""
    import torch

    kept = torch.load(weights)
    names: list[str] = kept["phones"]
    layer, bias = (kept["model"][f"top.{part}"].numpy().astype(np.float32) for part in ("weight", "bias"))
    clips = [c for name in SETS for c in read_manifest(corpora / name / "train.jsonl") if c.text]
    counts = np.full((len(names), len(names)), 0.5)
    for clip in clips:
        row = [names.index(p) for p in phones_of(clip.text or "") if p in names]
        for a, b in itertools.pairwise(row):
            counts[a, b] += 1
    # What may follow a phone; a pause may stand anywhere.
    costs = -np.log(counts / counts.sum(axis=1, keepdims=True))
    costs -= np.log(len(names))  # against all being as likely
    costs[0, :] = costs[:, 0] = 0.0
    prior = _prior(clips, layer, bias)
    folder.mkdir(parents=True, exist_ok=True)
    tensors.write(folder / FILE, {"weights": layer, "bias": bias, "prior": prior, "costs": costs.astype(np.float32)})
    listener = read_card(store.shipped(LISTENER) / "card.json")
    card = Card(
        name="phones", role="phones", kind="phones", source="trained with aural (bench/listener.py, bench/phones.py)",
        question=Question("frame", "class"), labels=tuple(names), languages=("en",), hop=listener.hop, causal=True,
        latency=listener.latency, batch="exact", sample_rate=listener.sample_rate, files={FILE: sha256_of(folder / FILE)},
        licences=Licences("Apache-2.0", "Apache-2.0, the data named", listener.licences.data, True, listener.licences.told_by),
        trained_on=listener.trained_on.partition(";")[0],
    )  # fmt: skip
    write_card(card, folder / "card.json")


def _prior(clips: list[Clip], layer: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """The mean of the chances of each phone over frames of some clips, as logarithms."""
    total = np.zeros(len(bias))
    with store.open_model(LISTENER, LISTENER) as listener:
        assert isinstance(listener, StreamingScorer)
        for number in np.random.default_rng(0).permutation(len(clips))[:HEARD]:
            with opened(clips[int(number)]) as source:
                samples = source.load(rate=16000, mono=True).samples
            raw = listener.score(samples, np.array([samples.shape[1]]))[0] @ layer.T + bias
            chances = np.exp(raw - raw.max(axis=1, keepdims=True))
            total += (chances / chances.sum(axis=1, keepdims=True)).sum(axis=0)
    return np.asarray(np.log(total / total.sum()), np.float32)


def row(name: str, way: str, manifest: Path, given: list[str], limit: int | None) -> tuple[str | float, ...]:
    """One line of the table."""
    with tempfile.TemporaryDirectory() as folder:
        receipt = Path(folder) / "r.json"
        words = ["evaluate", "phones", "--manifest", str(manifest), "--json", str(receipt), "--threads", "1", "--progress", "none"]
        words += [part for text in given for part in ("--set", text)] + (["--limit", str(limit)] if limit else [])
        done = subprocess.run([sys.executable, "-m", "aural", *words], capture_output=True, text=True)
        print(done.stdout[-3000:], done.stderr[-1000:], flush=True)
        kept = json.loads(receipt.read_text(encoding="utf-8"))
    found = kept["metrics"]
    per, took = found["per"], sum(i["took"] for i in kept["items"]) / sum(i["seconds"] for i in kept["items"])
    others = (100 * found[k]["value"] for k in ("substitutions", "insertions", "deletions"))
    between = f"[{100 * per['low']:.1f}, {100 * per['high']:.1f}]"
    return (name, way, sum(i["phones"]["phones"] for i in kept["items"]), 100 * per["value"], between, *others, took)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--weights", type=Path, help="write the model of this listener.pt instead")
    parser.add_argument("-o", "--output", type=Path)
    parser.add_argument("--split", default="valid")
    parser.add_argument("--set", action="append", default=[])
    parser.add_argument("--limit", type=int)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    if args.weights:
        made(args.weights, args.corpora, args.output)
        return
    ways: tuple[tuple[str, list[str]], ...] = (("words, then phones", []), ("free", ["free=true"]))
    rows = [row(name, way, args.corpora / name / f"{args.split}.jsonl", [*given, *args.set], args.limit)
            for way, given in ways for name in SETS]  # fmt: skip
    columns = ("set", "how", "phones", "phone errors %", "95 %", "wrong %", "put in %", "left out %", "wall s per s")
    publish(Finding("How well are phones heard?", (Table("Phones", columns, tuple(rows), NOTES),)), args.json)


if __name__ == "__main__":
    main()
