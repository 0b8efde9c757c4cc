"""Addresses of the net and files: www.x.com/a_b, a@b.org, https://..., report.pdf, src/main/java"""

from __future__ import annotations

import re

from aural.text._number_words import one_by_one
from aural.text._reading import Around, Reading, said
from aural.text.spoken_forms._letters import as_said

RANK = 16
_LABEL = r"[A-Za-z\d](?:[A-Za-z\d_-]{0,62}[A-Za-z\d])?"
_NAMES = (
    "com org net edu gov mil int info biz io ai co tv me app dev xyz us uk ca au de fr it es nl eu ch at be se no dk fi pl jp "
    "cn in ru br "
    "pdf txt doc docx xls xlsx ppt pptx csv html htm php json xml py js exe zip mp3 mp4 wav jpg jpeg png gif abc "
    "yaml yml toml ini cfg log md tar gz iso svg tif tiff webp rtf odt epub mobi rar apk bin dll css ts java cpp ipynb tsv sql bat "
    "sh bak tmp jar"
)
_LAST = "(?:" + "|".join(_NAMES.split()) + ")"
PATTERN = re.compile(
    r"(?:https?|ftp|file)://[^\s<>\"]{1,2000}"
    r"|www\.[^\s<>\"]{1,2000}"
    rf"|[A-Za-z\d_+][A-Za-z\d._%+&-]{{0,63}}@{_LABEL}(?:\.{_LABEL}){{0,6}}\.[A-Za-z]{{2,10}}(?!\w)(?:/[^\s<>\"]{{0,2000}})?"
    rf"|(?:localhost|{_LABEL}(?:\.{_LABEL}){{0,6}}\.{_LAST})(?P<port>:\d{{2,5}})(?!\w)(?:/[^\s<>\"]{{0,2000}})?"
    rf"|{_LABEL}(?:\.{_LABEL}){{0,6}}\.{_LAST}(?![\w@])(?:/[^\s<>\"]{{0,2000}})?"
    r"|[A-Za-z]:(?:\\[\w .-]{1,60}(?<! )){1,20}"
    r"|(?<!\S)(?:~|~?/[\w.-]{1,60})(?:/[\w.-]{1,60}){1,20}/?(?!\S)"
    r"|(?<![\w/.])(?<!\d )(?P<chain>(?-i:[a-z][a-z\d_.-]{1,40}(?:/[a-z][a-z\d_.-]{1,40}){2,12}))(?![\w/])"
    r"|(?<![\w/])[ru]/\w{2,40}(?![\w/])"
    rf"|(?<!\S)\*?\.(?:{_LAST}|net|gitignore|env|bashrc|vimrc)(?!\w)"
    rf"|{_LABEL}\.{_LABEL}(?:\.{_LABEL}){{0,5}}/[^\s<>\"]{{1,2000}}",
    re.IGNORECASE,
)
_SIGNS = {
    ".": "dot", "/": "slash", ":": "colon", "-": "dash", "_": "underscore", "&": "ampersand", "@": "at", "?": "question mark",
    "=": "equals", "#": "hash", "%": "percent", "+": "plus", "~": "tilde", ",": "comma", ";": "semicolon",
    "!": "exclamation mark", "*": "star", "$": "dollar", "(": "open parenthesis", ")": "close parenthesis", "'": "apostrophe",
    "|": "bar", "\\": "backslash", "[": "open bracket", "]": "close bracket", "{": "open brace", "}": "close brace",
    "^": "caret", "`": "backtick",
}  # fmt: skip
_PIECE = re.compile(r"[^\W\d_]+|\d|.", re.DOTALL)


def read(found: re.Match[str], around: Around) -> Reading | None:
    """Names as words or letters, digits one by one, signs by name; a mark at the end belongs to the sentence."""
    written = found[0].rstrip(".,;:!?)]}'*")
    if (
        re.fullmatch(r"[\d.,/]+", written)
        or (around.left[-1:].isalnum())
        or not (found["chain"] or found["port"] or _is_address(written))
    ):
        return None
    words: list[str] = []
    for piece in _PIECE.findall(written):
        if piece.isdecimal():
            words += one_by_one(piece)
        elif piece.isalpha():
            words.append(as_said(piece))
        else:
            words += _SIGNS.get(piece, "").split()
    end = found.start() + len(written)
    if words[-1].isalpha() and re.match(r"'s(?!\w)", around.text[end : end + 3]):
        return said(end + 2, *words[:-1], words[-1] + "'s")
    return said(end, *words)


def _is_address(written: str) -> bool:
    """Single letters with points ("e.g.") and the ends of sentences without a space ("end.In") are none."""
    labels = re.split(r"[./@]", written, maxsplit=8)
    if (
        re.match(r"[A-Za-z]:\\", written)
        or "@" in written
        or "://" in written
        or written[0] in "/~*."
        or re.match(r"[ru]/", written)
        or written.lower().startswith("www.")
    ):
        return True
    if re.fullmatch(r"[A-Za-z\d]\.com(?:/.*)?|[a-z\d]\.(?:co|me|tv|io|ai)(?:/.*)?", written):
        return True
    return any(len(label) > 1 for label in labels[:-1]) and not (
        labels[1][:1].isupper() and not labels[0].isupper() and not labels[1].isupper()
    )
