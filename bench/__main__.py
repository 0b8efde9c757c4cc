"""`python -m bench` writes docs/RESULTS.md from the receipts in bench/receipts."""

from __future__ import annotations

import sys
from pathlib import Path

from aural.files import write_text
from bench import roads
from bench.report import KEPT, read

HEAD = """# What aural reaches, measured

Every table was printed by the command above it and is rendered from its receipt in `bench/receipts/` by
`python -m bench`. Intervals are 95 % bootstrap. Machines are noisy: look at ratios before absolute times. What was
tuned, was tuned on other recordings than are reported here, unless a note says otherwise.
"""


def page() -> str:
    """The whole page."""
    parts = [HEAD]
    for finding in [*map(read, sorted(KEPT.glob("*.json"))), *([roads.finding()] if roads.FOLDER.is_dir() else ())]:
        machine = finding.machine
        where = f"{machine.get('system')} {machine.get('processor')}, {machine.get('cores')} cores"
        versions = ", ".join(f"{k} {v}" for k, v in sorted(finding.versions.items()))
        parts += [
            f"\n## {finding.question}\n",
            f"`{finding.command}` ({where}; {versions}; commit {finding.commit or 'unknown'})\n",
        ]
        parts += [table.markdown() for table in finding.tables]
    return "\n".join(parts)


if __name__ == "__main__":
    target = Path(__file__).parents[1] / "docs" / "RESULTS.md"
    write_text(target, page())
    print(f"wrote {target.name}", file=sys.stderr)
