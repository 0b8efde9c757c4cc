"""Tables of a bench: printed for people, kept as receipts, rendered into docs/RESULTS.md."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from aural import receipts
from aural.files import write_text

KEPT = Path(__file__).parent / "receipts"


@dataclass(frozen=True)
class Table:
    """Rows under columns; a cell is a text or a number."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    notes: tuple[str, ...] = ()

    def markdown(self) -> str:
        """The table as Markdown, numbers to four significant digits."""
        lines = [f"**{self.title}**", "", "| " + " | ".join(self.columns) + " |", "|" + "---|" * len(self.columns)]
        lines += ["| " + " | ".join(cell(c) for c in row) + " |" for row in self.rows]
        lines += [""] + [f"- {note}" for note in self.notes]
        return "\n".join(lines).rstrip() + "\n"

    def __str__(self) -> str:
        rows = [self.columns, *[tuple(cell(c) for c in row) for row in self.rows]]
        widths = [max(len(str(row[i])) for row in rows) for i in range(len(self.columns))]
        body = "\n".join("  ".join(str(c).ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in rows)
        return "\n".join([self.title, body, *self.notes])


@dataclass(frozen=True)
class Finding:
    """What one bench found out: its question, tables, the command that repeats it, and where it ran."""

    question: str
    tables: tuple[Table, ...]
    command: str = field(default_factory=receipts.command)
    commit: str = field(default_factory=receipts.commit)
    versions: dict[str, str] = field(default_factory=receipts.versions)
    machine: dict[str, str] = field(default_factory=receipts.machine)


def cell(value: Any) -> str:
    """A cell as text."""
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.4g}"
    return str(value)


def busy() -> str:
    """How busy the machine is, as a note under a table of times."""
    return f"Load average of the last minute: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores."


def publish(finding: Finding, path: Path | None) -> None:
    """Print a finding, and keep it as a receipt where `path` is given."""
    print(f"# {finding.question}\n")
    for table in finding.tables:
        print(table, end="\n\n")
    if path is not None:
        write_text(path, json.dumps(asdict(finding), indent=1, sort_keys=True, ensure_ascii=False) + "\n")


def read(path: Path) -> Finding:
    """A finding from its receipt."""
    plain = json.loads(path.read_text(encoding="utf-8"))
    tables = tuple(
        Table(t["title"], tuple(t["columns"]), tuple(tuple(r) for r in t["rows"]), tuple(t["notes"])) for t in plain.pop("tables")
    )
    return Finding(tables=tables, **plain)
