"""The names that checkpoints give to languages, as the two letters that aural writes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

# code, code of three letters, name in English
_TABLE = """
af afr afrikaans|am amh amharic|ar ara arabic|as asm assamese|az aze azerbaijani|ba bak bashkir|be bel belarusian
bg bul bulgarian|bn ben bengali|bo bod tibetan|br bre breton|bs bos bosnian|ca cat catalan|ceb ceb cebuano|cs ces czech
cy cym welsh|da dan danish|de deu german|el ell greek|en eng english|eo epo esperanto|es spa spanish|et est estonian
eu eus basque|fa fas persian|fi fin finnish|fo fao faroese|fr fra french|ga gle irish|gl glg galician|gu guj gujarati
gv glv manx|ha hau hausa|haw haw hawaiian|he heb hebrew|hi hin hindi|hr hrv croatian|ht hat haitian creole|hu hun hungarian
hy hye armenian|ia ina interlingua|id ind indonesian|ig ibo igbo|is isl icelandic|it ita italian|ja jpn japanese
jv jav javanese|ka kat georgian|kk kaz kazakh|km khm khmer|kn kan kannada|ko kor korean|ky kir kyrgyz|la lat latin
lb ltz luxembourgish|lg lug luganda|ln lin lingala|lo lao lao|lt lit lithuanian|lv lav latvian|mg mlg malagasy|mi mri maori
mk mkd macedonian|ml mal malayalam|mn mon mongolian|mr mar marathi|ms msa malay|mt mlt maltese|my mya burmese|ne nep nepali
nl nld dutch|nn nno nynorsk|no nor norwegian|oc oci occitan|om orm oromo|or ory odia|pa pan punjabi|pl pol polish
ps pus pashto|pt por portuguese|ro ron romanian|ru rus russian|rw kin kinyarwanda|sa san sanskrit|sd snd sindhi
si sin sinhala|sk slk slovak|sl slv slovenian|sn sna shona|so som somali|sq sqi albanian|sr srp serbian|su sun sundanese
sv swe swedish|sw swa swahili|ta tam tamil|te tel telugu|tg tgk tajik|th tha thai|tk tuk turkmen|tl tgl tagalog
tr tur turkish|tt tat tatar|uk ukr ukrainian|ur urd urdu|uz uzb uzbek|vi vie vietnamese|wo wol wolof|xh xho xhosa
yi yid yiddish|yo yor yoruba|yue yue cantonese|zh zho chinese|zu zul zulu
"""
# Names of one language, or of its largest variety, that come up beside the table's own.
_ALSO = {
    "cmn": "zh", "mandarin": "zh", "mandarin_chinese": "zh", "arb": "ar", "azj": "az", "ekk": "et", "ind": "id", "khk": "mn",
    "lvs": "lv", "npi": "ne", "nob": "no", "norwegian_bokmal": "no", "pes": "fa", "farsi": "fa", "swh": "sw", "uzn": "uz",
    "zlm": "ms", "zsm": "ms", "fil": "tl", "filipino": "tl", "als": "sq", "gaz": "om", "plt": "mg", "ydd": "yi", "iw": "he",
    "jw": "jv", "castilian": "es", "moldovan": "ro", "flemish": "nl", "myanmar": "my", "pushto": "ps", "sinhalese": "si",
    "hye": "hy", "cantonese_chinese": "yue",
}  # fmt: skip


def code_of(label: str) -> str | None:
    """The code behind "eng", "en_us", "English", "en: English" or "Chinese_China"; None when it names no known language."""
    known = _codes()
    plain = re.sub(r"[^a-z]+", "_", label.casefold()).strip("_")
    if plain in known:
        return known[plain]
    first, _, rest = plain.partition("_")
    return known.get(first) or known.get(rest)


def codes_of(labels: Sequence[str]) -> tuple[str, ...] | None:
    """A code for each label, the label itself where it has none; None when most of them name no language."""
    codes = [code_of(label) for label in labels]
    if not labels or sum(code is not None for code in codes) * 2 <= len(labels):
        return None
    return tuple(code or label for code, label in zip(codes, labels, strict=True))


def _codes() -> Mapping[str, str]:
    found = dict(_ALSO)
    for row in re.split(r"[|\n]", _TABLE.strip()):
        code, three, name = row.split(" ", 2)
        found |= {code: code, three: code, name.replace(" ", "_"): code}
    return found
