"""What a model folder may hold: data only. Pickles, programs and anything that could run code are refused."""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from aural.errors import ModelRefused

# Data by nature. Any other file must be named with its sha256 in the card ("plain arrays").
PLAIN = frozenset({".json", ".onnx", ".ort", ".safetensors", ".txt", ".md", ".csv", ".tsv", ".toml", ".arpa", ".vocab"})
_PICKLES = frozenset(
    {".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".joblib", ".npz", ".nemo", ".torchscript", ".ptl", ".pt2", ".mar"}
)
_PROGRAMS = frozenset(
    {
        ".py",
        ".pyc",
        ".pyo",
        ".pyd",
        ".pyw",
        ".ipynb",
        ".so",
        ".dll",
        ".dylib",
        ".exe",
        ".sh",
        ".bat",
        ".cmd",
        ".ps1",
        ".js",
        ".jar",
        ".lua",
        ".rb",
        ".pl",
        ".com",
        ".wasm",
        ".whl",
        ".egg",
    }
)
_PROGRAM, _ZIP = "a program", "a zip, as TorchScript and torch files are"
_MAGIC = {
    b"\x7fELF": _PROGRAM,
    b"MZ": _PROGRAM,
    b"#!": _PROGRAM,
    b"\xcf\xfa\xed\xfe": _PROGRAM,
    b"\xce\xfa\xed\xfe": _PROGRAM,
    b"\xca\xfe\xba\xbe": _PROGRAM,
    b"\0asm": _PROGRAM,
    b"PK\x03\x04": _ZIP,
}
_LONGEST_HEADER = 100_000_000  # bytes, as the format itself limits it
_CONVERT = "Convert it to safetensors or ONNX once, elsewhere"


def check_name(name: str) -> None:
    """Raises: ModelRefused for a file name that leaves the folder, or of a kind that could run code."""
    path = PurePosixPath(name.replace("\\", "/"))
    if not name or path.is_absolute() or ".." in path.parts or ":" in name or "\0" in name:
        raise ModelRefused(f"the file name {name!r} leads out of the model's folder")
    suffix = path.suffix.lower()
    if suffix in _PICKLES:
        raise ModelRefused(f"{name} is a pickle, which could run code", fix=_CONVERT)
    if suffix in _PROGRAMS:
        raise ModelRefused(f"{name} is a program", fix="A model folder holds data only: JSON, ONNX, safetensors, text")


def check_content(path: Path) -> None:
    """Raises: ModelRefused when the first bytes of a file are those of a pickle, a zip or a program."""
    try:
        with open(path, "rb") as file:
            head = file.read(512)
    except OSError as error:
        raise ModelRefused(f"this file cannot be read ({error.strerror or error})", where=str(path)) from error
    if path.suffix.lower() not in (".txt", ".md"):
        for magic, what in _MAGIC.items():
            if head.startswith(magic):
                raise ModelRefused(f"this is {what}, and could run code", where=str(path))
    if len(head) > 1 and head[0] == 0x80 and 2 <= head[1] <= 5 and not _safetensors(path, head):
        raise ModelRefused("this is a pickle, which could run code", where=str(path), fix=_CONVERT)
    if head.startswith(b"\x93NUMPY") and _holds_objects(head):
        raise ModelRefused("this array holds Python objects (a pickle)", where=str(path))


def check_folder(folder: Path, declared: Mapping[str, str]) -> None:
    """Raises: ModelRefused when the folder holds, or its card declares, anything but data.

    `declared`: file name -> sha256. A kind of file that is not data by nature must be among them.
    """
    for name in declared:
        check_name(name)
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink() and not path.resolve().is_relative_to(folder.resolve()):
            raise ModelRefused(f"{name} is a link that leads out of the folder", where=str(folder))
        if path.is_dir():
            continue
        check_name(name)
        if path.suffix.lower() not in PLAIN and name not in declared:
            raise ModelRefused(f"{name} is not named in the card", where=str(folder), fix='Name it with its sha256 under "files"')
        check_content(path)


def _safetensors(path: Path, head: bytes) -> bool:
    """True for a file of that name whose header, of the length that its first 8 bytes tell, is a JSON object.

    The length of a header of 640 to 1,408 bytes begins with the two bytes of a pickle.
    """
    length = int.from_bytes(head[:8], "little")
    if path.suffix.lower() != ".safetensors" or not 2 <= length <= min(path.stat().st_size - 8, _LONGEST_HEADER):
        return False
    with open(path, "rb") as file:
        file.seek(8)
        try:
            return isinstance(json.loads(file.read(length)), dict)
        except (ValueError, RecursionError):
            return False


def _holds_objects(head: bytes) -> bool:
    """True when the header of a .npy file declares objects, or cannot be understood."""
    start = 10 if head[6] == 1 else 12
    text = head[start:].split(b"\n")[0].decode("latin-1")
    try:
        return "O" in str(ast.literal_eval(text.strip())["descr"])
    except (ValueError, SyntaxError, KeyError, TypeError):
        return True
