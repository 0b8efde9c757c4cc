"""The server's page in a real browser: a file, a microphone, a phone; nothing foreign is asked for."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from serving import Served, served
from webdriver import Browser, programs

import aural
from aural.sound.sound import Sound, load

pytestmark = [
    pytest.mark.browser,
    pytest.mark.weights,
    pytest.mark.skipif(programs() is None, reason="no headless browser with its driver on this machine"),
]


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six seconds of two voices at 48 kHz, as a microphone would give them."""
    path = tmp_path_factory.mktemp("talk") / "talk.wav"
    sound = load(aural.sample("dialogue")).cut(2.0, 8.0).mono().resample(48000)
    Sound(np.concatenate([sound.samples, np.zeros((1, 48000), np.float32)], axis=1), 48000).save(path)
    return path


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("serve"), "--preload", "listen") as one:
        yield one


@pytest.fixture(scope="module")
def window(talk: Path) -> Iterator[Browser]:
    fake = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", f"--use-file-for-fake-audio-capture={talk}")
    with Browser(more=fake) as browser:
        yield browser


@pytest.fixture
def browser(window: Browser, server: Served) -> Browser:
    window.size(1400, 900)
    window.open(server.url + "/")
    window.until("document.body.dataset.ready")
    window.complaints()
    return window


def heard(browser: Browser) -> str:
    """The words in the frame with the result."""
    browser.until("document.body.dataset.done", 90)
    browser.inside("#frame")
    browser.until("document.body && document.body.dataset.ready", 20)
    # Not innerText: it leaves out paragraphs that the browser has not drawn yet.
    text = browser.run("return document.getElementById('text').textContent")
    browser.inside(None)
    return str(text)


def test_a_file_gives_words_speakers_and_sounds(browser: Browser, talk: Path) -> None:
    browser.choose("#file", talk)
    text = heard(browser)
    assert "hear me" in text.lower() and "SPEAKER_00" in text
    assert browser.run("return document.getElementById('page').download") == "talk.html"
    assert browser.run("return document.getElementById('status').textContent") == "Done."
    assert browser.complaints() == []


def test_the_microphone_gives_captions_and_then_speakers(browser: Browser) -> None:
    browser.click("#mic")
    browser.until("document.body.dataset.live", 60)
    browser.until("/hear me/i.test(document.getElementById('lines').textContent)", 60)
    browser.until("document.querySelectorAll('#lines p:not(.open)').length >= 2", 60)
    assert "behind the speaker" in browser.run("return document.getElementById('lag').textContent")
    assert browser.run("return document.getElementById('mic').getAttribute('aria-pressed')") == "true"
    browser.click("#mic")
    assert "hear me" in heard(browser).lower()
    assert browser.complaints() == []


def test_what_is_no_recording_is_told(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "letter.wav").write_text("Dear reader, this is a letter and no sound. " * 9)
    browser.choose("#file", tmp_path / "letter.wav")
    browser.until("document.getElementById('status').classList.contains('bad')")
    assert "no recording" in browser.run("return document.getElementById('status').textContent")


def test_a_phone_shows_it_without_scrolling_sideways(browser: Browser) -> None:
    browser.size(390, 844)
    browser.until("innerWidth === 390")
    assert browser.run("return document.documentElement.scrollWidth") <= 390
    sizes = browser.run(
        "return [...document.querySelectorAll('button')].map((b) => b.hidden || b.offsetParent === null ? 44 : b.offsetHeight)"
    )
    assert min(sizes) >= 44


def test_controls_have_names_and_nothing_is_foreign(browser: Browser, server: Served) -> None:
    nameless = browser.run("""
      return [...document.querySelectorAll('button, input, iframe, progress')].filter((e) =>
        !(e.getAttribute('aria-label') || e.title || e.textContent.trim() || e.labels?.length)).map((e) => e.outerHTML.slice(0, 80))
    """)
    assert nameless == []
    with urllib.request.urlopen(server.url + "/") as answer:
        policy, text = answer.headers["Content-Security-Policy"], answer.read().decode()
    assert "default-src 'none'" in policy and "http" not in policy
    assert "http://" not in text and "https://" not in text.replace("https and to localhost", "")
