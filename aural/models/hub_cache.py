"""Where checkpoints of the transformers library lie: a folder, the hub client's cache, or a hub that they are fetched from."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, final

from aural.errors import AuralError, LimitReached, ModelMissing, ModelRefused
from aural.models import hub_folder as folders
from aural.models.hub_errors import no_warnings, said, translated
from aural.progress import Progress
from aural.settings import offline


def split(name: str) -> tuple[str, str | None]:
    """Repository and revision behind org/name@revision."""
    repository, _, revision = name.partition("@")
    return repository, revision or None


def folder_of(name: str) -> Path | None:
    """The folder that the name is, where it is one."""
    path = Path(name).expanduser()
    return path.resolve() if path.is_dir() else None


def shown(name: str) -> str:
    """The name for cards and results: the hub's, or a folder's own without its path."""
    folder = folder_of(name)
    return name if folder is None else folder.name


def cached(repository: str, revision: str | None) -> Path | None:
    """The folder in the hub's cache that holds this revision, whole or not."""
    from huggingface_hub import try_to_load_from_cache

    with translated(repository, "the hub's cache cannot be read"):
        found = try_to_load_from_cache(repository, folders.CONFIG, revision=revision)
    return Path(found).parent if isinstance(found, str) else None


def located(name: str, progress: Progress) -> Path:
    """The folder of a checkpoint; what lies here whole is never asked for again."""
    folder = folder_of(name)
    if folder is not None:
        return folder
    repository, revision = split(name)
    folder = cached(repository, revision)
    if folder is not None and folders.is_whole(folder):
        return folder
    if offline():
        fix = f"When there is a network: aural models fetch {name}. A folder with its files does as well: -m ./folder"
        raise ModelMissing(
            f"{name} is not on this machine, and the network is forbidden (AURAL_OFFLINE or HF_HUB_OFFLINE)", fix=fix
        )
    return _fetched(name, repository, revision, progress)


def _fetched(name: str, repository: str, revision: str | None, progress: Progress) -> Path:
    """Fetch settings first and look at them, then the weights: what would be refused costs no time."""
    import huggingface_hub as hub

    with _reached(name):
        told = hub.HfApi().model_info(repository, revision=revision, files_metadata=True)
        sizes = {f.rfilename: f.size or 0 for f in told.siblings or ()}
    folders.check_weights(list(sizes), name)
    if folders.CONFIG not in sizes:
        raise ModelRefused(f"there is no {folders.CONFIG} in it: it is no checkpoint of transformers", where=name)
    small = [n for n in sorted(sizes) if "/" not in n and (n.endswith(folders.SMALL) or n == folders.README)]
    bar = _bar(progress, f"fetch {name}", sum(sizes[n] for n in small))
    got = [_one(name, repository, n, revision, bar) for n in small]
    folder = next(path for path in got if path.name == folders.CONFIG).parent
    folders.check_no_code(folder, name)
    parts = (folders.WHOLE,) if folders.WHOLE in sizes else folders.weights(folder)
    bar = _bar(progress, f"fetch {name}", sum(sizes.get(n, 0) for n in parts))
    for part in parts:
        if part not in sizes:
            raise ModelRefused(f"its list of weights names {part}, which is not there", where=name)
        _one(name, repository, part, revision, bar)
    return folder


def part_of(name: str, folder: Path, file: str, progress: Progress) -> Path:
    """A file beside the weights that is fetched when it is asked for. Raises: ModelMissing."""
    if (folder / file).is_file():
        return folder / file
    if folder_of(name) is not None or offline():
        fix = "Copy the whole folder" if folder_of(name) is not None else "Ask for it once with a network"
        raise ModelMissing(f"{file} is not on this machine", where=shown(name), fix=fix)
    repository, revision = split(name)
    return _one(name, repository, file, revision, _bar(progress, f"fetch {name}", 0))


def _one(name: str, repository: str, file: str, revision: str | None, bar: type) -> Path:
    """One file of a checkpoint in the hub's cache."""
    import huggingface_hub as hub

    told = {"tqdm_class": bar} if "tqdm_class" in inspect.signature(hub.hf_hub_download).parameters else {}
    with _reached(name):
        path = Path(hub.hf_hub_download(repository, file, revision=revision, **told))
    if not told:  # an older client tells nothing on the way
        bar().update(path.stat().st_size)
    return path


def _bar(progress: Progress, stage: str, total: int) -> type:
    """A class in the shape that the hub's client reports to; all files of a stage add up in one bar."""
    done = 0.0

    @final
    class Told:
        def __init__(self, *_: Any, **told: Any) -> None:
            nonlocal done
            done += told.get("initial") or 0
            self.n, self.total = told.get("initial") or 0, told.get("total")

        def __enter__(self) -> Told:
            return self

        def __exit__(self, *_: object) -> None:
            return

        def update(self, count: float | None = 1) -> None:
            nonlocal done
            done += count or 0
            progress.step(done, max(total, done), stage, "B")

        def update_transfer(self, count: float | None = 1) -> None:
            """What came over the line; what was written is counted already."""

        def __getattr__(self, name: str) -> Callable[..., None]:
            return lambda *_, **__: None  # names, speeds and ends of bars are not shown here

    return Told


@contextlib.contextmanager
def _reached(name: str) -> Iterator[None]:
    """Turns what the hub's client raises into ModelMissing or ModelRefused with the next step."""
    from huggingface_hub import errors

    try:
        with no_warnings():
            yield
    except AuralError:
        raise
    except errors.GatedRepoError as error:
        fix = "Accept its terms on the hub's page of it, then set HF_TOKEN (or: hf auth login)"
        raise ModelRefused(f"{name} is given only to people who accepted its terms", fix=fix) from error
    except errors.RevisionNotFoundError as error:
        raise ModelMissing(f"the hub has no such revision of {name}", fix="Look at the branches and commits on its page") from error
    except errors.RepositoryNotFoundError as error:
        fix = "Check the spelling; for a private one set HF_TOKEN; `aural models` lists those that need no hub"
        raise ModelMissing(f"the hub has no {name}, and there is no such folder", fix=fix) from error
    except Exception as error:
        if getattr(error, "errno", None) in (28, 122):
            raise LimitReached("the disk is full", where=name, fix="Free some space, or set HF_HOME to another disk") from error
        if isinstance(error, errors.HFValidationError):
            raise ModelMissing(f"{name} is no name of a checkpoint ({said(error)})", fix="It is org/name or a folder") from error
        fix = "Try again later, set HF_ENDPOINT to a mirror, or copy the folder from a machine that has it (-m ./folder)"
        raise ModelMissing(f"{name} is not on this machine and could not be fetched ({said(error)})", fix=fix) from error
