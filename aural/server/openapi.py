"""What the server offers, as an OpenAPI document and as a page to read: both made from the tasks and their options."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from aural import __version__, find, settings
from aural.server import speech, transcripts
from aural.server.audio_api import GRAINS
from aural.server.verbs import TAKEN, offered, type_of, verbs
from aural.tasks._written import format_options, writable

_KINDS = {int: "integer", float: "number", bool: "boolean"}
_FILE: Mapping[str, Any] = {"type": "string", "format": "binary", "description": "a recording in any common container"}
_ERRORS = {
    "400": "a field or a recording that cannot be used", "401": "the token is missing or wrong", "404": "no such model",
    "413": "too large or too long", "429": "too many requests; Retry-After says when to come again", "504": "took too long",
}  # fmt: skip


def document() -> dict[str, Any]:
    """The OpenAPI document."""
    paths: dict[str, Any] = {
        "/v1/audio/transcriptions": _post(
            "Words of a recording, as clients of OpenAI's API ask for them", _transcription(), "json"
        ),
        "/v1/audio/translations": _post("The same in English", _transcription(), "json"),
        "/v1/audio/speech": _post("Text as speech", _speech(), "mp3", kind="application/json"),
        "/v1/models": {
            "get": {"summary": "The models and the names that stand for one", "responses": _responses("application/json")}
        },
        "/health": {"get": {"summary": "Whether the server lives", "responses": _responses("application/json")}},
        "/ready": {"get": {"summary": "Whether its models are open (503 until then)", "responses": _responses("application/json")}},
        "/metrics": {"get": {"summary": "What it did, as Prometheus reads it", "responses": _responses("text/plain")}},
    }
    paths |= _jobs()
    for verb in verbs():
        paths[f"/v1/{verb}"] = _verb(verb)
    return {
        "openapi": "3.1.0",
        "info": {"title": "aural", "version": __version__, "description": "Who said what, when, and what else was heard."},
        "paths": paths,
        "components": {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
        "security": [{}, {"bearer": []}],
    }


def _jobs() -> dict[str, Any]:
    """The routes of jobs."""
    fields = {
        "verb": {"type": "string", "enum": list(verbs()), "default": "listen", "description": "its options are fields, too"},
        "file": _FILE,
    }
    told = {"responses": _responses("application/json")}
    format = {"name": "format", "in": "query", "schema": {"type": "string"}, "description": "any that the job's state lists"}
    result = {"summary": "The answer of a job that is done", "parameters": [format], "responses": _responses("application/json")}
    return {
        "/v1/jobs": {
            **_post("Hear a long recording; the answer is a job", {"type": "object", "properties": fields}, "json"),
            "get": {"summary": "All jobs", **told},
        },
        "/v1/jobs/{id}": {
            "get": {"summary": "The state of a job", **told},
            "delete": {"summary": "Cancel a job; forget one that is over", **told},
        },
        "/v1/jobs/{id}/events": {
            "get": {"summary": "How far a job is, as it goes on", "responses": _responses("text/event-stream")}
        },
        "/v1/jobs/{id}/result": {"get": result},
    }


def page() -> str:
    """The document as a page without scripts."""
    told = document()
    parts = []
    for path, methods in told["paths"].items():
        for method, one in methods.items():
            rows = "".join(_row(name, field) for name, field in _fields(one).items())
            table = (
                f"<table><tr><th>field</th><th>takes</th><th>default</th><th>what it does</th></tr>{rows}</table>" if rows else ""
            )
            head = f"<b>{method.upper()}</b> <code>{escape(path)}</code> {escape(one['summary'])}"
            parts.append(f"<details><summary>{head}</summary>{table}</details>")
    return _PAGE.replace("{{version}}", escape(__version__)).replace("{{parts}}", "\n".join(parts))


def _verb(verb: str) -> dict[str, Any]:
    task = find.page("tasks", verb).TASK
    fields: dict[str, Any] = {}
    needed = []
    for name, recording, several in TAKEN[task.takes]:
        one: Mapping[str, Any] = _FILE if recording else {"type": "string"}
        fields[name] = {"type": "array", "items": one} if several else one
        if not several:
            needed.append(name)
    if task.main_role:
        fields["model"] = {"type": "string", "description": f"the {task.main_role.replace('_', ' ')}: a name of /v1/models"}
    if task.roles:
        fields["models"] = {"type": "string", "description": "other roles, as role=name,role=name"}
    formats = writable(task)
    fields["format"] = {"type": "string", "enum": list(formats), "default": formats[0]}
    fields |= {o.name: _option(o) for o in offered(task)}
    if task.writes is None:
        fields |= {o.name: _option(o) for o in format_options() if o.name not in fields}
    schema = {"type": "object", "properties": fields, "required": needed}
    first = find.first_line("tasks", verb)
    return _post(first, schema, fields["format"]["default"], writes=task.writes)


def _option(option: settings.Option) -> dict[str, Any]:
    found: dict[str, Any] = {"type": _KINDS.get(option.kind, "string"), "description": option.help}
    if option.choices:
        found["enum"] = list(option.choices)
    if option.least is not None:
        found["minimum"] = option.least
    if option.most is not None:
        found["maximum"] = option.most
    if option.many:
        found = {"type": "array", "items": {"type": found["type"]}, "description": option.help}
    if option.default not in (None, ()):
        found["default"] = list(option.default) if option.many else option.default
    return found


def _transcription() -> dict[str, Any]:
    fields = {
        "file": _FILE,
        "model": {"type": "string", "description": "a name of /v1/models; whisper-1 and the like stand for the usual one"},
        "language": {"type": "string", "description": "code or English name; not given = found out"},
        "response_format": {"type": "string", "enum": list(transcripts.FORMATS), "default": "json"},
        "timestamp_granularities": {"type": "array", "items": {"type": "string", "enum": list(GRAINS)},
                                    "description": "for verbose_json; also as timestamp_granularities[]"},
        "keywords": {"type": "array", "items": {"type": "string"}, "description": "names and terms to favor"},
        "stream": {"type": "boolean", "default": False, "description": "server-sent events, as the text settles"},
    }  # fmt: skip
    return {"type": "object", "properties": fields, "required": ["file"]}


def _speech() -> dict[str, Any]:
    fields = {
        "input": {"type": "string", "description": f"the text, up to {speech.MOST} characters"},
        "model": {"type": "string"},
        "voice": {"type": "string", "description": "a voice of the model; alloy and the like stand for the usual one"},
        "response_format": {"type": "string", "enum": list(speech.TYPES), "default": "mp3"},
        "speed": {"type": "number", "minimum": 0.25, "maximum": 4.0, "default": 1.0},
    }
    return {"type": "object", "properties": fields, "required": ["input"]}


def _post(
    summary: str, schema: dict[str, Any], format: str, kind: str = "multipart/form-data", writes: tuple[str, ...] | None = None
) -> dict[str, Any]:
    answer = speech.TYPES[format] if format in speech.TYPES else type_of(format, writes)
    body = {"required": True, "content": {kind: {"schema": schema}}}
    return {"post": {"summary": summary, "requestBody": body, "responses": _responses(answer)}}


def _responses(kind: str) -> dict[str, Any]:
    return {"200": {"description": "the answer", "content": {kind: {}}}} | {k: {"description": v} for k, v in _ERRORS.items()}


def _fields(operation: Mapping[str, Any]) -> Mapping[str, Any]:
    content = operation.get("requestBody", {}).get("content", {})
    return next(iter(content.values()))["schema"]["properties"] if content else {}


def _row(name: str, field: Mapping[str, Any]) -> str:
    kind = " | ".join(field["enum"]) if "enum" in field else field.get("format", field["type"])
    bounds = [str(field[k]) for k in ("minimum", "maximum") if k in field]
    kind = f"{kind} ({' to '.join(bounds)})" if bounds else kind
    default = field.get("default", "")
    shown = str(default).lower() if isinstance(default, bool) else str(default)
    cells = (name, kind, shown, str(field.get("description", "")))
    return "<tr>" + "".join(f"<td>{escape(c)}</td>" for c in cells) + "</tr>"


_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>aural: what the server offers</title>
<style>
  :root { color-scheme: light dark; }
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
  summary { cursor: pointer; padding: .4rem 0; } code { font-size: 1.05em; }
  table { border-collapse: collapse; width: 100%; margin: .3rem 0 1rem; display: block; overflow-x: auto; }
  th, td { text-align: left; vertical-align: top; padding: .25rem .8rem .25rem 0; border-bottom: 1px solid #8884; }
</style>
<h1>aural {{version}}</h1>
<p>A recording goes into a form's field; every answer is JSON unless another format is asked for. The same as a document:
<a href="/openapi.json">/openapi.json</a>. A page to use it: <a href="/">/</a>.</p>
{{parts}}
<h2>Web sockets</h2>
<p><code>/v1/stream?rate=16000</code>: send bare 16-bit samples as binary messages and <code>{"type": "end"}</code> at the end;
updates come as JSON, finals never change. <code>/v1/realtime</code>: sessions of transcription as
OpenAI's realtime API has them.</p>
</html>
"""
