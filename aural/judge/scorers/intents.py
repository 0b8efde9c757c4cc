"""Orders: how often the intent is right, how many slots, and how often everything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aural.corpora.manifest import Clip
from aural.judge.figures import Figure, Item, mean
from aural.judge.terms import Names, Terms
from aural.results import Result

VERBS = ("intent",)
OPTIONS: Mapping[str, Mapping[str, Any]] = {}
HEADLINE = "intent_accuracy"
_LAYERS = ("intent", "slot")


def fits(clip: Clip, verb: str) -> bool:
    """True when the row has an intent (key intent, or its label)."""
    return isinstance(_intent(clip), str)


def item(clip: Clip, answer: Result | None, terms: Terms, names: Names) -> dict[str, Any]:
    """Intent and slots of both sides, and the slots that are right; a slot counts where name and value are the same words."""
    events = (answer.events if answer is not None else None) or ()
    intent, slot = ([e.label for e in events if e.layer == layer] for layer in _LAYERS)
    given = clip.value("slots")
    true = {f"{name}={_plain(value)}" for name, value in (given.items() if isinstance(given, Mapping) else ())}
    told = {f"{name}={_plain(value)}" for name, _, value in (label.partition("=") for label in slot)}
    right = intent[:1] == [_intent(clip)]
    return {
        "true": [_intent(clip), *sorted(true)],
        "told": [*intent[:1], *sorted(told)],
        "heard": answer.text if answer is not None else "",
        "intent": int(right),
        "whole": int(right and true == told),
        "slots": len(true),
        "found": len(told),
        "right": len(true & told),
    }


def _intent(clip: Clip) -> Any:
    return clip.value("intent") or clip.label


def _plain(value: Any) -> str:
    return " ".join(str(value).lower().split())


def _f1(items: Sequence[Item]) -> float:
    right, both = sum(i["right"] for i in items), sum(i["slots"] + i["found"] for i in items)
    return 2 * right / both if both else float("nan")


FIGURES = {
    "intent_accuracy": mean("intent", better="higher"),
    "slot_f1": Figure(_f1, better="higher"),
    "slot_recall": Figure(part="right", whole="slots", better="higher"),
    "slot_precision": Figure(part="right", whole="found", better="higher"),
    "whole_orders": mean("whole", better="higher"),
}


def tell(items: Sequence[Item]) -> list[str]:
    """The orders that were not understood as a whole, at most ten."""
    wrong = [i for i in items if not i["whole"]]
    lines = [f"  {len(wrong)} of {len(items)} orders are not right as a whole"]
    for i in wrong[:10]:
        lines += [f"  heard: {i['heard']}", f"    true: {', '.join(i['true'])}", f"    told: {', '.join(i['told']) or 'nothing'}"]
    return lines
