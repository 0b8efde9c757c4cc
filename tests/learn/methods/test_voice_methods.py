"""Methods for neural voices learn from a few clips, export what answers like the net, and speak."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from voice_clips import manifest

from aural.learn.train import Ask, train
from aural.models import store
from aural.models.face import Prosody, Utterance

SMALL: dict[str, Any] = {"sample_rate": 8000, "batch": 6, "threads": 1, "rate": 5e-3}
SIZES: dict[str, dict[str, Any]] = {
    "fastspeech": {"epochs": 4, "net.width": 16, "inner": 32, "net.symbols": 1, "net.frames": 1},
    "tacotron2": {"epochs": 2, "net.width": 16, "before": 8, "decoder": 16, "looking": 8, "filters": 2, "after": 8, "step": 4},
    "transformer_tts": {
        "epochs": 2, "net.width": 16, "inner": 32, "heads": 2, "net.symbols": 1, "steps": 2, "back": 6, "before": 8, "after": 8,
        "step": 4,
    },
    "vits": {
        "epochs": 3, "net.width": 16, "net.inner": 32, "hidden": 6, "net.symbols": 1, "net.frames": 1, "posterior": 1, "flows": 2,
        "layers": 1, "flow": 8, "sound": 16, "blocks": 1, "judges": 4, "segment": 8,
    },
}  # fmt: skip


@pytest.mark.parametrize("method", [*SIZES])
def test_it_learns_and_speaks(method: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AURAL_HOME", str(tmp_path / "home"))
    ask = Ask(
        "speak", manifest(tmp_path, 12), tmp_path / "run", manifest(tmp_path, 3, seed=1), method=method,
        given=SMALL | SIZES[method], consent="nobody speaks here",
    )  # fmt: skip
    card = train(ask, say=lambda text: None).card
    epochs = json.loads((tmp_path / "run/epochs.json").read_text())
    assert epochs[-1]["losses"]["mel"] < epochs[0]["losses"]["mel"]
    assert card.role == "synthesizer" and card.consent == "nobody speaks here" and card.files
    with store.open_model(str(tmp_path / "run"), "synthesizer") as voice:
        utterance = Utterance(("sue", "see"), ("su", "si"), ("", "."), (0.1, 0.0))
        (spoken,) = voice.speak(utterance, Prosody())
        (again,) = voice.speak(utterance, Prosody())
    assert np.isfinite(spoken.samples).all() and np.array_equal(spoken.samples, again.samples)
    assert [w.text for w in spoken.words] == ["sue", "see"] and spoken.words[0].start <= spoken.words[1].start


@pytest.mark.parametrize(
    "given",
    [
        {"search": 0.0, "said_weight": 0.0, "join": 1.0, "net.frames": 0, "ease": 0.0},
        {"search": 0.5, "head": "stages", "sound": 8, "kernels": "3", "join": 0.0},
    ],
)
def test_vits_learns_as_in_the_paper_too(given: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It finds the phones' times itself, makes samples by stages, is not heard from the text alone, and has no judges."""
    monkeypatch.setenv("AURAL_HOME", str(tmp_path / "home"))
    ask = Ask(
        "speak", manifest(tmp_path, 12), tmp_path / "run", manifest(tmp_path, 3, seed=1), method="vits",
        given=SMALL | SIZES["vits"] | {"epochs": 2} | given, consent="nobody speaks here",
    )  # fmt: skip
    train(ask, say=lambda text: None)
    losses = [epoch["losses"] for epoch in json.loads((tmp_path / "run/epochs.json").read_text())]
    assert losses[-1]["symbols"] > 0 and ("judges" in losses[-1]) == (given["join"] == 0.0)
    assert ("said" in losses[0]) == ("said_weight" not in given)
