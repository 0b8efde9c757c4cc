"""Phone error rate: phones that are heard against those of the row, or those that its text is pronounced with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from aural.corpora.manifest import Clip
from aural.judge.figures import Figure, Item
from aural.judge.terms import Names, Terms
from aural.metrics.words import align
from aural.models import store
from aural.models.face import Speller
from aural.results import Result
from aural.text.pronunciation import graphemes
from aural.text.pronunciation.phonemes import STRESS
from aural.text.pronunciation.pronounce import Pronouncer
from aural.text.spoken import say

VERBS = ("phones",)
OPTIONS: Mapping[str, Mapping[str, Any]] = {}
HEADLINE = "per"
FIGURES = {
    "per": Figure(part="errors", whole="phones"),
    "substitutions": Figure(part="substituted", whole="phones"),
    "insertions": Figure(part="inserted", whole="phones"),
    "deletions": Figure(part="deleted", whole="phones"),
}
# Sounds that no two words are told apart by.
SAME = {"ᵊ": "ə", "ᵻ": "ɪ", "ɐ": "ə", "ɾ": "t", "ʔ": "t", "ː": ""}
_OFTEN = 12


def fits(clip: Clip, verb: str) -> bool:
    """True when the row has phones, or a text."""
    return clip.value("phones") is not None or clip.text is not None


def item(clip: Clip, answer: Result | None, terms: Terms, names: Names) -> dict[str, Any]:
    """Both rows of phones, and the errors by kind."""
    told = [e.label for e in (answer.events if answer is not None else None) or () if e.layer == "phone"]
    given = clip.value("phones")
    true = phones_of(clip.text or "") if given is None else (given.split() if isinstance(given, str) else list(given))
    steps = align(folded(true), folded(told))
    kinds = Counter(step.kind for step in steps)
    return {
        "reference": " ".join(folded(true)),
        "answer": " ".join(folded(told)),
        "pairs": [(s.reference, s.answer) for s in steps if s.kind == "substituted"],
        "substituted": kinds["substituted"],
        "inserted": kinds["inserted"],
        "deleted": kinds["deleted"],
        "errors": sum(count for kind, count in kinds.items() if kind != "same"),
        "phones": len(folded(true)),
    }


def folded(phones: Sequence[str]) -> list[str]:
    """Phones with those that no two words are told apart by as one."""
    return [plain for phone in phones if (plain := SAME.get(phone, phone))]


def phones_of(text: str) -> list[str]:
    """The phones of an English text, without stress."""
    found = _pronouncer().sentence(say(text).aloud)
    return [letter for word in found for letter in word.phonemes if letter not in STRESS and letter.strip()]


@cache
def _pronouncer() -> Pronouncer:
    speller = store.open_model("default", "speller")
    assert isinstance(speller, Speller)
    return Pronouncer(speller.readings, rules=graphemes.shipped().phonemes)


def tell(items: Sequence[Item]) -> list[str]:
    """The phones that were most often taken for another."""
    pairs = Counter(tuple(pair) for i in items for pair in i["pairs"])
    told = [f"{a}>{b} {n}" for (a, b), n in sorted(pairs.items(), key=lambda p: (-p[1], p[0]))[:_OFTEN]]
    return [f"  most often: {', '.join(told)}"] if told else []
