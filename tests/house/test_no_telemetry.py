"""No telemetry: neither aural nor what it stands on writes or sends anything about its user."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

CODE = """
import aural.models.runtime as runtime, aural.sound.decode, os
runtime.devices()
assert os.environ["ORT_DISABLE_TELEMETRY"] == "1"
"""


def test_a_fresh_home_stays_empty(tmp_path: Path) -> None:
    kept = {k: v for k, v in os.environ.items() if k not in ("ORT_DISABLE_TELEMETRY", "XDG_CACHE_HOME", "AURAL_HOME")}
    environment = {**kept, "HOME": str(tmp_path), "USERPROFILE": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run([sys.executable, "-c", CODE], env=environment, check=True, capture_output=True)
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


def test_the_runtime_is_imported_in_one_place_only() -> None:
    root = Path(__file__).parents[2] / "aural"
    users = [p.relative_to(root).as_posix() for p in root.rglob("*.py") if "import onnxruntime" in p.read_text(encoding="utf-8")]
    assert users == ["models/runtime.py"]
