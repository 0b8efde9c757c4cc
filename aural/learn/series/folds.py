"""Group k-fold: every clip is validated on once by a model that did not learn from its group; figures over all clips."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Sequence
from typing import Any

from aural import receipts
from aural.corpora.manifest import read_manifest, write_manifest
from aural.corpora.split import folds, groups_of
from aural.errors import UsageError
from aural.judge import report as judged
from aural.judge import run as judging
from aural.judge.terms import Terms
from aural.learn import doubts
from aural.learn.gather import gathered
from aural.learn.several import Asked, Member, Row, best_of, columns, headline, interval, leave_model, name_of, table
from aural.learn.train import Ask, Trained
from aural.models import card as cards
from aural.models.engines import ensemble
from aural.progress import Progress
from aural.receipts import Receipt
from aural.tasks._call import choose

_LEAST = 2
_ALL = "all.jsonl"


def settings(ask: Ask, asked: Asked) -> list[dict[str, Any]]:
    """The seed of each training. Raises: UsageError."""
    if (asked.folds or 0) < _LEAST or asked.repeats < 1:
        raise UsageError(f"{asked.folds} folds, {asked.repeats} times, cannot be", where="--folds", fix="Give 2 or more, better 5")
    if ask.valid is not None:
        raise UsageError("with folds every clip is validated on", where="--valid", fix="Leave --valid or --folds out")
    assert asked.folds is not None
    return [{"seed": ask.seed + again} for again in range(asked.repeats) for _ in range(asked.folds)]


def members(ask: Ask, asked: Asked, shown: Progress, say: Callable[[str], None]) -> list[Member]:
    """One training for each fold, and each again with another division and seed for each repeat."""
    assert asked.folds is not None
    rows = gathered(ask, shown, say)
    clips = [dataclasses.replace(c, split=None) for c in rows.found]
    say(f"{asked.folds} folds by {groups_of(clips, rows.together).by}{f', {asked.repeats} times' if asked.repeats > 1 else ''}")
    found = []
    for again in range(asked.repeats):
        for k, (train, valid) in enumerate(folds(clips, asked.folds, ask.seed + again, together=rows.together)):
            name = f"fold-{k + 1}" if asked.repeats == 1 else f"repeat-{again + 1}-fold-{k + 1}"
            found.append(Member(name, {"seed": ask.seed + again}, {"train": train, "valid": valid}))
    write_manifest(clips, ask.folder / _ALL)
    return found


def finish(ask: Ask, rows: Sequence[Row], say: Callable[[str], None]) -> Trained:
    """The table, the figures over all clips, and one model: the folds' models together, or the best where they cannot be."""
    first = headline(ask.verb, rows)
    header, body = columns(rows, first)
    say("\n" + table(ask.folder / "folds", ["fold", *header], [[r.name, *b] for r, b in zip(rows, body, strict=True)]))
    receipt = _pooled(ask, rows)
    if receipt is not None:
        receipts.write(receipt, ask.folder / "valid.json")
        told = {name: dataclasses.asdict(metric) for name, metric in receipt.metrics.items()}
        for name, metric in receipt.metrics.items():
            spread = [row.metrics[name].value for row in rows if name in row.metrics]
            say(f"  {name:<22} {interval(metric)}   folds {min(spread):.4f} to {max(spread):.4f}")
        classes = judging.task_of(ask.verb).question.answer == "class"
        if classes and (doubted := doubts.write(doubts.doubts(receipt.items), ask.folder)):
            say(doubted)
    try:
        made = ensemble.write(ask.folder / "model", [row.folder / "model" for row in rows], name_of(ask))
    except UsageError as error:
        best = rows[0] if first is None else best_of(rows, first)
        say(f"the model is that of {best.name}: {error.what}")
        return leave_model(ask, best)
    if receipt is not None:
        # The figure of models that each missed a fold: the mean of all of them is rarely worse.
        made = dataclasses.replace(made, figures={"folds": told})
        cards.write(made, ask.folder / "model" / "card.json")
    say(f"the model is the mean of all {len(rows)}; the figures are those of one that never heard the clip's group")
    return Trained(ask.folder, made, receipt)


def _pooled(ask: Ask, rows: Sequence[Row]) -> Receipt | None:
    """One receipt over the validation clips of all folds, intervals over groups; None where nothing was judged."""
    told = [(row, row.receipt) for row in rows]
    if any(one is None for _, one in told):
        return None
    # Ids are paths seen from each fold's folder; seen from anywhere, a clip is the same in every run.
    records = [
        {**item, "id": os.path.normpath(row.folder.absolute() / item["id"]), "models": one.models}
        for row, one in told if one is not None for item in one.items
    ]  # fmt: skip
    task = judging.task_of(ask.verb)
    clips = read_manifest(ask.folder / _ALL)
    plan = judging.plan(ask.verb, clips, choose(task, str(rows[0].folder)), {}, Terms())
    return judged.receipt(plan, records, ask.folder / _ALL, {"folds": len(rows)})
