"""Light start: `import aural` and `aural --help` load neither numpy nor any other heavy package."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("numpy", "onnxruntime", "av", "soxr", "torch", "transformers")
PROBE = f"; import sys; print([m for m in {HEAVY!r} if m in sys.modules])"


def loaded(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code + PROBE], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()[-1]


def test_import_is_light() -> None:
    assert loaded("import aural") == "[]"


def test_help_is_light() -> None:
    assert loaded("from aural.cli.main import main; main(['--help'])") == "[]"


def test_listing_names_is_light() -> None:
    assert loaded("import aural; dir(aural)") == "[]"
