"""Small ONNX graphs that tests make: what goes in, what lies between, the whole model."""

from __future__ import annotations

from aural.models.protobuf import Message


def info(name: str, kind: int, *shape: int) -> Message:
    dims = Message()
    for size in shape:
        dims.add(1, Message().add(1, size))
    return Message().add(1, name).add(2, Message().add(1, Message().add(1, kind).add(2, dims)))


def body(nodes: list[Message], tensors: list[Message], inputs: list[Message], outputs: list[Message], name: str = "g") -> Message:
    made = Message()
    for field, values in ((1, nodes), (5, tensors), (11, inputs), (12, outputs)):
        for value in values:
            made.add(field, value)
    return made.add(2, name) if name else made


def model(main: Message, *domains: str) -> Message:
    made = Message().add(1, 8).add(7, main)
    for domain in ("", *domains):
        made.add(8, Message().add(1, domain).add(2, 17 if not domain else 1))
    return made
