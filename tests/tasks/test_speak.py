"""Speaking: samples and words in step, what is left out is told, and who cannot say it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import aural
from aural.errors import FormatError, UsageError
from aural.models import store
from aural.models.face import Hypothesis, Recognizer
from aural.sound.source import Source
from aural.tasks._spoken_check import Listener
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
        ("Hi", {"voice": "kathleen", "model": "kokoro"}, "It is one of kathleen"),
        ("Hi", {"speed": 9}, "0.25 to 4"),
        (5, {}, "is a text"),
    ],
)
def test_what_cannot_be_said_is_told(text: str, options: dict[str, str], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        aural.speak(text, **options)


@pytest.mark.weights
def test_written_words_keep_how_they_are_said() -> None:
    speech = aural.speak("Dr. Smith paid $1.50.", threads=1)
    assert [(w.text, w.spoken) for w in speech.words] == [
        ("Dr.", "Doctor"), ("Smith", None), ("paid", None), ("$1.50.", "one dollar fifty cents"),
    ]  # fmt: skip
    assert aural.transcribe(speech.sound).text.startswith("Dr. Smith paid") or "Doctor" in aural.transcribe(speech.sound).text


@pytest.mark.weights
def test_ssml_and_phonemes_by_hand() -> None:
    told = "<speak>One <break time='1s'/> two <prosody rate='200%'>and three four five</prosody></speak>"
    one, two, *rest = aural.speak(told, threads=1).words
    assert two.start - one.end > 0.9 and len(rest) == 4
    spelled = aural.speak("", phonemes="hˈɛlO wˈɜɹld.", voice="jf_alpha", threads=1)
    assert spelled.text == "hˈɛlO wˈɜɹld." and spelled.duration > 0.5
    with pytest.raises(FormatError, match="well-formed"):
        aural.speak("<speak>One")


@pytest.mark.weights
def test_sentences_are_heard_again() -> None:
    speech = aural.speak("The birch canoe slid on the smooth planks.", verify=True, threads=1)
    assert speech.notes == ()


def test_how_wrong_a_sentence_is() -> None:
    class Ear(Recognizer):
        card = store.entry_of("moonshine-base").card

        def recognize(self, samples: Any, lengths: Any, decoding: Any, speech: Any = None) -> list[Hypothesis]:
            return [Hypothesis("the bed room is read")]

        def close(self) -> None:
            return

    tone = np.full(24000, 0.5, np.float32)
    right = Listener(Ear()).judge(tone, 24000, "the bedroom is read".split(), 15, 1.0)
    assert right.right and right.errors == 0
    wrong = Listener(Ear()).judge(tone, 24000, "the other room was red".split(), 15, 1.0)
    assert not wrong.right and wrong.heard == "the bed room is read" and wrong.fits
    assert not Listener(Ear()).judge(tone, 24000, "the bedroom is read".split(), 150, 1.0).fits


def test_left_out_names_each_kind_once() -> None:
    assert left_out([]) == ()
    assert left_out(["😀", "你好", "😀"]) == ("not said: 😀 你好 (4 characters)",)
