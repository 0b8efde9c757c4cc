"""Words to be favored in recognition: names and terms from a file or a list."""

from __future__ import annotations

from dataclasses import dataclass

from aural.errors import UsageError
from aural.text.word_lists import entries

FLAG = "--hotwords"
WEIGHT = 2.0
_MOST = 2000


@dataclass(frozen=True)
class Hotword:
    """A phrase as it is to be written, and its bonus for each token (nats)."""

    text: str
    weight: float = WEIGHT

    @property
    def entry(self) -> str:
        """The phrase as decoders take it: "phrase^bonus"."""
        return f"{self.text}^{self.weight:g}"


def read(spec: str) -> tuple[Hotword, ...]:
    """Hotwords from "name, other name" or from a file with one on each line.

    "phrase^2.5" sets the bonus; lines that begin with # and empty ones are skipped.
    Raises: UsageError for a bonus that is no number, a file that cannot be read, or more than 2000 phrases.
    """
    found = {word.text: word for word in (_parsed(line, f"{FLAG} {spec[:200]}") for line in entries(spec, FLAG))}
    if len(found) > _MOST:
        raise UsageError(f"{len(found)} hotwords are too many", where=f"{FLAG} {spec[:200]}", fix=f"Give {_MOST} at most")
    return tuple(found.values())


def _parsed(line: str, where: str) -> Hotword:
    text, mark, weight = line.rpartition("^")
    if not mark:
        return Hotword(" ".join(line.split()))
    try:
        bonus = float(weight)
    except ValueError:
        raise UsageError(f"{weight!r} is no bonus", where=where, fix="Write phrase^1.5, or only the phrase") from None
    if not -20 <= bonus <= 20 or not text.strip():
        raise UsageError(f"{line!r} is no hotword", where=where, fix="Write phrase^1.5 with a bonus between -20 and 20")
    return Hotword(" ".join(text.split()), bonus)
