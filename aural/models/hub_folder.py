"""Reads a checkpoint folder of the transformers library without running anything: what it is, and whether it may be opened."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aural.errors import ModelMissing, ModelRefused
from aural.models import refuse
from aural.models.card import Licences

CONFIG, WHOLE, SHARDED, README = "config.json", "model.safetensors", "model.safetensors.index.json", "README.md"
# What beside the weights is fetched and read. All of it is data: JSON, text, and the vocabulary of SentencePiece.
SMALL = (".json", ".txt", ".model", ".jinja")
_FRONTS = ("preprocessor_config.json", "processor_config.json", "feature_extractor_config.json")
_VOCABULARIES = (
    "tokenizer.json", "vocab.json", "vocab.txt", "tokenizer.model", "spiece.model", "sentencepiece.bpe.model", "spm_char.model",
)  # fmt: skip
# Families of nets that hear nothing, so that no file tells how sound goes in.
_VOCODERS = ("hifigan", "speecht5_hifigan")  # as transformers 4 and 5 name it
_DEAF = ("vits", "speecht5", "bark", *_VOCODERS, "fastspeech2_conformer", "fastspeech2_conformer_with_hifigan")
_MAY_POINT_TO_CODE = (CONFIG, "tokenizer_config.json", "generation_config.json", *_FRONTS)
_PICKLED = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".nemo", ".h5", ".msgpack")
_FREE = ("apache-2.0", "mit", "bsd", "cc0", "cc-by-4.0", "cc-by-3.0", "cc-by-sa", "isc", "unlicense", "wtfpl", "zlib", "mpl-2.0")
_LONGEST_HEADER = 100_000_000  # bytes, as the format bounds it
_SAFER = "Choose a checkpoint or a revision (org/name@revision) that holds model.safetensors, or convert it once, elsewhere"


@dataclass(frozen=True)
class Checkpoint:
    """A folder that was looked through and may be opened. `config` is its config.json, `front` how sound goes in."""

    name: str
    folder: Path
    config: Mapping[str, Any]
    front: Mapping[str, Any]
    generation: Mapping[str, Any]
    weights: tuple[str, ...]
    head: Mapping[str, tuple[str, ...]]

    @property
    def architecture(self) -> str:
        """The class that wrote it, such as "Wav2Vec2ForCTC"; "" where it does not tell."""
        named = self.config.get("architectures") or [""]
        return str(named[0]) if isinstance(named, list) else ""

    @property
    def family(self) -> str:
        return str(self.config.get("model_type", ""))

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the classes in the order of the outputs. Raises: ModelRefused when they do not count up from 0."""
        named = self.config.get("id2label")
        if not named:
            return tuple(f"LABEL_{k}" for k in range(int(self.config.get("num_labels", 2))))
        try:
            ordered = {int(k): str(v) for k, v in dict(named).items()}
            return tuple(ordered[k] for k in range(len(ordered)))
        except (KeyError, TypeError, ValueError) as error:
            raise ModelRefused("the names of the classes are damaged", where=f"{self.name}/{CONFIG}") from error

    @property
    def languages(self) -> tuple[str, ...]:
        """Language codes of two letters that its README names; empty where it names none, or "multilingual"."""
        named = tuple(code.split("-")[0].lower() for code in self.head.get("language", ()))
        return tuple(dict.fromkeys(named)) if all(len(code) == 2 for code in named) else ()

    @property
    def licences(self) -> Licences:
        """What its README says of the weights."""
        told = ", ".join(self.head.get("license", ())).lower()
        if not told or told in ("other", "unknown"):
            return Licences("Apache-2.0 (transformers)", told or "unknown", "unknown", None, "nobody: its README names no license")
        commercial = False if "-nc" in told else True if told.startswith(_FREE) else None
        return Licences("Apache-2.0 (transformers)", told, "unknown", commercial, "the head of its README")

    def number(self, name: str, default: float) -> float:
        """A number of the front end's settings."""
        value = self.front.get(name, default)
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else default


def is_whole(folder: Path) -> bool:
    """True when the settings, the way in, a vocabulary where one is needed, and all weights lie in the folder."""
    try:
        config = _json(folder / CONFIG)
    except (ModelRefused, ModelMissing):
        return False
    writes = str((config.get("architectures") or [""])[0]).endswith(("ForCTC", "ForConditionalGeneration"))
    needed: list[tuple[str, ...]]
    if config.get("model_type") in _DEAF:
        needed = [_VOCABULARIES] if config["model_type"] not in _VOCODERS else []
    else:
        needed = [_FRONTS, _VOCABULARIES] if writes else [_FRONTS]
    if not all(any((folder / name).is_file() for name in names) for names in needed):
        return False
    try:
        return all((folder / name).is_file() for name in weights(folder))
    except (ModelRefused, ModelMissing):
        return False


def weights(folder: Path) -> tuple[str, ...]:
    """The names of the files with the weights.

    Raises: ModelRefused when there are only pickles, or the list leads out of the folder; ModelMissing when there are none.
    """
    if (folder / WHOLE).is_file():
        return (WHOLE,)
    if (folder / SHARDED).is_file():
        named = _json(folder / SHARDED).get("weight_map")
        if not isinstance(named, dict) or not all(isinstance(v, str) for v in named.values()):
            raise ModelRefused("the list of its weights is damaged", where=str(folder / SHARDED))
        parts = tuple(sorted(set(named.values())))
        for part in parts:
            check_part(part)
        return parts
    lying = [p.name for p in sorted(folder.iterdir()) if p.is_file()]
    check_weights(lying, str(folder))
    raise ModelMissing("there are no weights in this folder", where=str(folder), fix=f"It needs {WHOLE} beside {CONFIG}")


