"""Where an archive can be had: asks the installed package clients for indexes, mirrors, proxy, certificates, logins."""

from __future__ import annotations

import ast
import http.client
import json
import os
import re
import shutil
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from aural.errors import ModelMissing, UsageError
from aural.settings import offline
from aural.web import Web, basic, without_login

_MAX_PAGE = 64 << 20
_ACCEPT = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.01"
# Run by the Python that has pip; its own default index is read from its own code.
_ASK_PIP = """
import sys
sys.path[:0] = sys.argv[1:]
from pip._internal.models.index import PyPI
from pip._vendor import certifi
print("default=" + repr(PyPI.simple_url))
print("authorities=" + repr("" if ".whl" in certifi.__file__ else certifi.where()))
from pip._internal.cli.main import main
sys.exit(main(["config", "list", "--disable-pip-version-check"]))
"""
# What pip lets win, last first in force: files for all commands, for these two, then the environment.
_SECTIONS = ("global", "install", "download", ":env:")


@dataclass(frozen=True)
class Client:
    """What a package client is set to: indexes and find-links in order, and how it opens addresses."""

    indexes: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    web: Web = field(default_factory=Web)


@dataclass(frozen=True)
class Offer:
    """One place where an archive lies: a file on this machine, or an address."""

    address: str | Path
    web: Web


def pip() -> Client:
    """The client of Python packages, as it is set up on this machine.

    Raises: ModelMissing when no pip can be asked and no variable names an index.
    """
    told = _told_by_pip()
    uv = {} if told.pop("own", "") else _told_by_uv()
    settings = {**told, **uv}
    default = settings.get("index-url") or told.get("default", "")
    if not default and not settings.get("find-links") and not settings.get("extra-index-url"):
        raise ModelMissing("no package client could be asked for its index", fix="Install pip here: python -m ensurepip")
    indexes = () if _yes(settings.get("no-index", "")) else (default, *_many(settings.get("extra-index-url", "")))
    certificates = [settings.get("cert", ""), os.environ.get("REQUESTS_CA_BUNDLE", ""), os.environ.get("CURL_CA_BUNDLE", "")]
    certificates = [c for c in certificates if c] or [c for c in [told.get("authorities", "")] if c]
    web = Web(
        proxy=settings.get("proxy", ""),
        certificates=tuple(dict.fromkeys(certificates)),
        client_certificate=settings.get("client-cert", ""),
        trusted=_many(settings.get("trusted-host", "")),
        timeout=_seconds(settings.get("timeout") or settings.get("default-timeout", "")),
    )
    logins = _logins(indexes)
    return Client(tuple(i for i in indexes if i), _many(settings.get("find-links", "")), replace(web, logins=logins))


def npm() -> Client:
    """The client of npm packages. Raises: ModelMissing when there is no npm and no variable names a registry."""
    asked = {key: _npm_config(key) for key in ("registry", "proxy", "https-proxy", "cafile", "userconfig")}
    registry = asked["registry"] or next((v for k, v in os.environ.items() if k.lower() == "npm_config_registry"), "")
    if not registry:
        raise ModelMissing("npm could not be asked for its registry", fix="Install npm, or set npm_config_registry")
    logins = _logins((registry,)) | _npm_logins(Path(asked["userconfig"] or "~/.npmrc").expanduser())
    web = Web(proxy=asked["https-proxy"] or asked["proxy"], certificates=tuple(filter(None, [asked["cafile"]])), logins=logins)
    return Client((registry,), (), web)


def offers(index: str, project: str, version: str, filename: str, sha256: str, reasons: list[str]) -> list[Offer]:
    """Where `filename` can be had, files on this machine first; why a place has none goes to `reasons`.

    When aural is offline only places on this machine are looked at.
    """
    client = npm() if index == "npm" else pip()
    found: list[Offer] = []
    pages = [(link, "") for link in client.links]
    pages += [(url, _npm_page(url, project) if index == "npm" else _page_of(url, project)) for url in client.indexes]
    for place, page in sorted(pages, key=lambda p: not _is_local(p[0])):
        if found and not _is_local(place) and isinstance(found[0].address, Path):
            break  # a local file is enough: no address is asked
        if offline() and not _is_local(place):
            reasons.append("AURAL_OFFLINE is set")
            continue
        try:
            if index == "npm":
                found += [Offer(u, client.web) for u in _tarballs(client.web, page, version, filename)]
            else:
                found += [Offer(a, client.web) for a in _listed(client.web, page or place, filename, sha256)]
        except ModelMissing as error:
            reasons.append(str(error))
    if offline():
        found = [offer for offer in found if isinstance(offer.address, Path)]
    if not found and not reasons:
        reasons.append(f"no index that is set up lists {filename}")
    return found


