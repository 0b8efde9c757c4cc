"""Answers of many recordings in one file, JSON lines or Parquet: whole or not at all, gone on with after a kill."""

from __future__ import annotations

import contextlib
import io
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, final

from aural import files
from aural.cli.addresses import Target
from aural.errors import DataError, ExtraMissing, UsageError
from aural.settings import home

ENDINGS = (".jsonl", ".ndjson", ".parquet")
_GROUP = 512  # rows that are turned into a table at once
_WHOLE = "answer"  # the column of a table that holds all of a row


@final
class Gathered:
    """`add` a line for each recording as it is answered; `finish` writes the file, its rows sorted by their places.

    Until then the lines lie in NAME.part beside it, each on disk when `add` returns. With `resumed` what a killed run left
    there is kept, and so are the rows of a file that is there; else they are replaced. Made by `opened`, which locks.
    """

    def __init__(self, path: Path, resumed: bool) -> None:
        self.path, self._part = path, path.with_name(path.name + ".part")
        self.places: set[str] = set()
        self._resumed = resumed
        self._out: io.FileIO | None = None

    def keep(self, wanted: Callable[[str], bool]) -> None:
        """Begin with those rows of before whose places are wanted."""
        source = self._part if self._part.exists() else self.path
        with files.written(self._part) as out:
            for place, line in rows(source) if self._resumed and source.exists() else ():
                if wanted(place) and place not in self.places:
                    self.places.add(place)
                    out.write(line + b"\n")
        try:
            # Nothing is kept back: what a full disk did not take would come up again at the end.
            self._out = open(self._part, "ab", buffering=0)  # noqa: SIM115
        except OSError as error:
            raise files.disk_error(error, self.path) from error

    def before(self) -> frozenset[str]:
        """The places that have a row already."""
        source = self._part if self._part.exists() else self.path
        return frozenset(place for place, _ in rows(source)) if self._resumed and source.exists() else frozenset()

    def add(self, line: str) -> None:
        """Keep one line, as `line_of` makes it. Raises: LimitReached when the disk is full."""
        assert self._out is not None
        try:
            at = self._out.tell()
            try:
                data = memoryview(line.encode("utf-8", "backslashreplace") + b"\n")
                while data:
                    data = data[self._out.write(data) :]
                os.fsync(self._out.fileno())
            except OSError:
                with contextlib.suppress(OSError):
                    self._out.truncate(at)  # no half line under those that follow
                raise
        except OSError as error:
            raise files.disk_error(error, self.path) from error

    def finish(self) -> None:
        """Write the file itself, and let go of what lay beside it."""
        self.close()
        with open(self._part, "rb") as part:
            index: list[tuple[str, int, int]] = []
            at = 0
            for line in part:
                index.append((json.loads(line)["place"], at, len(line)))
                at += len(line)
            index.sort()

            def lines() -> Iterator[bytes]:
                for _, start, size in index:
                    part.seek(start)
                    yield part.read(size)

            if self.path.suffix.lower() == ".parquet":
                _write_table(self.path, lines())
            else:
                with files.written(self.path) as out:
                    out.writelines(lines())
        self._part.unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of the part; what was added stays in it."""
        if self._out is not None:
            self._out.close()
            self._out = None

    def drop(self) -> None:
        """Remove the part: nobody comes back for it."""
        self.close()
        self._part.unlink(missing_ok=True)


@contextlib.contextmanager
def opened(path: Target, resumed: bool, overwrite: bool) -> Iterator[Gathered]:
    """A file for many answers, written when the block ends without an error; at an address by way of one under AURAL_HOME.

    Raises: UsageError for one that is there and may not be replaced, LimitReached when another command writes it.
    """
    check(path)
    if not (resumed or overwrite) and path.exists():
        fix = "--overwrite replaces it, --skip-existing or --ledger go on with it"
        raise UsageError("this file exists already", where=str(path), fix=fix)
    if isinstance(path, Path):
        with _written(path, resumed) as made:
            yield made
        return
    local = home() / "gathering" / f"{path.key()}{path.suffix}"
    local.parent.mkdir(parents=True, exist_ok=True)
    if resumed and not local.exists() and not local.with_name(local.name + ".part").exists() and path.exists():
        path.read_file(local)
    with _written(local, resumed) as made:
        yield made
    path.write_file(local)
    local.unlink()


@contextlib.contextmanager
def _written(path: Path, resumed: bool) -> Iterator[Gathered]:
    with files.locked(path.with_name(path.name + ".lock"), timeout=0):
        files.swept(path.parent)
        made = Gathered(path, resumed)
        try:
            yield made
        except BaseException:
            made.close() if resumed else made.drop()
            raise
        made.finish()


def check(path: Target) -> None:
    """Raises: ExtraMissing for a table where the package for it is not installed."""
    if path.suffix.lower() == ".parquet":
        try:
            import pyarrow.parquet  # noqa: F401
        except ImportError as error:
            raise ExtraMissing(
                "Parquet needs pyarrow", where=str(path), fix="pip install 'aural[parquet]', or write .jsonl"
            ) from error


def line_of(place: str, answer: str) -> str:
    """One line: the answer's JSON behind the place of its recording."""
    told = json.loads(answer)
    whole = told if isinstance(told, dict) else {"answer": told}
    return json.dumps({"place": place, **whole}, ensure_ascii=False, separators=(",", ":"))


