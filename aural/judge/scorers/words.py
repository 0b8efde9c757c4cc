"""WER and CER of transcripts, with substitutions, insertions and deletions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aural.corpora.manifest import Clip
from aural.judge.figures import Figure
from aural.judge.terms import Names, Terms, normalized
from aural.metrics.words import character_errors, word_errors
from aural.results import Result

VERBS = ("transcribe", "listen")
OPTIONS: Mapping[str, Mapping[str, Any]] = {}
HEADLINE = "wer"
FIGURES = {
    "wer": Figure(part="errors", whole="words"),
    "substitutions": Figure(part="substituted", whole="words"),
    "insertions": Figure(part="inserted", whole="words"),
    "deletions": Figure(part="deleted", whole="words"),
    "cer": Figure(part="letter_errors", whole="letters"),
}


def fits(clip: Clip, verb: str) -> bool:
    """True when the row has a text; to transcribe, labels that were learned as words are one, too."""
    return (clip.words() if verb == "transcribe" else clip.text) is not None


def item(clip: Clip, answer: Result | None, terms: Terms, names: Names) -> dict[str, Any]:
    """Both texts as compared, the answer as written, and the counts; a clip that failed is an empty answer."""
    language = clip.value("language")
    spoken = language if isinstance(language, str) else None
    reference, told = (normalized(t, terms, spoken) for t in (clip.words() or "", answer.text if answer else ""))
    words, letters = word_errors(reference, told), character_errors(reference, told)
    return {
        "reference": reference,
        "answer": told,
        "said": answer.text if answer else "",
        "errors": words.total,
        "substituted": words.substituted,
        "inserted": words.inserted,
        "deleted": words.deleted,
        "words": words.length,
        "letter_errors": letters.total,
        "letters": letters.length,
    }
