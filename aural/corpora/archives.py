"""Archives of known corpora: fetched, checked against size and sha256, unpacked; each step goes on where it broke off."""

from __future__ import annotations

import shutil
import tarfile
from pathlib import Path

from aural import web
from aural.corpora.sets._corpus import Archive
from aural.errors import CorpusError, UsageError, reason
from aural.progress import Progress
from aural.settings import offline

_DONE = ".unpacked"


def fetched(archive: Archive, folder: Path, progress: Progress) -> None:
    """The archive unpacked in `folder`. A mark tells that it is, so that a second call does nothing.

    Raises: UsageError (offline), ModelMissing, ModelRefused (other bytes than promised), LimitReached (disk), CorpusError
    (an archive that cannot be unpacked).
    """
    name = archive.url.rsplit("/", 1)[-1]
    mark, packed = folder / f".{name}{_DONE}", folder / name
    if mark.is_file():
        return
    if not packed.is_file():
        if offline():
            raise UsageError(f"{name} is not here, and AURAL_OFFLINE forbids to fetch it", where=str(folder),
                             fix=f"Lay {archive.url} into that folder")  # fmt: skip
        folder.mkdir(parents=True, exist_ok=True)
        web.fetch(archive.url, packed, sha256=archive.sha256, size=archive.size,
                  on_bytes=lambda n: progress.step(n, archive.size, f"fetch {name}", "B"))  # fmt: skip
    _unpack(packed, folder)
    mark.touch()
    packed.unlink()


def _unpack(packed: Path, folder: Path) -> None:
    """Files go where the archive says, none beside the folder. Raises: CorpusError."""
    if packed.stat().st_size > shutil.disk_usage(folder).free:
        raise CorpusError("there is no room to unpack it", where=str(packed), fix="Free some space, then run the command again")
    try:
        with tarfile.open(packed) as tar:
            tar.extractall(folder, filter="data")
    except (tarfile.TarError, EOFError, OSError) as error:
        raise CorpusError(
            f"the archive cannot be unpacked ({reason(error)})", where=str(packed), fix="Delete it and fetch it again"
        ) from error
