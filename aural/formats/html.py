"""The page: one HTML file to look at, listen to and search, without network (.html)."""

from __future__ import annotations

import base64
import json
import re
from html import escape
from importlib.resources import files

from aural.formats._holds import PARTS
from aural.formats._json_read import parsed
from aural.formats._json_write import json_text
from aural.formats._lines import broken, decoded, squeezed
from aural.formats._page_body import Voices, body_of, legend_of
from aural.formats._page_data import page_data
from aural.formats._page_panels import facts_of, made_by_of, panels_of
from aural.policy import admitting
from aural.results import Media, Result, clock

EXTENSION = ".html"
HOLDS = frozenset(PARTS)
ALIASES = ("page",)

_SLOT = re.compile(r"\{\{(\w+)\}\}")
_INSIDE = re.compile(r'<script type="application/json" id="result">(.*?)</script>', re.DOTALL)
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")
_PLAYABLE = re.compile(r"audio/[a-z0-9.+-]+(?:; ?codecs=[a-z0-9.]+)?")


def write(result: Result, *, media: Media | None = None, options: None = None) -> str:
    """The page as text; all that it needs is inside it.

    Without `media` there is no waveform; without its `audio` the page asks for the recording to play.
    The whole result is inside as JSON, so that `read` gives it back.
    """
    style, script = _part("page.css"), _part("timeline.js") + _part("page.js")
    voices = Voices.of(result)
    style += voices.style()
    body = body_of(result, voices)
    duration = result.recording.duration or (media.duration if media else 0.0) or body.end
    slots = {
        "language": result.language if result.language and _LANGUAGE.fullmatch(result.language) else "und",
        "title": escape(squeezed(result.recording.name) or "Recording"),
        "facts": facts_of(result, duration, voices),
        "duration": clock(duration)[:-4],
        "seconds": str(round(duration)),
        "style": style,
        "style_hash": admitting(style),
        "script": script,
        "script_hash": admitting(script),
        "legend": legend_of(body),
        "body": body.html,
        "panels": panels_of(result, voices, duration, bool(media and media.voices)),
        "made_by": made_by_of(result),
        "page": _data(json.dumps(page_data(result, media, body, voices, duration), ensure_ascii=False, separators=(",", ":"))),
        "result": _data(json_text(result)),
        "audio": base64.b64encode(media.audio).decode() if media and media.audio else "",
        "audio_type": media.audio_type if media and _PLAYABLE.fullmatch(media.audio_type) else "",
    }
    page = _SLOT.sub(lambda slot: slots[slot[1]], _part("page.html"))
    return page.encode("utf-8", "replace").decode("utf-8")


def read(data: str | bytes, where: str = "") -> Result:
    """The result that a page carries inside. Raises: FormatError for any other HTML."""
    text = decoded(data, where)
    found = _INSIDE.search(text)
    if found is None:
        raise broken("this HTML holds no result of aural's", where, 1, fix="Give a page that aural wrote")
    # Errors inside keep their line: the JSON is read with as many empty lines before it as the page has.
    return parsed("\n" * text.count("\n", 0, found.start(1)) + found[1], where)


def _part(name: str) -> str:
    return files("aural.formats").joinpath("_page", name).read_text(encoding="utf-8")


def _data(text: str) -> str:
    """JSON that no HTML parser can see an end tag or a comment in."""
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
