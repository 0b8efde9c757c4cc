"""The method behind `aural train transcribe --method attention`: it learns, and its folder answers without torch."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from said_tones import RATE, job, rows

import aural
from aural.errors import UsageError
from aural.learn.methods import attention
from aural.learn.train import Ask, train

SMALL = {
    "sample_rate": RATE, "epochs": 2, "batch": 2, "encoder": "rnn", "encoder.width": 4, "encoder.layers": 1, "n_mels": 12,
    "patience": 0, "decoder.width": 8, "units": "chars", "threads": 1,
}  # fmt: skip


def test_what_it_cannot_do_is_told_before_anything_is_opened() -> None:
    for given, told in (
        ({"augment": ("mixup",)}, "no longer says its text"), ({"int8": True}, "int8"), ({"ctc": 1.0}, "learns nothing"),
        ({"decoder": "nobody"}, "nobody"), ({"decoder.widht": 3}, "decoder.width"),
    ):  # fmt: skip
        with pytest.raises(UsageError, match=told):
            attention.read(job(given))
    chosen = attention.read(job({"decoder.looks": "none", "smoothing": 0.2}))
    assert chosen.parts["decoder"]["looks"] == "none" and chosen.parts["loss"]["smoothing"] == 0.2


@pytest.mark.weights
def test_the_folder_is_whole_and_answers_without_torch(tmp_path: Path) -> None:
    given = SMALL | {"decoder": "transformer", "decoder.layers": 1}
    ask = Ask("transcribe", rows(tmp_path), tmp_path / "run", rows(tmp_path), None, "attention", given, force=True)
    made = train(ask, say=lambda text: None)
    assert made.card.kind == "attention" and set(made.card.files) == {"encoder.onnx", "step.onnx", "units.json"}
    told = aural.transcribe(tmp_path / "0.wav", model=str(tmp_path / "run"), beam=4)
    assert set(told.text or "") <= set("lowhig ")
    code = (
        "import sys; import numpy as np; from aural.models import store; from aural.models.face import Decoding\n"
        f"model = store.open_model({str(tmp_path / 'run')!r}, 'recognizer')\n"
        "heard = model.recognize(np.zeros((2, 8000), np.float32), np.array([8000, 4000]), Decoding(n_best=2))\n"
        "assert len(heard) == 2 and 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
