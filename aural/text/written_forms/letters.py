"""Letters said one by one: f b i -> FBI, t v -> TV, a t and t -> AT&T"""

from __future__ import annotations

from aural.text._clause import Clause, Figure
from aural.text.written_forms._letters import run

RANK = 60
# Pairs of letters that are one name; any others may be two things (plan a and b).
_PAIRS = frozenset("q&a r&b r&d s&p b&b p&l h&m at&t d&d m&a r&r".split())


def read(clause: Clause, i: int) -> Figure | None:
    """A run of letters with two beside "a", "i" and "o", which are words too; "a" is an article before it (a TV)."""
    letters, end = run(clause, i)
    last, after = run(clause, end + 1) if letters and clause.at(end) == "and" else ("", end)
    if last and f"{letters}&{last}".lower() in _PAIRS:
        return Figure(after, f"{letters}&{last}")
    plain = sum(letter not in "AIO" for letter in letters)
    opens = letters[:1] not in ("A", "I", "O") or (letters[0] != "A" and plain + 1 == len(letters))
    return Figure(end, letters) if plain > 1 and opens else None
