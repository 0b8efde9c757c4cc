"""Names of people, subjects and variables: @user_name, #BlackLivesMatter, camelCase, snake_case"""

from __future__ import annotations

import re

from aural.text._number_words import in_pairs
from aural.text._reading import Around, Reading, said
from aural.text.spoken_forms._letters import as_said

RANK = 17
PATTERN = re.compile(
    r"(?P<head>[@#])(?!\d+[A-Za-z]?(?!\w))(?=[A-Za-z\d_]{0,20}[A-Za-z])[A-Za-z\d_]{1,60}(?![\w@])"
    r"|[a-z]{3,20}(?:[A-Z][a-z]+){1,5}(?![\w'])"
    r"|(?=[A-Za-z\d_]{0,20}[A-Za-z])[A-Za-z\d]{1,30}(?:_{1,2}[A-Za-z\d]{1,30}){1,6}(?![\w'])"
)
_HEADS = {"@": "at", "#": "hash"}
_PIECE = re.compile(r"_+|\d+|[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def read(found: re.Match[str], around: Around) -> Reading | None:
    """The words of a name, parted where its capitals part them; underscores are said in what is typed, behind @ alone."""
    if around.left[-1:].isalnum() or around.left[-1:] in ("@", "#", "&", "_"):
        return None
    words = [_HEADS[found["head"]]] if found["head"] else []
    for piece in _PIECE.findall(found[0].lstrip("@#")):
        if piece[0] == "_":
            words += ["underscore"] if found["head"] == "@" else []
        else:
            words += in_pairs(piece) if piece.isdecimal() else (piece if len(piece) == 1 else as_said(piece),)
    return said(found.end(), *words)
