"""Words to be favored in recognition: names and terms from a file or a list."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from aural.errors import UsageError, reason

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
    path = Path(spec)
    try:
        from_file = _is_file(path)
        text = path.read_text(encoding="utf-8-sig") if from_file else spec
    except (OSError, ValueError) as error:
        raise UsageError(f"this list of hotwords cannot be read ({reason(error)})", where=spec[:200]) from error
    if not from_file and "," not in spec and path.suffix.lower() in (".txt", ".csv", ".tsv"):
        raise UsageError("there is no such list of hotwords", where=spec[:200], fix="Check the path, or write the words: a,b,c")
    lines = text.splitlines() if from_file else text.split(",")
    found: dict[str, Hotword] = {}
    for line in lines:
        line = line.strip()
        if line and not line.startswith("#"):
            word = _parsed(line, spec if from_file else "--hotwords")
            found[word.text] = word
    if len(found) > _MOST:
        raise UsageError(f"{len(found)} hotwords are too many", where=spec[:200], fix=f"Give {_MOST} at most")
    return tuple(found.values())


def _is_file(path: Path) -> bool:
    """True for a file that is there; a list of many words is too long to be a name."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


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