def rows(path: Path) -> Iterator[tuple[str, bytes]]:
    """(place, line) of a file that `finish` wrote, or of a part whose last line may be half. Raises: DataError for others."""
    if path.suffix.lower() == ".parquet":
        yield from _table_rows(path)
        return
    half: bytes | None = None
    with open(path, "rb") as file:
        for line in file:
            if half is not None:
                raise DataError("a line of this file is no answer of aural's", where=str(path), fix="Name another")
            try:
                place = json.loads(line)["place"]
            except (ValueError, KeyError, TypeError):
                half = line
                continue
            yield str(place), line.rstrip(b"\r\n")
    if half is not None and path.suffix != ".part":
        raise DataError("the last line of this file is no answer of aural's", where=str(path), fix="Name another file")


def _table_rows(path: Path) -> Iterator[tuple[str, bytes]]:
    import pyarrow
    import pyarrow.parquet as parquet

    try:
        with parquet.ParquetFile(path) as table:
            for batch in table.iter_batches(_GROUP, columns=["place", _WHOLE]):
                for row in batch.to_pylist():
                    yield row["place"], row[_WHOLE].encode("utf-8", "backslashreplace")
    except (pyarrow.ArrowException, KeyError, OSError) as error:
        raise DataError(
            f"this is no table of aural's ({str(error).splitlines()[0]})", where=str(path), fix="Name another file"
        ) from error


def _write_table(path: Path, lines: Iterator[bytes]) -> None:
    import pyarrow
    import pyarrow.parquet as parquet

    schema = _schema(pyarrow)
    with files.written(path) as out, parquet.ParquetWriter(out, schema) as writer:
        held: list[dict[str, Any]] = []
        for line in lines:
            held.append(_flat(line))
            if len(held) == _GROUP:
                writer.write_table(pyarrow.Table.from_pylist(held, schema))
                held = []
        writer.write_table(pyarrow.Table.from_pylist(held, schema))


def _schema(pyarrow: Any) -> Any:
    """The columns: what is asked for most, and the whole answer as JSON."""
    text, number = pyarrow.string(), pyarrow.float64()

    def many(fields: dict[str, Any]) -> Any:
        return pyarrow.list_(pyarrow.struct(fields))

    span = {"start": number, "end": number}
    return pyarrow.schema(
        {
            "place": text, "name": text, "sha256": text, "duration": number, "language": text, "text": text,
            "segments": many({**span, "text": text, "speaker": text, "confidence": number}),
            "turns": many({**span, "speaker": text, "confidence": number}),
            "events": many({**span, "label": text, "score": number, "layer": text}),
            "labels": many({"label": text, "score": number}),
            _WHOLE: text,
        }
    )  # fmt: skip


def _flat(line: bytes) -> dict[str, Any]:
    """A line as a row of the table; what was not asked is null."""
    told = json.loads(line)
    recording = told.get("recording") if isinstance(told.get("recording"), dict) else {}
    row: dict[str, Any] = {"place": _letters(told["place"]), _WHOLE: line.decode("utf-8").rstrip("\n")}
    row |= {name: recording.get(name) for name in ("sha256", "duration")} | {"name": _letters(recording.get("name"))}
    row |= {name: value for name in ("language", "text") if isinstance(value := told.get(name), str)}
    for name in ("segments", "turns", "events", "labels"):
        if isinstance(found := told.get(name), list):
            row[name] = [_entry(one) for one in found]
    return row


def _letters(text: Any) -> Any:
    """The text of a file name, whose bytes may be no letters."""
    return text.encode("utf-8", "backslashreplace").decode() if isinstance(text, str) else None


def _entry(one: Any) -> dict[str, Any]:
    return {k: v for k, v in one.items() if isinstance(v, str | float | int) and not isinstance(v, bool)}
