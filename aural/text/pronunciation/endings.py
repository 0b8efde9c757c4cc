"""Plurals, possessives and other endings: a word that no table holds is its stem and what the ending sounds like."""

from __future__ import annotations

from collections.abc import Callable

from aural.text.pronunciation.phonemes import VOWELS

LookUp = Callable[[str], str | None]
_HISSING, _VOICELESS = "szʃʒʧʤ", "pktfθ"


def ended(word: str, look_up: LookUp) -> str | None:
    """The phonemes of a word from those of its stem (dogs, James's, tweeted, blogging, unfollow), None where no stem is known."""
    small = word.lower()
    for ending, way in (("'s", _s), ("s'", _s_after), ("s", _s), ("ed", _ed), ("ing", _ing), ("ly", _ly), ("er", _er)):
        if small.endswith(ending) and len(word) > len(ending) + (0 if "'" in ending else 1):
            found = way(word, look_up)
            if found:
                return found
    return _fronted(word, look_up)


def plural(stem: str) -> str:
    """The phonemes of a stem with the sound of its s behind them."""
    if stem[-1] in _HISSING:
        return stem + "ᵻz"
    return stem + ("s" if stem[-1] in _VOICELESS else "z")


def past(stem: str) -> str:
    """The phonemes of a verb with the sound of its -ed behind them."""
    if stem[-1] == "t" and len(stem) > 1 and stem[-2] in VOWELS:
        return stem[:-1] + "ɾᵻd"
    if stem[-1] in "td":
        return stem + "ᵻd"
    return stem + ("t" if stem[-1] in _VOICELESS + "sʃʧ" else "d")


def _s(word: str, look_up: LookUp) -> str | None:
    small = word.lower()
    if small.endswith("ss"):
        return None
    stems = [word[:-2]] if small.endswith("'s") else [word[:-1]]
    if small.endswith("ies") and len(word) > 4:
        stems = [word[:-3] + "y"]
    elif small.endswith("es"):
        stems.append(word[:-2])
    return _first(stems, look_up, plural)


def _s_after(word: str, look_up: LookUp) -> str | None:
    return look_up(word[:-1]) or _s(word[:-1], look_up)


def _ed(word: str, look_up: LookUp) -> str | None:
    stem = word[:-2]
    stems = [stem + "e", stem] if not _doubled(stem) else [stem, stem[:-1]]
    if word.lower().endswith("ied"):
        stems = [word[:-3] + "y"]
    return _first(stems, look_up, past)


def _ing(word: str, look_up: LookUp) -> str | None:
    stem = word[:-3]
    stems = [stem + "e", stem] if not _doubled(stem) else [stem, stem[:-1]]
    return _first(stems, look_up, lambda s: (s[:-1] + "ɾ" if s[-1] == "t" and s[-2:-1] and s[-2] in VOWELS else s) + "ɪŋ")


def _ly(word: str, look_up: LookUp) -> str | None:
    return _first([word[:-2]], look_up, lambda s: s + ("i" if s[-1] == "l" else "li"))


def _er(word: str, look_up: LookUp) -> str | None:
    stem = word[:-2]
    stems = [stem + "e", stem] if not _doubled(stem) else [stem, stem[:-1]]
    return _first(stems, look_up, lambda s: s + "əɹ")


def _doubled(stem: str) -> bool:
    return len(stem) > 2 and stem[-1] == stem[-2] and stem[-1].lower() not in "aeiou"


def _fronted(word: str, look_up: LookUp) -> str | None:
    for front, sound in (("un", "ˌʌn"), ("non", "nˌɑn"), ("anti", "ˌæntI"), ("over", "ˌOvəɹ"), ("super", "sˌupəɹ")):
        rest = word[len(front) :]
        if word.lower().startswith(front) and len(rest) > 3 and (found := look_up(rest)):
            return sound + found
    return None


def _first(stems: list[str], look_up: LookUp, way: Callable[[str], str]) -> str | None:
    found = next((f for stem in stems if len(stem) > 1 and (f := look_up(stem))), None)
    return way(found) if found else None
