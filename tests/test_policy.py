"""A page's policy admits what it carries, and nothing else."""

from __future__ import annotations

from aural.policy import admitting


def test_one_letter_more_is_not_admitted() -> None:
    # printf 'alert(1)' | openssl dgst -sha256 -binary | base64
    assert admitting("alert(1)") == "'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='"
    assert admitting("alert(1);") != admitting("alert(1)")
