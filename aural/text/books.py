"""Reads what is to be spoken from files: plain text, web pages and electronic books (epub)."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath
from typing import final
from urllib.parse import unquote
from xml.etree import ElementTree

from aural.errors import DataError, LimitReached, UsageError

MOST_BYTES = 64 << 20  # of one part of a book, unpacked: far above any chapter, far below what fills a memory
_BLOCKS = frozenset(
    "p div h1 h2 h3 h4 h5 h6 li ul ol dl dt dd blockquote pre table tr section article header footer hr figure figcaption"
    " body".split()
)
_UNSAID = frozenset("script style head svg math nav rt rp".split())
_RAISED = str.maketrans("0123456789+-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻")  # behind a number or unit a power, elsewhere the mark of a note


@dataclass(frozen=True)
class Book:
    """A title and the running text; paragraphs are parted by empty lines."""

    title: str
    text: str


def read(path: Path) -> Book:
    """A book from a file by its ending: .epub, .html, .xhtml, and anything else as plain text in UTF-8.

    Raises: UsageError when the file cannot be read, DataError when it is damaged or no text, LimitReached.
    """
    try:
        if path.suffix.lower() == ".epub":
            return _epub(path)
        if path.stat().st_size > MOST_BYTES:
            raise LimitReached(f"this text is larger than {MOST_BYTES >> 20} MB", where=str(path), fix="Cut it into parts")
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"this text cannot be read ({error.strerror or error})", where=str(path), fix="Check the path") from error
    text = decoded(data, str(path))
    if path.suffix.lower() in (".html", ".htm", ".xhtml"):
        page = _Page()
        page.feed(text)
        return Book(page.title or path.stem, page.text)
    return Book(path.stem, text)


def decoded(data: bytes, where: str) -> str:
    """Text from UTF-8 (UTF-16 with its mark), line ends made one kind. Raises: DataError when it is neither."""
    kind = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(kind)
    except UnicodeDecodeError as error:
        what = f"this is no text in UTF-8 (byte {error.start})"
        raise DataError(what, where=where, fix="Save it as UTF-8; of books, .epub is read") from error
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")


def _epub(path: Path) -> Book:
    """The chapters in the order of the spine (EPUB 3.3, W3C 2023)."""
    try:
        with zipfile.ZipFile(path) as book:
            container = _tree(book, "META-INF/container.xml", path)
            root = container.find(".//{*}rootfile")
            place = root.get("full-path") if root is not None else None
            if not place:
                raise DataError("this book does not say where its parts are", where=str(path))
            package = _tree(book, place, path)
            parts = {item.get("id"): item.get("href") or "" for item in package.iterfind(".//{*}manifest/{*}item")}
            chapters = []
            for ref in package.iterfind(".//{*}spine/{*}itemref"):
                href = parts.get(ref.get("idref"), "")
                if href and ref.get("linear", "yes") != "no":
                    page = _Page()
                    page.feed(decoded(_member(book, _joined(place, unquote(href)), path), f"{path}:{href}"))
                    chapters.append(page.text)
            title = package.findtext(".//{http://purl.org/dc/elements/1.1/}title") or path.stem
    except (zipfile.BadZipFile, ElementTree.ParseError, NotImplementedError, RuntimeError, EOFError) as error:
        raise DataError(
            "this book is damaged or locked", where=str(path), fix="Only books without copy protection can be read"
        ) from error
    text = "\n\n".join(chapter for chapter in chapters if chapter)
    if not text:
        raise DataError("there is no text in this book", where=str(path))
    return Book(" ".join(title.split()), text)


def _joined(package: str, href: str) -> str:
    out: list[str] = []
    for part in (PurePosixPath(package).parent / href.partition("#")[0]).parts:
        if part == ".." and out:
            out.pop()
        elif part not in ("..", "."):
            out.append(part)
    return "/".join(out)


def _tree(book: zipfile.ZipFile, name: str, path: Path) -> ElementTree.Element:
    data = _member(book, name, path)
    if b"<!ENTITY" in data:
        raise DataError("this book defines entities of its own, which are not followed", where=f"{path}:{name}")
    return ElementTree.fromstring(data)


def _member(book: zipfile.ZipFile, name: str, path: Path) -> bytes:
    try:
        with book.open(name) as part:
            data = part.read(MOST_BYTES + 1)
    except KeyError as error:
        raise DataError(f"this book has no {name}", where=str(path), fix="It is damaged") from error
    if len(data) > MOST_BYTES:
        raise LimitReached(f"a part of this book is larger than {MOST_BYTES >> 20} MB", where=f"{path}:{name}")
    return data


@final
class _Page(HTMLParser):
    """The text of a web page, its blocks parted by empty lines."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._parts: list[str] = []
        self._skipped: list[str] = []
        self._in_title = self._raised = False
        self.title = ""

    @property
    def text(self) -> str:
        """What is to be read."""
        blocks = (" ".join(block.split()) for block in re.split(r"\0", "".join(self._parts)))
        return "\n\n".join(block for block in blocks if block)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_title, self._raised = tag == "title", self._raised or tag == "sup"
        if tag in _UNSAID:
            self._skipped.append(tag)
        elif tag in _BLOCKS:
            self._parts.append("\0")
        elif tag == "br":
            self._parts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        self._in_title, self._raised = False, self._raised and tag != "sup"
        if tag in _UNSAID and tag in self._skipped:
            del self._skipped[self._skipped.index(tag) :]
        elif tag in _BLOCKS:
            self._parts.append("\0")

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data.strip()
        elif not self._skipped:
            raised = self._raised and re.fullmatch(r"\s*[+\-−]?\d+\s*", data)
            self._parts.append(data.translate(_RAISED) if raised else data.replace("\0", " "))
