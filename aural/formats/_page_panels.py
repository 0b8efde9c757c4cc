"""What stands beside the transcript: facts, speakers with their shares, map, sounds and labels."""

from __future__ import annotations

from html import escape

from aural.formats._lines import names_of, shown, squeezed
from aural.formats._page_body import Voices
from aural.results import Result, clock

_MOST_SOUNDS = 40


def facts_of(result: Result, duration: float, voices: Voices) -> str:
    """The line below the title."""
    facts = [clock(duration)[:-4]]
    if voices.names:
        facts.append(f"{len(voices.names)} speaker" + ("s" if len(voices.names) > 1 else ""))
    words = sum(len(squeezed(s.text).split()) for s in result.segments or ())
    if result.segments is not None:
        facts.append(f"{words:,} word" + ("" if words == 1 else "s"))
    if result.language:
        facts.append(squeezed(result.language))
    return escape(" · ".join(facts))


def made_by_of(result: Result) -> str:
    """The last line: which models answered."""
    models = dict.fromkeys(str(name) for name in result.made_by.values())
    with_models = f" with {', '.join(models)}" if models else ""
    return escape(f"Made by aural{with_models}. This page holds everything it shows and works without network.")


def panels_of(result: Result, voices: Voices, duration: float, mapped: bool) -> str:
    """The sections beside the text; those that would be empty are left out."""
    parts = []
    if voices.names:
        parts.append(_speakers(result, voices))
    if mapped:
        parts.append(
            '<section><h2>Voices</h2><svg id="voices" viewBox="0 0 300 268" role="img" aria-label="Map of the voices"></svg>'
            '<p class="note">Each dot is a stretch of speech; voices that are alike lie close together.</p></section>'
        )
    sounds = _sounds(result)
    if sounds:
        parts.append(sounds)
    if result.labels:
        rows = "".join(_label(squeezed(x.label), x.score) for x in sorted(result.labels, key=lambda x: -(x.score or 0.0))[:12])
        parts.append(f"<section><h2>The whole recording</h2><ul>{rows}</ul></section>")
    return "\n".join(parts)


def _speakers(result: Result, voices: Voices) -> str:
    named = names_of(result)
    seconds = dict.fromkeys(voices.names, 0.0)
    for span in result.turns if result.turns is not None else result.segments or ():
        name = shown(named, span.speaker)
        if name in seconds:
            seconds[name] += span.duration
    total = sum(seconds.values()) or 1.0
    rows = []
    for i, name in enumerate(voices.names):
        share = seconds[name] / total
        about = _about(result, name)
        detail = f"<small>{about}</small>" if about else ""
        rows.append(
            f'<li class="voice-row s{i}" data-voice="{i}"><i></i>'
            f'<input value="{escape(name)}" aria-label="Name of speaker {i + 1}" data-voice="{i}" spellcheck="false" dir="auto">'
            f'<span class="share">{clock(seconds[name])[:-4]}</span>'
            f'<span class="track"><span data-share="{share:.3f}"></span></span>{detail}</li>'
        )
    return f'<section class="voices-list"><h2>Speakers</h2><ul>{"".join(rows)}</ul></section>'


def _about(result: Result, name: str) -> str:
    facts = []
    for speaker in result.speakers or ():
        if (squeezed(speaker.name) if speaker.name else squeezed(speaker.label)) != name:
            continue
        facts += [t.label for t in speaker.traits]
        if speaker.name and speaker.score is not None:
            facts.append(f"recognized, {speaker.score:.0%} alike")
    return escape(" · ".join(dict.fromkeys(facts)))


def _sounds(result: Result) -> str:
    """The kinds of sounds with how often and how long, the longest first."""
    kinds: dict[str, list[float]] = {}
    for event in result.events or ():
        if event.layer == "sound":
            kinds.setdefault(squeezed(event.label), []).append(event.duration)
    if not kinds:
        return ""
    rows = []
    for label, spans in sorted(kinds.items(), key=lambda item: -sum(item[1]))[:_MOST_SOUNDS]:
        times = f"{len(spans)} × · " if len(spans) > 1 else ""
        rows.append(
            f'<li><button type="button" class="sound-row" data-sound="{escape(label)}"><span>{escape(label)}</span>'
            f"<small>{times}{sum(spans):.1f} s</small></button></li>"
        )
    more = f'<p class="note">and {len(kinds) - _MOST_SOUNDS} more kinds</p>' if len(kinds) > _MOST_SOUNDS else ""
    return f"<section><h2>Sounds</h2><ul>{''.join(rows)}</ul>{more}</section>"


def _label(label: str, score: float | None) -> str:
    share = "" if score is None else f"{score:.0%}"
    bar = "" if score is None else f'<span class="track"><span data-share="{score:.3f}"></span></span>'
    return f'<li class="label-row"><span>{escape(label)}</span><small>{share}</small>{bar}</li>'
