"""List, rename and merge the speakers of a result: aural speakers rename talk.json SPEAKER_00=Sarah"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aural.results import Result, Segment, Turn


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the actions and their flags."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="list|rename|merge")
    shown = actions.add_parser("list", help="who speaks, how long, and in how many turns")
    shown.add_argument("file", metavar="FILE", help="a result, such as talk.json")
    renamed = actions.add_parser("rename", help="give speakers other names: SPEAKER_00=Sarah ...")
    renamed.add_argument("file", metavar="FILE", help="a result, such as talk.json")
    renamed.add_argument("names", nargs="+", metavar="OLD=NEW", help="as `list` shows them")
    merged = actions.add_parser("merge", help="one person who was taken for several: the first name stays")
    merged.add_argument("file", metavar="FILE", help="a result, such as talk.json")
    merged.add_argument("names", nargs="+", metavar="NAME", help="two names or more")
    for action in (renamed, merged):
        action.add_argument("-o", "--output", metavar="FILE", help="write here; - prints (default: the file itself)")


def run(args: argparse.Namespace) -> int:
    """List, or change and write back."""
    from pathlib import Path

    from aural import find
    from aural.cli import results_io

    result, name = results_io.read(args.file)
    if args.action == "list":
        print(_table(result))
        return 0
    changed = _renamed(result, args.names) if args.action == "rename" else _merged(result, args.names)
    target = args.output or args.file
    where = None if target == "-" else Path(target)
    results_io.put(find.page("formats", name).write(changed), where)
    if where is not None:
        print(_table(changed))
    return 0


def _table(result: Result) -> str:
    from aural.results import clock

    rows = []
    named = {s.label: s for s in result.speakers or ()}
    everything: list[Turn | Segment] = list(result.turns or ())
    everything += [] if everything else list(result.segments or ())
    for label in _labels(result):
        spans = [t for t in everything if t.speaker == label]
        speaker = named.get(label)
        known = f" ({speaker.name})" if speaker is not None and speaker.name and speaker.name != label else ""
        turns = f"{len(spans)} turn" + ("" if len(spans) == 1 else "s")
        rows.append((f"{label}{known}", clock(sum(s.duration for s in spans))[:-4], turns))
    if not rows:
        return "no speakers: this result was made without telling them apart"
    width = max(len(name) for name, _, _ in rows)
    return "\n".join(f"{name:<{width}}  {time:>8}  {turns}" for name, time, turns in rows)


def _labels(result: Result) -> list[str]:
    """Every speaker label, those with a card first, then as they are heard."""
    spoken = [t.speaker for t in result.turns or ()]
    said = [label for s in result.segments or () for label in (s.speaker, *(w.speaker for w in s.words or ()))]
    return list(dict.fromkeys([*(s.label for s in result.speakers or ()), *spoken, *(label for label in said if label)]))


def _renamed(result: Result, pairs: list[str]) -> Result:
    from dataclasses import replace

    from aural.errors import UsageError

    new: dict[str, str] = {}
    for pair in pairs:
        old, equals, name = pair.partition("=")
        if not equals or not name.strip():
            raise UsageError(f"{pair!r} is no OLD=NEW", fix="Write SPEAKER_00=Sarah")
        new[_found(result, old)] = name.strip()
    labels = [new.get(label, label) for label in _labels(result)]
    twice = next((label for label in labels if labels.count(label) > 1), None)
    if twice is not None:
        fix = f"If they are one person: aural speakers merge FILE {twice} ..."
        raise UsageError(f"two speakers would be called {twice!r}", fix=fix)
    # What a person says stands above what the voice book guessed: its name and score go.
    cards = tuple(replace(s, label=new[s.label], name=None, score=None) if s.label in new else s for s in result.speakers or ())
    return _changed(replace(result, speakers=cards if result.speakers is not None else None), lambda label: new.get(label, label))


def _merged(result: Result, names: list[str]) -> Result:
    from dataclasses import replace

    from aural.errors import UsageError

    labels = [_found(result, name) for name in names]
    if len(set(labels)) < 2:
        raise UsageError("merging takes two speakers or more", fix="`aural speakers list FILE` shows them")
    stays, gone = labels[0], set(labels[1:]) - {labels[0]}
    cards = tuple(s for s in result.speakers or () if s.label not in gone)
    kept = replace(result, speakers=cards if result.speakers is not None else None)
    changed = _changed(kept, lambda label: stays if label in gone else label)
    return replace(changed, turns=_joined(changed, stays))


def _changed(result: Result, name: Callable[[str], str]) -> Result:
    """The result with every speaker label put through `name`."""
    from dataclasses import replace

    def of(label: str | None) -> str | None:
        return None if label is None else name(label)

    def segment(s: Segment) -> Segment:
        words = None if s.words is None else tuple(replace(w, speaker=of(w.speaker)) for w in s.words)
        return replace(s, speaker=of(s.speaker), words=words)

    segments = None if result.segments is None else tuple(segment(s) for s in result.segments)
    turns = None if result.turns is None else tuple(replace(t, speaker=name(t.speaker)) for t in result.turns)
    return replace(result, segments=segments, turns=turns)


def _joined(result: Result, label: str) -> tuple[Turn, ...] | None:
    """Turns in which those of one speaker no longer overlap each other: what overlapped is one turn."""
    from dataclasses import replace

    if result.turns is None:
        return None
    kept = [t for t in result.turns if t.speaker != label]
    own: list[Turn] = []
    for turn in sorted((t for t in result.turns if t.speaker == label), key=lambda t: t.start):
        if own and turn.start <= own[-1].end and turn.channel == own[-1].channel:
            own[-1] = replace(own[-1], end=max(own[-1].end, turn.end))
        else:
            own.append(turn)
    return tuple(sorted([*kept, *own], key=lambda t: (t.start, t.end)))


def _found(result: Result, name: str) -> str:
    """The label of a speaker, given as label or as the name from the voice book. Raises: UsageError."""
    from aural.errors import UsageError
    from aural.settings import unknown

    labels = _labels(result)
    if name in labels:
        return name
    named = [s.label for s in result.speakers or () if s.name == name]
    if len(named) == 1:
        return named[0]
    raise UsageError(f"nobody in this result is called {name!r}", fix=unknown(name, labels).fix)
