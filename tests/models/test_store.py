"""The store finds models by every name they go by, fetches them once, and touches no network afterwards."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import socket
import sys
import types
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aural import archives, find
from aural.archives import Archive, Member, Wanted
from aural.errors import AuralError, ExtraMissing, ModelMissing, ModelRefused, UsageError
from aural.models import card as cards
from aural.models import refuse, store
from aural.models.card import Card, Licences
from aural.models.face import Scorer
from aural.models.runtime import Runtime

FREE = Licences("Apache-2.0", "MIT", "unknown", True, "the test")
PAYLOAD = {"one/model.onnx": b"first graph" * 100, "two/model.onnx": b"second graph" * 100, "two/words.bin": b"\x01a\x02bc"}


class Nothing(Scorer):
    """Stands for an opened model."""

    def __init__(self, card: Card) -> None:
        self.card = card

    def score(self, samples: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        return np.zeros((len(samples), 1), np.float32)

    def close(self) -> None:
        return


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def page(name: str, role: str, archive: Archive, members: list[str], **more: Any) -> Any:
    files = tuple(Wanted(Path(m).name, sha(PAYLOAD[m]), len(PAYLOAD[m]), (Member(archive, m),)) for m in members)
    card = Card(name, role, "borrowed", FREE, "a test", aliases=more.pop("aliases", ()))
    module = types.ModuleType(name)
    module.__dict__.update(CARD=card, FILES=files, open=lambda folder, runtime: Nothing(card), **more)
    return module


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A store with two borrowed pages out of one archive that was laid by hand; no network."""
    home = tmp_path / "home"
    monkeypatch.setenv("AURAL_HOME", str(home))
    monkeypatch.setenv("AURAL_OFFLINE", "1")
    path = home / "archives" / "carrier-1.0.whl"
    path.parent.mkdir(parents=True)
    with zipfile.ZipFile(path, "w") as zipped:
        for name, data in PAYLOAD.items():
            zipped.writestr(name, data)
    archive = Archive("carrier", "1.0", path.name, sha(path.read_bytes()), path.stat().st_size)
    pages = {
        "little_one": page("little-one", "tagger", archive, ["one/model.onnx"], aliases=("small",), ALSO=("vad",)),
        "big_two": page("big-two", "tagger", archive, ["two/model.onnx", "two/words.bin"], aliases=("default",)),
        "gate": page("gate", "gender", archive, ["one/model.onnx"], aliases=("small",)),
    }
    names, real = find.names, find.page

    def fake_names(folder: str) -> tuple[str, ...]:
        return tuple(sorted(pages)) if folder == "models/borrowed" else names(folder)

    def fake_page(folder: str, name: str) -> Any:
        return pages[name] if folder == "models/borrowed" else real(folder, name)

    monkeypatch.setattr(find, "names", fake_names)
    monkeypatch.setattr(find, "page", fake_page)
    yield home
    archives._remove()


def folder_of(tmp_path: Path, name: str = "mine", **files: bytes) -> Path:
    """A model folder of a user."""
    folder = tmp_path / f"folder-{name}"
    folder.mkdir(exist_ok=True)
    for file, data in (files or {"model.onnx": b"graph"}).items():
        (folder / file).write_bytes(data)
    cards.write(Card(name, "tagger", "onnx", FREE, "me"), folder / "card.json")
    return folder


@pytest.mark.parametrize("name", ["little-one", "little_one", "small"])
def test_a_model_is_opened_by_name_page_and_alias(home: Path, name: str) -> None:
    with store.open_model(name, "tagger") as model:
        assert model.card.name == "little-one"


def test_an_alias_means_the_model_of_the_role(home: Path) -> None:
    assert store.entry_of("small", "gender").card.name == "gate"
    assert store.entry_of("small", "tagger").card.name == "little-one"
    assert store.entry_of("small", "vad").card.name == "little-one", "a page may fill further roles"


def test_a_model_of_another_role_is_a_usage_error(home: Path) -> None:
    with pytest.raises(UsageError, match="'tagger', not for 'gender'") as caught:
        store.open_model("big-two", "gender")
    assert "gate" in caught.value.fix


def test_an_unknown_model_names_the_nearest(home: Path) -> None:
    with pytest.raises(ModelMissing, match="Did you mean 'big-two'"):
        store.open_model("big-too", "tagger")