def check_weights(names: list[str], where: str) -> None:
    """Raises: ModelRefused when no file of weights is safetensors, and says what is there instead."""
    if WHOLE in names or SHARDED in names:
        return
    pickled = [name for name in names if name.lower().endswith(_PICKLED) and "training_args" not in name]
    if pickled:
        what = f"its weights come only as {', '.join(pickled[:3])}: a pickle, which could run code, or a format that is not read"
        raise ModelRefused(what, where=where, fix=_SAFER)
    if "adapter_config.json" in names:
        raise ModelRefused("this is an adapter for another checkpoint, not a model", where=where, fix="Merge the two, elsewhere")


def check_part(name: str) -> None:
    """Raises: ModelRefused for a part of the weights whose name is a path, or that is no safetensors file."""
    refuse.check_name(name)
    if "/" in name or "\\" in name or not name.endswith(".safetensors"):
        raise ModelRefused(f"its list of weights names {name!r}, which is no safetensors file beside it", fix=_SAFER)


def check_header(path: Path) -> None:
    """Raises: ModelRefused when a file does not begin as safetensors do: a length (8 bytes), then JSON of that length."""
    try:
        with path.open("rb") as file:
            head = file.read(9)
        length = int.from_bytes(head[:8], "little")
        whole = head[8:] == b"{" and 2 <= length <= min(_LONGEST_HEADER, path.stat().st_size - 8)
    except OSError as error:
        raise ModelRefused(f"{path.name} cannot be read ({error.strerror})", where=str(path.parent)) from error
    if not whole:
        raise ModelRefused(f"{path.name} is no safetensors file, or a damaged one", where=str(path.parent), fix=_SAFER)


def check_no_code(folder: Path, where: str) -> None:
    """Raises: ModelRefused when a settings file asks for Python code of the checkpoint itself."""
    for name in _MAY_POINT_TO_CODE:
        if (folder / name).is_file() and (_json(folder / name).get("auto_map") or _json(folder / name).get("custom_pipelines")):
            what = f"{name} asks for code that comes with the checkpoint (auto_map); code of others is never run"
            raise ModelRefused(what, where=where, fix="Choose a checkpoint of an architecture that transformers has itself")


def checked(name: str, folder: Path) -> Checkpoint:
    """Look through a folder.

    Raises: ModelRefused (pickles only, code, damaged settings), ModelMissing (a file that it needs is not there).
    """
    config = _json(folder / CONFIG)
    check_no_code(folder, name)
    parts = weights(folder)
    for part in parts:
        if not (folder / part).is_file():
            raise ModelMissing(f"{part} is missing", where=str(folder), fix="Fetch it again, or copy the whole folder")
        check_header(folder / part)
    front = next((_json(folder / n) for n in _FRONTS if (folder / n).is_file()), None)
    if front is None and config.get("model_type") in _DEAF:
        front = {}
    elif front is None:
        fix = f"A checkpoint is a whole folder: {CONFIG}, {_FRONTS[0]}, {WHOLE}, and the vocabulary where it writes text"
        raise ModelMissing(f"{_FRONTS[0]} is missing: how sound goes into this model is not known", where=str(folder), fix=fix)
    nested = front.get("feature_extractor")
    generation = _json(folder / "generation_config.json") if (folder / "generation_config.json").is_file() else {}
    return Checkpoint(
        name, folder, config, nested if isinstance(nested, dict) else front, generation, parts, _head(folder / README)
    )


def check_vocabulary(point: Checkpoint) -> None:
    """Raises: ModelMissing when no file of the folder holds a vocabulary."""
    if not any((point.folder / name).is_file() for name in _VOCABULARIES):
        fix = f"It needs {' or '.join(_VOCABULARIES[:2])} beside {CONFIG}"
        raise ModelMissing("the vocabulary is missing: what this model writes cannot be read", where=str(point.folder), fix=fix)


def _json(path: Path) -> dict[str, Any]:
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ModelMissing(f"{path.name} is missing", where=str(path.parent), fix="A checkpoint is a whole folder") from error
    except (OSError, ValueError, RecursionError) as error:
        raise ModelRefused(
            f"{path.name} cannot be read ({type(error).__name__})", where=str(path.parent), fix="Fetch it again"
        ) from error
    if not isinstance(plain, dict):
        raise ModelRefused(f"{path.name} holds no settings", where=str(path.parent), fix="Fetch it again")
    return plain


def _head(path: Path) -> dict[str, tuple[str, ...]]:
    """The head of a README between its two lines of ---: name -> values, for `license` and `language` only."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")[:20_000]
    except OSError:
        return {}
    lines = text.splitlines()
    found: dict[str, tuple[str, ...]] = {}
    if not lines or lines[0].strip() != "---":
        return found
    name = ""
    for line in lines[1:]:
        if line.strip() == "---":
            break
        if told := re.match(r"([A-Za-z_-]+):\s*(.*)", line):
            name, value = told[1], told[2].strip()
            parts = value.strip("[]").split(",") if value else []
            found[name] = tuple(p for part in parts if (p := _bare(part)))
        elif (item := re.match(r"\s*-\s+(.+)", line)) and name in ("license", "language"):
            found[name] = (*found.get(name, ()), _bare(item[1]))
    return {name: found[name] for name in ("license", "language") if found.get(name)}


def _bare(text: str) -> str:
    return text.split("#")[0].strip().strip("'\"")
