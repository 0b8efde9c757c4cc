"""One server inside the test process, with the small recognizer in place of the usual one, and three seconds of two voices."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

import aural
from aural.server.app import app
from aural.server.options import Options
from aural.sound.sound import load

HERE = "http://127.0.0.1:8000"


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two voices, 3.4 s: "Do you hear me?" and "Yes."."""
    path = tmp_path_factory.mktemp("clips") / "clip.wav"
    load(aural.sample("dialogue")).cut(2.0, 5.4).mono().resample(16000).save(path)
    return path


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The server as a client inside the process; models stay open over the module."""
    jobs = str(tmp_path_factory.mktemp("jobs"))
    options = Options(log="none", preload=(), alias=("mine=moonshine-tiny",), jobs=jobs)
    with TestClient(app(options), base_url=HERE, raise_server_exceptions=True) as client:
        yield client
