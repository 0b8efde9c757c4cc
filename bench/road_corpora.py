"""The corpora that roads of recognition are compared on: each learned from one part, tuned on another, reported on a third.

Strings of digits are made (bench/digit_strings.py); the others are manifests of recordings whose texts are brought to plain
lower-case words. No speaker (in `one_voice`: no sentence) stands in two parts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import digit_readings, digit_strings, digit_words, manifests
from bench.digit_strings import TUNED_ON, Sources
from bench.manifests import Row


@dataclass(frozen=True)
class Unseen:
    """What is heard: manifests by the name of the part that is reported apart, and noises that were not learned from.

    `noisy`: also at 10 dB. `normalizer`: as `aural evaluate` takes it.
    """

    parts: Mapping[str, Path]
    noises: Path
    noisy: bool
    normalizer: str


@dataclass(frozen=True)
class Corpus:
    """What is learned from and tuned on, and the text of `learn`, a sentence a line."""

    learn: Path
    tune: Path
    texts: Path


_AMONG, _PEOPLE = "digits_among_speech", "people_digits"
NAMES = ("digits", "wide_digits", _AMONG, _PEOPLE, "tuning_digits", "commands", "arabic", "an4", "open", "one_voice")
_FOLDERS = {"commands": ("speech_commands",), "arabic": ("arabic_commands",), "one_voice": ("kathleen",), "an4": ("an4",),
            "open": ("speechocean762", "librispeech_some", "kathleen")}  # fmt: skip
_DIGITS = ("wide_digits", _AMONG, _PEOPLE, "tuning_digits")  # strings of all that is at hand
_NOISY = ("digits", *_DIGITS, "commands", "arabic")
_PLAIN = (*_NOISY, "an4")  # texts of single words: the English normalizer would join spelled names and read digits as numbers
READ = 4  # rounds of readings by synthetic voices
_KEPT = {"open": 16, "one_voice": 12}  # every so manieth group is tuned on; 8 elsewhere


def corpus(name: str, corpora: Path, noises: Path, work: Path) -> Corpus:
    """What a road learns from, in `work`; what is there already is kept."""
    folder = work / "data" / name
    if name == "digits":
        made = digit_strings.sets(corpora / "fsdd", folder)
    elif name in _DIGITS:
        more = name == _AMONG
        sources = _people(corpora, noises) if name == _PEOPLE else _sources(corpora, noises, work, more)
        made = digit_strings.wide_sets(sources, folder, _tuned_on(name))
        if more:
            made["learn"] = _among(made["learn"], [*sources.sentences, corpora / "more_words"])
    else:
        made = _parts(name, corpora, folder)
    texts = folder / "learn.txt"
    if not texts.is_file():
        texts.write_text("".join(f"{row['text']}\n" for row in manifests.rows(made["learn"])), encoding="utf-8")
    return Corpus(made["learn"], made["tune"], texts)


def unseen(name: str, corpora: Path, noises: Path, work: Path) -> Unseen:
    """What is heard of a corpus, in `work`; what is there already is kept."""
    folder = work / "data" / name
    if name == "digits" or name in _DIGITS:
        parts = {"": digit_strings.unseen(corpora / "fsdd", folder, _tuned_on(name))}
        if name in (_AMONG, _PEOPLE):
            parts["other voices"] = digit_strings.of_others(corpora / "digits_elsewhere", folder)
    else:
        several = len(_FOLDERS[name]) > 1
        parts = {source if several else "": _valid(corpora / source, folder, several) for source in _FOLDERS[name]}
    quiet = digit_strings.linked(noises, work / "data" / "noises")
    return Unseen(parts, quiet, name in _NOISY, "basic" if name in _PLAIN else "english")


def _tuned_on(name: str) -> str | None:
    return TUNED_ON if name == "tuning_digits" else None


def _valid(source: Path, folder: Path, several: bool) -> Path:
    return _manifest(folder / f"valid{f'-{source.name}' if several else ''}.jsonl", _rows(source, "valid"))


def _parts(name: str, corpora: Path, folder: Path) -> dict[str, Path]:
    """Manifests of learn and tune."""
    learn: list[Row] = []
    tune: list[Row] = []
    for source in _FOLDERS[name]:
        rows = _rows(corpora / source, "train")
        kept = set(sorted({row["group"] for row in rows})[:: _KEPT.get(name, 8)])
        learn += [row for row in rows if row["group"] not in kept]
        tune += [row for row in rows if row["group"] in kept]
    return {"learn": _manifest(folder / "learn.jsonl", learn), "tune": _manifest(folder / "tune.jsonl", tune)}


def _sources(corpora: Path, noises: Path, work: Path, more: bool) -> Sources:
    """Where strings of digits come from; with `more` also AN4 and digits by hundreds of other speakers."""
    fsdd, commands, beds = corpora / "fsdd", corpora / "speech_commands", (noises, corpora / "noise_beds")
    read = digit_readings.write(work / "data" / "read", READ).parent
    spoken = [corpora / source for source in _FOLDERS["open"]]
    if not more:
        cut = digit_words.write(spoken, work / "data" / "cut").parent
        return Sources(fsdd, (commands,), (corpora / "speechocean762",), cut, read, beds)
    spoken += [corpora / source for source in _FOLDERS["an4"]]
    cut = digit_words.write(spoken, work / "data" / "cut_more").parent
    often = ("many", "many", "strings", "cut", "cut")
    return Sources(fsdd, (commands, corpora / "more_digits"), tuple(spoken), cut, read, beds, often)


def _people(corpora: Path, noises: Path) -> Sources:
    """Recorded voices alone, nothing read by synthetic ones or cut out of sentences."""
    words, beds = (corpora / "speech_commands", corpora / "more_digits"), (noises, corpora / "noise_beds")
    return Sources(corpora / "fsdd", words, (corpora / "an4",), None, None, beds, ("many", "strings"))


def _among(strings: Path, folders: Sequence[Path]) -> Path:
    """Strings of digits and, among them, all sentences and words to learn from of other corpora."""
    others = [row for folder in folders for row in _rows(folder, "train")]
    return _manifest(strings.with_name("among.jsonl"), [*manifests.placed(strings), *others])


def _rows(folder: Path, split: str) -> list[Row]:
    """The rows of a part: audio as a whole path, the text in plain lower-case words."""
    rows = manifests.placed(folder / f"{split}.jsonl")
    return [row | {"text": plain(row)} for row in rows if row.get("text") or row.get("label")]


def plain(row: Mapping[str, Any]) -> str:
    """The words of a row's text, or of its label, in lower case without marks: a-z and the apostrophe."""
    text = str(row.get("text") or row["label"]).lower().replace("_", " ").replace("\u2019", "'")
    words = [word.strip("'") for word in re.sub(r"[^a-z' ]", " ", text).split()]
    return " ".join(word for word in words if word)


def _manifest(path: Path, rows: Sequence[Row]) -> Path:
    return path if path.is_file() else manifests.write(path, rows)