def _told_by_pip() -> dict[str, str]:
    """pip's settings. "own" is set when pip belongs to this environment, else it is the one that Python carries."""
    pythons = [p for p in (sys.executable, shutil.which("python3"), shutil.which("python")) if p]
    for python in dict.fromkeys(pythons):
        for path in ("", *_carried()):
            lines = _answer([python, "-P", "-c", _ASK_PIP, *([path] if path else [])])
            if any(line.startswith("default=") for line in lines):
                own = "" if path or python != sys.executable else "yes"
                return {**_settings(lines), "own": own}
    env = {k[4:].lower().replace("_", "-"): v for k, v in os.environ.items() if k.startswith("PIP_")}
    return {**env, "own": ""}


def _carried() -> list[str]:
    """The pip wheel that Python brings for new environments."""
    try:
        import ensurepip
    except ImportError:
        return []
    return [str(p) for p in sorted((Path(ensurepip.__file__).parent / "_bundled").glob("pip-*.whl"))]


def _settings(lines: Iterable[str]) -> dict[str, str]:
    """key -> value out of lines such as `global.index-url='...'`, sections in the order of their force."""
    found: dict[tuple[str, str], str] = {}
    for line in lines:
        key, equals, value = line.partition("=")
        section, _, name = key.strip().rpartition(".")
        if not equals:
            continue
        try:
            found[section, name] = str(ast.literal_eval(value))
        except (ValueError, SyntaxError):
            continue
    merged: dict[str, str] = {name: value for (section, name), value in found.items() if not section}
    for wanted in _SECTIONS:
        merged |= {name: value for (section, name), value in found.items() if section == wanted}
    return merged


def _told_by_uv() -> dict[str, str]:
    """uv's variables by pip's names: for environments without a pip of their own."""
    env, found = os.environ, {}
    named = [part.rpartition("=")[2] if "=" in part.partition("://")[0] else part for part in env.get("UV_INDEX", "").split()]
    extra = " ".join(filter(None, [*named, env.get("UV_EXTRA_INDEX_URL", "")]))
    for name, value in {
        "index-url": env.get("UV_DEFAULT_INDEX") or env.get("UV_INDEX_URL", ""),
        "extra-index-url": extra,
        "find-links": env.get("UV_FIND_LINKS", "").replace(",", " "),
        "trusted-host": env.get("UV_INSECURE_HOST", ""),
        "no-index": env.get("UV_NO_INDEX", ""),
    }.items():
        if value:
            found[name] = value
    return found


def _npm_config(key: str) -> str:
    program = shutil.which("npm")
    lines = _answer([program, "config", "get", key]) if program else []
    value = lines[-1].strip() if lines else ""
    return "" if value in ("null", "undefined") else value


def _npm_logins(path: Path) -> dict[str, str]:
    """host -> header out of the user's npm settings, where npm itself does not tell tokens."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return {}
    found = {}
    for host, kind, value in re.findall(r"(?m)^//([^/\s]+)/\S*?:(_authToken|_auth)\s*=\s*(\S+)", text):
        value = re.sub(r"\$\{(\w+)\}", lambda m: os.environ.get(m[1], ""), value.strip("\"'"))
        found[host] = f"Bearer {value}" if kind == "_authToken" else f"Basic {value}"
    return found


def _answer(command: list[str]) -> list[str]:
    """Lines that a client printed, none when it could not be run."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", errors="replace", timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return []
    return done.stdout.splitlines() if done.returncode == 0 else []


