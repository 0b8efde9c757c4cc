"""What the script of the page draws and saves: numbers and names, no HTML."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np

from aural.formats._cues import cues_of
from aural.formats._lines import names_of, shown, squeezed
from aural.formats._page_body import Body, Voices
from aural.formats._tokens import line_text
from aural.results import Media, Result, Segment, Turn, Word


def page_data(result: Result, media: Media | None, body: Body, voices: Voices, duration: float) -> dict[str, Any]:
    """Times in milliseconds; speakers as numbers into `names`."""
    named = names_of(result)
    labels: dict[str, list[str]] = {name: [] for name in voices.names}
    for label in _labels(result):
        name = shown(named, label)
        if name in labels and label not in labels[name]:
            labels[name].append(label)
    found: dict[str, Any] = {
        "duration": round(duration * 1000),
        "title": squeezed(result.recording.name),
        "names": list(voices.names),
        "labels": [labels[name] for name in voices.names],
        "words": {"start": body.starts, "end": body.ends, "sure": body.sure, "guessed": body.guessed},
        "turns": _turns(result, voices),
        "layers": _layers(result),
        "cues": [
            [round(c.start * 1000), round(c.end * 1000), voices.number(c.speaker), [line_text(line) for line in c.lines]]
            for c in cues_of(result)
        ],
    }
    if media is not None:
        found |= _media(media, {label: voices.number(shown(named, label)) for label in media.voices})
    return found


def _labels(result: Result) -> list[str]:
    spans: list[Segment | Turn | Word] = [*(result.turns or ()), *(result.segments or ()), *result.words()]
    return [s.label for s in result.speakers or ()] + [s.speaker for s in spans if s.speaker]


def _turns(result: Result, voices: Voices) -> list[list[int]]:
    """Who speaks when: the turns, else the segments."""
    named = names_of(result)
    spans = result.turns if result.turns is not None else result.segments or ()
    return [[round(s.start * 1000), round(s.end * 1000), voices.number(shown(named, s.speaker))] for s in spans]


def _layers(result: Result) -> list[dict[str, Any]]:
    """The sounds by layer, the plain ones first: each as start, end, label, score in percent (-1 unknown)."""
    layers: dict[str, list[list[Any]]] = {}
    for e in sorted(result.events or (), key=lambda e: (e.layer != "sound", e.layer, e.start)):
        score = -1 if e.score is None else round(e.score * 100)
        layers.setdefault(squeezed(e.layer), []).append([round(e.start * 1000), round(e.end * 1000), squeezed(e.label), score])
    return [{"name": name, "events": events} for name, events in layers.items()]


def _media(media: Media, numbers: dict[str, int]) -> dict[str, Any]:
    peaks = np.nan_to_num(np.asarray(media.peaks, np.float64)).reshape(-1, 2)
    loudest = max(0.05, float(np.abs(peaks).max(initial=0.0)))
    eight_bit = np.clip(np.round(peaks / loudest * 127), -127, 127).astype(np.int8)
    voices = [
        [numbers[label], round(float(x), 3), round(float(y), 3)]
        for label, points in media.voices.items()
        for x, y in points
        if np.isfinite([x, y]).all()
    ]
    return {
        "peaks": base64.b64encode(eight_bit.tobytes()).decode(),
        "length": round(media.duration * 1000),
        "picture": base64.b64encode(media.spectrogram_png).decode() if media.spectrogram_png else "",
        "voices": voices,
    }
