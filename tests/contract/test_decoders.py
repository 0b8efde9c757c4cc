"""Every decoder of nets/decoders, found by its file name, against each promise of learn/written/contracts.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from aural import find
from aural.learn.written.contracts import CHECKS
from aural.nets import face

DECODERS = find.names("nets/decoders")


def test_the_decoders_are_found() -> None:
    on_disk = {p.stem for p in (Path(face.__file__).parent / "decoders").glob("*.py") if not p.stem.startswith("_")}
    assert set(DECODERS) == on_disk and len(DECODERS) >= 2
    assert len(CHECKS) == 9


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("decoder", DECODERS)
def test_a_decoder_keeps_its_promise(decoder: str, check: str) -> None:
    assert CHECKS[check](decoder) == ""
