"""An encoder that is held answers from memory: the same frames, computed once, whatever the batch; one that learns does not."""

from __future__ import annotations

from pathlib import Path

import torch

from aural.learn.remembered import forget, remember
from aural.nets.encoders import rnn


def encoder() -> tuple[rnn.Encoder, list[int]]:
    """A small encoder, and how many rows it was asked for each time."""
    torch.manual_seed(0)
    made, asked = rnn.Encoder(rnn.Config(width=4, layers=1), 3).eval(), []
    plain = made.forward

    def counted(x: torch.Tensor, lengths: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        asked.append(len(x))
        return plain(x, lengths)

    made.forward = counted  # type: ignore[method-assign]
    return made, asked


def test_a_clip_is_heard_once_whatever_stands_beside_it() -> None:
    made, asked = encoder()
    x, lengths = torch.randn(3, 9, 3), torch.tensor([9, 5, 7])
    true, _ = made(x, lengths)
    remember(made, 1)
    first, real = made(x[:2], lengths[:2])
    again, _ = made(x[[1, 2, 0]], lengths[[1, 2, 0]])
    assert asked == [3, 2, 1] and real.tolist() == [9, 5]
    assert torch.allclose(first, true[:2], atol=1e-3) and torch.allclose(again, true[[1, 2, 0]], atol=1e-3)
    assert not again[0, 5:].any()


def test_what_learns_is_computed_anew_and_what_finds_no_room_too() -> None:
    made, asked = encoder()
    x, lengths = torch.randn(2, 6, 3), torch.tensor([6, 6])
    remember(made, 60 / 1e6)  # one row of 6 frames and 4 numbers, in 16 bits, twice over both directions: 96 bytes
    for _ in range(2):
        made(x, lengths)
    assert asked == [2, 2]
    made.train()
    told, _ = made(x, lengths)
    assert asked == [2, 2, 2] and told.requires_grad


def test_a_folder_outlives_the_training_and_damage(tmp_path: Path) -> None:
    x, lengths = torch.randn(3, 9, 3), torch.tensor([9, 5, 7])
    made, asked = encoder()
    remember(made, 1, tmp_path)
    true, _ = made(x, lengths)
    next_one, asked_next = encoder()
    remember(next_one, 0, tmp_path)  # no room: each time from the files
    for _ in range(2):
        told, real = next_one(x, lengths)
        assert torch.allclose(told, true, atol=1e-3) and real.tolist() == [9, 5, 7]
    assert asked == [3] and asked_next == []
    kept = sorted(tmp_path.rglob("*.npy"))
    kept[0].write_bytes(kept[0].read_bytes()[:50])
    kept[1].write_bytes(b"")
    assert torch.allclose(next_one(x, lengths)[0], true, atol=1e-3) and asked_next == [2]


def test_what_16_bits_cannot_hold_and_what_was_computed_in_short_is_not_kept(tmp_path: Path) -> None:
    class Loud(torch.nn.Module):  # type: ignore[misc]
        def __init__(self, factor: float, kind: torch.dtype) -> None:
            super().__init__()
            self.factor, self.kind = factor, kind

        def forward(self, x: torch.Tensor, lengths: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            return (x * self.factor).to(self.kind), lengths

    x, lengths = torch.ones(1, 3, 2), torch.tensor([3])
    for factor, kind in ((1e6, torch.float32), (2.0, torch.bfloat16)):
        made = Loud(factor, kind).eval()
        remember(made, 1, tmp_path)
        for _ in range(2):
            assert torch.equal(made(x, lengths)[0].float(), x * factor)
    assert not list(tmp_path.rglob("*.npy"))


def test_another_encoder_finds_nothing_there(tmp_path: Path) -> None:
    x, lengths = torch.randn(1, 9, 3), torch.tensor([9])
    made, _ = encoder()
    remember(made, 1, tmp_path)
    made(x, lengths)
    other, asked = encoder()
    with torch.no_grad():
        next(other.parameters()).mul_(2)
    remember(other, 1, tmp_path)
    other(x, lengths)
    assert asked == [1]


def test_what_is_written_as_a_graph_is_measured_in_full(tmp_path: Path) -> None:
    x, lengths = torch.randn(1, 9, 3), torch.tensor([9])
    made, _ = encoder()
    true, _ = made(x, lengths)
    remember(made, 1, tmp_path)
    made(x, lengths)
    assert not torch.equal(made(x, lengths)[0], true)
    forget(torch.nn.ModuleDict({"encoder": made}))
    assert torch.equal(made(x, lengths)[0], true)
