"""What is here, what is missing, and the line that mends it"""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import platform
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from aural import __version__, find, settings
from aural.errors import AuralError, reason

_BASE = ("numpy", "onnxruntime", "av", "soxr")
_EXCEPTIONS = (
    ("av", "its wheel carries GPL encoders (x264, x265); aural only decodes and encodes sound with it and does not pass it on"),
    ("soxr", "LGPL-2.1 or later; loaded as a library of its own"),
)


@dataclass(frozen=True)
class Finding:
    """One line: `good` None = told for information, False = the main job does not work."""

    what: str
    good: bool | None = None
    fix: str = ""

    def __str__(self) -> str:
        mark = {True: "ok  ", False: "FAIL", None: "    "}[self.good]
        return f"{mark}  {self.what}" + (f"\n      fix: {self.fix}" if self.fix else "")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No arguments."""


def run(args: argparse.Namespace) -> int:
    """Print all findings; 0 when the main job works, else 4."""
    print(f"aural {__version__}, Python {platform.python_version()}, {platform.system()} {platform.machine()}")
    bad = []
    for look in (packages, sound, models, runtime, storage, network, extras, licenses, shadows):
        try:
            findings = look()
        except (ImportError, AuralError) as error:  # a broken installation is what this command is for
            findings = [Finding(f"cannot be looked at ({reason(error)})", False, "pip install --force-reinstall aural")]
        print(look.__name__)
        for finding in findings:
            print(f"  {finding}")
        bad += [f for f in findings if f.good is False]
    print("The main job works." if not bad else f"The main job does not work yet: {len(bad)} to mend.")
    return 4 if bad else 0


def packages() -> list[Finding]:
    """The packages that aural stands on."""
    found = []
    for name in _BASE:
        try:
            found.append(Finding(f"{name} {importlib.metadata.version(name)}", True))
        except importlib.metadata.PackageNotFoundError:
            found.append(Finding(f"{name} is not installed", False, f"pip install {name}"))
    return found


def sound() -> list[Finding]:
    """Whether sound is written and read back here, and what is read."""
    import numpy as np

    from aural.cli.inputs import ENDINGS
    from aural.sound import encode
    from aural.sound.sound import Sound, load

    tone = Sound(0.25 * np.sin(np.arange(4800, dtype=np.float32) * 0.1)[None], 48000)
    found = [Finding("reads " + " ".join(sorted(e.lstrip(".") for e in ENDINGS)) + "; told by content, not by name")]
    for name in ("wav", "flac", "ogg", "opus", "mp3", "m4a"):
        if name not in encode.formats():
            continue
        try:
            heard = load(encode.encode(tone, name))
            good = heard.duration > 0.05 and bool(np.abs(heard.samples).max() > 0.1)
            found.append(Finding(f"{name} is written and read back", good, "" if good else "pip install --force-reinstall av"))
        except AuralError as error:
            found.append(Finding(f"{name}: {error.what}", False, "pip install --force-reinstall av"))
    return found


def models() -> list[Finding]:
    """The models of the main job, and whether they can be had."""
    from aural.archives import Archive
    from aural.cli.commands._house import defaults, megabytes
    from aural.models import store

    found = []
    absent: dict[Archive, None] = {}
    for role, name in sorted(defaults().items()):
        entry = store.entry_of(name, role)
        what = f"{role}: {entry.card.name}, {entry.state}"
        if entry.state == "damaged":
            found.append(Finding(what, False, f"aural models fetch {entry.card.name}"))
        elif not entry.absent:
            found.append(Finding(what, True))
        elif settings.offline():
            names = ", ".join(a.filename for a in entry.carriers)
            found.append(Finding(what, False, f"unset AURAL_OFFLINE, or lay {names} into {settings.home() / 'archives'}"))
        else:
            absent |= dict.fromkeys(entry.carriers)
            found.append(Finding(what))
    if absent:
        size = megabytes(sum(a.size for a in absent))
        found.append(Finding(f"{size} are fetched at the first use, or now", None, "aural models fetch default"))
    more = [e for e in store.entries() if not e.absent]
    found.append(Finding(f"{len(more)} models on this machine, {megabytes(sum(e.size for e in more))}; `aural models` lists all"))
    return found


def runtime() -> list[Finding]:
    """The devices that models can run on."""
    from aural.cli.commands._house import runtime_devices

    have = [name for name, about in runtime_devices() if not about.startswith("not offered")]
    if not have:
        return [Finding("the ONNX runtime offers no device", False, "pip install --force-reinstall onnxruntime")]
    found = [Finding(f"devices: {', '.join(have)}", True)]
    if have == ["cpu"] and platform.system() == "Linux" and shutil.which("nvidia-smi"):
        found.append(Finding("an NVIDIA card is here, the installed runtime does not use it", None, "pip install onnxruntime-gpu"))
    return found


def storage() -> list[Finding]:
    """The folder of models: where, writable, how much room."""
    place = settings.home()
    there = next((p for p in (place, *place.parents) if p.exists()), place)
    free = shutil.disk_usage(there).free
    found = [Finding(f"{place} (AURAL_HOME), {free / 1e9:.1f} GB free", True if free > 1e9 else None)]
    if free <= 1e9:
        found.append(Finding("less than 1 GB is free", None, "free some space, or set AURAL_HOME to another folder"))
    if not there.is_dir() or not os.access(there, os.W_OK):
        found.append(Finding("this folder cannot be written", False, "set AURAL_HOME to a folder that can"))
    by_hand = sorted(p.name for p in (place / "archives").glob("*") if p.is_file())
    found.append(Finding(f"archives laid there by hand: {', '.join(by_hand) or 'none'}"))
    return found


def network() -> list[Finding]:
    """Whether aural may fetch, and from which indexes."""
    if settings.offline():
        return [Finding("offline: AURAL_OFFLINE (or HF_HUB_OFFLINE) is set, nothing is fetched")]
    from aural import indexes
    from aural.web import without_login

    try:
        client = indexes.pip()
    except AuralError as error:
        return [Finding(error.what, None, error.fix)]
    lines = [Finding(f"packages come from {', '.join(map(without_login, client.indexes)) or 'no index'} (as pip is set up)")]
    if client.links:
        lines.append(Finding(f"and from {', '.join(map(without_login, client.links))}"))
    if client.web.proxy:
        lines.append(Finding(f"through the proxy {without_login(client.web.proxy)}"))
    return lines


def extras() -> list[Finding]:
    """Which extras are installed, out of the package's own metadata."""
    wanted: dict[str, list[str]] = {}
    try:
        requires = importlib.metadata.requires("aural") or []
    except importlib.metadata.PackageNotFoundError:
        return [Finding("aural is not installed as a package here", None, "pip install -e .")]
    for line in requires:
        extra = re.search(r"extra\s*==\s*['\"]([\w-]+)['\"]", line)
        name = re.match(r"[A-Za-z0-9._-]+", line)
        if extra and name and name[0] != "aural":
            wanted.setdefault(extra[1], []).append(name[0])
    found = []
    for extra_name, names in sorted(wanted.items()):
        missing = [n for n in names if not _installed(n)]
        if missing:
            found.append(Finding(f"{extra_name}: not here ({', '.join(missing)})", None, f'pip install "aural[{extra_name}]"'))
        else:
            found.append(Finding(f"{extra_name}: installed", True))
    return found


def licenses() -> list[Finding]:
    """The base packages whose licenses are not permissive."""
    return [Finding(f"{name}: {what}") for name, what in _EXCEPTIONS]


def _is_checkout(folder: Path, name: str) -> bool:
    """True for the sources of aural itself, which one stands beside while working on it."""
    project = folder / "pyproject.toml"
    return name == "aural" and project.is_file() and 'name = "aural"' in project.read_text(encoding="utf-8", errors="replace")


def shadows(folder: Path | None = None) -> list[Finding]:
    """Files in a folder (the current one) that hide a module which aural imports."""
    folder = folder or Path.cwd()
    known = {*sys.stdlib_module_names, *_BASE, "aural"}
    package = Path(find.__file__).parent
    found = []
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        name = path.stem if path.suffix == ".py" else path.name
        hides = path.suffix == ".py" or (path / "__init__.py").is_file()
        if hides and name in known and path.resolve() != package.resolve() and not _is_checkout(folder, name):
            found.append(Finding(f"{path.name} in this folder hides the module {name!r}", None, f"rename {path.name}"))
    return found or [Finding("nothing in this folder hides a module", True)]


def _installed(name: str) -> bool:
    try:
        importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True
