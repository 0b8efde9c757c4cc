"""The terms of an evaluation: how texts are brought to one spelling, what is forgiven, which labels mean the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from aural.errors import UsageError
from aural.settings import option
from aural.text import scoring

_LETTERS = ("zh", "ja", "th", "lo", "my", "km", "yue")


@dataclass(frozen=True)
class Terms:
    """Conventions; the defaults are the strict ones. They stand in every receipt."""

    normalizer: str = option(
        "auto",
        "english, basic (any language), letters (scripts without spaces), none; auto goes by the language",
        choices=("auto", "english", "basic", "letters", "none"),
    )
    language: str | None = option(None, "language of the references; taken from the rows where they tell it, else en")
    words: str | None = option(None, "a file of words, one a line, whose errors are told apart, too", file="named")
    collar: float = option(0.0, "left out of DER on each side of every reference boundary", unit="s")
    skip_overlap: bool = option(False, "leave overlapping speech out of DER")
    tcp_collar: float = option(5.0, "how far a word may stand from its place in tcpWER", unit="s")
    event_collar: float = option(0.2, "how far an event's edges may be off", unit="s")
    event_share: float = option(0.5, "or its end by this share of its length")


@dataclass(frozen=True)
class Names:
    """Classes of the data set and the model's labels that mean them; an unmapped class stands for itself."""

    verb: str = ""
    classes: tuple[str, ...] = ()
    means: Mapping[str, tuple[str, ...]] | None = None

    def scores(self, told: Mapping[str, float]) -> dict[str, float]:
        """Score of each class: the highest of the labels that mean it (compared without case, _ and -)."""
        plain = {_plain(label): score for label, score in told.items()}
        means = self.means or {}
        return {c: max((plain.get(_plain(m), 0.0) for m in means.get(c, (c,))), default=0.0) for c in self.classes}

    def of(self, label: str) -> str:
        """The class that a model's label means, or the label itself."""
        means = self.means or {}
        for name in self.classes:
            if _plain(label) in {_plain(m) for m in means.get(name, (name,))}:
                return name
        return label


def normalized(text: str, terms: Terms, language: str | None = None) -> str:
    """A text in the spelling that these terms compare."""
    kind = kind_of(terms, language)
    if kind == "english":
        return scoring.normalize(text)
    if kind == "none":
        return " ".join(text.split())
    return scoring.normalize_basic(text, split_letters=kind == "letters")


def kind_of(terms: Terms, language: str | None = None) -> str:
    """Which normalizer applies to a text of `language` (code)."""
    if terms.normalizer != "auto":
        return terms.normalizer
    code = (terms.language or language or "en").lower().split("-")[0]
    if code in ("en", "english"):
        return "english"
    return "letters" if code in _LETTERS else "basic"


def versions(terms: Terms) -> dict[str, str]:
    """What goes into a receipt's versions beside the packages."""
    return {"normalizer_english": scoring.VERSION, "normalizer_basic": scoring.BASIC_VERSION, "normalizer": terms.normalizer}


def read_map(given: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """class -> model labels from `class=label|label` texts (commas between them) or files with one such line each.

    In a file a line may hold commas in labels; `#` begins a remark. Raises: UsageError.
    """
    found: dict[str, tuple[str, ...]] = {}
    for text in given:
        path = Path(text)
        if "=" not in text or path.is_file():
            try:
                lines = path.read_text(encoding="utf-8").splitlines()
            except (OSError, UnicodeDecodeError):
                raise UsageError(f"--map {text!r} is no file and no class=label", fix="Write --map dog_bark=Dog|Bark") from None
            pairs = [line.split("#")[0] for line in lines if line.split("#")[0].strip()]
        else:
            pairs = text.split(",")
        for pair in pairs:
            name, equals, labels = pair.partition("=")
            wanted = tuple(label.strip() for label in labels.split("|") if label.strip())
            if not equals or not name.strip() or not wanted:
                raise UsageError(f"--map takes class=label|label, not {pair.strip()!r}")
            found[name.strip()] = (*found.get(name.strip(), ()), *wanted)
    return found


def _plain(label: str) -> str:
    return label.lower().replace("_", " ").replace("-", " ").strip()
