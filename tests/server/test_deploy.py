"""The files of deploy/: every flag in them exists, and what they promise stands there."""

from __future__ import annotations

import configparser
import re
from pathlib import Path

import pytest

from aural import settings
from aural.server.options import Options

DEPLOY = Path(__file__).parents[2] / "deploy"
FLAGS = {o.flag for o in settings.options_of(Options)} | {"--device", "--threads"}
OTHERS = {
    "--no-cache-dir",
    "--system",
    "--uid",
    "--no-create-home",
    "--home-dir",
    "--from",
    "--interval",
    "--timeout",
    "--start-period",
    "--rm",
}


@pytest.mark.parametrize("name", ["Dockerfile", "compose.yaml", "aural.service"])
def test_flags_exist(name: str) -> None:
    given = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", (DEPLOY / name).read_text(encoding="utf-8")))
    assert given - OTHERS <= FLAGS, given - OTHERS - FLAGS
    assert given & FLAGS


def test_the_container_is_not_root_and_copies_what_is_there() -> None:
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    assert re.search(r"^USER (?!0\b|root)", text, re.MULTILINE) and "STOPSIGNAL SIGTERM" in text
    for line in re.findall(r"^COPY (?!--from)(.+)$", text, re.MULTILINE):
        for name in line.split()[:-1]:
            assert (DEPLOY.parent / name).exists(), name


def test_the_composition_is_read_only_and_needs_a_token() -> None:
    text = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    for part in ("read_only: true", "cap_drop: [ALL]", "no-new-privileges", "${AURAL_TOKEN:?", "127.0.0.1:8000:8000"):
        assert part in text
    grace = int(re.search(r"stop_grace_period: (\d+)s", text)[1])  # type: ignore[index]
    assert grace > Options().grace


def test_the_unit_gives_time_to_finish() -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment]
    unit.read(DEPLOY / "aural.service", encoding="utf-8")
    assert int(unit["Service"]["TimeoutStopSec"]) > Options().grace
    assert unit["Service"]["NoNewPrivileges"] == "yes" and unit["Service"]["ProtectSystem"] == "strict"
