"""Turns whatever torch and transformers raise into aural's own errors, and keeps them quiet."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator

from aural.errors import AuralError, ExtraMissing, LimitReached, ModelRefused


@contextlib.contextmanager
def translated(name: str, what: str) -> Iterator[None]:
    """Turns whatever the libraries raise into ModelRefused, ExtraMissing for a package that they lack, or LimitReached."""
    try:
        with no_warnings():
            yield
    except AuralError:
        raise
    except Exception as error:
        told = said(error)
        if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError" or "can't allocate memory" in told:
            raise LimitReached(
                "memory ran out in the model", where=name, fix="Use a smaller checkpoint or a shorter --clip"
            ) from error
        if isinstance(error, ImportError):
            fix = "Install what it names, or choose another checkpoint"
            raise ExtraMissing(f"{name} needs a package that is not installed ({told})", fix=fix) from error
        raise ModelRefused(f"{what} ({told})", where=name, fix="It may be damaged: fetch it again") from error


def said(error: BaseException) -> str:
    """The first line of a foreign error, shortened."""
    text = next((line.strip() for line in str(error).splitlines() if line.strip()), "")
    return f"{type(error).__name__}: {text[:200]}" if text else type(error).__name__


@contextlib.contextmanager
def no_warnings() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