def test_state_and_files(home: Path) -> None:
    assert store.entry_of("big-two").state == "not fetched"
    assert not store.is_here("big-two")
    folder = store.ensure("big-two")
    assert sorted(p.name for p in folder.iterdir()) == ["card.json", "model.onnx", "words.bin"]
    assert store.is_here("big-two") and store.entry_of("big-two").state == "here"
    assert set(json.loads((folder / "card.json").read_text())["files"]) == {"model.onnx", "words.bin"}
    assert store.verify("big-two") == [("model.onnx", "ok"), ("words.bin", "ok")]


def test_damage_is_found_and_fetch_mends_it(home: Path) -> None:
    path = store.ensure("big-two") / "model.onnx"
    path.write_bytes(b"x" + path.read_bytes()[1:])
    assert ("model.onnx", "damaged") in store.verify("big-two")
    store.fetch("big-two")
    assert store.verify("big-two")[0] == ("model.onnx", "ok")
    path.write_bytes(b"cut")
    assert store.entry_of("big-two").state == "damaged"
    store.ensure("big-two")
    assert store.entry_of("big-two").state == "here"


def test_files_of_an_earlier_version_are_fetched_again(home: Path) -> None:
    folder = store.ensure("big-two")
    card = cards.read(folder / "card.json")
    cards.write(dataclasses.replace(card, files={**card.files, "model.onnx": "0" * 64}), folder / "card.json")
    (folder / "model.onnx").write_bytes(b"x" * len(PAYLOAD["two/model.onnx"]))  # other bytes of the same length
    assert store.entry_of("big-two").state == "not fetched"
    store.ensure("big-two")
    assert store.verify("big-two")[0] == ("model.onnx", "ok")
    assert store.entry_of("big-two").state == "here"


