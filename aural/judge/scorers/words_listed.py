"""Words of a list (--words): how many of them are wrong, and what each was taken for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from aural.corpora.manifest import Clip
from aural.errors import UsageError, reason
from aural.judge.figures import Figure, Item
from aural.judge.terms import Names, Terms, normalized
from aural.metrics.words import align
from aural.results import Result

VERBS = ("transcribe", "listen")
OPTIONS: Mapping[str, Mapping[str, Any]] = {}
HEADLINE = "listed_wer"
FIGURES = {
    "listed_wer": Figure(part="errors", whole="words"),
    "listed_missed": Figure(part="missed", whole="words"),
    "listed_invented": Figure(part="invented", whole="words"),
}
_SHOWN, _OTHERS = 20, 3


def asked(terms: Terms) -> bool:
    """True where a list was given."""
    return terms.words is not None


def fits(clip: Clip, verb: str) -> bool:
    """True when the row has a text; to transcribe, labels that were learned as words are one, too."""
    return (clip.words() if verb == "transcribe" else clip.text) is not None


def item(clip: Clip, answer: Result | None, terms: Terms, names: Names) -> dict[str, Any]:
    """The listed words of the text with what was heard for each (None = nothing), and those that were heard where none was said."""
    language = clip.value("language")
    spoken = language if isinstance(language, str) else None
    wanted = words_of(terms, spoken)
    steps = align(*(normalized(t, terms, spoken).split() for t in (clip.words() or "", answer.text if answer else "")))
    said = [(s.reference, s.answer) for s in steps if s.reference in wanted]
    invented = [s.answer for s in steps if s.answer in wanted and s.answer != s.reference]
    missed = sum(reference != told for reference, told in said)
    return {
        "said": said,
        "heard_instead": invented,
        "words": len(said),
        "missed": missed,
        "invented": len(invented),
        "errors": missed + len(invented),
    }


def words_of(terms: Terms, language: str | None = None) -> frozenset[str]:
    """The list in the spelling that is compared; a phrase stands for its words. Raises: UsageError."""
    return _read(terms, language)


@lru_cache(maxsize=64)
def _read(terms: Terms, language: str | None) -> frozenset[str]:
    path = Path(terms.words or "")
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, ValueError) as error:
        raise UsageError(
            f"this list of words cannot be read ({reason(error)})", where="--words", fix="Give a file, a word a line"
        ) from None
    # As lists of hotwords have them: remarks, and a bonus behind each.
    plain = (line.partition("^")[0] for line in lines if not line.lstrip().startswith("#"))
    found = frozenset(word for line in plain for word in normalized(line, terms, language).split())
    if not found:
        raise UsageError("this list holds no word", where=f"--words {path}", fix="Write a word a line")
    return found


def tell(items: Sequence[Item]) -> list[str]:
    """Per word how often it was heard right and what it was taken for, the most frequent errors first."""
    right: Counter[str] = Counter()
    wrong: dict[str, Counter[str]] = {}
    for i in items:
        for word, told in i["said"]:
            right[word] += word == told
            if word != told:
                wrong.setdefault(word, Counter())[told or "(nothing)"] += 1
    lines = [] if right else ["  no word of the list is said in these texts"]
    for word in sorted(wrong, key=lambda w: (-sum(wrong[w].values()), w))[:_SHOWN]:
        count = sum(wrong[word].values())
        others = ", ".join(f"{w} {n}" for w, n in sorted(wrong[word].items(), key=lambda p: (-p[1], p[0]))[:_OTHERS])
        lines.append(f"  {word:<24} {right[word]} of {right[word] + count}   heard: {others}")
    return lines
