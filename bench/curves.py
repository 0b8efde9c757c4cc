"""How much do more labels help? Accuracy on other recordings and voices by the number of clips that were learned from.

    python -m bench.curves --corpora corpora --work runs/curves [--only esc10/transfer,fsdd/cnn] [--json FILE]
                           [--picture docs/curves.svg]

`aural train classify --curve` learns from 1/8, 1/4, 1/2 and all of the training clips less an eighth that chooses the epoch, the
smaller parts inside the larger ones; each model then hears the valid part once. What lies in the work folder is not done again.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from aural.files import write_text
from aural.pictures import svg
from aural.pictures.marks import FAINT, Box, Dots, Line, Mark, Text
from aural.pictures.ticks import Axis
from bench.encoders import CORPORA, Corpus, aural, flags_of, parted, shown
from bench.report import Finding, Table, publish

LEARNED = ("statistics", "transfer", "cnn")  # of bench.encoders.ROADS; nets with augmentation
PARTS = ("part-1-of-8", "part-1-of-4", "part-1-of-2", "all")
_COLORS = {"statistics": "#5b6b7a", "transfer": "#1f5fa8", "cnn": "#b3541e"}
Point = tuple[int, Mapping[str, Any]]  # clips, and the accuracy with its interval


def points(road: str, corpus: Corpus, source: Path, work: Path) -> list[Point]:
    """The curve of one road, learned where it is not there yet."""
    folder = work / corpus.name / road
    if not (folder / "curve.csv").is_file():
        learn, tune = parted(source, work / corpus.name / "rows")
        flags = flags_of(road, corpus, True)
        given = ["--resume"] if (folder / "series.json").is_file() else ["--manifest", str(learn), "--valid", str(tune)]
        aural(["train", "classify", *given, "-o", str(folder), "--curve", "--threads", "1", *flags])
    found = []
    for name in PARTS:
        part = folder / name
        clips = len((part / "train.jsonl").read_text(encoding="utf-8").splitlines())
        receipt = part / "other.json"
        if not receipt.is_file():
            aural(["evaluate", "classify", "--manifest", str(source / "valid.jsonl"), "--model", str(part), "--json", str(receipt)])
        found.append((clips, json.loads(receipt.read_text(encoding="utf-8"))["metrics"]["accuracy"]))
    return found


def picture(curves: Mapping[str, Mapping[str, Sequence[Point]]], path: Path) -> None:
    """A panel a corpus: wrong answers (%) over clips, both in logarithms, a line a road with its interval."""
    marks: list[Mark] = []
    for k, (corpus, roads) in enumerate(curves.items()):
        left, top, width, height = 70 + 400 * k, 40, 300, 280
        sizes = sorted({n for told in roads.values() for n, _ in told})
        across, up = (
            Axis(float(np.log(sizes[0])), float(np.log(sizes[-1])), "clips"),
            Axis(float(np.log(1)), float(np.log(100)), ""),
        )
        marks += [Box(left, top, width, height, border=FAINT), Text(left, top - 10, f"{corpus}: wrong answers (%)", 13, bold=True)]
        for value in (1, 2, 5, 10, 20, 50, 100):
            marks.append(Text(left - 8, top + height * (1 - up.share(float(np.log(value)))) + 4, str(value), 11, "end"))
        for n in sizes:
            marks.append(Text(left + across.share(float(np.log(n))) * width, top + height + 16, str(n), 11, "middle"))
        for row, (road, told) in enumerate(roads.items()):
            at = [
                (
                    left + across.share(float(np.log(n))) * width,
                    [_height(m[key] or m["value"], up) for key in ("value", "low", "high")],
                )
                for n, m in told
            ]  # one speaker alone has no interval
            line = np.array([(x, top + height * (1 - y[0])) for x, y in at])
            marks += [Line(line, _COLORS[road], 1.8), Dots(line, 3, _COLORS[road])]
            for x, y in at:
                marks.append(Line(np.array([(x, top + height * (1 - y[1])), (x, top + height * (1 - y[2]))]), _COLORS[road], 0.8))
            marks.append(Text(left, top + height + 40 + 16 * row, road, 12, color=_COLORS[road]))
    write_text(path, svg.document(70 + 400 * len(curves), 400, marks, title="learning curves"))


def _height(accuracy: float, up: Axis) -> float:
    return up.share(float(np.log(max(1.0, 100 * (1 - accuracy)))))


def main() -> None:
    """All curves that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--work", type=Path, default=Path("runs/curves"))
    parser.add_argument("--only", default="")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--picture", type=Path)
    args = parser.parse_args()
    only = {name for name in args.only.split(",") if name}
    curves: dict[str, dict[str, list[Point]]] = {}
    for corpus in CORPORA:
        for road in LEARNED:
            if not only or f"{corpus.name}/{road}" in only:
                told = points(road, corpus, args.corpora / corpus.name, args.work)
                curves.setdefault(corpus.name, {})[road] = told
                print(corpus.name, road, [(n, shown(dict(m))) for n, m in told], flush=True)
    tables = []
    for corpus in CORPORA:
        roads = curves.get(corpus.name, {})
        sizes = [n for n, _ in next(iter(roads.values()), [])]
        if sizes:
            rows = tuple((road, *(shown(dict(m)) for _, m in told)) for road, told in roads.items())
            note = f"accuracy %; cnn: `{' '.join(flags_of('cnn', corpus, True))}`; parts are drawn by group"
            tables.append(Table(corpus.title, ("learned by", *(f"{n} clips" for n in sizes)), rows, (note,)))
    publish(Finding("How much do more labels help?", tuple(tables)), args.json)
    if args.picture:
        picture(curves, args.picture)


if __name__ == "__main__":
    main()
