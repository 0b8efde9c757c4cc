"""Vocabularies of word pieces: ids to text, text to ids, and which ids make a word."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

BLANK = "\u2581"  # stands for a space in front of a word
_BYTES = 3  # ids 3 to 258 stand for single bytes
_FIRST_PIECE = 259


@dataclass(frozen=True)
class Piece:
    """A written word as ids [first, last); `voiced` is the end of its last id that holds a letter or digit."""

    text: str
    first: int
    last: int
    voiced: int


class Pieces:
    """A byte-pair vocabulary with raw bytes as ids 3 to 258 and U+2581 as the space."""

    def __init__(self, pieces: Sequence[bytes]) -> None:
        self._pieces = tuple(pieces)
        self._ids: dict[bytes, int] = {}
        for i, piece in enumerate(self._pieces):
            if i >= _FIRST_PIECE and piece:
                self._ids.setdefault(piece, i)

    @staticmethod
    def read(data: bytes) -> Pieces:
        """A vocabulary as one length (a byte, or two from 128 on) and the bytes of each piece in turn."""
        pieces, at = [], 0
        while at < len(data):
            size, at = data[at], at + 1
            if size >= 128 and at < len(data):
                size, at = data[at] * 128 + size - 128, at + 1
            pieces.append(data[at : at + size])
            at += size
        return Pieces(pieces)

    def __len__(self) -> int:
        return len(self._pieces)

    def bytes_of(self, token: int) -> bytes:
        """What one id writes; the marks below 3 write nothing."""
        if token < _BYTES or token >= len(self._pieces):
            return b""
        return bytes([token - _BYTES]) if token < _FIRST_PIECE else self._pieces[token]

    def text(self, tokens: Sequence[int]) -> str:
        """The written text of ids."""
        joined = b"".join(self.bytes_of(t) for t in tokens).decode("utf-8", "replace")
        return " ".join(joined.replace(BLANK, " ").split())

    def tokens(self, text: str) -> list[int]:
        """The ids of a text: single characters, joined pair by pair, the pair with the lowest id first."""
        parts = [c.encode() for c in BLANK + BLANK.join(text.split())] if text.split() else []
        while True:
            ranked = [(self._ids.get(a + b, -1), i) for i, (a, b) in enumerate(itertools.pairwise(parts))]
            known = [r for r in ranked if r[0] >= 0]
            if not known:
                break
            i = min(known)[1]
            parts[i : i + 2] = [parts[i] + parts[i + 1]]
        found: list[int] = []
        for part in parts:
            found += [self._ids[part]] if part in self._ids else [_BYTES + b for b in part]
        return found

    def words(self, tokens: Sequence[int]) -> list[Piece]:
        """The words of ids: each begins with a piece that begins with a space."""
        if not tokens:
            return []
        blank = BLANK.encode()
        begins = [i for i, t in enumerate(tokens) if i == 0 or self.bytes_of(t).startswith(blank)]
        found: list[Piece] = []
        for first, last in zip(begins, [*begins[1:], len(tokens)], strict=True):
            text = self.text(tokens[first:last])
            if not text:
                continue
            spoken = [i + 1 for i in range(first, last) if any(c.isalnum() for c in self.text(tokens[i : i + 1]))]
            found.append(Piece(text, first, last, spoken[-1] if spoken else last))
        return found
