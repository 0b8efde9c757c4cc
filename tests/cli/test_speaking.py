"""`aural speak` on the command line: where text comes from, where sound goes, and going on after a stop."""

from __future__ import annotations

import io
import os
import sys
import threading
import time
import wave
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aural.cli import main as cli
from aural.cli.resumed import Work
from aural.cli.speaking import text_of, wav_head, wish_of
from aural.errors import UsageError
from aural.models import store
from aural.models.face import Prosody, Spoken, Synthesizer, Utterance
from aural.results import Segment, Word
from aural.sound.source import Source
from aural.tasks._speaking import Piece

RATE = 8000


class Tone(Synthesizer):
    """A voice of one tone: 0.1 s a word; it may fail at a word."""

    blends = False
    said: list[str] = []  # noqa: RUF012
    fails: str = ""

    def __init__(self) -> None:
        import dataclasses

        from aural.models.borrowed.kokoro import CARD

        self.card = dataclasses.replace(CARD, sample_rate=RATE)

    def speak(self, utterance: Utterance, prosody: Prosody) -> Iterator[Spoken]:
        if self.fails and self.fails in utterance.words:
            raise KeyboardInterrupt
        self.said.append(" ".join(utterance.words))
        count = len(utterance.words)
        words = tuple(Word(n / 10, (n + 1) / 10, w) for n, w in enumerate(utterance.words))
        yield Spoken(np.full(RATE * count // 10, 0.25, np.float32), words)

    def close(self) -> None:
        return


class Letters:
    def readings(self, word: str) -> dict[str, str]:
        return {"DEFAULT": "ˈɑ"}


@pytest.fixture
def tone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> type[Tone]:
    from aural.models import shelf
    from aural.models.face import Speller

    class Table(Speller):
        def spell(self, words: Any) -> tuple[str, ...]:
            return tuple("ˈɑ" for _ in words)

        def readings(self, word: str) -> dict[str, str]:
            return {"DEFAULT": "ˈɑ"}

        def close(self) -> None:
            return

        card = store.entry_of("misaki-lexicon").card

    monkeypatch.setattr(shelf.store, "open_model", lambda name, role, *_: Tone() if role == "synthesizer" else Table())
    monkeypatch.setenv("AURAL_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Tone, "said", [])
    monkeypatch.setattr(Tone, "fails", "")
    return Tone


def test_files_beside_one_another(tone: type[Tone], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["speak", "One two. Three 😀.", "-o", "out.wav", "-f", "srt,json,flac"]) == 0
    out, err = capsys.readouterr()
    assert out.split() == ["out.wav", "out.srt", "out.json", "out.flac"]
    assert err == "aural: not said: 😀 (1 characters)\n"
    assert Source("out.wav").recording.duration == Source("out.flac").recording.duration == 0.3
    assert "One two." in Path("out.srt").read_text() and "00:00:00,200 --> 00:00:00,300" in Path("out.srt").read_text()
    assert cli.main(["speak", "Again.", "-o", "out.wav"]) == 2
    assert "--overwrite" in capsys.readouterr().err
    assert cli.main(["speak", "Again.", "-o", "out.wav", "--overwrite", "--quiet"]) == 0
    assert not list(Path("home/speaking").iterdir())


def test_a_stopped_run_goes_on_and_gives_the_same_bytes(tone: type[Tone], capsys: pytest.CaptureFixture[str]) -> None:
    Path("book.txt").write_text("One two. Three four. Five six. Seven.")
    assert cli.main(["speak", "-i", "book.txt", "-o", "whole.wav"]) == 0
    tone.said.clear()
    tone.fails = "Five"
    line = ["speak", "-i", "book.txt", "-o", "book.wav", "--speed", "1.5"]
    assert cli.main(line) == 130
    assert not Path("book.wav").exists() and tone.said == ["One two", "Three four"]
    (folder,) = [p for p in Path("home/speaking").iterdir() if p.is_dir()]
    with open(folder / "sentences.jsonl", "a") as file:
        file.write('{"samples": 5')  # a kill in the middle of a line
    with open(folder / "samples.s16", "ab") as file:
        file.write(b"123")
    tone.fails = ""
    tone.said.clear()
    capsys.readouterr()
    assert cli.main(line) == 0
    assert "behind sentence 2" in capsys.readouterr().err
    assert tone.said == ["Five six", "Seven"]
    assert Path("book.wav").read_bytes() == Path("whole.wav").read_bytes()


def test_a_stream_is_wav_or_raw(tone: type[Tone], capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert cli.main(["speak", "One two. Three.", "--stream"]) == 0
    out = capfdbinary.readouterr().out
    assert out.startswith(wav_head(RATE)) and len(out) == 44 + 2 * RATE * 3 // 10
    with wave.open(io.BytesIO(out)) as file:
        assert file.getframerate() == RATE
    assert cli.main(["speak", "One two. Three.", "-o", "-", "-f", "raw"]) == 0
    assert capfdbinary.readouterr().out == out[44:]


def test_the_front_end_is_shown_and_nothing_is_said(tone: type[Tone], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["speak", "--show-front-end", "One, two 😀."]) == 0
    out = capsys.readouterr().out
    assert "lexicon" in out and "ˈɑ," in out and "not said: '😀'" in out
    assert cli.main(["speak", "--show-front-end", "--phonemes", "hˈA ʌ̃"]) == 0
    out = capsys.readouterr().out
    assert "hˈA" in out and "ʌ̃" in out
    assert not tone.said


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        (["Hello."], 2, "-o hello.wav"),
        (["--show-front-end", ""], 2, "no text to say"),
        (["Hello.", "-o", "a.wav", "--show-units"], 2, "not put together from units"),
        (["Hello.", "-o", "a.xyz"], 2, "cannot be written"),
        (["Hello.", "-o", "a.wma"], 2, "Use one of"),
        (["Hello.", "-f", "srt"], 2, "-o"),
        (["Hello.", "-o", "a.wav", "-f", "srx"], 2, "Did you mean srt"),
        (["Hello.", "-i", "x.txt", "-o", "a.wav"], 2, "text and a file"),
        (["-i", "x.txt", "-o", "a.wav"], 2, "cannot be read"),
        (["-i", "x.epub", "-o", "a.wav"], 2, "cannot be read"),
        (["...", "-o", "a.wav"], 2, "no word to say"),
        (["Hello.", "--stream", "-o", "a.wav"], 2, "Leave one"),
        (["Hello.", "-o", "a.wav", "--lexicon", "none.tsv"], 2, "lexicon cannot be read"),
        (["Hello.", "-o", "a.wav", "--models", "moonshine-tiny"], 2, "takes role=name"),
        (["-o", "a.wav", "--phonemes", "hˈA ˈ"], 2, "'ˈ' holds no phoneme"),
        (["Hello.", "-o", "a.wav", "--models", "=kokoro"], 2, "takes role=name"),
        (["Hello.", "-o", "a.wav", "-m", "kokoro", "--models", "synthesizer=x"], 2, "both name the synthesizer"),
        (["Hello.", "-o", "a.wav", "--models", "synthesizer=x,synthesizer=y"], 2, "x and y both name the synthesizer"),
        (["Hello.", "-o", "a.wav", "--vocoder", "x", "--models", "vocoder=y"], 2, "both name the vocoder"),
        (["Hello.", "-o", "a.wav", "-m", "kokoro", "--voice", "kathleen"], 2, "It is one of kathleen: -m kathleen, or no -m"),
        (["Hello.", "-o", "a.wav", "--models", "synthesizer=kokoro", "--voice", "kathleen"], 2, "or no -m"),
        (["Hello.", "-o", "a.wav", "--voice", "af_heart+kathleen"], 2, "only voices of one model are joined"),
    ],
)
def test_errors_are_one_line(line: list[str], code: int, words: str, tone: type[Tone], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["speak", *line]) == code
    err = capsys.readouterr().err
    assert words in err and len(err.splitlines()) == 1
    assert not list(Path().glob("a.*"))


def test_a_pipe_is_read(tone: type[Tone], monkeypatch: pytest.MonkeyPatch) -> None:
    for arguments in ([], ["-"]):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("Grüße.\r\nOne".encode())))
        assert text_of(arguments, None) == ("speech", "Grüße.\nOne")


