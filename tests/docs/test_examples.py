"""Every block of Python in the README and in the pages of documentation runs as it is written, on a real recording."""

from __future__ import annotations

import contextlib
import doctest
import io
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

import aural
from aural.formats import json
from aural.results import Result
from aural.settings import home
from aural.sound.sound import load

ROOT = Path(__file__).parents[2]
PAGES = (
    ROOT / "README.md",
    *(
        ROOT / "docs" / name
        for name in ("applications.md", "assistant.md", "figures.md", "formats.md", "learn.md", "scale.md", "text.md")
    ),
    *sorted((ROOT / "docs" / "tasks").glob("*.md")),
)
BLOCK = re.compile(r"^```python\n(.*?)^```\n(?:\s*^```text\n(.*?)^```\n)?", re.MULTILINE | re.DOTALL)
NOT_RUN = re.compile(r"^# not run(.*)$", re.MULTILINE)
FILE = re.compile(r'"([\w-]+\.(?:wav|m4a|mp3|ogg|opus|flac))"')
QUIET = ("detect.md",)
"""Pages whose example may rightly print nothing: the recording here holds no siren."""


@dataclass(frozen=True)
class Block:
    """One block of Python: its first line in the page, and the text block right after it, which is what it prints."""

    line: int
    code: str
    printed: str | None

    @property
    def skipped(self) -> bool:
        return NOT_RUN.search(self.code) is not None


def blocks(page: Path) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    return [Block(text.count("\n", 0, m.start(1)) + 1, m[1], m[2]) for m in BLOCK.finditer(text)]


SHOWN = {page: blocks(page) for page in PAGES}
RUN = [page for page, found in SHOWN.items() if any(not b.skipped for b in found)]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder, and a home that has the fetched models but a voice book of its own."""
    own = tmp_path / "home"
    own.mkdir()
    for name in ("archives", "models", "samples", "derived"):
        (home() / name).mkdir(parents=True, exist_ok=True)
        (own / name).symlink_to(home() / name, target_is_directory=True)
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.setenv("AURAL_HOME", str(own))
    monkeypatch.chdir(work)
    return work


def write(name: str, result: Result) -> None:
    Path(name).write_text(json.write(result), encoding="utf-8")


def lay_out(page: Path, code: str) -> None:
    """The files that a page takes for granted: ten seconds with two speakers under each name, and what was made from them."""
    talk = load(aural.sample("dialogue")).cut(2.0, 12.0)
    for name in sorted(set(FILE.findall(code))):
        talk.save(name)
    if '"talk.json"' in code:
        talk.save("talk.wav")
        write("talk.json", aural.transcribe("talk.wav"))
    if '"meeting.json"' in code:
        write("meeting.json", aural.diarize("meeting.m4a"))
    if page.name == "identify.md":
        aural.enroll("Sarah", "call.wav")


def run(page: Path, block: Block, names: dict[str, object]) -> str:
    """What the block prints; errors carry the page and the line."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        if ">>>" in block.code:
            test = doctest.DocTestParser().get_doctest(block.code, names, page.name, str(page), block.line - 1)
            failed, tried = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(test, clear_globs=False)
            assert tried and not failed, out.getvalue()
        else:
            exec(compile("\n" * (block.line - 1) + block.code, str(page), "exec"), names)
    return out.getvalue()


@pytest.mark.weights
@pytest.mark.parametrize("page", RUN, ids=lambda page: page.name)
def test_blocks_run_as_written(page: Path, place: Path) -> None:
    todo = [block for block in SHOWN[page] if not block.skipped]
    lay_out(page, "\n".join(block.code for block in todo))
    names: dict[str, object] = {"__name__": "example"}
    for block in todo:
        printed = run(page, block, names)
        where = f"{page.name}:{block.line}"
        if block.printed is not None:
            assert printed.split() == block.printed.split(), where
        elif "print(" in block.code and page.name not in QUIET:
            assert printed.strip(), f"{where} prints nothing"


def test_what_is_not_run_has_a_reason() -> None:
    for page, found in SHOWN.items():
        for block in found:
            for reason in NOT_RUN.findall(block.code):
                assert len(reason.strip(" :")) > 10, f"{page.name}:{block.line}: say why after `# not run:`"


def test_the_walk_finds_the_blocks() -> None:
    assert ROOT / "README.md" in RUN
    assert sum(page.parent.name == "tasks" for page in RUN) >= 12
    for page, found in SHOWN.items():
        assert len(found) == page.read_text(encoding="utf-8").count("```python"), f"{page.name}: a block that was not read"
