"""Books: plain text in its encodings, web pages, epub with its order; damaged ones are told in one sentence."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from aural.errors import AuralError, DataError, LimitReached, UsageError
from aural.text import books

CONTAINER = '<container xmlns="urn:oasis"><rootfiles><rootfile full-path="OEBPS/book.opf"/></rootfiles></container>'
PACKAGE = """<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/">
<metadata><dc:title>The Long Road</dc:title></metadata>
<manifest><item id="b" href="two.xhtml"/><item id="a" href="text/one%20a.xhtml"/><item id="c" href="notes.xhtml"/></manifest>
<spine><itemref idref="a"/><itemref idref="b"/><itemref idref="c" linear="no"/></spine></package>"""
PAGE = """<html><head><title>T</title><style>p {}</style></head><body><h1>One</h1><p>A &amp; b<br/>c.</p>
<script>no()</script><p>He <b>s</b>aid&nbsp;so.</p></body></html>"""


def epub(path: Path, **changes: str | None) -> Path:
    parts: dict[str, str | None] = {
        "META-INF/container.xml": CONTAINER, "OEBPS/book.opf": PACKAGE, "OEBPS/text/one a.xhtml": PAGE,
        "OEBPS/two.xhtml": "<p>Two.</p>", "OEBPS/notes.xhtml": "<p>Notes.</p>",
    }  # fmt: skip
    parts |= changes
    with zipfile.ZipFile(path, "w") as book:
        for name, text in parts.items():
            if text is not None:
                book.writestr(name, text)
    return path


def test_an_epub_in_the_order_of_its_spine(tmp_path: Path) -> None:
    book = books.read(epub(tmp_path / "x.epub"))
    assert book == books.Book("The Long Road", "One\n\nA & b c.\n\nHe said so.\n\nTwo.")


@pytest.mark.parametrize(
    "changes",
    [
        {"META-INF/container.xml": None},
        {"META-INF/container.xml": "<a>"},
        {"META-INF/container.xml": "<a/>"},
        {"OEBPS/book.opf": '<!DOCTYPE x [<!ENTITY a "aa">]><package/>'},
        {"OEBPS/book.opf": "<package/>"},
        {"OEBPS/two.xhtml": None},
    ],
)
def test_a_damaged_epub_is_told(changes: dict[str, str | None], tmp_path: Path) -> None:
    with pytest.raises(DataError):
        books.read(epub(tmp_path / "x.epub", **changes))


def test_what_is_no_book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.epub"
    path.write_bytes(b"PK no zip")
    with pytest.raises(DataError, match="damaged"):
        books.read(path)
    (tmp_path / "x.txt").write_bytes(b"\xff\x00\xfe")
    with pytest.raises(DataError, match="UTF-8"):
        books.read(tmp_path / "x.txt")
    with pytest.raises(UsageError, match="cannot be read"):
        books.read(tmp_path / "none.txt")
    monkeypatch.setattr(books, "MOST_BYTES", 20)
    with pytest.raises(LimitReached):
        books.read(epub(tmp_path / "y.epub"))


@pytest.mark.parametrize(
    ("data", "text"),
    [(b"\xef\xbb\xbfA\r\nB\rC", "A\nB\nC"), ("Ä b".encode("utf-16"), "Ä b"), ("naïve".encode(), "naïve"), (b"", "")],
)
def test_encodings(data: bytes, text: str, tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_bytes(data)
    assert books.read(path) == books.Book("x", text)


def test_raised_numbers_are_powers_or_marks_of_notes(tmp_path: Path) -> None:
    page = (
        '<p>He left.<sup>1</sup> Its area,<sup><a href="#n">12</a></sup> 5 m<sup>2</sup>, is 10<sup>-3</sup>.</p>'
        "<p>The 5<sup>th</sup> H<sub>2</sub>O 7</p>"
    )
    (tmp_path / "notes.html").write_text(page)
    assert books.read(tmp_path / "notes.html").text == "He left.¹ Its area,¹² 5 m², is 10⁻³.\n\nThe 5th H2O 7"


def test_a_web_page(tmp_path: Path) -> None:
    path = tmp_path / "x.html"
    path.write_text("<title>News</title><nav>menu</nav><p>One</p>two<script>x</script>", encoding="utf-8")
    assert books.read(path) == books.Book("News", "One\n\ntwo")
    assert issubclass(DataError, AuralError)
