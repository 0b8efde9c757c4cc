"""Reads and rewrites protobuf messages field by field, without their schema."""

from __future__ import annotations

from aural.errors import ModelRefused

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5


class Message:
    """The fields of one message in their order; unknown ones survive a round trip untouched.

    Numbers are unsigned as they stand on the wire; fixed-width values stay as bytes. Children become
    messages only when asked for, so that large arrays are never copied before `encode`.
    """

    def __init__(self, data: bytes | memoryview = b"") -> None:
        """Raises: ModelRefused when the bytes are no protobuf message."""
        self._fields: list[tuple[int, int, int | bytes | memoryview | Message]] = []
        view = memoryview(data)
        at = 0
        while at < len(view):
            key, at = _varint(view, at)
            number, wire = key >> 3, key & 7
            value: int | memoryview
            if wire == VARINT:
                value, at = _varint(view, at)
            else:
                if wire == BYTES:
                    size, at = _varint(view, at)
                elif wire in (FIXED64, FIXED32):
                    size = 8 if wire == FIXED64 else 4
                else:
                    raise ModelRefused("these bytes are no protobuf message (wire type)")
                if number == 0 or at + size > len(view):
                    raise ModelRefused("these bytes are no protobuf message (cut short)")
                value = view[at : at + size]
                at += size
            self._fields.append((number, wire, value))

    def number(self, field: int, default: int = 0) -> int:
        """The last value of a number field, signed as an int64."""
        value = default
        for n, wire, v in self._fields:
            if n == field and wire == VARINT and isinstance(v, int):
                value = v - (1 << 64) if v >> 63 else v
        return value

    def numbers(self, field: int) -> list[int]:
        """All values of a repeated number field, packed or not, signed as int64."""
        found: list[int] = []
        for n, wire, v in self._fields:
            if n != field:
                continue
            if wire == VARINT and isinstance(v, int):
                found.append(v)
            elif wire == BYTES and not isinstance(v, (int, Message)):
                view, at = memoryview(v), 0
                while at < len(view):
                    one, at = _varint(view, at)
                    found.append(one)
        return [v - (1 << 64) if v >> 63 else v for v in found]

    def data(self, field: int) -> memoryview:
        """The last value of a bytes field, empty when it is absent."""
        found = memoryview(b"")
        for n, wire, v in self._fields:
            if n == field and wire == BYTES and not isinstance(v, int):
                found = memoryview(v.encode() if isinstance(v, Message) else v)
        return found

    def text(self, field: int) -> str:
        """The last value of a text field, "" when it is absent."""
        return bytes(self.data(field)).decode("utf-8", "replace")

    def texts(self, field: int) -> list[str]:
        """All values of a repeated text field."""
        found = [v for n, _, v in self._fields if n == field]
        return [bytes(v).decode("utf-8", "replace") for v in found if isinstance(v, (bytes, memoryview))]

    def children(self, field: int) -> list[Message]:
        """All values of a message field; what is changed in them is written by this message."""
        found: list[Message] = []
        for i, (n, wire, v) in enumerate(self._fields):
            if n == field and wire == BYTES and not isinstance(v, int):
                child = v if isinstance(v, Message) else Message(v)
                self._fields[i] = (n, wire, child)
                found.append(child)
        return found

    def child(self, field: int) -> Message:
        """The last value of a message field; made when it is absent."""
        found = self.children(field)
        if not found:
            self.add(field, Message())
            return self.child(field)
        return found[-1]

    def has(self, field: int) -> bool:
        return any(n == field for n, _, _ in self._fields)

    def add(self, field: int, value: int | str | bytes | memoryview | Message) -> Message:
        """Append one value; gives this message back."""
        if isinstance(value, int):
            self._fields.append((field, VARINT, value & (1 << 64) - 1))
        else:
            self._fields.append((field, BYTES, value.encode("utf-8") if isinstance(value, str) else value))
        return self

    def set(self, field: int, value: int | str | bytes | memoryview | Message) -> Message:
        """Replace all values of a field by one; gives this message back."""
        self.drop(field)
        return self.add(field, value)

    def drop(self, field: int) -> Message:
        """Remove all values of a field; gives this message back."""
        self._fields = [f for f in self._fields if f[0] != field]
        return self

    def encode(self) -> bytes:
        """The message as bytes."""
        parts: list[bytes | memoryview] = []
        for number, wire, value in self._fields:
            parts.append(_encoded(number << 3 | wire))
            if isinstance(value, int):
                parts.append(_encoded(value))
                continue
            data = value.encode() if isinstance(value, Message) else value
            if wire == BYTES:
                parts.append(_encoded(len(data)))
            parts.append(data)
        return b"".join(parts)


def _varint(view: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if at >= len(view) or shift > 63:
            raise ModelRefused("these bytes are no protobuf message (number)")
        byte = view[at]
        value |= (byte & 127) << shift
        at += 1
        if byte < 128:
            return value & (1 << 64) - 1, at
        shift += 7


def _encoded(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)
