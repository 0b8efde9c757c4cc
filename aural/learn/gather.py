"""From what a user names to the clips of both splits: rows are read, surveyed, held against each other, and split."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from aural import find
from aural.corpora.cuts import cut
from aural.corpora.duplicates import Twins, near_duplicates, placed, remarks
from aural.corpora.forms._relabel import relabeled
from aural.corpora.manifest import Clip
from aural.corpora.rows import look
from aural.corpora.split import split
from aural.corpora.survey import survey
from aural.errors import LearningError
from aural.progress import Progress

if TYPE_CHECKING:
    from aural.learn.train import Ask

_MANY = 50_000  # clips up to which near-duplicates are looked for: about 20 ms each


@dataclass(frozen=True, eq=False)
class Gathered:
    """The rows that can be learned from, those that were given to validate on, and pairs that sound like one."""

    found: list[Clip]
    given: list[Clip]
    twins: tuple[Twins, ...]

    @property
    def together(self) -> list[tuple[Clip, Clip]]:
        """Pairs that belong on one side of any split."""
        return [(t.first, t.second) for t in self.twins]


def gathered(ask: Ask, shown: Progress, say: Callable[[str], None]) -> Gathered:
    """The rows, surveyed: what was found is said, what cannot be heard left out. Raises: CorpusError, ManifestError, UsageError."""
    found, given = _of_corpus(ask) if ask.corpus and ask.data and ask.data.is_dir() else ([], [])
    found += _rows(ask.data, ask, say) if ask.data is not None and not found else []
    found += _rows(ask.said, ask, say) if ask.said is not None else []
    given = _rows(ask.valid, ask, say) if ask.valid is not None else given
    seen = survey([*found, *given], shown)
    shown.close()
    say(seen.text())
    found, given = seen.kept(found), seen.kept(given)
    if ask.label is not None:
        bare = sum(c.label is None for c in (*found, *given))
        found, given = [c for c in found if c.label is not None], [c for c in given if c.label is not None]
        if bare:
            say(f"note: {bare} clips without {ask.label!r} are left out")
    twins = near_duplicates([*found, *given], shown) if len(found) + len(given) <= _MANY else []
    shown.close()
    return Gathered(found, given, tuple(twins))


def parted(ask: Ask, rows: Gathered, say: Callable[[str], None]) -> dict[str, list[Clip]]:
    """Clips to learn from and to validate on, by group; what a person should know of the split is said.

    Raises: LearningError when a part is empty or nothing can be split.
    """
    parts: Mapping[str, list[Clip]] = {"train": rows.found, "valid": rows.given}
    if not rows.given:
        shares = {"train": 1 - ask.share, "valid": ask.share}
        told = split(rows.found, shares, ask.seed, together=rows.together)
        parts = told.clips
        aside = "".join(f", {len(clips)} of {name} left aside" for name, clips in parts.items() if name not in shares)
        say(f"split by {told.by}: {len(parts['train'])} clips to learn from, {len(parts['valid'])} to validate on{aside}")
        for remark in told.remarks:
            say(f"note: {remark}")
    for remark in remarks(placed(rows.twins, parts)):
        say(f"note: {remark}")
    for name in ("train", "valid"):
        if not parts.get(name):
            raise LearningError(f"no clips are left for {name}", where=str(ask.data), fix="Add recordings, or give --valid")
    return {"train": parts["train"], "valid": parts["valid"]}


def _of_corpus(ask: Ask) -> tuple[list[Clip], list[Clip]]:
    """The rows of both splits of a known corpus; what its page keeps back is not among them. Raises: CorpusError."""
    assert ask.corpus is not None and ask.data is not None
    rows: list[Clip] = find.page("corpora/sets", ask.corpus).rows(ask.data)
    rows = relabeled(rows, ask.label, ask.data)
    return [c for c in rows if c.split != "valid"], [c for c in rows if c.split == "valid"]


def _rows(place: Path, ask: Ask, say: Callable[[str], None]) -> list[Clip]:
    """The rows of a place; recordings with labels in time become clips where the question is about clips."""
    task = find.page("tasks", ask.verb).TASK
    found = look(place, ask.label, find.page("learn/methods", ask.method or task.learned_by).METHOD.bare)
    for remark in found.remarks:
        say(f"note: {remark}")
    timed = all(c.events is not None and not c.labels for c in found.clips)
    if not timed or task.question is None or task.question.over != "clip":
        return found.clips
    parts = cut(found.clips)
    say(f"note: the labels of {len(found.clips)} recordings were cut into {len(parts)} clips")
    return parts
