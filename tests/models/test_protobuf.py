"""Protobuf messages: round trips, edits, and bytes that are none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aural.errors import ModelRefused
from aural.models.protobuf import Message

FIELDS = st.lists(
    st.tuples(st.integers(1, 5000), st.one_of(st.integers(-(2**63), 2**63 - 1), st.binary(max_size=40), st.text(max_size=20))),
    max_size=12,
)


@given(FIELDS)
def test_fields_survive_encoding(fields: list[tuple[int, int | bytes | str]]) -> None:
    message = Message()
    kinds = (int, bytes, str)
    fields = [(3 * number + kinds.index(type(value)), value) for number, value in fields]  # one kind in each field
    for number, value in fields:
        message.add(number, value)
    data = message.encode()
    assert Message(data).encode() == data
    for number, value in fields:
        if isinstance(value, int):
            assert value in Message(data).numbers(number)
        elif isinstance(value, str):
            assert value in Message(data).texts(number)


def test_a_change_in_a_child_is_written_by_its_parent() -> None:
    parent = Message().add(1, Message().add(2, "before").add(3, 7))
    read = Message(parent.encode())
    read.children(1)[0].set(2, "after")
    again = Message(read.encode()).children(1)[0]
    assert again.text(2) == "after"
    assert again.number(3) == 7


def test_packed_and_plain_numbers_read_the_same() -> None:
    plain = Message().add(4, 1).add(4, 300).add(4, -1)
    packed = Message().add(4, b"".join(v.encode()[1:] for v in (Message().add(4, n) for n in (1, 300, -1))))
    assert plain.numbers(4) == packed.numbers(4) == [1, 300, -1]


def test_dropped_fields_are_gone_and_the_rest_stays() -> None:
    message = Message().add(1, 5).add(2, "x").add(1, 6)
    assert not message.drop(1).has(1)
    assert message.text(2) == "x"


@pytest.mark.parametrize("data", [b"\x0b", b"\x0a\x05ab", b"\x08", b"\x08" + b"\xff" * 12, b"\x0a\xff\xff\xff\xff\x0f"])
def test_what_is_no_message_is_refused(data: bytes) -> None:
    with pytest.raises(ModelRefused):
        Message(data)


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        message = Message(data)
    except ModelRefused:
        return
    message.encode()
