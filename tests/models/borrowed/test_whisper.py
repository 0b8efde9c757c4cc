"""Whisper: its rules for timestamps, where a window ends, its graphs, and real weights on real clips."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from aural.errors import UsageError
from aural.models import skeleton, store
from aural.models.borrowed import whisper_base, whisper_tiny_en
from aural.models.engines import _whisper as whisper
from aural.models.engines._whisper import Marks, Whisper
from aural.models.face import Decoding
from aural.models.runtime import Runtime
from aural.sound.sound import load
from aural.text.byte_pairs import BytePairs
from aural.text.scoring import normalize

# A tiny vocabulary: ids 0 to 9 text, 10 end, 11 start, ..., 20 is 0.00 s.
MARKS = Marks(
    start=11, end=10, transcribe=12, translate=13, no_speech=14, no_timestamps=19, languages={}, never=(3,), not_first=(4,)
)
ZERO, COUNT = 20, 20 + 1501


class _NoSession:
    outputs: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()


@pytest.fixture(scope="module")
def bare() -> Whisper:
    """The rules without any graph."""
    return Whisper(whisper_tiny_en.CARD, _NoSession(), _NoSession(), BytePairs({}, [], {}), MARKS)  # type: ignore[arg-type]


def allowed(bare: Whisper, written: list[int], likely: int = 5) -> set[int]:
    logits = np.zeros(COUNT, np.float32)
    logits[likely] = 50  # one text id far ahead, so that timestamps are not forced by their number
    return set(np.flatnonzero(np.isfinite(bare._ruled(logits, written))).tolist())


def test_a_text_begins_with_an_early_timestamp(bare: Whisper) -> None:
    assert allowed(bare, []) == set(range(ZERO, ZERO + 51))


def test_timestamps_come_in_pairs_and_never_go_back(bare: Whisper) -> None:
    assert not allowed(bare, [ZERO]) & set(range(ZERO, COUNT))  # the first is followed by text
    after_text = allowed(bare, [ZERO, 5])
    assert 5 in after_text and ZERO + 1 in after_text and ZERO not in after_text
    closed = allowed(bare, [ZERO, 5, ZERO + 100], likely=MARKS.end)
    assert closed & set(range(10)) == set() and ZERO + 100 in closed and ZERO + 99 not in closed and MARKS.end in closed
    opened = allowed(bare, [ZERO, 5, ZERO + 100, ZERO + 100])
    assert 5 in opened and not opened & set(range(ZERO, COUNT))


def test_what_may_never_be_written_is_not(bare: Whisper) -> None:
    for written in ([ZERO], [ZERO, 5]):
        assert not allowed(bare, written) & {3, MARKS.no_timestamps}


def test_likelier_timestamps_as_a_whole_win(bare: Whisper) -> None:
    logits = np.zeros(COUNT, np.float32)
    logits[5] = 3.0  # 1,500 timestamps at 0 weigh more together
    assert not np.isfinite(bare._ruled(logits, [ZERO, 5])[:ZERO]).any()


def sound(seconds: float, spoken: tuple[float, float]) -> whisper._Sound:
    voice = np.zeros(int(seconds / 0.032) + 1, np.float32)
    voice[int(spoken[0] / 0.032) : int(spoken[1] / 0.032)] = 0.9
    return whisper._Sound(np.zeros(int(seconds * 16_000), np.float32), voice)


def test_where_a_window_ends(bare: Whisper) -> None:
    one = (ZERO, 5, 6, ZERO + 100)  # one closed sentence up to 2 s
    assert bare._kept(one, sound(10, (0, 2))) == (one, 10)
    assert bare._kept(one, sound(10, (0, 6))) == (one, 2)  # somebody speaks on: the next window begins there
    two = (ZERO, 5, ZERO + 100, ZERO + 100, 7)  # the second sentence breaks off
    assert bare._kept(two, sound(10, (0, 10))) == (two[:3], 2)
    assert bare._kept((), sound(10, (0, 10))) == ((), 10)


def test_loudness_stands_in_for_a_gate() -> None:
    samples = np.concatenate([np.full(32_000, 0.1), np.full(32_000, 0.001)]).astype(np.float32)
    assert not whisper._Sound(samples, None).goes_on(2.0)
    assert whisper._Sound(samples, None).goes_on(1.0)


def test_shipped_graphs_are_what_the_script_writes() -> None:
    pytest.importorskip("onnx")
    from bench.convert.whisper_graphs import files

    for name, data in files().items():
        assert (skeleton.SHIPPED / name).read_bytes() == data


def test_the_cards_tell_languages() -> None:
    assert len(whisper_base.CARD.languages) == len(set(whisper_base.CARD.languages)) == 99
    assert whisper_tiny_en.CARD.languages == ("en",)
    assert "language" in whisper_base.ALSO


@pytest.fixture(scope="module")
def tiny() -> Iterator[Whisper]:
    with store.open_model("whisper-tiny.en", "recognizer", Runtime("cpu", 1)) as opened:
        assert isinstance(opened, Whisper)
        yield opened


def clip(data: Path, folder: str, number: int) -> tuple[np.ndarray, dict[str, str]]:
    line = (data / folder / "train.jsonl").read_text(encoding="utf-8").splitlines()[number]
    row = json.loads(line)
    return load(data / folder / row["audio"]).mono().resample(16_000).samples, row


@pytest.mark.weights
def test_a_reading_is_written_with_times(tiny: Whisper, data: Path) -> None:
    samples, row = clip(data, "librispeech_mini", 1)
    told = tiny.recognize(samples, np.array([samples.shape[1]]), Decoding("en"))[0]
    true, said = normalize(row["text"]).split(), normalize(told.text).split()
    assert len(set(true) & set(said)) > 0.8 * len(set(true))
    assert told.words is not None and " ".join(w.text for w in told.words) == told.text
    starts = [w.start for w in told.words]
    assert starts == sorted(starts) and all(w.end <= samples.shape[1] / 16_000 for w in told.words)
    assert all(0 < (w.confidence or 0) <= 1 and w.timed == "measured" for w in told.words)
    assert told.scores["looped"] == 0 and told.scores["no_speech_prob"] < 0.5


@pytest.mark.weights
def test_steps_with_a_cache_answer_like_one_pass(tiny: Whisper) -> None:
    cross = tiny._ear.hear(np.random.default_rng(0).normal(0, 0.05, 16_000).astype(np.float32)).cross
    ids = [tiny._marks.start, tiny._marks.no_timestamps, 383, 1110, 262, 2042]
    whole = whisper._State(tiny._empty, cross).run(tiny._decoder, [ids], ("logits",))[0]
    state, parts = whisper._State(tiny._empty, cross), []
    for part in (ids[:2], ids[2:5], ids[5:]):
        logits, *grown = state.run(tiny._decoder, [part], ("logits", *tiny._grown))
        state.take(tiny._grown, grown)
        parts.append(logits)
    assert np.allclose(np.concatenate(parts, 1), whole, atol=1e-3)


@pytest.mark.weights
def test_what_tiny_cannot_do_is_told(tiny: Whisper) -> None:
    silence, length = np.zeros((1, 16_000), np.float32), np.array([16_000])
    with pytest.raises(UsageError, match="does not know the language 'de'"):
        tiny.recognize(silence, length, Decoding("de"))
    with pytest.raises(UsageError, match="does not translate"):
        tiny.recognize(silence, length, Decoding("en", "translate"))
    assert tiny.recognize(silence[:, :0], np.array([0]), Decoding("en"))[0].text == ""
    assert tiny.languages(silence, length) == [{"en": 1.0}]


@pytest.mark.weights
def test_beam_and_hotwords_run(tiny: Whisper, data: Path) -> None:
    samples, _ = clip(data, "allison_prompts_tts", 0)
    length = np.array([samples.shape[1]])
    greedy = tiny.recognize(samples, length, Decoding("en", word_times=False))[0]
    wide = tiny.recognize(samples, length, Decoding("en", beam=3, word_times=False))[0]
    favored = tiny.recognize(samples, length, Decoding("en", hotwords=("Aural^1",), word_times=False))[0]
    assert greedy.text and wide.text and favored.text and greedy.words is None


@pytest.mark.weights
def test_many_languages(data: Path) -> None:
    rows = [json.loads(line) for line in (data / "languages" / "train.jsonl").read_text(encoding="utf-8").splitlines()]
    row = next(r for r in rows if r["label"] == "de")
    samples = load(data / "languages" / row["audio"]).mono().resample(16_000).samples
    length = np.array([samples.shape[1]])
    with store.open_model("whisper-base", "recognizer", Runtime("cpu", 1)) as model:
        assert isinstance(model, Whisper)
        chances = model.languages(samples, length)[0]
        assert max(chances, key=lambda k: chances[k]) == "de" and sum(chances.values()) == pytest.approx(1, abs=1e-3)
        told = model.recognize(samples, length, Decoding(None))[0]
        translated = model.recognize(samples, length, Decoding("de", "translate"))[0]
    assert told.language == "de" and told.scores["language_probability"] > 0.5
    assert len(set(told.text.lower().split()) & set(row["text"].lower().split())) >= 3
    assert translated.text != told.text
    assert translated.words and all(w.timed == "guessed" for w in translated.words)
