"""The letters of misaki for English sounds, and how other alphabets are written in them."""

from __future__ import annotations

import re

VOWELS, STRESS = "AIOQWYaiuæɐɑɒɔəɛɜɪʊʌᵊᵻ", "ˈˌ"
LETTERS = frozenset("bdfhjklmnpstvwzðŋɡɹɾʃʒʔʤʧθT" + VOWELS + STRESS)

# CMUdict's phones (ARPAbet) without stress; AH and ER change with it.
_PHONES = {
    "AA": "ɑ", "AE": "æ", "AO": "ɔ", "AW": "W", "AY": "I", "EH": "ɛ", "EY": "A", "IH": "ɪ", "IY": "i", "OW": "O", "OY": "Y",
    "UH": "ʊ", "UW": "u", "B": "b", "CH": "ʧ", "D": "d", "DH": "ð", "F": "f", "G": "ɡ", "HH": "h", "JH": "ʤ", "K": "k", "L": "l",
    "M": "m", "N": "n", "NG": "ŋ", "P": "p", "R": "ɹ", "S": "s", "SH": "ʃ", "T": "t", "TH": "θ", "V": "v", "W": "w", "Y": "j",
    "Z": "z", "ZH": "ʒ",
}  # fmt: skip
# The International Phonetic Alphabet as dictionaries write English, longest first.
_IPA = {
    "tʃ": "ʧ", "dʒ": "ʤ", "eɪ": "A", "aɪ": "I", "oʊ": "O", "əʊ": "O", "aʊ": "W", "ɔɪ": "Y", "ɝː": "ɜɹ", "ɜː": "ɜɹ", "ɝ": "ɜɹ",
    "ɚ": "əɹ",    "iː": "i", "uː": "u", "ɑː": "ɑ", "ɔː": "ɔ", "ɒ": "ɑ", "e": "ɛ", "r": "ɹ", "g": "ɡ", "x": "k", "ɫ": "l", "ʍ": "w",
    "a": "ɑ", "o": "O",    "'": "ˈ", ",": "ˌ",
}  # fmt: skip
_SKIPPED = "ː.ˑ‿ \u0361\u0329\u032f"


def of_arpabet(phones: str) -> str:
    """CMUdict's "HH AH0 L OW1" -> "həlˈO". Raises: KeyError for what is no phone."""
    out = ""
    for phone in phones.split():
        name, stress = phone.rstrip("012"), phone[-1]
        mark = {"1": "ˈ", "2": "ˌ"}.get(stress, "")
        if name == "AH":
            out += mark + ("ʌ" if mark else "ə")
        elif name == "ER":
            out += mark + ("ɜɹ" if mark else "əɹ")
        else:
            out += mark + _PHONES[name]
    return out


def of_ipa(text: str) -> str:
    """IPA, stress marks before syllables or before vowels -> misaki's letters, each stress right before its vowel.

    What stands for no English sound is left as it is: the voice tells which letter it does not know.
    """
    plain = text.strip().strip("/[]")
    out, at = "", 0
    while at < len(plain):
        for size in (2, 1):
            part = plain[at : at + size]
            if len(part) == size and part in _IPA:
                out += _IPA[part]
                at += size
                break
        else:
            out += "" if plain[at] in _SKIPPED else plain[at]
            at += 1
    return at_vowels(out)


def at_vowels(phonemes: str) -> str:
    """Stress marks moved from the begin of a syllable to right before its vowel."""
    return re.sub(rf"([{STRESS}])([^{VOWELS}{STRESS}]+)(?=[{VOWELS}])", r"\2\1", phonemes)


def stressed(phonemes: str) -> str:
    """The phonemes with the main stress on the first syllable that bears any, else before the first vowel."""
    if STRESS[1] in phonemes:
        return phonemes.replace(STRESS[1], STRESS[0], 1)
    at = next((i for i, p in enumerate(phonemes) if p in VOWELS), 0)
    return f"{phonemes[:at]}{STRESS[0]}{phonemes[at:]}"


def begins_with_vowel(phonemes: str) -> bool:
    """True when the first sound is a vowel."""
    return phonemes.lstrip(STRESS)[:1] in VOWELS
