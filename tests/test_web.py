"""Addresses are opened as the user's network wants it: logins, certificates, proxies, and nothing but http and https."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from aural import web
from aural.errors import ModelMissing, UsageError
from aural.web import Web

Asked = list[tuple[str, dict[str, str]]]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Asked]]:
    asked: Asked = []

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args: object) -> None:
            return

        def do_GET(self) -> None:
            asked.append((self.path, dict(self.headers)))
            self.send_response(403 if self.path == "/forbidden" else 200)
            self.send_header("Content-Length", "3")
            self.end_headers()
            self.wfile.write(b"abc")

    monkeypatch.setenv("no_proxy", "*")
    with HTTPServer(("127.0.0.1", 0), Handler) as served:
        thread = threading.Thread(target=served.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{served.server_address[1]}", asked
        served.shutdown()
        thread.join(5)


def test_a_login_in_the_address_becomes_a_header(server: tuple[str, Asked]) -> None:
    address, asked = server
    with Web().open(address.replace("//", "//me:p%40ss@") + "/x") as answer:
        assert answer.read() == b"abc"
    assert asked[0][1]["Authorization"] == web.basic("me", "p@ss")
    assert asked[0][0] == "/x"


def test_a_login_of_the_host_is_used_and_not_shown(server: tuple[str, Asked]) -> None:
    address, asked = server
    host = address.partition("//")[2]
    opener = Web(logins={host: "Bearer token"})
    opener.open(address).close()
    assert asked[0][1]["Authorization"] == "Bearer token"
    assert "token" not in repr(opener)


def test_a_login_in_netrc_is_used(server: tuple[str, Asked], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    address, asked = server
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password word\n")
    (tmp_path / "netrc").chmod(0o600)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    Web().open(address).close()
    assert asked[0][1]["Authorization"] == web.basic("me", "word")


def test_a_proxy_is_asked_in_place_of_the_server(server: tuple[str, Asked], monkeypatch: pytest.MonkeyPatch) -> None:
    address, asked = server
    monkeypatch.delenv("no_proxy")
    Web(proxy=address).open("http://index.invalid/simple/").close()
    assert asked[0][0] == "http://index.invalid/simple/"


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://127.0.0.1/x", "data:,x", "http://", "x"])
def test_only_http_and_https_are_opened(url: str) -> None:
    with pytest.raises(UsageError, match="no http"):
        Web().open(url)


def test_no_login_is_ever_shown(server: tuple[str, Asked], tmp_path: Path) -> None:
    address, _ = server
    with pytest.raises(ModelMissing) as caught:
        web.fetch(address.replace("//", "//me:secret@") + "/forbidden", tmp_path / "x", sha256="0" * 64, size=3)
    assert "secret" not in str(caught.value) and "403" in str(caught.value)
    assert web.without_login("https://me:secret@host:8/x?y#z") == "https://host:8/x?y#z"


def test_certificates_that_are_missing_do_not_stop_plain_addresses(server: tuple[str, Asked]) -> None:
    address, _ = server
    answer = Web(certificates=("/no/such/file",), trusted=("127.0.0.1",)).open(address)
    assert isinstance(answer, http.client.HTTPResponse)
    answer.close()
