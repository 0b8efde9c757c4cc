"""Recordings in groups, on a map: as text, CSV, JSON, and as one page that plays what is clicked."""

from __future__ import annotations

import base64
import csv
import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from importlib.resources import files as package_files
from pathlib import Path
from typing import Any, final

import numpy as np

from aural import files
from aural.errors import UsageError
from aural.policy import admitting

FORMATS = ("html", "json", "csv", "txt")
_SLOT = re.compile(r"\{\{(\w+)\}\}")


@final
@dataclass(frozen=True)
class Member:
    """One recording: the number of its group (from 1), how well it lies in it (silhouette, -1..1), its length (s), what is
    heard in it, and a few seconds of it as mp3 to be played from a page (empty = none)."""

    name: str
    group: int
    fit: float
    seconds: float
    words: tuple[str, ...] = ()
    preview: bytes = field(default=b"", repr=False)


@final
@dataclass(frozen=True)
class Group:
    """One group: its number, the words that tell it from the others, how many it has, and the most typical of them."""

    number: int
    words: tuple[str, ...]
    size: int
    typical: str


@final
@dataclass(frozen=True, eq=False)
class Groups:
    """Members in the order they were given, groups by size, and maps: name -> places [N, 2] of the members.

    `fit` is the mean silhouette; `left_out` maps recordings that could not be heard to the reason.
    """

    members: tuple[Member, ...]
    groups: tuple[Group, ...]
    maps: Mapping[str, np.ndarray]
    fit: float
    made_by: Mapping[str, str] = field(default_factory=dict)
    left_out: Mapping[str, str] = field(default_factory=dict)

    def as_format(self, name: str) -> str:
        """The groups as html, json, csv or txt. Raises: UsageError for anything else."""
        if name not in FORMATS:
            raise UsageError(f"groups cannot be written as {name!r}", where="--format", fix=f"It is one of: {', '.join(FORMATS)}")
        if name == "txt":
            return f"{self}\n"
        return self.page() if name == "html" else self.json() if name == "json" else self.csv()

    def save(self, path: Path | str) -> Path:
        """Write a file in the format that its ending says."""
        path = Path(path)
        files.write_text(path, self.as_format(path.suffix.lower().removeprefix(".")))
        return path

    def __str__(self) -> str:
        lines = []
        for group in self.groups:
            lines.append(f"{group.number}  {', '.join(group.words)}  ({group.size})")
            lines += [f"     {m.name}" for m in self.members if m.group == group.number]
        return "\n".join(lines + [f"left out  {name}: {why}" for name, why in self.left_out.items()])

    def plain(self) -> dict[str, Any]:
        """Everything but the previews as values that JSON can hold."""
        members = [
            {"name": m.name, "group": m.group, "fit": round(m.fit, 4), "seconds": round(m.seconds, 3), "words": list(m.words),
             "places": {name: [round(float(v), 4) for v in at[k]] for name, at in self.maps.items()}}
            for k, m in enumerate(self.members)
        ]  # fmt: skip
        groups = [{"number": g.number, "words": list(g.words), "size": g.size, "typical": g.typical} for g in self.groups]
        return {"groups": groups, "members": members, "fit": round(self.fit, 4), "made_by": dict(self.made_by),
                "left_out": dict(self.left_out)}  # fmt: skip

    def json(self) -> str:
        """As JSON with sorted keys."""
        return json.dumps(self.plain(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"

    def csv(self) -> str:
        """One row a recording: name, group, words of the group, fit, seconds, and its places on each map."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        words = {g.number: "; ".join(g.words) for g in self.groups}
        writer.writerow(["name", "group", "words", "fit", "seconds", *(f"{m} {axis}" for m in self.maps for axis in "xy")])
        for k, m in enumerate(self.members):
            places = [round(float(v), 4) for at in self.maps.values() for v in at[k]]
            writer.writerow([m.name, m.group, words[m.group], round(m.fit, 4), round(m.seconds, 3), *places])
        return out.getvalue()

    def page(self) -> str:
        """One page without a network: the map, what is clicked is played, groups are told by their words."""
        style, script = _part("groups.css"), _part("groups.js")
        inside = self.plain() | {"maps": list(self.maps)}
        for row, member in zip(inside["members"], self.members, strict=True):
            row["audio"] = base64.b64encode(member.preview).decode()
        count = len(self.members)
        facts = f"{count} recordings in {len(self.groups)} groups, mean silhouette {self.fit:.2f}"
        if self.left_out:
            facts += f"; {len(self.left_out)} left out"
        slots = {"style": style, "style_hash": admitting(style), "script": script, "script_hash": admitting(script),
                 "facts": escape(facts),
                 "made_by": escape(", ".join(f"{role}: {name}" for role, name in sorted(self.made_by.items()))),
                 "data": _data(json.dumps(inside, ensure_ascii=False, sort_keys=True, separators=(",", ":")))}  # fmt: skip
        whole = _SLOT.sub(lambda slot: slots[slot[1]], _part("groups.html"))
        return whole.encode("utf-8", "replace").decode("utf-8")


def _part(name: str) -> str:
    return package_files("aural.pictures").joinpath("_groups", name).read_text(encoding="utf-8")


def _data(text: str) -> str:
    """JSON that no HTML parser can see an end tag or a comment in."""
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
