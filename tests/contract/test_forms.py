"""Every form of corpora/forms: found by its file name, and read from an imitation of three files."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from aural import find
from aural.corpora.rows import form_of, rows
from aural.errors import AuralError, CorpusError, ExtraMissing, ManifestError, UsageError
from aural.sound.sound import Sound

FORMS = find.names("corpora/forms")
NAMES = ("a.wav", "b.wav", "c.wav")
LABELS = ("dog", "cat", "dog")


def sound(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Sound(0.1 * np.ones((1, 800), np.float32), 8000).save(path)


def label_folders(place: Path) -> Path:
    for name, label in zip(NAMES, LABELS, strict=True):
        sound(place / label / name)
    return place


def manifest(place: Path) -> Path:
    lines = []
    for name, label in zip(NAMES, LABELS, strict=True):
        sound(place / name)
        lines.append(json.dumps({"audio_filepath": name, "label": label, "offset": 0.0, "duration": 0.1}))
    (place / "rows.jsonl").write_text("\n".join(lines))
    return place / "rows.jsonl"


def kaldi(place: Path) -> Path:
    for name in NAMES:
        sound(place / name)
    (place / "wav.scp").write_text("".join(f"u{k} {name}\n" for k, name in enumerate(NAMES)))
    (place / "utt2label").write_text("".join(f"u{k} {label}\n" for k, label in enumerate(LABELS)))
    (place / "utt2spk").write_text("u0 anna\nu1 bert\nu2 anna\n")
    return place


def csv(place: Path) -> Path:
    for name in NAMES:
        sound(place / "audio" / name)
    text = "\ufefffname,labels,split\r\n" + "".join(f"{n},{label},train\r\n" for n, label in zip(NAMES, LABELS, strict=True))
    (place / "rows.csv").write_bytes(text.encode())
    return place / "rows.csv"


def hugging_face(place: Path) -> Path:
    for name in NAMES:
        sound(place / "train" / name)
    rows_ = "".join(f"{n},{label}\n" for n, label in zip(NAMES, LABELS, strict=True))
    (place / "train" / "metadata.csv").write_text("file_name,label\n" + rows_)
    return place


MADE: dict[str, Callable[[Path], Path]] = {f.__name__: f for f in (label_folders, manifest, kaldi, csv, hugging_face)}


def test_the_forms_are_found_and_each_has_an_imitation() -> None:
    assert sorted(FORMS) == sorted(MADE)


@pytest.mark.parametrize("name", FORMS)
def test_three_files_give_three_rows(name: str, tmp_path: Path) -> None:
    place = MADE[name](tmp_path)
    assert form_of(place) == name
    found = rows(place)
    assert sorted(c.label for c in found if c.label) == ["cat", "dog", "dog"]
    assert len({c.id for c in found}) == 3 and all(c.audio.is_file() for c in found)


@pytest.mark.parametrize("name", ["csv", "kaldi", "manifest", "hugging_face"])
def test_a_recording_that_is_not_there_is_told(name: str, tmp_path: Path) -> None:
    place = MADE[name](tmp_path)
    next(tmp_path.rglob("b.wav")).unlink()
    with pytest.raises((CorpusError, ManifestError), match=r"b\.wav"):
        rows(place)


def test_what_is_no_set_is_told(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="no such folder"):
        rows(tmp_path / "gone")
    with pytest.raises(CorpusError, match="an empty folder"):
        rows(tmp_path)
    (tmp_path / "read me.txt").write_text("hello")
    with pytest.raises(CorpusError, match="read me"):
        rows(tmp_path)
    with pytest.raises(CorpusError, match=r"ends in \.txt"):
        rows(tmp_path / "read me.txt")
    sound(tmp_path / "x.wav")
    with pytest.raises(CorpusError, match="nothing tells their labels"):
        rows(tmp_path)


def test_split_folders_and_other_labels(tmp_path: Path) -> None:
    for split in ("train", "val"):
        sound(tmp_path / split / "dog" / f"{split}.wav")
    assert {(c.split, c.label) for c in rows(tmp_path)} == {("train", "dog"), ("valid", "dog")}
    with pytest.raises(UsageError, match="no row has 'age'"):
        rows(tmp_path, "age")


def test_programs_of_kaldi_are_not_run(tmp_path: Path) -> None:
    (tmp_path / "wav.scp").write_text("u1 sox a.wav -t wav - |\n")
    with pytest.raises(CorpusError, match="not run"):
        rows(tmp_path)


def test_a_saved_set_says_what_it_needs(tmp_path: Path) -> None:
    (tmp_path / "dataset_info.json").write_text("{}")
    with pytest.raises(ExtraMissing, match="pyarrow"):
        rows(tmp_path)


@pytest.mark.parametrize("text", ["", "\n\n", "a,b\n1,2\n", "file,label\nx.wav,dog\n", "\x00\x01"])
def test_odd_tables_end_in_our_own_errors(text: str, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(text)
    with pytest.raises(AuralError):
        rows(tmp_path / "t.csv")
