"""One server inside the test process, with the small recognizer in place of the usual one, and three seconds of two voices."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from aural.server.app import app
from aural.server.options import Options

HERE = "http://127.0.0.1:8000"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The server as a client inside the process; models stay open over the module."""
    jobs = str(tmp_path_factory.mktemp("jobs"))
    options = Options(log="none", preload=(), alias=("mine=moonshine-tiny",), jobs=jobs)
    with TestClient(app(options), base_url=HERE, raise_server_exceptions=True) as client:
        yield client
