"""Numbers with several points: version 3.10.2, section 4.2.1, Python 3.10, lineage B.1.1.7; 1.000.000 is a count"""

from __future__ import annotations

import re

from aural.text._number_words import cardinal
from aural.text._reading import Around, Reading, said

RANK = 32
# Behind these, 3.10 comes after 3.9 and is no decimal.
_SOFTWARE = re.compile(
    r"\b(?:versions?|ver\.|release|Python|Android|Linux|kernel|Postgres|PostgreSQL|CUDA|Node|Rust|Ruby|Django|Kubernetes) $",
    re.IGNORECASE,
)
PATTERN = re.compile(
    r"(?P<count>[1-9]\d{0,2}(?:\.\d{3}){2,5})(?!\w|\.\d)|(?-i:(?P<letters>[A-Z]{1,3}))\.(?P<lineage>\d{1,4}(?:\.\d{1,4}){1,5})(?!\w|\.\d)|v?(?P<several>\d{1,6}(?:\.\d{1,6}){2,5})(?!\w|\.\d)|v(?P<two>\d{1,4}(?:\.\d{1,4})?)(?!\w|\.\d)|(?P<named>\d{1,3}\.[1-9]\d)(?!\w|\.\d)",
    re.IGNORECASE,
)


def read(found: re.Match[str], around: Around) -> Reading | None:
    """Each number as a count with "point" between."""
    if found["count"]:
        return said(found.end(), *cardinal(int(found["count"].replace(".", "")))) if not around.left[-1:].isalnum() else None
    if found["named"] and not _SOFTWARE.search(around.left):
        return None
    if found["letters"] and re.search(r"[\w.]$", around.left):
        return None
    words = [found["letters"], "point"] if found["letters"] else ["version"] if found[0][0] in "vV" else []
    for i, number in enumerate((found["lineage"] or found["several"] or found["two"] or found["named"]).split(".")):
        words += [*(["point"] if i else []), *cardinal(int(number))]
    return said(found.end(), *words)
