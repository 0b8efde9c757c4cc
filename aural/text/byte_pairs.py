"""Byte-level pair vocabularies as tokenizer.json holds them: ids to text, text to ids, ids to words."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from aural.errors import reason
from aural.text.pieces import Piece

_CHUNK = re.compile(r" ?[^\W\d_]+| ?\d+| ?[^\s\w]+|_+|\s+")
# Where scripts that write no spaces pause; a new word begins behind them.
_PAUSES = tuple("。、，！？；：…")


class BytePairs:
    """A vocabulary over bytes that were made visible one by one (GPT-2's way); ids from `special` on are marks."""

    def __init__(self, ids: Mapping[str, int], merges: Sequence[str | Sequence[str]], special: Mapping[str, int]) -> None:
        bytes_of = {shown: value for value, shown in enumerate(visible())}
        self.special = dict(special)
        marks = set(special.values())
        self._bytes = {i: bytes(bytes_of[c] for c in text) for text, i in ids.items() if i not in marks}
        self._ids = {data: i for i, data in self._bytes.items()}
        pairs = (tuple(m.split(" ")) if isinstance(m, str) else tuple(m) for m in merges)
        self._rank = {"\0".join(pair): rank for rank, pair in enumerate(pairs)}

    @staticmethod
    def read(plain: Any) -> BytePairs:
        """A vocabulary from the parsed tokenizer.json. Raises: ValueError when it is none."""
        try:
            special = {t["content"]: int(t["id"]) for t in plain["added_tokens"]}
            return BytePairs(plain["model"]["vocab"], plain["model"]["merges"], special)
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"no byte-level vocabulary ({reason(error)})") from error

    def text(self, tokens: Sequence[int]) -> str:
        """The written text of ids; marks write nothing, broken characters become U+FFFD."""
        return b"".join(self._bytes.get(t, b"") for t in tokens).decode("utf-8", "replace").strip()

    def tokens(self, text: str) -> list[int]:
        """The ids of a text that stands behind a space."""
        shown = visible()
        found: list[int] = []
        for chunk in _CHUNK.findall(" " + " ".join(text.split())):
            parts = [shown[b] for b in chunk.encode()]
            while len(parts) > 1:
                ranked = [(self._rank.get(f"{a}\0{b}", len(self._rank)), i) for i, (a, b) in enumerate(itertools.pairwise(parts))]
                rank, i = min(ranked)
                if rank == len(self._rank):
                    break
                parts[i : i + 2] = [parts[i] + parts[i + 1]]
            back = {c: b for b, c in enumerate(shown)}
            found += [self._ids[data] for data in (bytes(back[c] for c in part) for part in parts) if data in self._ids]
        return found

    def words(self, tokens: Sequence[int]) -> list[Piece]:
        """The words of ids: each begins with a space, or behind a pause mark of a script without spaces."""
        begins: list[int] = []
        for i, token in enumerate(tokens):
            before = self.text(tokens[begins[-1] : i]) if begins else ""
            if i == 0 or self._bytes.get(token, b"").startswith(b" ") or before.endswith(_PAUSES):
                begins.append(i)
        found = []
        for first, last in itertools.pairwise([*begins, len(tokens)]):
            text = self.text(tokens[first:last])
            if not text:
                continue
            voiced = max((i + 1 for i in range(first, last) if self._voiced(tokens[i])), default=last)
            found.append(Piece(text, first, last, voiced))
        return found

    def _voiced(self, token: int) -> bool:
        """True when an id holds a letter or digit, or bytes of one."""
        data = self._bytes.get(token, b"")
        text = data.decode("utf-8", "replace")
        return any(c.isalnum() or c == "\ufffd" for c in text)


@cache
def visible() -> str:
    """For each byte the character that shows it: itself where it can be seen, else one from U+0100 on."""
    plain = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    spare = itertools.count(0x100)
    return "".join(chr(b) if b in plain else chr(next(spare)) for b in range(256))
