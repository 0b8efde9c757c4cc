"""What several commands of the house print alike."""

from __future__ import annotations

from aural import find


def defaults() -> dict[str, str]:
    """role -> model of the main job."""
    return dict(find.page("tasks", "listen").TASK.roles) if "listen" in find.names("tasks") else {}


def runtime_devices() -> list[tuple[str, str]]:
    """Each device that the installed runtime offers, best first, and what it stands for."""
    from aural.models.runtime import PROVIDERS, devices

    have = devices()
    rows = [(d, PROVIDERS[d] + (", taken by --device auto" if d == have[0] else "")) for d in have]
    return rows + [(d, "not offered by the installed runtime") for d in PROVIDERS if d not in have]


def megabytes(size: int) -> str:
    """A size as a user reads it."""
    return f"{size / 1e6:.1f} MB" if size >= 100_000 else f"{size / 1e3:.1f} kB"


def table(rows: list[tuple[str, ...]], head: tuple[str, ...]) -> str:
    """Rows under a head, in columns as wide as they need to be."""
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    padded = [[cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in [head, *rows]]
    return "\n".join("  ".join(cells).rstrip() for cells in padded)
