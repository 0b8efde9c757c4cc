"""One page to listen to several voices that say the same texts: names hidden until they are asked for, marks from 1 to 5."""

from __future__ import annotations

import base64
import hashlib
import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aural import find
from aural.errors import ModelMissing, UsageError, reason
from aural.policy import admitting

if TYPE_CHECKING:
    from aural.sound.sound import Sound

FORMAT = "mp3"  # what every browser plays
MOST = 400  # sounds of one page


@dataclass(frozen=True)
class Speaker:
    """Who speaks: the name on the page, and what `aural speak` is told (`voice` None = the model's own)."""

    name: str
    model: str | None
    voice: str | None


@dataclass(frozen=True, eq=False)
class Said:
    """One text as one speaker says it; seconds and bytes of a sound file."""

    speaker: str
    text: str
    seconds: float
    data: bytes


def speakers_of(names: Iterable[str], entries: Sequence[Any]) -> list[Speaker]:
    """Speakers behind names: a voice of a model (af_heart, slt), MODEL:VOICE, or a model folder such as runs/voice.

    `entries` are those of the store.
    Raises: UsageError for none, for a name twice, and for one that is neither a voice nor a model.
    """
    models = {voice: e.card.name for e in reversed(entries) if "synthesizer" in e.roles for voice in e.card.voices}
    found = []
    for name in names:
        model, colon, voice = name.partition(":")
        if name in models:
            found.append(Speaker(name, models[name], name))
        else:
            own = Speaker(name, model, voice) if colon and len(model) > 1 else Speaker(name, name, None)
            _check(own, models)
            found.append(own)
    if not found or len({s.name for s in found}) < len(found):
        fix = "Name voices with commas, each once: --listen page.html --voice af_heart,slt,runs/voice"
        raise UsageError("there are no voices to compare" if not found else "a voice is named twice", where="--voice", fix=fix)
    return found


def _check(speaker: Speaker, known: Iterable[str]) -> None:
    """Raises: UsageError for who is neither a voice nor a model; a folder is looked at when it speaks."""
    from aural.models import store

    model = speaker.model or ""
    if "/" in model or "\\" in model:
        return
    near = find.alike(speaker.voice or speaker.name, known, 3)
    meant = f"Did you mean {' or '.join(near)}? " if near else ""
    fix = f"{meant}`aural voices` lists all of them"
    wrong = UsageError(f"there is no voice {speaker.name!r}", where="--voice", fix=fix)
    try:
        voices = store.entry_of(model, "synthesizer").card.voices
    except ModelMissing:
        raise wrong from None
    if speaker.voice is not None and voices and speaker.voice not in voices:
        raise wrong


def heard(speakers: Sequence[Speaker], texts: Sequence[str]) -> Iterable[Said]:
    """Every text by every speaker, one model after the other. Raises: what `aural speak` raises."""
    from aural.sound.encode import encode
    from aural.tasks._call import verb

    if not texts or len(texts) * len(speakers) > MOST:
        what = "there are no texts to say" if not texts else f"{len(texts)} texts by {len(speakers)} voices are too many for a page"
        raise UsageError(what, where="--texts", fix=f"Take 1 to {MOST // max(1, len(speakers))} texts, one on each line")
    for speaker in speakers:
        for text in texts:
            spoken = verb("speak")(text, model=speaker.model, voice=speaker.voice)
            yield said(speaker.name, text, spoken.sound, encode(spoken.sound, FORMAT))


def said(speaker: str, text: str, sound: Sound, data: bytes) -> Said:
    """A sound for the page."""
    return Said(speaker, text, sound.length / sound.sample_rate, data)


def page(sounds: Sequence[Said]) -> str:
    """A self-contained page: for each text its players in an order of their own, so that names cannot be guessed by place."""
    rows = []
    for number, text in enumerate(dict.fromkeys(s.text for s in sounds)):
        own = sorted((s for s in sounds if s.text == text), key=_drawn)
        cells = "".join(_player(s, _letter(k), number) for k, s in enumerate(own))
        rows.append(f"<section><h2>{number + 1}. {html.escape(text)}</h2><div class=row>{cells}</div></section>")
    style, script = admitting(_STYLE), admitting(_SCRIPT)
    policy = f"default-src 'none'; style-src {style}; script-src {script}; media-src data:; base-uri 'none'; form-action 'none'"
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">{_VIEW}\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n<title>Listening</title>\n'
        f"<style>{_STYLE}</style></head><body>\n{_HEAD}\n<main>{''.join(rows)}</main>\n<script>{_SCRIPT}</script></body></html>\n"
    )


def _drawn(one: Said) -> bytes:
    """A place among the voices of a text that neither name tells."""
    return hashlib.sha256(f"{one.text}/{one.speaker}".encode()).digest()


def _letter(place: int) -> str:
    return chr(ord("A") + place) if place < 26 else str(place + 1)


def _player(one: Said, letter: str, number: int) -> str:
    source = f"data:audio/mpeg;base64,{base64.b64encode(one.data).decode('ascii')}"
    name = html.escape(one.speaker, quote=True)
    named = f'<label><input type=radio name="m{number}-{letter}" value='
    marks = "".join(f"{named}{m}>{m}</label>" for m in range(1, 6))
    return (
        f'<div class=one data-voice="{name}"><b>{letter}</b> <span class=name hidden>{name}</span> {one.seconds:.1f} s'
        f'<audio controls preload=none src="{source}"></audio><span class=marks>{marks}</span></div>'
    )


def texts_of(file: str) -> list[str]:
    """The texts: one on each line of a file, or a few of our own. Raises: UsageError for a file that cannot be read."""
    if not file:
        return list(_TEXTS)
    try:
        with open(file, encoding="utf-8") as lines:
            return [line.strip() for line in lines if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"these texts cannot be read ({reason(error)})", where=file, fix="Name a text file") from None


_TEXTS = ("The kettle is on.", "Did you read what she will read?", "Dr. Smith paid $1.50 for the red boat, and left.")
_VIEW = '<meta name="viewport" content="width=device-width, initial-scale=1">'
_HEAD = """<header><h1>Listening</h1>
<p>Every voice here is synthetic. Say how natural each one sounds, from 1 (bad) to 5 (as a person).</p>
<p><button id=names type=button>Show names</button> <button id=marks type=button>Means</button></p>
<pre id=told aria-live="polite"></pre></header>"""
_STYLE = """
:root{color-scheme:light dark}body{font:16px/1.4 system-ui,sans-serif;max-width:70em;margin:1em auto;padding:0 1em}
.row{display:flex;flex-wrap:wrap;gap:1em}
.one{border:1px solid #8888;border-radius:6px;padding:.6em}audio{display:block;margin:.4em 0}
.marks label{margin-right:.5em}h2{font-size:1.05em}
"""
_SCRIPT = """
const all=[...document.querySelectorAll('.one')];
document.getElementById('names').onclick=()=>{for(const n of document.querySelectorAll('.name'))n.hidden=!n.hidden};
document.getElementById('marks').onclick=()=>{const sums={};
for(const o of all){const m=o.querySelector('input:checked');
if(m)(sums[o.dataset.voice]??=[]).push(+m.value)}
document.getElementById('told').textContent=Object.entries(sums).map(([v,m])=>
v+': '+(m.reduce((a,b)=>a+b)/m.length).toFixed(2)+' over '+m.length).sort().join('\\n')||'No marks were given.'};
"""
