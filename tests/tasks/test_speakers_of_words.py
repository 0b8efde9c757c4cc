"""Words get the right speaker: at borders, in overlap, outside every turn."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from talks import heard_of

from aural.results import Recording, Result, Turn, Word
from aural.tasks._diarize_turns import frames_of, turns_of
from aural.tasks._diarize_voices import Wanted, voices_of
from aural.tasks._speakers_of_words import assign
from aural.tasks.diarize import Answer

RECORDING = Recording("x.wav", 60.0, 16000, 1)


def _result(*turns: Turn) -> Result:
    return Result(RECORDING, turns=turns)


def _words(text: str, start: float, each: float = 0.3) -> list[Word]:
    return [Word(start + i * each, start + (i + 0.9) * each, text=w) for i, w in enumerate(text.split())]


def _who(words: tuple[Word, ...]) -> list[str | None]:
    return [w.speaker for w in words]


def test_plain_turns() -> None:
    heard = _result(Turn(0, 2, speaker="A"), Turn(3, 5, speaker="B"))
    assert _who(assign([*_words("one two three", 0.2), *_words("four five", 3.2)], heard)) == ["A"] * 3 + ["B"] * 2


def test_a_border_in_the_middle_of_a_phrase_moves_to_its_end() -> None:
    heard = _result(Turn(0, 2.05, speaker="A"), Turn(2.05, 6, speaker="B"))
    words = [*_words("this is what I have to say.", 0.1), *_words("And I say no", 2.6)]
    # "say." begins 0.15 s before the turn ends, "to" lies whole in it; the border of 2.05 s cuts through "say."
    assert _who(assign(words, heard)) == ["A"] * 7 + ["B"] * 4


def test_a_short_answer_between_sentences_keeps_its_speaker() -> None:
    heard = _result(Turn(0, 2, speaker="A"), Turn(2.1, 2.4, speaker="B"), Turn(2.5, 5, speaker="A"))
    words = [*_words("do you see it?", 0.5), Word(2.1, 2.4, text="Yes."), *_words("Good then", 2.6)]
    assert _who(assign(words, heard)) == ["A"] * 4 + ["B"] + ["A"] * 2


def test_a_word_outside_every_turn_goes_to_the_nearest() -> None:
    heard = _result(Turn(0, 2, speaker="A"), Turn(20, 25, speaker="B"))
    assert _who(assign([Word(3, 3.3, text="Hm."), Word(18.9, 19.2, text="Well")], heard)) == ["A", "B"]


def test_overlap_goes_to_the_surer_and_stays_in_the_phrase() -> None:
    heard = _result(Turn(0, 5, speaker="A", confidence=0.9), Turn(2, 3, speaker="B", confidence=0.4))
    assert _who(assign(_words("a b c d e f g h i j", 0.5), heard)) == ["A"] * 10


def test_without_turns_nothing_is_said() -> None:
    assert _who(assign(_words("a b", 0), Result(RECORDING, turns=()))) == [None, None]


def test_channels_are_looked_at_on_their_own() -> None:
    heard = _result(Turn(0, 5, speaker="L", channel=0), Turn(0, 5, speaker="R", channel=1))
    words = [Word(1, 1.2, text="a", channel=1), Word(1.1, 1.3, text="b", channel=0)]
    assert _who(assign(words, heard)) == ["R", "L"]


def test_frames_tell_what_turns_do() -> None:
    heard = heard_of([(0.5, 4.0, 0), (4.6, 8.0, 1), (8.6, 12.0, 0)], 13.0)
    voices = voices_of(heard, Wanted())
    frames = frames_of(heard, voices)
    turns, order = turns_of(frames, 13.0)
    result = Result(Recording("x", 13.0, 16000, 1), turns=turns)
    answer = Answer(result, heard, voices, frames, {f"SPEAKER_{i:02}": k for i, k in enumerate(order)})
    words = [Word(t, t + 0.3, text="w") for t in (1.0, 2.0, 3.5, 5.0, 6.0, 7.5, 9.0, 11.0)]
    for source in (answer, result):
        assert _who(assign(words, source)) == ["SPEAKER_00"] * 3 + ["SPEAKER_01"] * 3 + ["SPEAKER_00"] * 2


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 50), st.floats(0.01, 5), st.sampled_from("ABC")), min_size=1, max_size=8), st.integers(1, 30)
)
def test_every_word_has_a_speaker_and_nothing_else_changes(spans: list[tuple[float, float, str]], count: int) -> None:
    heard = _result(*(Turn(a, a + d, speaker=s) for a, d, s in spans))
    words = _words(" ".join("x" * count), 0.0, 1.5)
    found = assign(words, heard)
    assert all(w.speaker in {s for _, _, s in spans} for w in found)
    assert [(w.start, w.end, w.text) for w in found] == [(w.start, w.end, w.text) for w in words]
