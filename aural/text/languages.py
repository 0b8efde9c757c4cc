"""Languages by code and by English name, as users write them."""

from __future__ import annotations

from aural import find
from aural.errors import UsageError

# ISO 639 codes (two letters where there are such) and the common English names. Source: ISO 639-1 and 639-3.
NAMES: dict[str, str] = {
    "af": "Afrikaans", "am": "Amharic", "ar": "Arabic", "as": "Assamese", "az": "Azerbaijani", "ba": "Bashkir",
    "be": "Belarusian", "bg": "Bulgarian", "bn": "Bengali", "bo": "Tibetan", "br": "Breton", "bs": "Bosnian",
    "ca": "Catalan", "cs": "Czech", "cy": "Welsh", "da": "Danish", "de": "German", "el": "Greek", "en": "English",
    "es": "Spanish", "et": "Estonian", "eu": "Basque", "fa": "Persian", "fi": "Finnish", "fo": "Faroese",
    "fr": "French", "ga": "Irish", "gl": "Galician", "gu": "Gujarati", "ha": "Hausa", "haw": "Hawaiian",
    "he": "Hebrew", "hi": "Hindi", "hr": "Croatian", "ht": "Haitian Creole", "hu": "Hungarian", "hy": "Armenian",
    "id": "Indonesian", "is": "Icelandic", "it": "Italian", "ja": "Japanese", "jw": "Javanese", "ka": "Georgian",
    "kk": "Kazakh", "km": "Khmer", "kn": "Kannada", "ko": "Korean", "la": "Latin", "lb": "Luxembourgish",
    "ln": "Lingala", "lo": "Lao", "lt": "Lithuanian", "lv": "Latvian", "mg": "Malagasy", "mi": "Maori",
    "mk": "Macedonian", "ml": "Malayalam", "mn": "Mongolian", "mr": "Marathi", "ms": "Malay", "mt": "Maltese",
    "my": "Burmese", "ne": "Nepali", "nl": "Dutch", "nn": "Nynorsk", "no": "Norwegian", "oc": "Occitan",
    "pa": "Punjabi", "pl": "Polish", "ps": "Pashto", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian",
    "sa": "Sanskrit", "sd": "Sindhi", "si": "Sinhala", "sk": "Slovak", "sl": "Slovenian", "sn": "Shona",
    "so": "Somali", "sq": "Albanian", "sr": "Serbian", "su": "Sundanese", "sv": "Swedish", "sw": "Swahili",
    "ta": "Tamil", "te": "Telugu", "tg": "Tajik", "th": "Thai", "tk": "Turkmen", "tl": "Tagalog", "tr": "Turkish",
    "tt": "Tatar", "uk": "Ukrainian", "ur": "Urdu", "uz": "Uzbek", "vi": "Vietnamese", "yi": "Yiddish",
    "yo": "Yoruba", "yue": "Cantonese", "zh": "Chinese",
}  # fmt: skip
_ALSO = {
    "burmese": "my", "myanmar": "my", "castilian": "es", "farsi": "fa", "filipino": "tl", "flemish": "nl", "haitian": "ht",
    "iw": "he", "in": "id", "jv": "jw", "letzeburgesch": "lb", "mandarin": "zh", "moldavian": "ro", "moldovan": "ro",
    "nb": "no", "bokmal": "no", "panjabi": "pa", "pushto": "ps", "sinhalese": "si", "valencian": "ca",
}  # fmt: skip


MIXED = "mixed"  # each stretch of speech in its own language


def code_of(text: str | None) -> str | None:
    """The code of a language given as code ("de", "pt-BR") or English name ("German"); None for none, "auto" and "mixed".

    A code of two or three letters that is not known here is passed on: a model may know it.
    Raises: UsageError for anything else, with the nearest name.
    """
    asked = (text or "").strip().lower()
    if asked in ("", "auto", "none", MIXED):
        return None
    known = _ALSO | {name.lower(): code for code, name in NAMES.items()} | {code: code for code in NAMES}
    if asked in known:
        return known[asked]
    code = asked.replace("_", "-").partition("-")[0]
    if code in known:
        return known[code]
    if code.isascii() and code.isalpha() and len(code) in (2, 3):
        return code
    near = find.nearest(asked, [name.lower() for name in NAMES.values()], 0.7)
    fix = f"Did you mean {near.capitalize()}?" if near else "Give a code such as de, or an English name such as German"
    raise UsageError(f"there is no language {text!r} here", where="--language", fix=fix)
