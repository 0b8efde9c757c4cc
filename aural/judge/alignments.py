"""Alignment pictures in text: what was said over what was answered, word under word, the worst clips first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from aural.judge.run import Record
from aural.metrics.words import Step, align

PAGE = "words"  # the scorer whose records hold both texts
_MARKS = {"same": "", "substituted": "S", "inserted": "I", "deleted": "D"}
_OFTEN = 10


def picture(reference: Sequence[str], answer: Sequence[str], width: int = 100) -> str:
    """Three lines for each `width` columns: reference, answer, and S, I or D under what was changed, put in or left out.

    >>> print(picture("the cat sat".split(), "the bat sat down".split()))
    said   the cat sat ****
    heard  the bat sat down
               S       I
    """
    rows: list[list[Step]] = [[]]
    used = 0
    for step in align(reference, answer):
        size = _size(step) + 1
        if rows[-1] and used + size > width - 7:
            rows, used = [*rows, []], 0
        rows[-1].append(step)
        used += size
    lines = []
    for row in rows:
        for title, cells in (
            ("said", [s.reference or "*" * len(s.answer or "") for s in row]),
            ("heard", [s.answer or "*" * len(s.reference or "") for s in row]),
            ("", [_MARKS[s.kind] for s in row]),
        ):
            told = " ".join(cell.ljust(_size(s)) for cell, s in zip(cells, row, strict=True))
            lines.append(f"{title:<7}{told}".rstrip())
    return "\n".join(line for line in lines if line)


def report(records: Sequence[Record], most: int) -> str:
    """The `most` clips with the most errors, each with its picture, and which words were confused most often."""
    own = [r for r in records if PAGE in r]
    wrong = sorted((r for r in own if r[PAGE]["errors"]), key=lambda r: (-r[PAGE]["errors"], r["id"]))
    lines = [f"{len(wrong)} of {len(own)} clips have errors" + (f"; the {most} with most:" if len(wrong) > most else ":")]
    for record in wrong[:most]:
        told = record[PAGE]
        where = "" if record["condition"] == "clean" else f" ({record['condition']})"
        share = f"{100 * told['errors'] / told['words']:.1f} %, " if told["words"] else ""
        lines += ["", f"{record['id']}{where}: {share}{told['errors']} of {told['words']} words"]
        lines.append(picture(told["reference"].split(), told["answer"].split()))
    pairs: Counter[tuple[str, str]] = Counter()
    for record in wrong:
        for step in align(record[PAGE]["reference"].split(), record[PAGE]["answer"].split()):
            if step.kind != "same":
                pairs[step.reference or "(nothing)", step.answer or "(nothing)"] += 1
    if pairs:
        lines += ["", "most often:"]
        lines += [
            f"  {n:>4} x  {said} -> {heard}" for (said, heard), n in sorted(pairs.items(), key=lambda p: (-p[1], p[0]))[:_OFTEN]
        ]
    return "\n".join(lines)


def _size(step: Step) -> int:
    return max(len(step.reference or ""), len(step.answer or ""), 1)
