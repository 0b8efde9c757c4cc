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
    assert "6 clips" in seen.text() and "8000 Hz" in seen.text() and "same.wav (as good.wav)" in seen.text()
    assert max(map(len, seen.text(60).split("\n"))) <= 60
    kept = seen.kept(seen.clips[::-1])
    assert [c.id for c in kept] == ["clipped.wav", "silent.wav", "same.wav", "good.wav"] and kept[0].duration == 1.0
    assert survey(made(tmp_path), jobs=2) == seen  # processes see what threads see


def test_numbers_that_are_none_and_twins_with_other_labels(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    noise = 0.1 * rng.standard_normal(4000).astype("<f4")
    noise[100:110] = np.nan
    head = b"fmt " + (16).to_bytes(4, "little") + bytes.fromhex("0300 0100") + (8000).to_bytes(4, "little")
    head += (32000).to_bytes(4, "little") + bytes.fromhex("0400 2000") + b"data" + noise.nbytes.to_bytes(4, "little")
    for name in ("nan.wav", "twin.wav"):
        (tmp_path / name).write_bytes(
            b"RIFF" + (len(head) + 4 + noise.nbytes).to_bytes(4, "little") + b"WAVE" + head + noise.tobytes()
        )
    seen = survey([clip(tmp_path / "nan.wav"), clip(tmp_path / "twin.wav", "b"), clip(tmp_path / "gone.wav")])
    told = dict(reversed(seen.odd))
    assert told["nan.wav"] == "with damage (10 samples were no numbers and count as silence)"
    assert dict(seen.odd)["twin.wav"] == "doubled with other labels (as nan.wav, labeled a there)"
    assert told["gone.wav"].startswith("unreadable (there is no such file")
    assert survey([clip(tmp_path / "gone.wav")]).text().startswith("1 clip, none of which can be used")


def test_what_cannot_carry_a_model(tmp_path: Path) -> None:
    classes = Question("clip", "class")
    one = [clip(tmp_path / f"{k}.wav") for k in range(9)]
    assert "same label" in (complaint(one, classes) or "")
    assert "fewer than 4" in (complaint([*one, clip(tmp_path / "x.wav", "b")], classes) or "")
    assert complaint([*one, *(clip(tmp_path / f"b{k}.wav", "b") for k in range(4))], classes) is None
    assert complaint([Clip(tmp_path / "y.wav", "y.wav")], classes) == "no clip has a label"
    assert "1 of 10 clips have no label" in (complaint([*one, Clip(tmp_path / "y.wav", "y.wav")], classes) or "")
    assert complaint([], classes) == "there are no clips"


def test_what_other_questions_need(tmp_path: Path) -> None:
    bare = [Clip(tmp_path / f"{k}.wav", f"{k}.wav") for k in range(4)]
    ages = [clip(tmp_path / f"{k}.wav", str(20 + k)) for k in range(4)]
    assert "no clip has a label" in (complaint(bare, Question("clip", "number")) or "")
    assert complaint(ages, Question("clip", "number")) is None
    assert "'x' of x.wav is no number" in (complaint([*ages, clip(tmp_path / "x.wav", "x")], Question("clip", "number")) or "")
    assert "need events" in (complaint(ages, Question("frame", "set")) or "")
    assert complaint([Clip(tmp_path / "a.wav", "a", events=(Event(0, 1, "x"),))], Question("frame", "set")) is None
    assert complaint(bare, Question("sequence", "class")) == "no clip has a text"
    for answer, key in (("set", "notes"), ("number", "times")):
        asked = Question("sequence", answer)  # type: ignore[arg-type]
        assert key in (complaint(bare, asked) or "")
        assert complaint([Clip(tmp_path / "a.wav", "a", extra={key: [{"start": 0, "end": 1, "pitch": 60}]})], asked) is None
    assert "no label has 4 clips" in (complaint(ages, Question("clip", "set")) or "")


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


def test_a_number_a_frame_asks_for_a_pitch(tmp_path: Path) -> None:
    bare, told = Clip(tmp_path / "a.wav", "a"), Clip(tmp_path / "b.wav", "b", extra={"pitch": {"hop": 0.01, "values": [220.0]}})
    frames = Question("frame", "number")
    assert "the key 'pitch'" in (complaint([bare], frames) or "") and complaint([bare, told], frames) is None
