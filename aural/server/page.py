"""The page at /: a recording or the microphone in, words, speakers and sounds out; one document, nothing from elsewhere."""

from __future__ import annotations

from html import escape
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from aural.server.answers import guarded
from aural.text.languages import NAMES


def routes() -> list[Route]:
    """The one route."""
    made, policy = page()

    async def shown(request: Request) -> Response:
        return HTMLResponse(made, headers={"Content-Security-Policy": policy, "Cache-Control": "no-cache"})

    return [Route("/", guarded(shown), methods=["GET"])]


def page() -> tuple[str, str]:
    """The document, and the policy that keeps everything foreign out of it.

    The result is shown in a frame that has no origin and a stricter policy of its own; frames from blobs also stand
    under ours, so scripts inside them must be let in here by 'unsafe-inline'. Nothing that comes in from outside is ever
    written into this page as markup.
    """
    style, script = _part("page.css"), _part("page.js")
    languages = "".join(f'<option value="{escape(name)}">' for name in sorted(NAMES.values()))
    slots = {"style": style, "script": script, "languages": languages}
    text = _part("page.html")
    for name, value in slots.items():
        text = text.replace("{{" + name + "}}", value)
    rules = (
        "default-src 'none'", "script-src 'unsafe-inline' blob:", "worker-src blob:", "style-src 'unsafe-inline'",
        "connect-src 'self'", "img-src data: blob:", "media-src data: blob:", "frame-src blob:", "base-uri 'none'",
        "form-action 'none'", "frame-ancestors 'none'",
    )  # fmt: skip
    return text, "; ".join(rules)


def _part(name: str) -> str:
    return files("aural.server").joinpath("_page", name).read_text(encoding="utf-8")
