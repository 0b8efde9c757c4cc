"""The models: list, show, fetch, add, remove, verify, where"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from aural import find, progress
from aural.cli.commands._house import defaults, megabytes, table
from aural.cli.shown import progress_of
from aural.errors import AuralError, UsageError

if TYPE_CHECKING:
    from aural.archives import Place
    from aural.models.store import Entry

_ACTIONS = ("list", "show", "fetch", "add", "remove", "verify", "where")
_PERMISSIVE = "permissive"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to do, and with which models."""
    parser.add_argument("action", nargs="?", default="list", choices=_ACTIONS, help="what to do; `list` when not given")
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help="model names; for fetch also `default` (what listen needs), `all` or `samples`; for add, model folders",
    )
    parser.add_argument(
        "--license",
        "--licence",
        choices=("any", _PERMISSIVE),
        default="any",
        help="permissive lists only weights that may be used commercially by their licence, and says what falls away",
    )
    parser.add_argument("--json", action="store_true", help="list or show as JSON")
    parser.add_argument("--progress", choices=("auto", "bar", "json", "none"), default="auto", help="how a fetch is shown")


def run(args: argparse.Namespace) -> int:
    """Do one action; the exit code is 4 when a verified model is not whole."""
    if args.action in ("show", "fetch", "add", "remove") and not args.names:
        raise UsageError(f"`aural models {args.action}` needs a name", fix="`aural models` lists what there is")
    act: dict[str, Callable[[argparse.Namespace], int]] = {
        "list": _list,
        "show": _show,
        "fetch": _fetch,
        "add": _add,
        "remove": _remove,
        "verify": _verify,
        "where": _where,
    }
    return act[args.action](args)


def _list(args: argparse.Namespace) -> int:
    from aural.models import store

    everything = store.entries()
    shown = [e for e in everything if args.license != _PERMISSIVE or e.card.licences.permissive]
    if args.json:
        print(json.dumps([plain(e) for e in shown], indent=1, sort_keys=True))
        return 0
    print(table([_row(e) for e in shown], ("name", "role", "weights", "commercial", "size", "state", "short names")))
    for path, why in store.unreadable():
        print(f"{path}: {why}")
    if args.license == _PERMISSIVE:
        print("\n".join(["", *missed(everything, shown)]))
    return 0


def _row(entry: Entry) -> tuple[str, ...]:
    card = entry.card
    commercial = {True: "yes", False: "no", None: "unknown"}[card.licences.commercial]
    aliases = ", ".join(card.aliases)
    weights = card.licences.weights.partition(" (")[0]  # `show` has the whole sentence
    size = "-" if entry.program else megabytes(entry.size)
    return (card.name, ", ".join(entry.roles), weights, commercial, size, entry.state, aliases)


def missed(everything: list[Entry], shown: list[Entry]) -> list[str]:
    """What falls away when only `shown` may be used: models, and tasks whose default model or whole role goes."""
    hidden = [e for e in everything if e not in shown]
    if not hidden:
        return ["Nothing falls away: all models here are permissive."]
    lines = [f"Hidden: {e.card.name} ({e.card.role}): {e.card.licences.weights}; {e.card.licences.told_by}" for e in hidden]
    left = {role for e in shown for role in e.roles}
    names = {e.card.name for e in hidden}
    for task in find.names("tasks"):
        roles = dict(find.page("tasks", task).TASK.roles)
        gone = [r for r in roles if r not in left]
        swapped = [f"{roles[r]} ({r})" for r in roles if r in left and roles[r] in names]
        if gone:
            lines.append(f"`aural {task}` falls away or loses a part: no permissive model for {', '.join(gone)}")
        elif swapped:
            lines.append(f"`aural {task}` needs another model than its default {', '.join(swapped)}: choose one with -m")
    return lines


def markdown(everything: list[Entry]) -> str:
    """The table of all borrowed models for docs/models.md."""
    rows = [
        "| name | role | short names | license of the weights | commercial use | size | fetched from |",
        "|---|---|---|---|---|---|---|",
    ]
    for entry in (e for e in everything if e.page is not None):
        name, roles, _, commercial, size, _, aliases = _row(entry)
        carriers = ", ".join(f"{a.project} {a.version} ({megabytes(a.size)})" for a in entry.carriers)
        carriers = carriers or f"a program: {entry.program.install}" if entry.program else carriers
        rows.append(f"| `{name}` | {roles} | {aliases} | {entry.card.licences.weights} | {commercial} | {size} | {carriers} |")
    return "\n".join(rows)


def _show(args: argparse.Namespace) -> int:
    from aural.models import store

    found = [store.entry_of(name) for name in args.names]
    if args.json:
        print(json.dumps([plain(e) for e in found], indent=1, sort_keys=True))
        return 0
    print("\n\n".join(shown(entry) for entry in found))
    return 0