def test_where_files_go(tmp_path: Path) -> None:
    assert wish_of(None, "a.mp3").paths == {"mp3": Path("a.mp3")}
    assert wish_of("srt,mp3", "a.mp3").paths == {"mp3": Path("a.mp3"), "srt": Path("a.srt")}
    assert wish_of("json", str(tmp_path)).paths == {"wav": tmp_path / "speech.wav", "json": tmp_path / "speech.json"}
    assert wish_of("flac,vtt", "talk").paths == {"flac": Path("talk.flac"), "vtt": Path("talk.vtt")}
    with pytest.raises(UsageError, match=r"There are: wav, flac, .*, srt, "):
        wish_of("xyz", "a.wav")
    with pytest.raises(UsageError, match=r"Did you mean flac\?"):
        wish_of("flax", "a.wav")
    with pytest.raises(UsageError, match="no format was given"):
        wish_of(",", "a.wav")
    assert "mp3" not in wish_of("all", "a.wav").paths, "all are the times of the words"
    with pytest.raises(UsageError, match="stream cannot be"):
        wish_of("mp3", "-")


def test_work_keeps_sentences_and_mends_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AURAL_HOME", str(tmp_path))
    segment = Segment(0.01, 0.05, "Hi.", words=(Word(0.01, 0.05, "Hi.", spoken="hi"),))
    samples = np.linspace(-1, 1, 800, dtype=np.float32)
    with Work({"text": "x"}) as work:
        work.append(Piece(samples, segment, (), 3))
        work.append(Piece(np.zeros(0, np.float32), None, ("😀",), 5))
        work.append(Piece(samples, segment, (), 9))
    size = (work.folder / "samples.s16").stat().st_size
    with open(work.folder / "samples.s16", "r+b") as file:
        file.truncate(size - 2)
    with Work({"text": "x"}) as again:
        assert (again.done, again.length, again.end, again.dropped) == (2, 800, 5, ["😀"])
        assert list(again.segments(8000)) == [(segment, 0.0)]
        (block,) = again.blocks()
        assert block.shape == (1, 800) and np.abs(block[0] - samples).max() < 1 / 16384
        again.remove()
    assert not work.folder.exists()


