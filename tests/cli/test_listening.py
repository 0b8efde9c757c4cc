"""The page to listen to voices: every sound is in it, nothing of the network, names hidden and in no fixed order."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import numpy as np
import pytest

from aural.cli import listening, main
from aural.errors import UsageError
from aural.models import store
from aural.sound.encode import encode
from aural.sound.sound import Sound, load


def sounds(texts: int = 8) -> list[listening.Said]:
    made = []
    for k, name in enumerate(("one", "two & <three>")):
        sound = Sound((0.1 * np.sin(np.arange(12000) * (0.1 + 0.1 * k)))[None].astype(np.float32), 24000)
        made += [listening.said(name, f"text {n} <b>", sound, encode(sound, listening.FORMAT)) for n in range(texts)]
    return made


def test_every_sound_is_in_the_page_and_plays() -> None:
    text = listening.page(sounds())
    found = re.findall(r"data:audio/mpeg;base64,([^\"]+)", text)
    assert len(found) == 16
    assert load(base64.b64decode(found[0])).length >= 12000
    assert "http" not in text.replace("http-equiv", "") and "<b></h2>" not in text and "two &amp; &lt;three&gt;" in text
    order = [m.group(1) for m in re.finditer(r'data-voice="([^"]+)"', text)]
    assert {order[k : k + 2][0] for k in range(0, 16, 2)} == set(order), "the same voice always stands first"


def test_names_are_voices_models_and_folders() -> None:
    told = listening.speakers_of(["af_heart", "slt", "kokoro:af_bella", "runs/voice"], store.entries())
    assert [(s.model, s.voice) for s in told] == [
        ("kokoro", "af_heart"), ("flite", "slt"), ("kokoro", "af_bella"), ("runs/voice", None)
    ]  # fmt: skip
    for names, why in (
        ([], "no voices"),
        (["slt", "slt"], "twice"),
        (["nobody"], "there is no voice 'nobody'.*`aural voices`"),
        (["af_hart"], "Did you mean af_heart"),
        (["kokoro:nobody"], "there is no voice 'kokoro:nobody'"),
    ):
        with pytest.raises(UsageError, match=why):
            listening.speakers_of(names, store.entries())


def test_texts_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "texts.txt").write_text("One.\n\n Two. \n", encoding="utf-8")
    assert listening.texts_of(str(tmp_path / "texts.txt")) == ["One.", "Two."]
    with pytest.raises(UsageError, match=r"cannot be read \(No such file or directory\)"):
        listening.texts_of(str(tmp_path / "none.txt"))
    with pytest.raises(UsageError, match="too many"):
        list(listening.heard(listening.speakers_of(["slt", "rms"], store.entries()), ["x"] * 300))


@pytest.mark.weights
def test_the_command_writes_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "texts.txt").write_text("Come in.\n", encoding="utf-8")
    words = [
        "voices",
        "--listen",
        str(tmp_path / "page.html"),
        "--voice",
        "af_heart,am_adam",
        "--texts",
        str(tmp_path / "texts.txt"),
    ]
    assert main.main(words) == 0
    assert "2 sounds of 2 voices" in capsys.readouterr().out
    assert (tmp_path / "page.html").read_text(encoding="utf-8").count("<audio") == 2
