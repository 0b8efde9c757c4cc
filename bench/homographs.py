"""Are words that are spelled alike told apart by the words around them? Trains the shipped model, too.

python -m bench.homographs --data DATA --save --json bench/receipts/homographs.json
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from aural.files import write_bytes
from aural.metrics.intervals import ratio
from aural.models import store
from aural.models.face import Speller
from aural.text.pronunciation.homographs import PLACE, Homographs, Reading, context, features, places
from aural.text.pronunciation.phonemes import of_ipa
from bench.report import Finding, Table, publish

BITS = 17
KINDS = {"present tense verb": "verb"}  # kinds that share what is learned of them
L2 = 1.0


def rows(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def distance(a: str, b: str) -> int:
    """Edits between two texts."""
    last = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        now = [i]
        for j, y in enumerate(b, 1):
            now.append(min(last[j] + 1, now[-1] + 1, last[j - 1] + (x != y)))
        last = now
    return last[-1]


def readings_of(path: Path, speller: Speller) -> dict[str, tuple[Reading, ...]]:
    """Each spelling's readings; phonemes are the lexicon's own where it has one that is near, else the data's."""
    told: dict[str, list[dict[str, str]]] = defaultdict(list)
    for line in path.read_text(encoding="utf-8").splitlines():
        one = json.loads(line)
        told[one["homograph"]].append(one)
    found = {}
    for word, many in sorted(told.items()):
        known = list(dict.fromkeys(speller.readings(word).values()))
        plain = [of_ipa(one["pronunciation"]) for one in many]
        pairs = sorted((distance(p, k), n, k) for n, p in enumerate(plain) for k in known)
        chosen: dict[int, str] = {}
        for _, n, k in pairs:
            if n not in chosen and k not in chosen.values():
                chosen[n] = k
        if len(known) < len(many):  # one sound for several words: only the nearest is that one, and only if it is near
            chosen = {n: k for n, k in chosen.items() if distance(plain[n], k) <= 2}
        found[word] = tuple(
            Reading(one["wordid"], KINDS.get(one["label"], one["label"]), chosen.get(n, plain[n])) for n, one in enumerate(many)
        )
    return found


def learned(data: list[dict[str, Any]], readings: dict[str, tuple[Reading, ...]]) -> Homographs:
    """Multinomial logistic regression over hashed features, L-BFGS."""
    import scipy.optimize as optimize
    import scipy.sparse as sparse

    size = 1 << BITS
    row, column, group, right = [], [], [], []
    for number, one in enumerate(data):
        seen = features(*context(one["sentence"], one["start"]))
        for reading in readings[one["homograph"]]:
            where = places(reading, seen, size)
            row += [len(group)] * len(where)
            column += where.tolist()
            group.append(number)
            right.append(reading.name == one["wordid"])
    matrix = sparse.csr_matrix((np.ones(len(row), np.float32), (row, column)), shape=(len(group), size))
    groups, hit = np.array(group), np.array(right)
    starts = np.flatnonzero(np.r_[True, np.diff(groups) > 0])

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        scores = matrix @ weights
        powers = np.exp(scores - np.maximum.reduceat(scores, starts)[groups])
        chances = powers / np.add.reduceat(powers, starts)[groups]
        value = -np.log(np.maximum(chances[hit], 1e-12)).sum() + L2 / 2 * weights @ weights
        return float(value), matrix.T @ (chances - hit) + L2 * weights

    weights = optimize.minimize(loss, np.zeros(size), jac=True, method="L-BFGS-B", options={"maxiter": 80}).x
    scale = float(np.abs(weights).max() / 127)
    return Homographs(readings, np.round(weights / scale).astype(np.int8), scale)


def packed(model: Homographs) -> bytes:
    """The file that ships."""
    told = {word: [[one.name, one.kind, one.phonemes] for one in many] for word, many in sorted(model.readings.items())}
    out = io.BytesIO()
    text = np.frombuffer(json.dumps(told, ensure_ascii=False).encode(), np.uint8)
    np.savez_compressed(out, readings=text, weights=model._weights, scale=np.float64(model._scale))
    return out.getvalue()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--save", action="store_true", help="write the file that ships")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    folder = args.data / "homographs"
    train, valid = rows(folder / "train.jsonl.gz"), rows(folder / "valid.jsonl.gz")
    with store.open_model("default", "speller") as speller:
        assert isinstance(speller, Speller)
        readings = readings_of(folder / "pronunciations.jsonl", speller)
        tables = {word: speller.readings(word) for word in readings}
    model = learned(train, readings)
    data = packed(model)
    if args.save:
        write_bytes(PLACE, data)
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for one in train:
        counts[one["homograph"]][one["wordid"]] += 1
    usual = [counts[one["homograph"]].most_common(1)[0][0] == one["wordid"] for one in valid]
    chosen = [model.choose(one["sentence"], one["start"], one["end"])[0] for one in valid]
    right = [c.name == one["wordid"] for c, one in zip(chosen, valid, strict=True)]
    sound = {(word, r.name): r.phonemes for word, many in readings.items() for r in many}
    first = [tables[o["homograph"]].get("DEFAULT") == sound[o["homograph"], o["wordid"]] for o in valid]
    rarer = [r for r, u in zip(right, usual, strict=True) if not u]
    lines = []
    for name, hits in (
        ("the lexicon's first reading, always", first),
        ("the word that is usual in training", usual),
        ("by the words around it (shipped)", right),
        ("the same, only where the rarer word is meant", rarer),
    ):
        spread = ratio(np.array(hits, float), np.ones(len(hits)), np.random.default_rng(0))
        lines.append((name, len(hits), *(round(100 * float(v), 1) for v in (spread.value, spread.low, spread.high))))
    words = sorted({o["homograph"] for o in valid})
    each = {w: np.mean([r for r, o in zip(right, valid, strict=True) if o["homograph"] == w]) for w in words}
    worst = ", ".join(f"{w} {100 * v:.0f} %" for w, v in sorted(each.items(), key=lambda p: p[1])[:8])
    notes = (
        f"trained on {len(train)} sentences (train), reported on {len(valid)} others (valid) of the same 162 words",
        f"mean over words {100 * float(np.mean(list(each.values()))):.1f} %; lowest: {worst}",
        f"the file that ships has {len(data) / 1000:.0f} kB; {1 << BITS} hashed weights of 8 bits",
    )
    table = Table("right word of two or three", ("how", "sentences", "right %", "low", "high"), tuple(lines), notes)
    publish(Finding("Are words that are spelled alike told apart by the words around them?", (table,)), args.json)


if __name__ == "__main__":
    main()