def test_a_line_that_ends_in_the_middle_of_a_letter_is_said_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AURAL_HOME", str(tmp_path))
    samples = np.zeros(80, np.float32)
    with Work({"text": "x"}) as work:
        work.append(Piece(samples, None, (), 3))
        work.append(Piece(samples, None, ("é",), 5))
    lines = work.folder / "sentences.jsonl"
    lines.write_bytes(lines.read_bytes().partition("é".encode())[0] + "é".encode()[:1])
    with Work({"text": "x"}) as again:
        assert (again.done, again.length) == (1, 80)


def test_another_voice_of_the_same_name_does_not_go_on_with_it(tone: type[Tone], monkeypatch: pytest.MonkeyPatch) -> None:
    """A voice that was trained anew keeps its name and its folder: only its weights tell that it is another."""
    import dataclasses

    monkeypatch.setattr(Tone, "fails", "three")
    line = ["speak", "One two. Two three.", "-o", "a.wav"]
    assert cli.main(line) == 130
    made = Tone.__init__

    def trained_anew(self: Tone) -> None:
        made(self)
        self.card = dataclasses.replace(self.card, files={"voice.onnx": "0" * 64})

    monkeypatch.setattr(Tone, "__init__", trained_anew)
    monkeypatch.setattr(Tone, "fails", "")
    Tone.said.clear()
    assert cli.main(line) == 0
    assert Tone.said == ["One two", "Two three"]


def test_what_nobody_came_back_for_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AURAL_HOME", str(tmp_path))
    with Work({"text": "old"}) as old, Work({"text": "new"}) as new:
        pass
    os.utime(old.folder, (0, 0))
    with Work({"text": "now"}):
        assert not old.folder.exists() and new.folder.exists()


def test_what_another_process_removes_or_works_in_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AURAL_HOME", str(tmp_path))
    listed = Path.iterdir
    monkeypatch.setattr(Path, "iterdir", lambda self: [*listed(self), self / "gone", self / "gone.lock"])
    with Work({"text": "old"}) as old:
        os.utime(old.folder, (0, 0))
        os.utime(old.folder.with_suffix(".lock"), (0, 0))
        with Work({"text": "now"}) as now:
            assert old.folder.exists() and old.folder.with_suffix(".lock").exists(), "somebody works in it"
    with now:
        assert not old.folder.exists()


def test_who_waited_for_the_same_text_begins_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AURAL_HOME", str(tmp_path))
    first, entered = Work({"text": "x"}), threading.Event()

    def wait() -> None:
        with Work({"text": "x"}) as second:
            assert second.done == 0 and second.folder.is_dir()
            entered.set()

    with first:
        first.append(Piece(np.zeros(80, np.float32), None, (), 3))
        waiting = threading.Thread(target=wait)
        waiting.start()
        time.sleep(0.1)
        first.remove()
    waiting.join(10)
    assert entered.is_set()


def test_many_at_once_forget_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AURAL_HOME", str(tmp_path))
    for n in range(40):
        with Work({"text": f"old {n}"}) as old:
            old.append(Piece(np.zeros(8, np.float32), None, (), 3))
        os.utime(old.folder, (0, 0))

    def say(n: int) -> bool:
        with Work({"text": f"new {n}"}) as work:
            return work.folder.is_dir()

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(say, range(4)))
    assert len([p for p in (tmp_path / "speaking").iterdir() if p.is_dir()]) == 4