def shown(entry: Entry) -> str:
    """All that is known of a model, for a terminal."""
    card, licences = entry.card, entry.card.licences
    question = f"{card.question.answer} over {card.question.over}" if card.question else ""
    rows = {
        "role": ", ".join(entry.roles),
        "short names": ", ".join(card.aliases),
        "state": f"{entry.state}, {megabytes(entry.size)}, in {entry.folder}",
        "fetched from": "; ".join(f"{a.filename} ({megabytes(a.size)})" for a in entry.carriers),
        "program": f"{entry.program.name}; {entry.program.install}" if entry.program else "",
        "source": card.source,
        "license, weights": licences.weights,
        "license, code": licences.code,
        "license, data": licences.data,
        "commercial use": {True: "yes", False: "no", None: "unknown"}[licences.commercial],
        "told by": licences.told_by,
        "trained on": card.trained_on,
        "languages": ", ".join(card.languages),
        "answers": question,
        "voices": "; ".join(f"{name} ({told})" for name, told in card.voices.items()),
        "labels": ", ".join(card.labels[:12]) + (f" ... ({len(card.labels)})" if len(card.labels) > 12 else ""),
        "input": f"{card.sample_rate} Hz, {card.input}" + (f", at most {card.longest_input:g} s" if card.longest_input else ""),
        "batch": card.batch,
        "thresholds": ", ".join(f"{k} {v:g}" for k, v in sorted(card.operating_points.items())),
        "figures": ", ".join(f"{k} {v}" for k, v in sorted(card.figures.items())),
    }
    lines = [card.name, *(f"  {name:<16}  {value}" for name, value in rows.items() if value)]
    return "\n".join([*lines, *(f"  sha256 {sha}  {file}" for file, sha in sorted(entry.hashes.items()))])


def plain(entry: Entry) -> dict[str, object]:
    """A model as plain values, for --json."""
    import dataclasses

    extra = {
        "state": entry.state,
        "size": entry.size,
        "folder": str(entry.folder),
        "roles": list(entry.roles),
        "files": entry.hashes,
        "fetched_from": [a.filename for a in entry.carriers],
    }
    return {**dataclasses.asdict(entry.card), **extra}


def _fetch(args: argparse.Namespace) -> int:
    from aural.corpora import samples
    from aural.models import store

    chosen = _chosen(args.names)
    wanted = samples.SAMPLES if {"samples", "all", "default"} & set(args.names) else ()
    shows = _shown(chosen, [one.place for one in wanted], args.progress)
    try:
        for name, role in chosen:
            folder = store.fetch(name, role, shows)
            shows.close()
            print(f"{name}: {folder}")
        for one in wanted:
            path = samples.sample(one.name, shows)
            if "samples" in args.names:
                shows.close()
                print(f"sample:{one.name}: {path}")
    finally:
        shows.close()
    return 0


def _shown(chosen: list[tuple[str, str | None]], places: list[Place], how: str) -> progress.Progress:
    """The progress of all fetches; where there is more than one, their sum is told first and the bar runs over it."""
    from aural.cli.fetching import Whole, missing
    from aural.models import store
    from aural.settings import offline

    shows = progress_of(how)
    known = [store.entry_of(name, role) for name, role in chosen if not store.is_hub_name(name)]
    size, count = missing([place for entry in known for place in entry.everything] + places)
    if count < 2:
        return shows
    if how != "none" and not offline():
        print(f"aural: {megabytes(size)} to fetch in {count} files", file=sys.stderr)
    return Whole(shows, size)


def _chosen(names: list[str]) -> list[tuple[str, str | None]]:
    """Model and role for each name, with `default` and `all` spelled out."""
    from aural.models import store

    found: dict[tuple[str, str | None], None] = {}
    for name in names:
        if name == "samples":
            continue
        if name == "all":
            found |= {(e.card.name, None): None for e in store.entries() if e.program is None}
        elif name == "default":
            found |= {(model, role): None for role, model in defaults().items()}
        else:
            if not store.is_hub_name(name):
                store.entry_of(name)
            found[name, None] = None
    return list(found)


def _add(args: argparse.Namespace) -> int:
    from aural.models import store

    for name in args.names:
        card = store.add(Path(name))
        print(f"{card.name} ({card.role}): {store.where(card.name)}")
    return 0


def _remove(args: argparse.Namespace) -> int:
    from aural.models import store

    for name in args.names:
        card = store.entry_of(name).card
        print(f"{card.name}: {megabytes(store.remove(name))} freed")
    return 0


def _verify(args: argparse.Namespace) -> int:
    from aural.models import store

    asked = [store.entry_of(name) for name in args.names] or [e for e in store.entries() if not e.absent and e.program is None]
    bad = 0
    for entry in asked:
        name = entry.card.name
        if entry.program is not None:
            print(f"{name}: a program ({entry.state}), there are no files to check")
            continue
        try:
            rows = store.verify(name)
        except AuralError as error:
            bad += 1
            print(f"{name}: refused: {error}")
            continue
        wrong = [(file, state) for file, state in rows if state != "ok"]
        bad += bool(wrong)
        if not wrong:
            print(f"{name}: ok, {len(rows)} file{'s' if len(rows) != 1 else ''}")
        for file, state in wrong:
            print(f"{name}: {file} is {state}")
        if wrong:
            again = f"aural models fetch {name}" if entry.page is not None else f"aural models remove {name}, then add it again"
            print(f"  fix: {again}")
    for path, why in [] if args.names else store.unreadable():
        bad += 1
        print(f"{path}: {why}")
    if not asked and not bad:
        print("no model is on this machine yet: aural models fetch default")
    return 4 if bad else 0


def _where(args: argparse.Namespace) -> int:
    from aural.models import store

    for name in args.names or [None]:
        print(store.where(name))
    return 0
