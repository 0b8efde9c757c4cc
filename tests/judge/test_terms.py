"""Terms: normalizers by language, maps of labels."""

from __future__ import annotations

from pathlib import Path

import pytest

from aural.errors import UsageError
from aural.judge.terms import Names, Terms, kind_of, normalized, read_map, versions


@pytest.mark.parametrize(
    ("terms", "language", "kind"),
    [
        (Terms(), None, "english"), (Terms(), "en-US", "english"), (Terms(), "de", "basic"), (Terms(), "zh", "letters"),
        (Terms(language="ja"), "en", "letters"), (Terms(normalizer="none"), "de", "none"),
        (Terms(normalizer="basic"), "en", "basic"),
    ],
    ids=range(7),
)  # fmt: skip
def test_the_normalizer_goes_by_the_language(terms: Terms, language: str | None, kind: str) -> None:
    assert kind_of(terms, language) == kind


def test_texts() -> None:
    assert normalized("Twenty-one, OKAY", Terms()) == "21 ok"
    assert normalized("Ja, das ist's!", Terms(), "de") == "ja das ist s"
    assert normalized("你好", Terms(), "zh") == "你 好"
    assert normalized("  Ja,  so ", Terms(normalizer="none")) == "Ja, so"
    assert versions(Terms())["normalizer_english"].startswith("aural-en-")


def test_maps(tmp_path: Path) -> None:
    file = tmp_path / "map.txt"
    file.write_text("# classes\nbaby_cry=Baby cry, infant cry|Crying, sobbing\n\ndog=Dog # and its kin\n")
    assert read_map(["rain=Rain|Raindrop,sea=Ocean", str(file)]) == {
        "rain": ("Rain", "Raindrop"), "sea": ("Ocean",), "baby_cry": ("Baby cry, infant cry", "Crying, sobbing"), "dog": ("Dog",),
    }  # fmt: skip
    for bad in ("nonsense", "a=", "=b", "a=b,c"):
        with pytest.raises(UsageError, match="--map"):
            read_map([bad])


def test_names() -> None:
    names = Names("tag", ("dog_bark", "rain"), {"dog_bark": ("Dog", "Bark")})
    assert names.scores({"Dog": 0.2, "bark": 0.5, "Rain": 0.1, "Speech": 0.9}) == {"dog_bark": 0.5, "rain": 0.1}
    assert (names.of("Bark"), names.of("RAIN"), names.of("Speech")) == ("dog_bark", "rain", "Speech")
