"""Flags: both spellings, switches with and without a value, foreign flags with a hint."""

from __future__ import annotations

from aural import settings
from aural.cli.flags import _help, _metavar, normalized
from aural.learn.options import Options as Learning
from aural.tasks.spectrogram import Options

SWITCHES = ("--word-times", "--overwrite")


def words(*arguments: str) -> list[str]:
    return normalized(arguments, SWITCHES)[0]


def test_underscores_are_dashes() -> None:
    assert words("a_b.wav", "--output_dir", "x_y") == ["a_b.wav", "--output-dir", "x_y"]
    assert words("--output_dir=x_y") == ["--output-dir=x_y"]


def test_switches_take_a_value_or_none() -> None:
    assert words("--word_times", "True", "a.wav") == ["--word-times=true", "a.wav"]
    assert words("--word-times", "a.wav") == ["--word-times=true", "a.wav"]
    assert words("--no-word-times", "a.wav") == ["--word-times=false", "a.wav"]
    assert words("--overwrite") == ["--overwrite=true"]


def test_foreign_flags_are_dropped_with_a_hint() -> None:
    rest, remarks = normalized(["a.wav", "--beam_size", "5", "--hf_token", "xyz", "-f", "srt"], SWITCHES)
    assert rest == ["a.wav", "-f", "srt"]
    assert len(remarks) == 2
    assert "no token" in remarks[1]


def test_a_double_dash_ends_the_flags() -> None:
    assert words("--", "--overwrite.wav") == ["--", "--overwrite.wav"]


def test_defaults_are_shown_as_they_are_typed() -> None:
    shown = {o.name: _help(o) for o in settings.options_of(Options)}
    assert shown["kind"].endswith("(default: wave,logmel)") and "default: true" not in shown["animate"]
    assert not any("('" in line for line in shown.values())


def test_a_file_that_is_named_is_shown_as_a_path() -> None:
    shown = {o.name: _metavar(o) for o in settings.options_of(Learning)}
    assert {shown[name] for name in ("noise", "rooms", "heard")} == {"PATH"} and shown["augment"] == "TEXT"
