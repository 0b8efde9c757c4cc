"""Brings reference and answer to one spelling before words are counted for WER and CER.

Conventions: `normalize` (English) gives lower-case words parted by single spaces, without punctuation;
numbers are digits except a lone one ("twenty one" = "21", "$1.50" = "one dollar fifty", "nineteen eighty four" = "1984");
contractions are written out; a possessive loses its apostrophe; titles are written out ("Mr." = "mister");
British and old spellings become American; fillers (uh, um, hmm) and notes in brackets disappear.
A rule looks at the spoken words alone, never at capitals or commas, so that a reference without punctuation
and an answer with it meet. `normalize_basic` serves every other language: no rule in it knows words.
`VERSION` and `BASIC_VERSION` change with any change of the rules and stand in every receipt.
"""

from __future__ import annotations

import itertools
import re
import unicodedata

from aural.text._spellings import AMERICAN
from aural.text._spoken_numbers import digits, nth

VERSION = "aural-en-1"
BASIC_VERSION = "aural-basic-1"

_FILLERS = frozenset("uh uhh um umm uhm erm er hm hmm hmmm mm mmm mhm mmhmm".split())
_TITLES = {
    "mr": "mister", "mrs": "missus", "dr": "doctor", "prof": "professor", "st": "saint", "ste": "saint",
    "capt": "captain", "lt": "lieutenant", "sgt": "sergeant",
    "col": "colonel", "gen": "general", "gov": "governor", "sen": "senator", "rev": "reverend",
    "hon": "honorable", "jr": "junior", "sr": "senior", "esq": "esquire", "messrs": "messieurs", "mme": "madame",
    "mlle": "mademoiselle",
}  # fmt: skip
_WORDS = {
    "okay": "ok", "alright": "all right", "cannot": "can not", "gonna": "going to", "wanna": "want to", "gotta": "got to",
    "gimme": "give me", "lemme": "let me", "kinda": "kind of", "sorta": "sort of", "outta": "out of", "woulda": "would have",
    "coulda": "could have", "shoulda": "should have", "imma": "i am going to", "dunno": "do not know", "vs": "versus",
    "etc": "et cetera", "yall": "you all",
}  # fmt: skip
_WHOLE = {
    "won't": "will not", "can't": "can not", "shan't": "shall not", "ain't": "aint", "let's": "let us", "y'all": "you all",
    "'tis": "it is", "'twas": "it was", "'twill": "it will", "'twould": "it would", "o'clock": "oclock", "ma'am": "madam",
    "i'ma": "i am going to", "'cause": "because", "d'you": "do you", "'til": "till", "'em": "em",
}  # fmt: skip
# Words whose 's is "is" or "has"; behind any other word it marks a possessive.
_SUBJECTS = "he she it that there here this what who where when why how everything something nothing somewhere"
_UNITS = {
    "km": "kilometers", "m": "meters", "g": "grams", "ml": "milliliters", "khz": "kilohertz", "mhz": "megahertz",
    "ghz": "gigahertz", "kw": "kilowatts", "gb": "gigabytes", "mb": "megabytes", "tb": "terabytes", "kg": "kilograms",
    "cm": "centimeters", "mm": "millimeters", "ft": "feet", "lb": "pounds", "lbs": "pounds", "oz": "ounces",
    "mph": "miles per hour", "hrs": "hours", "mins": "minutes", "secs": "seconds",
}  # fmt: skip
_MONEY = {"$": "dollars", "£": "pounds", "€": "euros", "¥": "yen"}
_COINS = {"dollar": "dollars", "dollars": "dollars", "pound": "pounds", "pounds": "pounds", "euro": "euros", "euros": "euros"}
_SIGNS = {"%": " percent ", "&": " and ", "+": " plus ", "@": " at ", "#": " number ", "°": " degrees "}
_SCALE_LETTERS = {"k": "thousand", "m": "million", "mn": "million", "bn": "billion", "b": "billion", "tn": "trillion"}
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
_NOTE = r"laughs?|laughing|laughter|applause|music|coughs?|coughing|noise|inaudible|unintelligible|sighs?|clears throat|crosstalk"
_LETTERS = {"æ": "ae", "œ": "oe", "ø": "o", "ß": "ss", "ł": "l", "đ": "d", "ð": "d", "þ": "th"}


