"""Both graphs of a decoder answer as torch does, wherever it looks."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from aural.learn.contracts import net_of
from aural.learn.export import CLOSE
from aural.learn.written.export import parity, to_onnx
from aural.nets.decoders.recurrent import tiny
from aural.nets.writer import Writer
from aural.settings import as_dict


@pytest.mark.parametrize("looks", ["location", "content", "none"])
def test_a_recurrent_decoder_is_exported_with_its_encoder(looks: str, tmp_path: Path) -> None:
    torch.manual_seed(0)
    writer = Writer(net_of("crnn", "sequence"), "recurrent", {**as_dict(tiny()), "looks": looks}, 4).eval()
    to_onnx(writer, tmp_path)
    assert parity(writer, tmp_path) <= CLOSE
