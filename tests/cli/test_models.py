"""`aural models` lists, shows, fetches, adds, removes, verifies and says where."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from aural import find
from aural.cli.commands import _house
from aural.cli.commands import models as command
from aural.cli.main import main
from aural.models import card as cards
from aural.models import store
from aural.models.card import Card, Licences
from aural.models.store import Entry

DOCS = Path(__file__).parents[2] / "docs" / "models.md"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty store without network."""
    monkeypatch.setenv("AURAL_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("AURAL_OFFLINE", "1")
    return tmp_path / "home"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A model folder of a user, whose weights may not be used commercially."""
    made = tmp_path / "mine"
    made.mkdir()
    (made / "model.onnx").write_bytes(b"graph" * 100)
    cards.write(
        Card("mine", "tagger", "onnx", Licences("MIT", "CC-BY-NC-4.0", "own", False, "its owner"), "me"), made / "card.json"
    )
    return made


def said(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    assert main(["models", *arguments]) == code
    out, err = capsys.readouterr()
    return out + err


def test_all_models_are_listed_with_role_licence_size_and_state(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys)
    head, *rows = text.splitlines()
    assert head.split() == ["name", "role", "weights", "commercial", "size", "state", "short", "names"]
    assert [row.split()[0] for row in rows] == list(store.names())
    silero = next(row for row in rows if row.startswith("silero-vad"))
    assert "vad" in silero and "MIT" in silero and "1.2 MB" in silero and "not fetched" in silero
    assert said(capsys, "list") == text


def test_a_folder_is_added_shown_verified_found_and_removed(home: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "mine (tagger)" in said(capsys, "add", str(folder))
    assert any(row.startswith("mine ") and " added" in row for row in said(capsys).splitlines())
    shown = said(capsys, "show", "mine")
    assert "CC-BY-NC-4.0" in shown and "its owner" in shown and "commercial use    no" in shown
    assert said(capsys, "where", "mine").strip() == str(home / "models" / "mine")
    assert said(capsys, "where").strip() == str(home / "models")
    assert said(capsys, "verify", "mine") == "mine: ok, 1 file\n"
    (home / "models" / "mine" / "model.onnx").write_bytes(b"other")
    assert "model.onnx is damaged" in said(capsys, "verify", code=4)
    assert "mine:" in said(capsys, "remove", "mine")
    assert "mine" not in store.names()
    known = [cards.read(p) for p in sorted((store.shipped("digits").parent).glob("*/card.json"))]
    told = [f"{c.name}: ok, {len(c.files)} file{'' if len(c.files) == 1 else 's'}\n" for c in known]
    assert said(capsys, "verify") == "".join(told) and len(told) > 4, "what is shipped is always here"


def test_permissive_hides_the_rest_and_says_what_falls_away(home: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store.add(folder)
    everything = store.entries()
    kept = [e for e in everything if e.card.licences.permissive]
    assert [e.card.name for e in everything if e not in kept].count("mine") == 1
    text = said(capsys, "--license", "permissive")
    listed = text.split("\n\n")[0].splitlines()[1:]
    assert [row.split()[0] for row in listed] == [e.card.name for e in kept]
    assert "Hidden: mine (tagger): CC-BY-NC-4.0; its owner" in text
    for entry in everything:
        assert (f"Hidden: {entry.card.name} " in text) == (entry not in kept)


def test_what_falls_away_names_the_tasks() -> None:
    page = type("Page", (), {"FILES": ()})
    free, bound = Licences("", "MIT", "", True, "x"), Licences("", "unknown", "", None, "nobody")
    gate = Entry(Card("gate", "vad", "borrowed", free, ""), Path(), page)
    other = Entry(Card("silero-vad", "vad", "borrowed", bound, ""), Path(), page)
    lines = "\n".join(command.missed([gate, other], [gate]))
    assert "`aural vad` needs another model than its default silero-vad (vad)" in lines
    lines = "\n".join(command.missed([gate, other], []))
    assert "`aural vad` falls away" in lines and "no permissive model for vad" in lines
    assert command.missed([gate], [gate]) == ["Nothing falls away: all models here are permissive."]


def test_list_and_show_as_json(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = json.loads(said(capsys, "--json"))
    assert [r["name"] for r in rows] == list(store.names())
    one = json.loads(said(capsys, "show", "silero-vad", "--json"))[0]
    assert one == next(r for r in rows if r["name"] == "silero-vad")
    assert one["state"] == "not fetched" and one["licences"]["weights"] == "MIT" and one["files"]


@pytest.mark.parametrize("action", ["show", "fetch", "add", "remove"])
def test_an_action_without_a_name_is_a_usage_error(home: Path, action: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert "needs a name" in said(capsys, action, code=2)


@pytest.mark.parametrize(
    "action, code", [("show", 4), ("fetch", 4), ("remove", 4), ("verify", 4), ("where", 4), ("add", 4), ("dance", 2)]
)
def test_an_unknown_name_or_action_is_one_line(home: Path, action: str, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, action, "silero-vda", code=code)
    assert text.startswith("aural: ") and len(text.splitlines()) <= 2
    if action in ("show", "fetch", "remove"):
        assert "Did you mean 'silero-vad'" in text


def test_a_fetch_offline_says_what_to_do(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, "fetch", "silero-vad", code=4)
    assert "AURAL_OFFLINE" in text and str(home / "archives") in text and ".whl" in text


def test_default_is_what_listen_needs() -> None:
    roles = dict(find.page("tasks", "listen").TASK.roles)
    assert _house.defaults() == roles
    assert {name for name, _ in command._chosen(["default"])} == set(roles.values())
    assert {name for name, _ in command._chosen(["all"])} == {e.card.name for e in store.entries() if e.program is None}
    assert command._chosen(["samples"]) == []


@pytest.mark.weights
def test_a_fetched_model_is_whole(capsys: pytest.CaptureFixture[str]) -> None:
    assert "silero-vad: " in said(capsys, "fetch", "silero-vad", "--progress", "none")
    assert said(capsys, "verify", "silero-vad").startswith("silero-vad: ok")


def test_the_table_in_the_docs_is_fresh() -> None:
    assert DOCS.read_text(encoding="utf-8") == written(), "stale: python tests/cli/test_models.py writes it"


def written() -> str:
    """docs/models.md with the table as the pages tell it now."""
    before, _, rest = DOCS.read_text(encoding="utf-8").partition("<!-- generated: models -->\n")
    borrowed = [e for e in store.entries() if e.page is not None]
    return f"{before}<!-- generated: models -->\n{command.markdown(borrowed)}\n<!-- end -->{rest.partition('<!-- end -->')[2]}"


def test_sizes_are_readable() -> None:
    assert [_house.megabytes(n) for n in (0, 819, 100_000, 56_369_045)] == ["0.0 kB", "0.8 kB", "0.1 MB", "56.4 MB"]


if __name__ == "__main__":
    DOCS.write_text(written(), encoding="utf-8")