def normalize(text: str) -> str:
    """English text as words for scoring: lower case, single spaces, no punctuation, numbers as digits."""
    text = _plain_letters(text)
    text = _without_notes(text)
    text = _numbers_as_written(_money_as_written(text))
    text = _contractions(text)
    for sign, said in _SIGNS.items():
        text = text.replace(sign, said)
    text = re.sub(r"\b((?:[a-z]\.){2,})", lambda m: m[1].replace(".", "") + " ", text)
    text = re.sub(r"(?<=\d)\.(?!\d)|(?<!\d)\.", " ", text)
    text = re.sub(r"[^\w\s.]|_", " ", text)
    words = _without_fillers([w for word in text.split() for w in _word(word)])
    words = [AMERICAN.get(w, w) for w in _joined_old_spellings(words)]
    words = _letters(_behind_numbers(digits(_chapters(words))))
    # a lone 1 is more often the pronoun than a count
    return " ".join("one" if word == "1" else word for word in words)


def normalize_basic(text: str, split_letters: bool = False) -> str:
    """Text of any language as words: lower case, no punctuation or notes in brackets, letters and their marks kept.

    `split_letters` puts a space between letters, for scripts written without spaces.
    """
    text = unicodedata.normalize("NFKC", text).casefold()
    text = re.sub(r"[<\[{【][^>\]}】]*[>\]}】]", " ", text)
    # Arabic vowel marks and the lengthening stroke are optional in writing
    text = re.sub(r"[\u064b-\u0652\u0640]", "", text)
    text = re.sub(r"(?<=\d)[.,](?=\d)", "", text)
    kept = "".join(c if unicodedata.category(c)[0] in "LMN" or c in "\u200c\u200d" else " " for c in text)
    if split_letters:
        kept = re.sub(r"(\S)(?![\u0300-\u036f])", r"\1 ", kept)
    return " ".join(unicodedata.normalize("NFC", kept).split())


def _plain_letters(text: str) -> str:
    """Lower case, typographic signs as ASCII, accents off."""
    text = text.replace("½", " and a half ").replace("¼", " 1/4").replace("¾", " 3/4")
    text = unicodedata.normalize("NFKD", text.replace("’", "'").replace("‘", "'").replace("ʼ", "'")).lower()
    text = "".join(_LETTERS.get(c, c) for c in text if unicodedata.category(c) != "Mn")
    return re.sub(r"\s+", " ", text.replace("⁄", "/").replace("−", "-"))


def _without_notes(text: str) -> str:
    text = re.sub(r"<[^>]*>|\[[^\]]*\]|\{[^}]*\}|♪", " ", text)
    return re.sub(rf"\((?:{_NOTE})\)|\*(?:{_NOTE})\*", " ", text)


def _money_as_written(text: str) -> str:
    """ "$1.50" as "1 dollars 50", "$5m" as "5 million dollars", "$0.50" as "50 cents"."""

    def said(match: re.Match[str]) -> str:
        unit, amount = _MONEY[match[1]], match[2].replace(",", "")
        scale = _SCALE_LETTERS.get(match[3] or "", match[3] or "")
        whole, _, cents = amount.partition(".")
        if scale or len(cents) != 2:
            return f" {amount} {scale} {unit} "
        if int(whole or 0) == 0:
            return f" {int(cents)} cents "
        return f" {whole} {unit} {int(cents) or ''} "

    pattern = r"(?:\bus|\ba)?([$£€¥])\s?(\d[\d,]*(?:\.\d+)?)(?:\s?(k|mn?|bn?|tn|thousand|million|billion|trillion)\b)?"
    return re.sub(pattern, said, text)


def _numbers_as_written(text: str) -> str:
    """Thousands commas, times, ranges, fractions, decades and numbers with a sign in the one form that is parsed."""
    text = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", text)
    text = re.sub(r"\b0?(\d{1,2}):00\b", r"\1", text)
    text = re.sub(r"\b0(\d:\d\d)\b", r"\1", text)
    text = re.sub(r"(?<=\d):(?=\d)", " ", text)
    text = re.sub(r"\b(\d{4}|\d{1,2})\s?[-–—]\s?(\d{4}|\d{1,2})\b(?![-–—]\d)", r"\1 to \2", text)
    text = re.sub(r"(?<=\d)[-–](?=\d)", "", text)
    text = re.sub(r"(?:(?<=\s)|^)-(?=\d)", "minus ", text)
    text = re.sub(r"\b(\d+) 1/2\b", r"\1.5", text)
    text = re.sub(r"\b(\d+)/(\d+)\b(?!/)", _fraction, text)
    text = re.sub(r"(?:(?<=[\s(])|^)\.(?=\d)", " 0.", text)
    text = re.sub(r"\b(\d+)'s\b", r"\1s", text)
    text = re.sub(r"\bno\.\s?(?=\d)", "number ", text)
    return re.sub(r"(\d)\s?([ap])\.?\s?m\b\.?", r"\1 \2m ", text)


def _fraction(match: re.Match[str]) -> str:
    over, under = int(match[1]), int(match[2])
    named = {2: "half", 4: "quarter"}.get(under, f"{under}{nth(under)}")
    return f"{over} {named}{'s' if over > 1 else ''}"


