"""Names of result files: no two inputs share one, no recording is written over, -o may name a file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aural.cli import outputs
from aural.cli.inputs import Input
from aural.cli.outputs import Wish
from aural.errors import UsageError
from aural.pictures.groups import FORMATS, Group, Groups, Member


def at(*places: str) -> list[Input]:
    return [Input(p, Path(p).name) for p in places]


def names(inputs: list[Input], folder: str = "out") -> list[str]:
    found = outputs.targets(inputs, Wish(("srt",), folder), None)
    return [found[i.place]["srt"].relative_to(folder).as_posix() for i in inputs]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_one_recording_gives_its_stem() -> None:
    assert names(at("a/talk.wav", "b/song.tar.wav")) == ["talk.srt", "song.tar.srt"]


def test_equal_stems_keep_their_endings() -> None:
    assert names(at("talk.wav", "talk.mp3", "song.mp3")) == ["talk.wav.srt", "talk.mp3.srt", "song.srt"]


def test_equal_names_keep_their_folders() -> None:
    assert names(at("in/a/talk.wav", "in/b/talk.wav")) == ["a/talk.srt", "b/talk.srt"]
    assert names(at("in/talk.wav", "in/b/talk.wav", "in/talk.flac")) == ["talk.srt", "b/talk.srt", "talk.flac.srt"]


def test_names_that_differ_in_case_only_are_kept_apart() -> None:
    assert len({n.casefold() for n in names(at("Talk.wav", "talk.mp3"))}) == 2


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)  # a busy machine is no failure
@given(st.lists(st.tuples(st.sampled_from(["", "a/", "b/", "a/b/"]), st.sampled_from(["x", "x.wav", "X", "y"]),
                          st.sampled_from([".wav", ".mp3", ""])), unique=True, min_size=1, max_size=12))  # fmt: skip
def test_no_two_recordings_share_a_name(parts: list[tuple[str, str, str]]) -> None:
    places = list(dict.fromkeys("".join(p) for p in parts))
    lower = [p.casefold() for p in places]
    inputs = at(*(p for p in places if lower.count(p.casefold()) == 1))
    assert len({n.casefold() for n in names(inputs)}) == len(inputs)


def test_a_searched_folder_is_mirrored() -> None:
    assert names([Input("in/a/x.wav", "x.wav", Path("a")), Input("in/x.wav", "x.wav")]) == ["a/x.srt", "x.srt"]


@pytest.mark.parametrize(
    ("formats", "told", "wish"),
    [
        (None, None, Wish()),
        ("srt,.VTT", None, Wish(("srt", "vtt"))),
        ("srt", "-", Wish(("srt",), "-")),
        (None, "out", Wish(("txt", "json", "srt", "vtt", "tsv"), "out")),
        (None, "out/talk.srt", Wish(("srt",), None, Path("out/talk.srt"))),
        ("audacity", "x.labels.txt", Wish(("audacity",), None, Path("x.labels.txt"))),
        ("html", "out", Wish(("html",), "out")),
    ],
)
def test_formats_and_places_together(formats: str | None, told: str | None, wish: Wish) -> None:
    assert outputs.wish_of(formats, told, None) == wish


def test_pictures_are_png_unless_told() -> None:
    kinds = ("png", "svg", "json")
    assert outputs.wish_of(None, None, kinds).formats == ("png",)
    assert outputs.wish_of(None, "x.svg", kinds) == Wish(("svg",), None, Path("x.svg"))
    assert outputs.wish_of(None, "pictures", kinds) == Wish(("png",), "pictures")
    with pytest.raises(UsageError, match="bmp"):
        outputs.wish_of(None, "x.bmp", kinds)


def test_a_folder_whose_name_looks_like_a_file() -> None:
    Path("talks.srt").mkdir()
    assert outputs.wish_of("vtt", "talks.srt", None) == Wish(("vtt",), "talks.srt")


def test_all_means_every_format() -> None:
    assert set(outputs.format_names("all")) >= {"srt", "json", "html", "textgrid"}
    assert outputs.format_names("all", ("json", "csv")) == ("json", "csv")
    assert outputs.format_names("aud") == ("audacity",)


def test_what_cannot_be_written_is_told_before() -> None:
    Path("file").write_text("x")
    Path("talk.srt").write_bytes(b"RIFF")
    for wish, inputs, words in [
        (Wish(("srt",), "file"), at("a.wav"), "no folder"),
        (Wish(("srt",), "file/deep"), at("a.wav"), "no folder"),
        (Wish(("srt",), overwrite=True), at("talk.srt"), "over a recording"),
        (Wish(("srt",), None, Path("one.srt")), at("a.wav", "b.wav"), "one file for 2"),
        (Wish(("textgrid",)), at("x" * 250 + ".wav"), "too long"),
    ]:
        with pytest.raises(UsageError, match=words):
            outputs.targets(inputs, wish, None)


def test_what_exists_is_kept_unless_told() -> None:
    Path("a.srt").write_text("mine")
    with pytest.raises(UsageError, match="--overwrite"):
        outputs.refuse_existing([Path("a.srt")], Wish(("srt",)))
    with pytest.raises(UsageError) as told:
        outputs.refuse_existing([Path("a.srt")], Wish(("srt",)), skips=False)
    assert "--skip-existing" not in str(told.value), "a verb without that option does not name it"
    outputs.refuse_existing([Path("a.srt")], Wish(("srt",), overwrite=True))


def test_options_of_formats_are_read_before() -> None:
    outputs.check_options(("srt", "json"), {"max_line_width": "30", "gate": "x"})
    with pytest.raises(UsageError, match="whole number"):
        outputs.check_options(("srt",), {"max_line_width": "wide"})
    with pytest.raises(UsageError, match="1 or more"):
        outputs.check_options(("vtt",), {"max_line_count": "0"})


def test_groups_are_written_in_each_of_their_formats() -> None:
    member = Member("a.wav", 1, 0.5, 1.0, (), b"")
    made = Groups((member,), (Group(1, ("quiet",), 1, "a.wav"),), {"main axes": np.zeros((1, 2))}, 0.5)
    for name in FORMATS:
        assert "a.wav" in outputs.render(made, name)
