"""The page as text: self-contained, escaped, guarded by its own policy. tests/browser looks at it in a browser."""

from __future__ import annotations

import base64
import hashlib
import json
import re

import numpy as np
import pytest
from format_results import everything

from aural.errors import FormatError
from aural.formats import html
from aural.results import Event, Label, Media, Recording, Result, Segment, Speaker, Turn, Word

EVIL = '</script><script>alert("x")</script><!--<img src=x onerror=alert(1)>\u2028'


def _evil() -> Result:
    words = (Word(0.0, 1.0, EVIL, speaker=EVIL), Word(1.0, 2.0, "&amp;", speaker=EVIL))
    return Result(
        Recording(EVIL, 5.0, 8000, 1),
        made_by={EVIL: EVIL},
        language=EVIL,
        segments=(Segment(0.0, 2.0, EVIL, words=words, speaker=EVIL),),
        turns=(Turn(0.0, 2.0, EVIL),),
        speakers=(Speaker(EVIL, None, 0.5, (Label(EVIL),)),),
        events=(Event(1.0, 2.0, EVIL, layer=EVIL), Event(1.0, 2.0, EVIL)),
        labels=(Label(EVIL, 0.5),),
    )


def _media(**more: object) -> Media:
    return Media(5.0, np.array([[-0.5, 0.5], [np.nan, np.inf]]), **more)  # type: ignore[arg-type]


def test_no_name_becomes_markup() -> None:
    page = html.write(
        _evil(), media=_media(voices={EVIL: ((0.0, 1.0), (float("nan"), 1.0))}, audio=b"x", audio_type='audio/"><script>')
    )
    assert page.count("<script") == page.count("</script>") == 4
    assert '<html lang="und">' in page
    assert "<img" not in page and "<!--" not in page


def test_it_gives_its_result_back() -> None:
    assert html.read(html.write(_evil())).same(_evil())
    assert html.read(html.write(everything(), media=_media()).encode()).same(everything())


def test_only_its_own_script_and_style_may_run() -> None:
    page = html.write(everything())
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None and policy[1].startswith("default-src 'none'") and "unsafe" not in policy[1]
    for tag in ("script", "style"):
        for inside in re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL):
            digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
            assert f"{tag}-src 'sha256-{digest}'" in policy[1]


def test_nothing_comes_from_elsewhere() -> None:
    page = html.write(everything(), media=_media())
    assert set(re.findall(r"https?://[^\s\"']+", page)) <= {"http://www.w3.org/2000/svg"}
    assert not re.search(r'(?:src|href)="(?!#|data:)', page)


def test_sound_and_picture_are_inside() -> None:
    page = html.write(everything(), media=_media(audio=b"ID3-sound", audio_type="audio/mpeg", spectrogram_png=b"PNG"))
    assert base64.b64encode(b"ID3-sound").decode() in page
    data = json.loads(re.findall(r'<script type="application/json" id="page">(.*?)</script>', page, re.DOTALL)[0])
    assert base64.b64decode(data["picture"]) == b"PNG"
    assert len(base64.b64decode(data["peaks"])) == 4
    assert data["names"] == ["Sarah Ward", "SPEAKER_01"]


def test_every_word_stands_once() -> None:
    page = html.write(everything())
    spans = re.findall(r"<span(?: class=\"[a-z ]+\")?>([^<]*)</span>", re.findall(r'class="say"[^>]*>(.*?)</p>', page)[0])
    assert spans == ["It", "cost"]


def test_words_without_times_are_marked_guessed() -> None:
    result = Result(Recording("x", 5.0, 8000, 1), segments=(Segment(0.0, 2.0, "three plain words"),))
    assert html.write(result).count('<span class="g">') == 4  # three words and the legend


def test_more_speakers_than_colors() -> None:
    turns = tuple(Turn(i, i + 1.0, f"S{i}") for i in range(12))
    page = html.write(Result(Recording("x", 20.0, 8000, 1), turns=turns))
    assert ".s11{--tone:light-dark(hsl(" in page


def test_errors() -> None:
    for text in ("<html></html>", html.write(everything()).replace('"aural/1"', '"aural/7"')):
        with pytest.raises(FormatError):
            html.read(text, "p.html")
    broken = html.write(everything()).replace('"aural/1"', '"aural/1', 1)
    with pytest.raises(FormatError) as caught:
        html.read(broken, "p.html")
    line = int(caught.value.where.split(":")[1])
    assert '"schema"' in broken.splitlines()[line - 1]
