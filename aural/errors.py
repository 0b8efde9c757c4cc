"""Every error that aural raises on purpose, with its exit code.

AuralError                         says what, where, and what to do next                 exit
├─ UsageError     (ValueError)     option, value, combination                              2
├─ SoundError                                                                              3
│  ├─ NotASound                    the bytes are no recording that can be read
│  ├─ DamagedSound                 a recording that breaks off or lies about itself
│  ├─ EmptySound                   a recording without a single sample
│  └─ UnreadableSound              no such file, no permission, a folder, a device
├─ DataError                                                                               3
│  ├─ ManifestError                a row of a manifest (line)
│  ├─ CorpusError                  a corpus folder
│  └─ FormatError                  a result or label file (line, column)
├─ ModelError                                                                              4
│  ├─ ModelMissing                 not on this machine; says the fetch command
│  └─ ModelRefused                 damaged, a pickle, code, wrong hash, wrong format
├─ ExtraMissing   (ImportError)    the extra and the line that installs it                 4
├─ LimitReached                    time, memory, length, disk                              5
└─ LearningError                   diverged, no clips, checkpoint does not fit             6
"""

from __future__ import annotations


class AuralError(Exception):
    """What went wrong, where, and what to do next, as one sentence each.

    `what` is the plain fact, `where` names the file, row or option, `fix` is the next step.
    """

    exit_code = 1

    def __init__(self, what: str, *, where: str = "", fix: str = "") -> None:
        self.what, self.where, self.fix = what, where, fix
        super().__init__(what, where, fix)

    def __reduce__(self) -> tuple[object, ...]:
        # Errors come back from other processes; the standard way would pass `where` by position.
        return _rebuilt, (type(self), self.what, self.where, self.fix)

    def __str__(self) -> str:
        head = f"{self.where}: {self.what}" if self.where else self.what
        return one_line(f"{head}{'' if head.endswith('?') else '.'} {self.fix}" if self.fix else head)


def one_line(text: str) -> str:
    """The text as one printable line: file names may hold line ends, escape codes and bytes that are no text."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def reason(error: BaseException) -> str:
    """Why the system or a codec failed, in its own few words: no number of an error, no name of a file, no bytes."""
    if isinstance(error, UnicodeDecodeError):
        return f"it is no text in UTF-8, byte {error.start}"
    if isinstance(error, KeyError):
        return f"{error} is missing"
    return str(getattr(error, "strerror", None) or str(error) or type(error).__name__)


def _rebuilt(kind: type[AuralError], what: str, where: str, fix: str) -> AuralError:
    return kind(what, where=where, fix=fix)


class UsageError(AuralError, ValueError):
    """An option, a value or a combination that cannot be."""

    exit_code = 2


class SoundError(AuralError):
    """A recording that cannot be used."""

    exit_code = 3


class NotASound(SoundError):
    """The bytes are no recording that aural can read."""


class DamagedSound(SoundError):
    """A recording that breaks off or contradicts itself before any sound came out."""


class EmptySound(SoundError):
    """A recording without a single sample."""


class UnreadableSound(SoundError):
    """The operating system did not give the bytes: missing, no permission, a folder."""


class DataError(AuralError):
    """Manifests, corpora and label files."""

    exit_code = 3


class ManifestError(DataError):
    """A manifest row that does not hold; `where` carries file and line."""


class CorpusError(DataError):
    """A corpus folder that is not what it should be."""


class FormatError(DataError):
    """A result file that cannot be read; `where` carries file, line and column."""


class ModelError(AuralError):
    """A model that cannot be used."""

    exit_code = 4


class ModelMissing(ModelError):
    """The model is not on this machine; `fix` is the command that fetches it."""


class ModelRefused(ModelError):
    """The model's files are damaged, not what was promised, or could run code."""


class ExtraMissing(AuralError, ImportError):
    """A package of an extra is not installed; `fix` is the line that installs it."""

    exit_code = 4


class LimitReached(AuralError):
    """Time, memory, length or disk ran out."""

    exit_code = 5


class LearningError(AuralError):
    """A training that cannot go on."""

    exit_code = 6


EXIT_SOME_FAILED = 1
EXIT_BUG = 70
EXIT_INTERRUPTED = 130
