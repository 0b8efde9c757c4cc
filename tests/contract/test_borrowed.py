"""Every borrowed model: a whole card, files with sizes and hashes, licences filled, data only, its carrier's code not imported."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from aural import find
from aural.archives import Address, Joined, Member
from aural.files import sha256_of
from aural.models import card as cards
from aural.models import refuse, store
from aural.settings import home

FOLDER = Path(find.__file__).parent / "models" / "borrowed"
PAGES = find.names("models/borrowed")
ROLES = {
    "recognizer", "vad", "language", "speaker_segmentation", "speaker_embedding", "speech_music", "gender", "tagger", "turn_end",
    "sound_embedder", "synthesizer", "speller", "quality",
}  # fmt: skip


def test_every_page_on_the_disk_is_found() -> None:
    assert set(PAGES) == {p.stem for p in FOLDER.glob("[!_]*.py")}
    assert len(PAGES) == 15, f"{len(PAGES)} pages: {', '.join(PAGES)}"


@pytest.mark.parametrize("name", PAGES)
def test_a_page_holds_what_it_must(name: str) -> None:
    page = find.page("models/borrowed", name)
    card, files = page.CARD, page.FILES
    assert re.sub(r"[-.]", "_", card.name) == name and card.kind == "borrowed"
    assert {card.role, *getattr(page, "ALSO", ())} <= ROLES
    assert callable(page.open) and page.open.__code__.co_varnames[:2] == ("folder", "runtime")
    program = getattr(page, "PROGRAM", None)  # what is run as a process of its own has no files
    assert (not files and program.name and program.install) if program is not None else files
    assert len({w.name for w in files}) == len(files)
    assert dict(card.files) in ({}, {w.name: w.sha256 for w in files})
    for wanted in files:
        assert re.fullmatch(r"[0-9a-f]{64}", wanted.sha256) and wanted.size > 0 and wanted.sources
        refuse.check_name(wanted.name)


@pytest.mark.parametrize("name", PAGES)
def test_every_source_is_pinned(name: str) -> None:
    for wanted in find.page("models/borrowed", name).FILES:
        for source in wanted.sources:
            if isinstance(source, Address):
                assert source.url.startswith("https://")
                continue
            for part in source.parts if isinstance(source, Joined) else (source,):
                assert isinstance(part, Member)
                archive = part.archive
                assert re.fullmatch(r"[0-9a-f]{64}", archive.sha256) and archive.size > 0
                assert archive.version in archive.filename
                assert (part.offset is None) == (part.size is None)


@pytest.mark.parametrize("name", PAGES)
def test_licences_are_filled_and_say_who_told(name: str) -> None:
    licences = find.page("models/borrowed", name).CARD.licences
    assert all(text.strip() for text in (licences.code, licences.weights, licences.data, licences.told_by))
    if licences.weights == "unknown":
        assert licences.commercial is None, "nobody can say yes to what nobody knows"


@pytest.mark.parametrize("name", PAGES)
def test_a_synthesizer_lists_who_speaks_and_a_speller_its_letters(name: str) -> None:
    card = find.page("models/borrowed", name).CARD
    assert bool(card.voices) == (card.role == "synthesizer")
    assert all(re.fullmatch(r"[a-z]{2}(-[A-Z]{2})?( \(\w+\))?, (fe)?male( \(\w+\))?", told) for told in card.voices.values())
    if card.role == "speller":
        assert all(len(letter) == 1 for letter in card.labels) and card.labels


@pytest.mark.parametrize("name", PAGES)
def test_the_card_is_written_and_read_back(name: str, tmp_path: Path) -> None:
    card = find.page("models/borrowed", name).CARD
    cards.write(card, tmp_path / "card.json")
    again = cards.read(tmp_path / "card.json")
    assert (again.name, again.role, again.licences, again.labels) == (card.name, card.role, card.licences, card.labels)


@pytest.mark.parametrize("name", PAGES)
def test_the_carriers_code_is_not_imported(name: str) -> None:
    page = find.page("models/borrowed", name)
    carriers = {
        part.archive.project.replace("-", "_").lower()
        for wanted in page.FILES
        for source in wanted.sources
        if not isinstance(source, Address)
        for part in (source.parts if isinstance(source, Joined) else (source,))
    }
    for path in (FOLDER / f"{name}.py", *FOLDER.glob("_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            modules = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            modules += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not {m.partition(".")[0].lower() for m in modules} & carriers


def test_no_alias_means_two_models_of_one_role() -> None:
    seen: dict[tuple[str, str], str] = {}
    for entry in store.entries():
        for role in entry.roles:
            for alias in entry.card.aliases:
                other = seen.setdefault((role, alias), entry.card.name)
                assert other == entry.card.name, f"{alias} for {role} is {other} and {entry.card.name}"


@pytest.mark.parametrize("name", PAGES)
def test_what_lies_here_is_what_was_promised_and_no_pickle(name: str) -> None:
    entry = store.entry_of(name)
    if entry.state != "here":
        pytest.skip(f"{name} is not in {home()}")
    for place in entry.places:
        assert sha256_of(place.path) == place.wanted.sha256
        refuse.check_content(place.path)
