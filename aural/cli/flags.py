"""Flags from options dataclasses, in aural's and in whisper's spelling."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from aural.settings import Option

_TRUTH = ("true", "false", "yes", "no", "on", "off")

# Flags of the whisper family that mean nothing to aural's recognizers: taken, and told so in one line.
# The number is how many values they take.
FOREIGN = {
    "--best-of": 1, "--patience": 1, "--length-penalty": 1, "--suppress-tokens": 1, "--condition-on-previous-text": 1,
    "--fp16": 1, "--temperature": 1, "--temperature-increment-on-fallback": 1, "--compression-ratio-threshold": 1,
    "--logprob-threshold": 1, "--no-speech-threshold": 1, "--align-model": 1, "--interpolate-method": 1,
    "--no-align": 0, "--return-char-alignments": 0, "--vad-method": 1, "--vad-onset": 1, "--vad-offset": 1,
    "--chunk-size": 1, "--compute-type": 1, "--device-index": 1, "--batch-size": 1, "--diarize-model": 1,
    "--speaker-embeddings": 0, "--suppress-numerals": 0, "--hf-token": 1, "--model-dir": 1, "--model-cache-only": 1,
    "--initial-prompt": 1, "--carry-initial-prompt": 1, "--prepend-punctuations": 1, "--append-punctuations": 1,
    "--hallucination-silence-threshold": 1, "--beam-size": 1, "--segment-resolution": 1, "--print-progress": 1,
    "--verbose": 1, "--log-level": 1, "--word-timestamps": 1, "--diarize": 0, "--vad-filter": 1,
}  # fmt: skip

_HINTS = {
    "--hf-token": "aural needs no account and no token",
    "--model-dir": "AURAL_HOME says where models live",
    "--model-cache-only": "AURAL_OFFLINE=1 forbids the network",
    "--initial-prompt": "use --hotwords for names and jargon",
    "--diarize": "`aural listen` tells speakers by itself",
    "--word-timestamps": "words always have times",
    "--print-progress": "use --progress bar, json or none",
}


def normalized(arguments: Sequence[str], switches: Sequence[str], own: Sequence[str] = ()) -> tuple[list[str], list[str]]:
    """Arguments with dashes for underscores in flag names and a value for every switch; and remarks.

    `--word_timestamps True` becomes `--word-timestamps=true`, a bare `--overwrite` becomes
    `--overwrite=true`, `--no-x` becomes `--x=false`; foreign flags are dropped with a remark
    each, unless they are among the verb's `own`.
    """
    out: list[str] = []
    remarks: list[str] = []
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        if word == "--":
            return [*out, word, *rest], remarks
        if not word.startswith("--"):
            out.append(word)
            continue
        name, equals, value = word.partition("=")
        name = name.replace("_", "-")
        if name in switches or (name.startswith("--no-") and "--" + name[5:] in switches):
            out.append(_switch(name, equals, value, rest, switches))
        elif name in FOREIGN and name not in own:
            _drop(name, equals, rest)
            hint = _HINTS.get(name, "aural's recognizers do not need it")
            remarks.append(f"{name} has no effect here: {hint}")
        else:
            out.append(name + equals + value)
    return out, remarks


def add_options(parser: argparse.ArgumentParser, options: Sequence[Option], title: str, bare: bool = False) -> None:
    """One flag for each option of a dataclass; values stay texts, `settings.build` reads them.

    `bare`: what is true or false takes no value: --x and --no-x.
    """
    group = parser.add_argument_group(title)
    taken = {text for action in parser._actions for text in action.option_strings}
    for option in options:
        flags = [f for f in (option.flag, *option.also) if f not in taken]
        if bare and option.kind is bool:
            place = f"option_{option.name}"
            group.add_argument(*flags, dest=place, action="store_const", const="true", help=_help(option))
            group.add_argument(f"--no-{option.flag[2:]}", dest=place, action="store_const", const="false", help=argparse.SUPPRESS)
            continue
        group.add_argument(*flags, dest=f"option_{option.name}", default=None, metavar=_metavar(option), help=_help(option))


def options_from(namespace: argparse.Namespace) -> dict[str, str]:
    """The options that were given, by field name."""
    given = {k.removeprefix("option_"): v for k, v in vars(namespace).items() if k.startswith("option_")}
    return {name: value for name, value in given.items() if value is not None}


def switches_of(options: Sequence[Option]) -> list[str]:
    """Every spelling of the options that are true or false."""
    return [flag for o in options if o.kind is bool for flag in (o.flag, *o.also)]


def _switch(name: str, equals: str, value: str, rest: list[str], switches: Sequence[str]) -> str:
    if equals:
        return f"{name}={value}"
    if name not in switches:
        return f"--{name[5:]}=false"
    if rest and rest[0].lower() in _TRUTH:
        return f"{name}={rest.pop(0).lower()}"
    return f"{name}=true"


def _drop(name: str, equals: str, rest: list[str]) -> None:
    if equals:
        return
    for _ in range(FOREIGN[name]):
        if rest and not rest[0].startswith("--"):
            rest.pop(0)


def _metavar(option: Option) -> str:
    if option.choices:
        return "|".join(option.choices)
    if option.kind is bool:
        return "true|false"
    if option.file == "named":
        return "PATH"
    bounds = option.range.replace(" to ", "..") if option.most is not None else ""
    return option.unit or bounds or {int: "N", float: "X"}.get(option.kind, "TEXT")


def _help(option: Option) -> str:
    told = option.default
    shown = str(told).lower() if option.kind is bool else ",".join(map(str, told)) if isinstance(told, tuple) else told
    default = "" if told in (None, "", ()) else f" (default: {shown})"
    return (option.help + default).replace("%", "%%")