def _listed(web: Web, place: str, filename: str, sha256: str) -> list[str | Path]:
    """Where a find-links place or a project page lists the file. Raises: ModelMissing when it cannot be read."""
    local = _local(place)
    if local is not None:
        if local.is_dir() and (local / filename).is_file():
            return [local / filename]
        page = local / "index.html" if local.is_dir() else local
        if not page.is_file():
            return []
        base, links = page.as_uri(), _links(page.read_bytes().decode("utf-8", "replace"), "text/html")
    else:
        base, kind, text = _read(web, place, _ACCEPT)
        links = _links(text, kind)
    found: list[str | Path] = []
    for href, name, digest in links:
        if name == filename and (not digest or digest.lower() == sha256):
            address = urllib.parse.urljoin(base, href)
            on_disk = _local(address)
            if on_disk is None or on_disk.is_file():
                found.append(address if on_disk is None else on_disk)
    return found


def _tarballs(web: Web, page: str, version: str, filename: str) -> list[str]:
    base, _, text = _read(web, page, "application/vnd.npm.install-v1+json, application/json;q=0.5")
    try:
        address = json.loads(text)["versions"][version]["dist"]["tarball"]
    except (ValueError, KeyError, TypeError) as error:
        raise ModelMissing(f"the registry has no version {version}", where=without_login(page)) from error
    return [urllib.parse.urljoin(base, address)]


def _read(web: Web, url: str, accept: str) -> tuple[str, str, str]:
    """Final address, content type and text of an index page. Raises: ModelMissing."""
    reason = ""
    for _ in range(2):
        try:
            with web.open(url, {"Accept": accept}) as answer:
                text = answer.read(_MAX_PAGE).decode("utf-8", "replace")
                return answer.url, answer.headers.get_content_type(), text
        except UsageError as error:
            raise ModelMissing(error.what, where=error.where) from error
        except (OSError, http.client.HTTPException) as error:
            reason = str(error) or type(error).__name__
            if getattr(error, "code", 500) < 500:
                break
    raise ModelMissing(f"the package index cannot be read ({reason})", where=without_login(url))


def _links(text: str, kind: str) -> list[tuple[str, str, str]]:
    """(address, file name, sha256 or "") of each file on an index page, JSON (PEP 691) or HTML (PEP 503)."""
    if kind.endswith("json"):
        try:
            rows = json.loads(text)["files"]
            return [(r["url"], r["filename"], r.get("hashes", {}).get("sha256", "")) for r in rows]
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ModelMissing("the package index answers with something that is no index") from error
    reader = _Anchors()
    reader.feed(text)
    rows = []
    for href in reader.found:
        address, _, fragment = href.partition("#")
        name = urllib.parse.unquote(urllib.parse.urlsplit(address).path.rpartition("/")[2])
        digest = fragment.removeprefix("sha256=") if fragment.startswith("sha256=") else ""
        rows.append((urllib.parse.urljoin(reader.base, address) if reader.base else address, name, digest))
    return rows


class _Anchors(HTMLParser):
    """Collects the addresses of a page's links, and its base."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.base = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        href = dict(attrs).get("href") or ""
        if tag == "base":
            self.base = href
        elif tag == "a" and href:
            self.found.append(href)


def _page_of(index: str, project: str) -> str:
    return index.rstrip("/") + "/" + re.sub(r"[-_.]+", "-", project).lower() + "/"


def _npm_page(registry: str, project: str) -> str:
    return registry.rstrip("/") + "/" + urllib.parse.quote(project, safe="@")


def _local(place: str) -> Path | None:
    """The path behind a file: address or a plain path, None for a web address."""
    parts = urllib.parse.urlsplit(place)
    if parts.scheme == "file":
        return Path(urllib.request.url2pathname(parts.path))
    # One letter before the colon is a drive, not a scheme.
    return None if len(parts.scheme) > 1 else Path(place).expanduser()


def _is_local(place: str) -> bool:
    return _local(place) is not None


def _logins(urls: Iterable[str]) -> dict[str, str]:
    """host -> header from the names and passwords in index addresses: they hold for files on the same host."""
    found = {}
    for url in urls:
        parts = urllib.parse.urlsplit(url)
        if parts.username is not None:
            user, password = urllib.parse.unquote(parts.username), urllib.parse.unquote(parts.password or "")
            found[parts.netloc.rpartition("@")[2]] = basic(user, password)
    return found


def _many(value: str) -> tuple[str, ...]:
    return tuple(value.split())


def _seconds(value: str) -> float:
    try:
        return max(float(value), 1.0)
    except ValueError:
        return Web.timeout


def _yes(value: str | Mapping[str, Any]) -> bool:
    return str(value).lower() in ("1", "true", "yes", "on")
