"""Every encoder of nets/encoders, found by its file name, against each promise of learn/contracts.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from aural import find
from aural.learn.contracts import CHECKS, told
from aural.nets import face

ENCODERS = find.names("nets/encoders")


def test_the_encoders_are_found() -> None:
    on_disk = {p.stem for p in (Path(face.__file__).parent / "encoders").glob("*.py") if not p.stem.startswith("_")}
    assert set(ENCODERS) == on_disk and len(ENCODERS) >= 14
    assert len(CHECKS) == 8


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("encoder", ENCODERS)
def test_an_encoder_keeps_its_promise(encoder: str, check: str) -> None:
    assert told(encoder, check).wrong == ""
