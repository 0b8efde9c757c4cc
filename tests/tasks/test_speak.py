"""Speaking: samples and words in step, what is left out is told, and who cannot say it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import aural
from aural.errors import UsageError
from aural.sound.source import Source
from aural.tasks.speak import left_out


@pytest.mark.weights
def test_speech_has_its_words_in_time() -> None:
    speech = aural.speak("The door is open.\n\nCome in, Ann!", threads=1)
    assert speech.text == "The door is open. Come in, Ann!"
    assert [w.text for w in speech.words] == ["The", "door", "is", "open.", "Come", "in,", "Ann!"]
    assert all(a.start < a.end <= b.start + 0.05 for a, b in zip(speech.words, speech.words[1:], strict=False))
    assert speech.words[4].start - speech.words[3].end > 0.8, "a paragraph has a pause behind it"
    assert 2 < speech.duration < 6 and 0.1 < np.abs(speech.samples).max() <= 1
    assert speech.result.made_by == {"synthesizer": "kokoro", "voice": "af_heart"}
    again = aural.speak("The door is open.\n\nCome in, Ann!", threads=1)
    assert np.array_equal(speech.samples, again.samples)


@pytest.mark.weights
def test_what_is_said_is_understood(tmp_path: Path) -> None:
    path = aural.speak("The small dog slept under the table.", voice="am_adam", speed=0.9).save(tmp_path / "dog.flac")
    assert aural.transcribe(path).text.lower().rstrip(".") == "the small dog slept under the table"
    assert b"synthetic" in path.read_bytes()[:4000] and Source(path).recording.channels == 1


@pytest.mark.weights
@pytest.mark.parametrize(
    ("text", "options", "words"),
    [
        ("", {}, "no text"),
        (" \n", {}, "no text"),
        ("你好", {}, "no word to say"),
        ("Hola", {"voice": "ef_dora"}, "--phonemes"),
        ("Hi", {"voice": "af_haert"}, "Did you mean 'af_heart'"),
        ("Hi", {"voice": "af_heart+ef_dora"}, "ef_dora speaks es"),
        ("Hi", {"speed": 9}, "0.25 to 4"),
        (5, {}, "is a text"),
    ],
)
def test_what_cannot_be_said_is_told(text: str, options: dict[str, str], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        aural.speak(text, **options)


def test_left_out_names_each_kind_once() -> None:
    assert left_out([]) == ()
    assert left_out(["😀", "你好", "😀"]) == ("not said: 😀 你好 (4 characters)",)
