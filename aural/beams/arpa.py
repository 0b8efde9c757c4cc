"""Reads and writes n-gram models as ARPA files: a count for each order, then a line for each n-gram, logarithms to base 10."""

from __future__ import annotations

import gzip
import math
import re
from collections.abc import Iterator
from pathlib import Path

from aural.beams.ngrams import NEVER, UNKNOWN, Gram, NGrams
from aural.errors import FormatError, reason
from aural.files import unpacked, write_bytes

_TEN = math.log(10)
_SECTION = re.compile(r"\\(\d+)-grams:")


def write(model: NGrams, path: Path) -> None:
    """Write a model; a name that ends in .gz is packed. The same model gives the same bytes."""
    lines = ["\\data\\", *(f"ngram {n}={count}" for n, count in enumerate(model.counts(), 1))]
    for n in range(1, model.order + 1):
        lines += ["", f"\\{n}-grams:"]
        for gram in sorted(g for g in model.grams if len(g) == n):
            logprob, backing = model.grams[gram]
            told = "-99" if logprob <= NEVER else f"{logprob / _TEN:.7g}"
            lines.append(f"{told}\t{' '.join(gram)}" + (f"\t{backing / _TEN:.7g}" if n < model.order else ""))
    data = ("\n".join([*lines, "", "\\end\\"]) + "\n").encode()
    write_bytes(path, gzip.compress(data, mtime=0) if path.suffix == ".gz" else data)


def read(path: Path) -> NGrams:
    """A model from a file, packed or not. Raises: FormatError that names the line."""
    try:
        text = unpacked(path).decode("utf-8")
    except (OSError, ValueError) as error:
        raise FormatError(f"this language model cannot be read ({reason(error)})", where=str(path)) from error
    promised: dict[int, int] = {}
    grams: dict[Gram, tuple[float, float]] = {}
    for number, n, line in _lines(text, path):
        if n == 0:
            promised |= _promise(line)
            continue
        parts = line.split()
        try:
            logprob, backing = float(parts[0]) * _TEN, float(parts[n + 1]) * _TEN if len(parts) > n + 1 else 0.0
        except (ValueError, IndexError):
            logprob = math.nan
        if len(parts) not in (n + 1, n + 2) or not logprob <= 1e-3:
            raise FormatError(f"this is no {n}-gram: {line[:60]!r}", where=f"{path}, line {number}")
        grams[tuple(UNKNOWN if p == "<UNK>" else p for p in parts[1 : n + 1])] = (max(logprob, NEVER), backing)
    found = NGrams(grams)
    if not grams or [promised.get(n) for n in range(1, max(promised, default=0) + 1)] != found.counts():
        told = ", ".join(map(str, promised.values())) or "none"
        raise FormatError(f"it promises {told} n-grams and holds {', '.join(map(str, found.counts()))}", where=str(path))
    return found


def _lines(text: str, path: Path) -> Iterator[tuple[int, int, str]]:
    """(number, order of the section, line) of every line that tells something; order 0 is the list of counts."""
    n: int | None = None
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        section = _SECTION.fullmatch(line)
        if line == "\\data\\":
            n = 0
        elif line == "\\end\\":
            return
        elif section:
            n = int(section[1])
        elif line and n is not None:
            yield number, n, line
    raise FormatError(
        "this is no ARPA file, or its end is missing", where=str(path), fix="A text becomes a language model by --lm-text"
    )


def _promise(line: str) -> dict[int, int]:
    match = re.fullmatch(r"ngram\s+(\d+)\s*=\s*(\d+)", line)
    return {int(match[1]): int(match[2])} if match else {}
