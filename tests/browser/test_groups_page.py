"""The page of groups in a real headless browser: plays what is clicked, by keys too, and stays harmless and offline."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from webdriver import Browser, programs

from aural.pictures.groups import Group, Groups, Member
from aural.sound.encode import encode
from aural.sound.sound import Sound

pytestmark = [pytest.mark.browser, pytest.mark.skipif(programs() is None, reason="no chromium with chromedriver here")]

EVIL = "<img src=x onerror=\"document.title='owned'\">"
NOW = "document.getElementById('now').textContent"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tone = (0.1 * np.sin(2 * np.pi * 330 * np.arange(24000) / 16000)).astype(np.float32)
    mp3 = encode(Sound(tone[None], 16000), "mp3", bitrate=32000)
    rng = np.random.default_rng(0)
    members = tuple(Member(f"{k}.wav" if k else EVIL, 1 + k % 3, 0.5, 1.5, (EVIL,), mp3 if k != 5 else b"") for k in range(12))
    groups = tuple(Group(k, (EVIL if k == 1 else f"word{k}", "dark"), 4, "x") for k in (1, 2, 3))
    maps = {"neighbors": rng.standard_normal((12, 2)), "main axes": rng.standard_normal((12, 2))}
    return Groups(members, groups, maps, 0.4, {"tagger": EVIL}, {EVIL: "why"}).save(tmp_path_factory.mktemp("page") / "groups.html")


def press(browser: Browser, k: int) -> None:
    browser.run(f"document.querySelectorAll('.dot')[{k}].dispatchEvent(new MouseEvent('click', {{bubbles: true}}))")


def test_what_is_clicked_is_played_and_stops_when_clicked_again(browser: Browser) -> None:
    press(browser, 3)
    browser.until("!sound.paused && sound.currentTime > 0.1")
    assert browser.run(f"return {NOW}").startswith("3.wav group 1")
    assert browser.run("return document.querySelectorAll('.dot.on').length") == 1
    press(browser, 3)
    browser.until("sound.paused && !document.querySelector('.dot.on')")
    press(browser, 4)
    browser.until("sound.paused && !document.querySelector('.dot.on')")  # to its end
    press(browser, 5)
    assert "no preview" in browser.run(f"return {NOW}")
    assert browser.complaints() == []


def test_keys_move_play_choose_and_find(browser: Browser) -> None:
    press(browser, 1)
    before = browser.run("return here")
    for key in ("\ue014", "\ue012", "\ue013", "\ue015"):
        browser.key(key)
    assert browser.run("return document.activeElement.classList.contains('dot')")
    browser.key("n")
    assert browser.run("return page.members[here].group") in (1, 2, 3) and before == 1
    browser.key("2")
    assert browser.run("return document.querySelectorAll('.dot.off').length") == 8
    assert browser.run("return document.querySelectorAll('#members li:not([hidden])').length") == 4
    browser.key("0")
    assert browser.run("return document.querySelectorAll('.dot.off').length") == 0
    places = "return spots.flat().map(Math.round).join()"
    first = browser.run(places)
    browser.key("m")
    assert browser.run(places) != first
    color = "return getComputedStyle(document.body).backgroundColor"
    light = browser.run(color)
    browser.key("t")
    assert browser.run(color) != light
    browser.key("?")
    assert browser.run("return document.getElementById('help').open")
    browser.key("\ue00c")
    browser.until("!document.getElementById('help').open")
    browser.run("const f = document.getElementById('find'); f.value = '7.wav'; f.dispatchEvent(new Event('input'))")
    assert browser.run("return document.querySelectorAll('#members li:not([hidden])').length") == 1
    assert browser.complaints() == []


def test_names_and_words_stay_text_and_nothing_is_asked_from_a_network(browser: Browser) -> None:
    press(browser, 0)
    assert browser.run("return document.title") == "Groups of sounds"
    assert browser.run("return document.querySelectorAll('img').length") == 0
    assert EVIL in browser.run(f"return {NOW}")
    loaded = browser.run("return performance.getEntriesByType('resource').map(r => r.name)")
    assert all(name.startswith(("data:", "blob:")) for name in loaded)


def test_a_phone_shows_all_without_scrolling_sideways_and_all_controls_have_names(browser: Browser) -> None:
    browser.size(390, 844)
    browser.until("innerWidth === 390")
    assert browser.run("return document.documentElement.scrollWidth") <= 390
    browser.until("spots.every(p => p[0] > 0 && p[0] < 390)")
    nameless = browser.run("""
      return [...document.querySelectorAll('button, input, [role=button], svg')].filter((e) =>
        !(e.getAttribute('aria-label') || e.textContent.trim() || e.labels?.length)).map((e) => e.outerHTML.slice(0, 80))""")
    assert nameless == []
