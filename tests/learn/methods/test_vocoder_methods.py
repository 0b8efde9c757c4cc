"""Methods that learn vocoders: each learns, resumes, exports what answers like the net, and is opened as a vocoder."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from aural.errors import UsageError
from aural.learn.loading import Batch
from aural.learn.methods._adversarial import Maker, Teaching
from aural.learn.options import Options
from aural.learn.train import Ask, train
from aural.models import store
from aural.models.card import Card
from aural.nets.vocoders import vocos
from aural.sound.sound import Sound
from aural.sound.voice_mel import at_rate, voice_mel

RATE = 8000
SMALL = {"sample_rate": RATE, "batch": 4, "crop": 0.256, "epochs": 2, "threads": 1}


def recordings(folder: Path, count: int, seed: int = 0) -> Path:
    """Gliding tones with overtones, half a second each."""
    rng, rows = np.random.default_rng(seed), []
    t = np.arange(RATE // 2) / RATE
    for k in range(count):
        phase = 2 * np.pi * rng.uniform(100, 200) * t * (1 + 0.2 * t)
        samples = 0.1 * sum(np.sin(n * phase) / n for n in range(1, 6)) + 0.003 * rng.standard_normal(len(t))
        Sound(samples[None].astype(np.float32), RATE).save(folder / f"{seed}-{k}.wav")
        rows.append({"audio": f"{seed}-{k}.wav", "duration": 0.5, "text": "a"})
    path = folder / f"{seed}.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def learned(folder: Path, name: str, method: str, given: dict[str, object], resume: bool = False) -> Card:
    ask = Ask(
        "speak", recordings(folder, 8), folder / name, recordings(folder, 2, 1), method=method, given=SMALL | given, resume=resume
    )
    return train(ask, say=lambda text: None).card


@pytest.mark.parametrize(
    ("method", "given"),
    [
        ("vocos", {"net.width": 16, "net.inner": 32, "net.layers": 2, "join": 0.5, "judges": 4}),
        ("hifigan", {"net.width": 8, "kernels": "3", "join": 0, "judges": 4}),
        ("wavenet", {"net.width": 8, "skip": 8, "layers": 4, "longest": 8, "told": 8}),
    ],
)
def test_it_learns_and_speaks_frames(tmp_path: Path, method: str, given: dict[str, object]) -> None:
    card = learned(tmp_path, "run", method, given)
    assert card.role == "vocoder" and card.sample_rate == RATE and card.files
    epochs = json.loads((tmp_path / "run/epochs.json").read_text())
    assert epochs[-1]["metric"] < epochs[0]["metric"]
    mel = voice_mel(0.1 * np.random.default_rng(0).standard_normal(5 * 256), options=at_rate(RATE))
    with store.open_model(str(tmp_path / "run"), "vocoder") as vocoder:
        made = vocoder.sound(mel, RATE)
        assert made.shape == (5 * 256,) and np.isfinite(made).all() and np.array_equal(made, vocoder.sound(mel, RATE))
        assert vocoder.sound(mel[:, :1], RATE).shape == (256,)
        with pytest.raises(UsageError, match="8000 Hz"):
            vocoder.sound(mel, 22050)


def test_stopped_and_resumed_is_bit_for_bit_as_never_stopped() -> None:
    """Generator and judges, an optimizer each: their state is all that the next step depends on."""

    def maker() -> Maker:
        torch.manual_seed(0)
        net = vocos.Vocoder(vocos.tiny(), 80, 256)
        return Maker(net, Options(threads=1), Teaching(join=0, judges=4), at_rate(RATE), torch.device("cpu"))

    generator = torch.Generator().manual_seed(0)
    batches = [batch_of(0.1 * torch.randn(2, 2048, generator=generator)) for _ in range(4)]
    whole, parts = maker(), maker()
    told = [whole.learn(batch, 0.5) for batch in batches]
    for batch in batches[:2]:
        parts.learn(batch, 0.5)
    tensors, plain = parts.state()
    resumed = maker()
    resumed.restore({n: t.clone() for n, t in tensors.items()}, json.loads(json.dumps(plain)))
    assert [resumed.learn(batch, 0.5) for batch in batches[2:]] == told[2:]
    for name, value in whole.weights().items():
        assert torch.equal(value, resumed.weights()[name]), name


def batch_of(samples: torch.Tensor) -> Batch:
    size = torch.full((len(samples),), samples.shape[1])
    one = torch.ones(len(samples))
    return Batch(samples, size, one[:, None], one.long(), one, torch.arange(len(samples)))


def test_a_student_learns_from_a_wavenet(tmp_path: Path) -> None:
    sizes = {"net.width": 8, "layers": 3, "longest": 4, "told": 8}
    learned(tmp_path, "teacher", "wavenet", sizes | {"skip": 8})
    card = learned(tmp_path, "student", "parallel_wavenet", sizes | {"flows": 2, "teacher": str(tmp_path / "teacher")})
    mel = voice_mel(0.1 * np.random.default_rng(0).standard_normal(5 * 256), options=at_rate(RATE))
    with store.open_model(str(tmp_path / "student"), "vocoder") as vocoder:
        made = vocoder.sound(mel, RATE)
    assert card.kind == "vocoder" and made.shape == (5 * 256,) and np.abs(made).max() <= 1
    with pytest.raises(UsageError, match="there is no WaveNet"):
        learned(tmp_path, "other", "parallel_wavenet", {"teacher": str(tmp_path / "nothing")})


def test_what_it_does_not_have_is_refused(tmp_path: Path) -> None:
    for wrong in ({"encoder": "cnn"}, {"widht": 3}, {"net.colour": 1}):
        with pytest.raises(UsageError):
            learned(tmp_path, "run", "vocos", wrong)
    assert not (tmp_path / "run").exists()
