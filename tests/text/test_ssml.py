"""SSML: its common elements become words, phonemes, pauses and manners; broken ones are told with line and column."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from aural.errors import FormatError, UsageError
from aural.text import ssml
from aural.text.front_end import Line, lines
from aural.text.pronunciation.pronounce import Pronouncer
from aural.text.script import of_phonemes


def readings(word: str) -> Mapping[str, str]:
    return {"DEFAULT": "ˈɑ"} if word.isascii() and word.isalpha() else {}


def read(told: str) -> list[Line]:
    text, script = ssml.parse(f"<speak>{told}</speak>")
    return list(lines(text, Pronouncer(readings), script))


def words(line: Line) -> list[str]:
    return [one.word for token in line.tokens for one in token.said]


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("<sub alias='World Wide Web'>WWW</sub> is old", "World Wide Web is old"),
        ("<say-as interpret-as='characters'>a1</say-as>", "A. one"),
        ("<say-as interpret-as='digits'>120</say-as>", "one two zero"),
        ("<say-as interpret-as='ordinal'>3</say-as> man", "third man"),
        ("<say-as interpret-as='ordinal'>11</say-as>", "eleventh"),
        ("<say-as interpret-as='cardinal'>120</say-as>", "one hundred and twenty"),
        ("<say-as interpret-as='cardinal'>1984</say-as>", "one thousand nine hundred and eighty four"),
        ("<say-as interpret-as='number'>-1,234</say-as>", "minus one thousand two hundred and thirty four"),
        ("<say-as interpret-as='telephone'>5550123</say-as>", "five five five zero one two three"),
        ("<say-as interpret-as='date' format='dmy'>3/4/2021</say-as>", "the third of April twenty twenty one"),
        ("<say-as interpret-as='date' format='mdy'>3/4/2021</say-as>", "the fourth of March twenty twenty one"),
        ("<say-as interpret-as='date'>3/4/2021</say-as>", "March fourth twenty twenty one"),
        ("A <emphasis>big</emphasis> day &amp; night", "A big day and night"),
        ("Dr. <sub alias='number one'>No. 1</sub> here", "Doctor number one here"),
    ],
)
def test_words(told: str, said: str) -> None:
    (line,) = read(told)
    assert words(line) == said.split()


def test_phonemes_in_three_alphabets() -> None:
    for alphabet, ph in (("ipa", "təˈmeɪtoʊ"), ("x-arpabet", "T AH0 M EY1 T OW0"), ("x-misaki", "təmˈAtO")):
        (line,) = read(f"a <phoneme alphabet='{alphabet}' ph='{ph}'>tomato</phoneme>.")
        one = line.tokens[1].said[0]
        assert (one.word, one.phonemes, one.origin) == ("tomato", "təmˈAtO", "given")


def test_pauses_go_behind_the_word_before_them() -> None:
    (line,) = read("<break time='0.5s'/>one <break time='300ms'/> two <break strength='strong'/>")
    assert (line.before, line.tokens[0].pause, line.pause) == (0.5, 0.3, 0.8)
    first, second = read("One. <break time='2s'/> Two.")
    assert first.pause == 2.0 and second.before == 0.0


def test_a_manner_is_a_line_of_its_own() -> None:
    found = read("He <prosody rate='slow' pitch='+2st'>spoke <prosody rate='200%'>fast</prosody></prosody> now.")
    assert [(words(line), line.speed, round(line.pitch, 3)) for line in found] == [
        (["He"], 1.0, 1.0),
        (["spoke"], 0.75, 1.122),
        (["fast"], 1.5, 1.122),
        (["now"], 1.0, 1.0),
    ]
    assert [line.pause > 0 for line in found] == [False, False, False, True]


def test_paragraphs_and_sentences_end_without_marks() -> None:
    found = read("<p><s>one two</s><s>three</s></p><p>four</p>")
    assert [words(line) for line in found] == [["one", "two"], ["three"], ["four"]]
    assert found[1].pause > found[0].pause and all(line.tokens[-1].mark == "." for line in found)


@pytest.mark.parametrize(
    ("told", "what"),
    [
        ("<audio src='x'/>", "<audio> is not understood"),
        ("<b>", "not understood"),
        ("<sub>x</sub>", "no alias"),
        ("<phoneme>x</phoneme>", "needs ph"),
        ("<phoneme alphabet='cmu' ph='QQ'>x</phoneme>", "'QQ' is no phone"),
        ("<say-as interpret-as='song'>x</say-as>", "interpret-as is 'song'"),
        ("<break time='11s'/>", "0 to 10 s"),
        ("<break strength='huge'/>", "x-strong"),
        ("<prosody rate='warp'>x</prosody>", "rate is 'warp'"),
        ("<prosody pitch='+99999st'>x</prosody>", "pitch is '\\+99999st'"),
        ("<sub alias='x'><break/></sub>", "cannot stand inside"),
        ("<p>", "well-formed"),
    ],
)
def test_what_is_wrong_has_a_place(told: str, what: str) -> None:
    with pytest.raises(FormatError, match=what) as error:
        ssml.parse(f"<speak>\n{told}</speak>")
    assert error.value.where.startswith("SSML:2:")


def test_entities_are_not_followed() -> None:
    with pytest.raises(FormatError, match="entities"):
        ssml.parse('<!DOCTYPE x [<!ENTITY a "aaaa">]><speak>&a;</speak>')
    with pytest.raises(FormatError, match="begins with"):
        ssml.parse("<p>x</p>")


def test_what_is_not_done_is_noted() -> None:
    _, script = ssml.parse("<speak><prosody volume='loud'><emphasis>x</emphasis> <emphasis>y</emphasis></prosody></speak>")
    assert script.notes == ("prosody volume is not changed by this voice", "emphasis is not changed by this voice")


def test_phonemes_alone_or_with_words() -> None:
    text, script = of_phonemes("hˈA ju.")
    assert text == "hˈA ju." and [g.phonemes for g in script.given] == [("hˈA",), ("ju",)]
    text, script = of_phonemes("koɲniʧiwˈa sˈɛkai", "こんにちは 世界。")
    (line,) = lines(text, Pronouncer(readings), script)
    assert words(line) == ["こんにちは", "世界。"] and line.tokens[0].said[0].phonemes == "koɲniʧiwˈa"
    for told, words_ in (("a b", "one"), ("", ""), (". a", ""), ("ˈ", ""), ("hˈA /ː/", ""), ("ˌˈ.", "one")):
        with pytest.raises(UsageError):
            of_phonemes(told, words_)
