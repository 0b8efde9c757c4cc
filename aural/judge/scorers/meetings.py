"""cpWER and tcpWER of conversations: words with their speakers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from aural.corpora.manifest import Clip
from aural.judge.figures import Figure
from aural.judge.terms import Names, Terms, normalized
from aural.metrics.meetings import cp_errors, spread, tcp_errors
from aural.results import Result, Segment, Word

VERBS = ("listen",)
OPTIONS: Mapping[str, Mapping[str, Any]] = {}
HEADLINE = "cpwer"
FIGURES = {"cpwer": Figure(part="cp_errors", whole="words"), "tcpwer": Figure(part="tcp_errors", whole="words")}
_NOBODY = "nobody"


def fits(clip: Clip, verb: str) -> bool:
    """True when turns with texts are known."""
    return bool(clip.known_utterances())


def item(clip: Clip, answer: Result | None, terms: Terms, names: Names) -> dict[str, Any]:
    """Errors and words of one conversation."""
    language = clip.value("language")
    spoken = language if isinstance(language, str) else None
    reference: list[Word] = []
    for said in clip.known_utterances() or ():
        text = normalized(said.text or "", terms, spoken)
        reference += spread(text, said.turn.start, said.turn.end, said.turn.speaker)
    told = [w for s in (answer.segments or () if answer else ()) for w in _words(s, terms, spoken)]
    cp, tcp = cp_errors(reference, told), tcp_errors(reference, told, terms.tcp_collar)
    return {"cp_errors": cp.errors, "tcp_errors": tcp.errors, "words": cp.length}


def _words(segment: Segment, terms: Terms, language: str | None) -> Iterator[Word]:
    """A segment's words in the compared spelling, each with its own time where spelling keeps words apart."""
    speaker = segment.speaker or _NOBODY
    if not segment.words:
        yield from spread(normalized(segment.text, terms, language), segment.start, segment.end, speaker, points=True)
        return
    run: list[Word] = []
    for word in (*segment.words, None):
        if run and (word is None or (word.speaker or speaker) != (run[-1].speaker or speaker)):
            yield from _run(run, run[-1].speaker or speaker, terms, language)
            run = []
        if word is not None:
            run.append(word)


def _run(run: list[Word], speaker: str, terms: Terms, language: str | None) -> Iterator[Word]:
    """Words of one speaker in a row. Numbers join words, so the whole run is spelled at once; where that gives
    the same as word by word the times stay, else they are spread over the run."""
    whole = normalized(" ".join(w.text for w in run), terms, language)
    single = [normalized(w.text, terms, language) for w in run]
    if " ".join(" ".join(single).split()) == whole:
        for word, text in zip(run, single, strict=True):
            yield from spread(text, word.start, word.end, speaker)
    else:
        yield from spread(whole, run[0].start, max(w.end for w in run), speaker)
