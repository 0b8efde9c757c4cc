"""What is odd about recordings is told; what cannot carry a model is said in a sentence."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from aural.corpora.manifest import Clip, read_manifest, write_manifest
from aural.corpora.survey import complaint, survey
from aural.results import Event, Question
from aural.sound.sound import Sound


def clip(path: Path, label: str = "a") -> Clip:
    return Clip(path, path.name, label=label, labels=(label,))


def made(folder: Path) -> list[Clip]:
    rng = np.random.default_rng(0)
    noise = 0.1 * rng.standard_normal(8000)
    sounds = {
        "good": noise,
        "same": noise,
        "silent": np.zeros(8000),
        "clipped": np.clip(40 * noise, -0.99, 0.99),
        "short": noise[:80],
    }
    for name, samples in sounds.items():
        Sound(samples.astype(np.float32)[None], 8000).save(folder / f"{name}.wav")
    (folder / "broken.wav").write_bytes(b"RIFF, or not")
    return [clip(folder / f"{name}.wav") for name in (*sounds, "broken")]


def test_odd_files_are_named(tmp_path: Path) -> None:
    seen = survey(made(tmp_path))
    odd = {(name, what.split(" (")[0]) for name, what in seen.odd}
    assert odd == {
        ("same.wav", "doubled"), ("silent.wav", "silent"), ("clipped.wav", "clipped"),
        ("short.wav", "too short"), ("broken.wav", "unreadable"),
    }  # fmt: skip
    assert seen.unusable == {"short.wav", "broken.wav"}
    assert "6 clips" in seen.text() and "8000 Hz" in seen.text()


def test_what_cannot_carry_a_model(tmp_path: Path) -> None:
    classes = Question("clip", "class")
    one = [clip(tmp_path / f"{k}.wav") for k in range(9)]
    assert "same label" in (complaint(one, classes) or "")
    assert "fewer than 4" in (complaint([*one, clip(tmp_path / "x.wav", "b")], classes) or "")
    assert complaint([*one, *(clip(tmp_path / f"b{k}.wav", "b") for k in range(4))], classes) is None
    assert "no label" in (complaint([Clip(tmp_path / "y.wav", "y.wav")], classes) or "")


def test_a_manifest_comes_back_as_it_was_written(tmp_path: Path) -> None:
    made(tmp_path)
    rows = [
        Clip(tmp_path / "good.wav", "good.wav", 0.1, 0.5, "a text", "dog", ("dog", "bark"), (Event(0.2, 0.4, "x"),), speaker="s",
             extra={"age": 11}),
        clip(tmp_path / "same.wav"),
    ]  # fmt: skip
    place = tmp_path / "sub" / "rows.jsonl"
    write_manifest(rows, place)
    back = read_manifest(place)
    for a, b in zip(rows, back, strict=True):
        assert a.audio.resolve() == b.audio.resolve() and a.extra == b.extra
        for name in ("start", "duration", "text", "label", "labels", "events", "speaker"):
            assert getattr(a, name) == getattr(b, name)