def _contractions(text: str) -> str:
    for short, long in _WHOLE.items():
        text = re.sub(rf"(?<![\w']){short}(?!\w)", long, text)
    text = re.sub(r"n't\b", " not", text)
    text = re.sub(r"'s (?=(?:been|got|had|become|gone)\b)", " has ", text)
    text = re.sub(rf"\b({_SUBJECTS.replace(' ', '|')})'s\b", r"\1 is", text)
    text = re.sub(r"'d (?=(?:been|better|had|gone|got|become)\b)", " had ", text)
    text = re.sub(rf"\b({_SUBJECTS.replace(' ', '|')}|i|you|we|they)'d\b", r"\1 would", text)
    # "tatter'd", "look'd": the e that poets leave out
    text = re.sub(r"(?<=[a-z])'d\b", "ed", text)
    for short, long in (("'re", " are"), ("'ve", " have"), ("'ll", " will"), ("i'm", "i am")):
        text = re.sub(rf"{short}\b", long, text)
    return text.replace("'", "")


def _word(word: str) -> list[str]:
    """One word as the words it stands for; letters and digits that touch are parted ("b2" stays, "5km" does not)."""
    if word in _TITLES:
        return [_TITLES[word]]
    if word in _WORDS:
        return _WORDS[word].split()
    touching = re.fullmatch(r"(\d+(?:\.\d+)?)([a-z]+)", word)
    if touching and (touching[2] in _UNITS or touching[2] in ("am", "pm")):
        return [touching[1], touching[2]]
    if word.count(".") > 1:
        return word.replace(".", " ").split()
    return [word]


def _without_fillers(words: list[str]) -> list[str]:
    """No uh, um, hmm; "mm" behind a number is a length."""
    behind = ["", *words]
    return [w for before, w in zip(behind, words, strict=False) if w not in _FILLERS or (w == "mm" and before[-1:].isdecimal())]


def _joined_old_spellings(words: list[str]) -> list[str]:
    """ "to day", "per cent" as one word: the spelling of old books, never spoken otherwise."""
    joined = {("to", "day"): "today", ("to", "morrow"): "tomorrow", ("to", "night"): "tonight", ("per", "cent"): "percent"}
    out: list[str] = []
    for word in words:
        pair = (out[-1], word) if out else ("", word)
        if pair in joined:
            out[-1] = joined[pair]
        else:
            out.append(word)
    return out


def _chapters(words: list[str]) -> list[str]:
    """Roman numerals behind "chapter", "volume", "book", "canto"."""
    out = list(words)
    for i in range(1, len(out)):
        if out[i - 1] in ("chapter", "volume", "book", "canto") and set(out[i]) <= set(_ROMAN):
            values = [_ROMAN[c] for c in out[i]] + [0]
            out[i] = str(sum(-v if v < after else v for v, after in itertools.pairwise(values)))
    return out


def _behind_numbers(words: list[str]) -> list[str]:
    """Units and coins behind a number in one form: "1 dollar and 50 cents" is "1 dollars 50"."""
    out: list[str] = []
    i = 0
    while i < len(words):
        word, number = words[i], bool(out) and _is_number(out[-1])
        rest = words[i + 1 : i + 5]
        if number and word in _COINS:
            out.append(_COINS[word])
            if rest[:1] in (["oh"], ["o"]) and len(rest) > 1 and _is_number(rest[1]):
                i += 1
            joined = rest[1:] if rest[:1] == ["and"] else rest
            if len(joined) > 1 and _is_number(joined[0]) and joined[1] in ("cent", "cents", "pence"):
                i += 2 + words[i + 1 :].index(joined[1])
                out.append(joined[0].lstrip("0"))
                continue
        elif number and word in ("cent", "cents"):
            out.append("cents")
        elif number and word in _UNITS:
            out += _UNITS[word].split()
        elif number and words[i : i + 2] in (["a", "m"], ["p", "m"]):
            out.append(word + "m")
            i += 1
        else:
            out.append(word)
        i += 1
    return out


def _is_number(word: str) -> bool:
    return word[0].isdecimal()


def _letters(words: list[str]) -> list[str]:
    """Letters said one by one as one word ("u s a", "U.S.A." and "USA" meet); a lone "a" or "i" stays a word."""
    out: list[str] = []
    run: list[str] = []
    for word in [*words, ""]:
        if len(word) == 1 and word.isalpha():
            run.append(word)
            continue
        plain = sum(letter not in "ai" for letter in run)
        out += ["".join(run)] if plain >= 2 or (plain and len(run) >= 3) else run
        run = []
        out += [word] if word else []
    return out
