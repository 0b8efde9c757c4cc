"""Options: types, layers, names, choices, and the environment."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from aural.errors import UsageError
from aural.settings import as_dict, build, from_toml, home, offline, option, options_of


@dataclass(frozen=True)
class Options:
    language: str | None = option(None, "the language, when it is known")
    speakers: int | None = option(None, "how many speak")
    threshold: float = option(0.5, "above it, it counts")
    words: bool = option(True, "times of words")
    watch: tuple[str, ...] = option((), "sounds to watch for")
    then: str = option("", "what comes next", choices=("", "transcribe"))
    task: str = option("transcribe", "what to write", choices=("transcribe", "translate"))


def test_defaults_and_layers() -> None:
    made = build(Options, {"threshold": 0.1, "language": "de"}, {"threshold": "0.7"})
    assert (made.language, made.threshold, made.words) == ("de", 0.7, True)
    assert as_dict(made)["task"] == "transcribe"


def test_texts_become_the_type_of_the_field() -> None:
    made = build(Options, {"words": "False", "speakers": "3", "watch": "Dog, Siren"})
    assert (made.words, made.speakers) == (False, 3)
    assert [w.strip() for w in made.watch] == ["Dog", "Siren"]


def test_an_unknown_name_gives_the_nearest() -> None:
    with pytest.raises(UsageError, match="'language'"):
        build(Options, {"langauge": "en"})


@pytest.mark.parametrize(
    "values", [{"speakers": "two"}, {"threshold": "nan"}, {"words": "maybe"}, {"task": "sing"}, {"speakers": True}]
)
def test_a_value_that_does_not_fit_is_told(values: dict[str, object]) -> None:
    with pytest.raises(UsageError, match="--"):
        build(Options, values)


def test_the_choice_of_nothing_is_not_listed() -> None:
    with pytest.raises(UsageError, match=r"It takes one of: transcribe$"):
        build(Options, {"then": "sing"})


def test_options_know_their_flags() -> None:
    by_name = {o.name: o for o in options_of(Options)}
    assert by_name["watch"].many
    assert by_name["speakers"].kind is int
    assert by_name["threshold"].flag == "--threshold"


def test_toml(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_text("threshold = 0.9\n")
    assert build(Options, from_toml(file)).threshold == 0.9
    file.write_text("threshold = = 1")
    with pytest.raises(UsageError, match=r"a\.toml"):
        from_toml(file)


def test_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AURAL_HOME", str(tmp_path))
    assert home() == tmp_path
    monkeypatch.delenv("AURAL_OFFLINE", raising=False)
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    assert not offline()
    monkeypatch.setenv("AURAL_OFFLINE", "1")
    assert offline()