def test_once_fetched_nothing_touches_the_network(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store.ensure("big-two")
    (home / "archives" / "carrier-1.0.whl").unlink()
    monkeypatch.delenv("AURAL_OFFLINE")

    def refuse_all(*_: Any, **__: Any) -> Any:
        raise AssertionError("the network, or a package client, was touched")

    monkeypatch.setattr(socket, "socket", refuse_all)
    monkeypatch.setattr(socket, "create_connection", refuse_all)
    monkeypatch.setattr(socket, "getaddrinfo", refuse_all)
    monkeypatch.setattr("subprocess.run", refuse_all)
    monkeypatch.setattr("subprocess.Popen", refuse_all)
    with store.open_model("big-two", "tagger"):
        pass
    assert store.verify("big-two")
    assert store.names()


def test_offline_and_not_here_says_the_command_and_the_file(home: Path) -> None:
    (home / "archives" / "carrier-1.0.whl").unlink()
    with pytest.raises(ModelMissing) as caught:
        store.open_model("big-two", "tagger")
    said = str(caught.value)
    assert "AURAL_OFFLINE" in said and "aural models fetch big-two" in said and "carrier-1.0.whl" in said and str(home) in said


def test_a_folder_is_added_listed_verified_and_removed(home: Path, tmp_path: Path) -> None:
    card = store.add(folder_of(tmp_path))
    assert card.files == {"model.onnx": sha(b"graph")}
    assert "mine" in store.names() and store.entry_of("mine").state == "added"
    assert store.verify("mine") == [("model.onnx", "ok")]
    (store.where("mine") / "model.onnx").write_bytes(b"other")
    assert store.verify("mine") == [("model.onnx", "damaged")]
    assert store.remove("mine") > 0
    assert "mine" not in store.names() and not (home / "models" / "mine").exists()


def test_the_name_of_an_added_folder_must_be_free_and_plain(home: Path, tmp_path: Path) -> None:
    store.add(folder_of(tmp_path))
    with pytest.raises(UsageError, match="already"):
        store.add(folder_of(tmp_path))
    with pytest.raises(UsageError, match="already"):
        store.add(folder_of(tmp_path, "big-two"))
    for name in ("../evil", "a/b", "", "Ä", ".hidden"):
        folder = folder_of(tmp_path, "odd")
        cards.write(dataclasses.replace(cards.read(folder / "card.json"), name=name), folder / "card.json")
        with pytest.raises(ModelRefused, match="no name"):
            store.add(folder)
    for kind in ("wizard", "borrowed", "../onnx", ""):
        cards.write(dataclasses.replace(cards.read(folder / "card.json"), name="other", kind=kind), folder / "card.json")
        with pytest.raises(ModelRefused, match="no engine of this version runs"):
            store.add(folder)
    assert sorted(p.name for p in (home / "models").iterdir()) == ["mine"]


def test_a_path_to_a_folder_is_checked_each_time(home: Path, tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    with pytest.raises(ModelRefused, match=r"kind 'onnx'|graph|model"):
        store.open_model(str(folder), "tagger", Runtime("cpu"))  # bytes that are no graph, or no such engine yet
    entry = cards.read(folder / "card.json")
    cards.write(dataclasses.replace(entry, files={"model.onnx": "0" * 64}), folder / "card.json")
    with pytest.raises(ModelRefused, match="sha256"):
        store.open_model(str(folder), "tagger")


def test_removing_takes_the_derived_graphs_along(home: Path) -> None:
    folder = store.ensure("big-two")
    derived = home / "derived" / f"{sha((folder / 'model.onnx').read_bytes())}-1.0" / "key"
    derived.mkdir(parents=True)
    (derived / "graph.onnx").write_bytes(b"g" * 1000)
    assert store.remove("big-two") >= 1000
    assert list((home / "derived").iterdir()) == []
    with pytest.raises(ModelMissing):
        store.remove("big-two")


def test_only_what_lies_in_the_store_is_removed(home: Path, tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    with pytest.raises(UsageError, match="does not lie in the store"):
        store.remove(str(folder))
    assert (folder / "model.onnx").exists()


def test_a_card_that_cannot_be_read_spoils_nothing(home: Path) -> None:
    broken = home / "models" / "broken"
    broken.mkdir(parents=True)
    (broken / "card.json").write_text("{")
    assert "broken" not in store.names()
    assert [path for path, _ in store.unreadable()] == [broken]


def test_a_run_that_is_not_there_is_told_before_the_extra_of_hubs(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "transformers", None)
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(ExtraMissing, match=r"there is no folder runs/june, and a model of a hub needs transformers.*pip install"):
        store.open_model("runs/june", "tagger", Runtime("cpu"))


def test_names_of_a_hub(home: Path, tmp_path: Path) -> None:
    for name in ("openai/whisper-small", "a/b.c-d"):
        assert store.is_hub_name(name)
    for name in ("little-one", "./a/b", "/a/b", "a/b/c", "~/a"):
        assert not store.is_hub_name(name)
    (tmp_path / "hf").mkdir()
    (tmp_path / "hf" / "config.json").write_text("{}")
    assert store.is_hub_name(str(tmp_path / "hf"))
    with pytest.raises((ExtraMissing, AuralError)):
        store.open_model("nobody/nothing", "recognizer")


@pytest.mark.parametrize("name", ["./none", "/none/at/all", "a/b/c"])
def test_a_folder_that_is_not_there_is_missing(home: Path, name: str) -> None:
    with pytest.raises(ModelMissing):
        store.entry_of(name)


def test_a_single_file_is_no_model(home: Path, tmp_path: Path) -> None:
    for file, words in (("model.pt", "pickle"), ("model.onnx", "single file"), ("run.py", "program")):
        (tmp_path / file).write_bytes(b"x")
        with pytest.raises(ModelRefused, match=words):
            store.entry_of(str(tmp_path / file))


def test_plain_names_do_not_need_to_be_declared_others_do(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, weights=b"\x00" * 8)
    with pytest.raises(ModelRefused, match="not named in the card"):
        refuse.check_folder(folder, {})
    refuse.check_folder(folder, {"weights": sha(b"\x00" * 8)})


def test_a_run_without_a_model_yet_is_told_with_how_to_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = tmp_path / "mine"
    run.mkdir()
    with pytest.raises(ModelRefused, match=r"no model folder.*`aural models`"):
        store.entry_of(str(run))
    (run / "train.jsonl").write_text("{}\n")
    monkeypatch.chdir(tmp_path)
    for name in (str(run), "mine"):
        with pytest.raises(ModelMissing, match=r"has left no model yet.*--resume"):
            store.entry_of(name)


def test_the_nearest_model_is_one_for_what_is_asked(home: Path) -> None:
    with pytest.raises(ModelMissing) as told:
        store.entry_of("big-too", "synthesizer")
    assert "big-two" not in told.value.fix
    with pytest.raises(ModelMissing, match="Did you mean 'big-two'"):
        store.entry_of("big-too")
