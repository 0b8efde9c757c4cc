"""Every form of corpora/forms: found by its file name, and read from an imitation of three files."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from aural import find
from aural.corpora.manifest import Clip, read_manifest, write_manifest
from aural.corpora.rows import form_of, look, rows
from aural.corpora.shards import pack
from aural.errors import AuralError, CorpusError, ExtraMissing, ManifestError, UsageError
from aural.sound.inside import is_recording
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
    (place / "spk2gender").write_text("anna f\nbert m\n")
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


def split_folders(place: Path) -> Path:
    for name, label, split in zip(NAMES, LABELS, ("train", "val", "test"), strict=True):
        sound(place / split / label / name)
    return place


def label_files(place: Path) -> Path:
    for name, label in zip(NAMES, LABELS, strict=True):
        sound(place / name)
        (place / name).with_suffix(".txt").write_text(f"0.01\t0.05\t{label}\n")
    return place


def shards(place: Path) -> Path:
    clips = []
    for name, label in zip(NAMES, LABELS, strict=True):
        sound(place / "in" / name)
        clips.append(Clip(place / "in" / name, name, label=label, labels=(label,), speaker=name[0]))
    pack(clips, place / "packed")
    return place / "packed"


MADE: dict[str, Callable[[Path], Path]] = {
    f.__name__: f for f in (label_files, label_folders, split_folders, manifest, kaldi, csv, hugging_face, shards)
}


def test_the_forms_are_found_and_each_has_an_imitation() -> None:
    assert sorted(FORMS) == sorted(MADE)


@pytest.mark.parametrize("name", FORMS)
def test_three_files_give_three_rows(name: str, tmp_path: Path) -> None:
    place = MADE[name](tmp_path)
    assert form_of(place) == name
    found = rows(place)
    assert sorted(label for c in found for label in (c.labels or [e.label for e in c.events or ()])) == ["cat", "dog", "dog"]
    assert len({c.id for c in found}) == 3 and all(is_recording(c.audio) for c in found)
    again = place.parent / "again.jsonl.gz"
    write_manifest(found, again)
    assert [(c.audio.resolve(), c.label, c.speaker, c.split) for c in read_manifest(again)] == [
        (c.audio.resolve(), c.label, c.speaker, c.split) for c in found
    ]


@pytest.mark.parametrize("name", FORMS)
def test_a_key_that_no_row_has_is_told(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no row has 'shoe size'"):
        rows(MADE[name](tmp_path), "shoe size")


@pytest.mark.parametrize("name", FORMS)
def test_nothing_fits_an_empty_folder_or_a_text(name: str, tmp_path: Path) -> None:
    page = find.page("corpora/forms", name)
    assert page.fits.__doc__ and page.read.__doc__
    assert not page.fits(tmp_path) and not page.fits(tmp_path / "gone")
    (tmp_path / "notes.txt").write_text("file,label")
    assert not page.fits(tmp_path) and not page.fits(tmp_path / "notes.txt")


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
    with pytest.raises(CorpusError, match="nothing tells the labels"):
        rows(tmp_path)


def test_split_folders_and_other_labels(tmp_path: Path) -> None:
    for split in ("train", "val"):
        sound(tmp_path / split / "dog" / f"{split}.wav")
    assert {(c.split, c.label) for c in rows(tmp_path)} == {("train", "dog"), ("valid", "dog")}
    assert [c.label for c in rows(kaldi(tmp_path / "k"), "speaker")] == ["anna", "bert", "anna"]
    assert [c.label for c in rows(tmp_path / "k", "gender")] == ["f", "m", "f"]


def test_what_became_no_clip_is_told(tmp_path: Path) -> None:
    label_folders(tmp_path)
    sound(tmp_path / "dog" / "deep" / "d.wav")
    sound(tmp_path / "lone.wav")
    for name in ("dog/.DS_Store", "dog/read me.txt", "list.pdf"):
        (tmp_path / name).write_text("x")
    found = look(tmp_path)
    assert found.form == "label_folders" and len(found.clips) == 4 and found.clips[3].id == "dog/deep/d.wav"
    assert found.remarks == (
        "1 recordings without a label were left out",
        "2 files that are no recordings were passed over (1 .pdf, 1 .txt)",
        "1 hidden files were passed over",
    )


def test_a_folder_that_only_wraps_the_set_is_passed_through(tmp_path: Path) -> None:
    label_folders(tmp_path / "sounds-1.0")
    assert sorted(c.label or "" for c in rows(tmp_path)) == ["cat", "dog", "dog"]


def test_the_form_of_speech_commands(tmp_path: Path) -> None:
    for name in ("yes/0a7c2a8d_nohash_0.wav", "no/0a7c2a8d_nohash_1.wav", "no/ffd2ba2f_nohash_0.wav", "_background_noise_/tap.wav"):
        sound(tmp_path / name)
    (tmp_path / "validation_list.txt").write_text("no/ffd2ba2f_nohash_0.wav\n")
    (tmp_path / "testing_list.txt").write_text("")
    told = {(c.label, c.speaker, c.split) for c in rows(tmp_path)}
    assert told == {("yes", "0a7c2a8d", "train"), ("no", "0a7c2a8d", "train"), ("no", "ffd2ba2f", "valid")}


def test_a_folder_of_manifests_is_in_the_splits_that_its_files_name(tmp_path: Path) -> None:
    for name in ("train", "valid"):
        sound(tmp_path / "audio" / f"{name}.wav")
        (tmp_path / f"{name}.jsonl").write_text(json.dumps({"audio": f"audio/{name}.wav", "label": "x"}))
    assert form_of(tmp_path) == "manifest" and [c.split for c in rows(tmp_path)] == ["train", "valid"]
    (tmp_path / "dev.jsonl").write_text((tmp_path / "valid.jsonl").read_text())
    with pytest.raises(CorpusError, match="both named as valid"):
        rows(tmp_path)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("filename,fold,target,category\na.wav,1,0,dog\n", [("dog", ("dog",))]),  # ESC-50
        ('fname,labels\na,"Bark,Growl"\n', [("Bark", ("Bark", "Growl"))]),  # FSDKaggle, without the ending
        ("a.wav,dog\nb.wav,cat\n", [("dog", ("dog",)), ("cat", ("cat",))]),  # no head line
        ("Path;Class\na.wav;dog;more\n", [("dog", ("dog",))]),
        ("client_id\tpath\tsentence\nx\ta.wav\thello, you\n", [(None, ())]),  # Common Voice
    ],
)
def test_tables_as_they_come(text: str, told: list[tuple[str | None, tuple[str, ...]]], tmp_path: Path) -> None:
    for name in NAMES:
        sound(tmp_path / "sounds" / name)
    (tmp_path / "meta").mkdir()
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        (tmp_path / "meta" / "t.csv").write_bytes(text.replace("\n", "\r\n").encode(encoding))
        assert [(c.label, c.labels) for c in rows(tmp_path / "meta" / "t.csv")] == told
    if "client" not in text:
        assert form_of(tmp_path) == "csv" and [c.labels for c in rows(tmp_path)] == [labels for _, labels in told]


def test_a_table_says_which_columns_it_has(tmp_path: Path) -> None:
    sound(tmp_path / "a.wav")
    table = tmp_path / "t.csv"
    table.write_text("file,species,start\na.wav,wren,0.02\n")
    with pytest.raises(CorpusError, match=r"names labels; its columns: file, species, start\..*--label"):
        rows(table)
    (clip,) = rows(table, "Species")
    assert (clip.label, clip.start, clip.id) == ("wren", 0.02, "a.wav@0.02")
    table.write_text("slice_file_name,class,start,end\na.wav,dog,5,9\n")  # UrbanSound8K's times are of another file
    (clip,) = rows(table)
    assert (clip.start, clip.duration, clip.extra) == (0.0, None, {"table_start": "5", "end": "9"})


def test_a_name_that_lies_twice_is_not_guessed(tmp_path: Path) -> None:
    for folder in ("audio_train", "audio_test"):
        sound(tmp_path / folder / "a.wav")
    (tmp_path / "t.csv").write_text("fname,label\na.wav,dog\n")
    with pytest.raises(CorpusError, match=r"audio_test and in .*audio_train"):
        rows(tmp_path / "t.csv")


def test_metadata_as_json_lines(tmp_path: Path) -> None:
    for name in NAMES:
        sound(tmp_path / "data" / "validation" / name)
    lines = [json.dumps({"file_name": n, "label": [label, "x"], "age": 3}) for n, label in zip(NAMES, LABELS, strict=True)]
    place = tmp_path / "data" / "validation" / "metadata.jsonl"
    place.write_bytes(("\ufeff" + "\r\n".join(lines)).encode())
    found = rows(tmp_path)
    assert [c.labels for c in found] == [("dog", "x"), ("cat", "x"), ("dog", "x")]
    assert {c.split for c in found} == {"valid"} and found[0].id == "data/validation/a.wav" and found[0].extra == {"age": 3}
    place.write_text(lines[0] + "\n{\n")
    with pytest.raises(CorpusError, match=r"metadata\.jsonl:2: this line is no JSON"):
        rows(tmp_path)


def test_kaldi_with_segments_and_splits(tmp_path: Path) -> None:
    for part in ("train", "dev"):
        sound(tmp_path / part / "a.wav")
        (tmp_path / part / "wav.scp").write_text(f"r {tmp_path / part / 'a.wav'}\n")
        (tmp_path / part / "segments").write_text("u1 r 0.0 0.05\nu2 r 0.05 -1\n")
        (tmp_path / part / "text").write_text("u1 one  two\nu2\n")
    told = [(c.split, c.start, c.duration, c.text) for c in rows(tmp_path)]
    assert told[:2] == [("valid", 0.0, 0.05, "one  two"), ("valid", 0.05, None, "")]
    (tmp_path / "dev" / "segments").write_text("u1 other 0 1\n")
    with pytest.raises(CorpusError, match="'other', which wav"):
        rows(tmp_path)
    (tmp_path / "dev" / "wav.scp").write_text("r raw.ark:17\n")
    with pytest.raises(CorpusError, match="Kaldi archive"):
        rows(tmp_path)


def test_names_that_are_no_text_come_back(tmp_path: Path) -> None:
    name = os.fsdecode(b"b\xff\n, \"'.wav")
    sound(tmp_path / "set" / "d\u00f6g" / "a.wav")
    sound(tmp_path / "set" / "cat" / "x.wav")
    (tmp_path / "set" / "cat" / "x.wav").rename(tmp_path / "set" / "cat" / name)
    found = rows(tmp_path / "set")
    write_manifest(found, tmp_path / "rows.jsonl")
    assert [c.audio.name for c in read_manifest(tmp_path / "rows.jsonl")] == [name, "a.wav"]


def test_programs_of_kaldi_are_not_run(tmp_path: Path) -> None:
    (tmp_path / "wav.scp").write_text("u1 sox a.wav -t wav - |\n")
    with pytest.raises(CorpusError, match="not run"):
        rows(tmp_path)


def test_a_saved_set_says_what_it_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)  # as where it is not installed
    (tmp_path / "dataset_info.json").write_text("{}")
    with pytest.raises(ExtraMissing, match="pyarrow"):
        rows(tmp_path)


@pytest.mark.parametrize("text", ["", "\n\n", "a,b\n1,2\n", "file,label\nx.wav,dog\n", "\x00\x01"])
def test_odd_tables_end_in_our_own_errors(text: str, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(text)
    with pytest.raises(AuralError):
        rows(tmp_path / "t.csv")
