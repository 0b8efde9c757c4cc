"""Generated files are fresh: stubs, page index, help, error tables."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_generated_files_are_fresh() -> None:
    done = subprocess.run([sys.executable, "docs/generate.py", "--check"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]


def test_every_task_has_its_page_of_documentation() -> None:
    from aural import find

    missing = [n for n in find.names("tasks") if not (ROOT / "docs" / "tasks" / f"{n}.md").is_file()]
    assert missing == []
