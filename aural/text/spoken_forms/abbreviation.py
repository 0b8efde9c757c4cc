"""Short forms by context: Dr. Smith lives on Elm Dr., St. John St., No. 5, vs., e.g., Inc."""

from __future__ import annotations

import re

from aural.text._reading import STARTERS, Around, Reading, said
from aural.text.spoken_forms._places import STREETS

RANK = 19
# With a point, before a name.
_TITLES = {
    "mr": "Mister", "mrs": "Misses", "ms": "Miss", "mx": "Mix", "messrs": "Messieurs", "dr": "Doctor", "drs": "Doctors",
    "prof": "Professor", "rev": "Reverend", "fr": "Father", "hon": "Honorable", "gov": "Governor", "sen": "Senator",
    "rep": "Representative", "pres": "President", "sec": "Secretary", "amb": "Ambassador", "gen": "General", "brig": "Brigadier",
    "br": "Brother", "col": "Colonel",
    "maj": "Major", "capt": "Captain", "cpt": "Captain", "cmdr": "Commander", "cdr": "Commander", "lt": "Lieutenant",
    "sgt": "Sergeant", "cpl": "Corporal", "pvt": "Private", "adm": "Admiral", "det": "Detective", "insp": "Inspector",
    "supt": "Superintendent", "st": "Saint", "ste": "Saint", "mt": "Mount", "ft": "Fort", "pt": "Point", "atty": "Attorney",
    "sens": "Senators", "reps": "Representatives", "govs": "Governors", "profs": "Professors", "gens": "Generals",
    "revs": "Reverends", "sgts": "Sergeants", "pfc": "Private First Class", "ens": "Ensign", "abp": "Archbishop", "bp": "Bishop",
    "dep": "Deputy", "ald": "Alderman", "spc": "Specialist",
    "msgr": "Monsignor", "bro": "Brother", "sr": "Sister", "mme": "Madame", "mlle": "Mademoiselle",
}  # fmt: skip
# With a point, anywhere; "*" = a number must follow.
_ANYWHERE = {
    "etc": "et cetera", "vs": "versus", "approx": "approximately", "inc": "Incorporated", "ltd": "Limited", "co": "Company",
    "corp": "Corporation", "bros": "Brothers", "jr": "Junior", "sr": "Senior", "esq": "Esquire", "dept": "Department",
    "univ": "University", "assn": "Association", "assoc": "Associates", "asst": "Assistant", "govt": "Government",
    "intl": "International", "natl": "National", "mfg": "Manufacturing", "tel": "telephone", "ext": "extension",
    "est": "established", "avg": "average", "misc": "miscellaneous", "incl": "including", "excl": "excluding",
    "dist": "district", "bldg": "building", "rm": "room", "apt": "apartment", "ste": "suite", "fl": "floor", "max": "maximum",
    "min": "minimum", "temp": "temperature", "qty": "quantity", "ed": "edition", "eds": "editors", "pp": "pages",
    "cf": "compare", "al": "al", "mt": "Mountain", "mts": "Mountains", "ave": "Avenue", "blvd": "Boulevard",
    "rd": "Road", "hwy": "Highway", "ln": "Lane", "pkwy": "Parkway", "sq": "Square", "pl": "Place", "ct": "Court",
    "dr": "Doctor", "st": "Street", "gmbh": "GMBH", "viz": "namely", "ibid": "ibidem", "vol": "volume", "vols": "volumes",
    "ch": "chapter", "chap": "chapter", "fig": "figure", "figs": "figures", "sec": "section", "eq": "equation",
    "ref": "reference", "ft": "feet", "lb": "pound", "lbs": "pounds", "oz": "ounces", "hr": "hour", "hrs": "hours",
    "mins": "minutes", "secs": "seconds", "yrs": "years", "jan": "January", "feb": "February", "mar": "March", "apr": "April",
    "jun": "June", "jul": "July", "aug": "August", "sep": "September", "sept": "September", "oct": "October",
    "nov": "November", "dec": "December", "acad": "Academy", "attn": "attention", "mgr": "Manager", "jct": "Junction",
    "gdns": "Gardens", "cir": "Circle",
    "tpke": "Turnpike", "hdqrs": "Headquarters", "wt": "weight", "ht": "height", "doz": "dozen", "pkg": "package",
    "pkgs": "packages", "pcs": "pieces", "orig": "original", "anon": "anonymous", "illus": "illustrated", "abbr": "abbreviation",
    "adj": "adjective", "adv": "adverb", "std": "standard", "yr": "year", "wk": "week", "wks": "weeks", "mos": "months",
    "encl": "enclosure", "hosp": "Hospital", "elev": "elevation", "pop": "population", "mph": "miles per hour",
    "inst": "Institute", "qtr": "quarter", "mgmt": "Management", "intro": "introduction",
}  # fmt: skip
# Words of their own, which are short forms only before a number.
_BEFORE_NUMBER = {
    "no": "number", "nos": "numbers", "nr": "number", "p": "page", "pp": "pages", "vol": "volume", "ch": "chapter",
    "fig": "figure", "sec": "section", "art": "article", "ext": "extension", "apt": "apartment", "rm": "room", "pt": "part",
    "op": "opus", "v": "verse", "ver": "version", "eq": "equation", "ste": "suite", "fl": "floor", "bldg": "building",
    "ca": "circa", "c": "circa", "approx": "approximately", "tel": "telephone", "bk": "book", "rte": "Route",
    "hwy": "Highway", "par": "paragraph", "ln": "line", "ll": "lines", "est": "established", "max": "maximum",
    "min": "minimum", "pg": "page", "pgs": "pages", "para": "paragraph", "lat": "latitude", "rt": "Route", "chs": "chapters",
    "sect": "section", "sc": "scene", "figs": "figures", "eqs": "equations", "vols": "volumes", "secs": "sections",
    "arts": "articles", "pts": "parts", "rev": "revision", "bks": "books", "apts": "apartments", "rms": "rooms", "vv": "verses",
    "ph": "phone", "mob": "mobile", "arr": "arriving", "dep": "departing", "sz": "size", "avg": "average",
    "mk": "Mark", "ser": "series", "ep": "episode", "eps": "episodes", "acct": "account", "chap": "chapter", "chaps": "chapters",
}  # fmt: skip
# Before a year alone.
_BEFORE_YEAR = {"r": "reigned", "b": "born", "d": "died", "fl": "flourished"}
# Without a point too, before a number alone.
_BARE_BEFORE_NUMBER = frozenset("hwy rte pg pp apt ste rm bldg vol fig figs eq ext chap mk acct ver avg sz".split())
# Behind a rank: 2nd ed.
_BEHIND_YEAR = {"est": "estimated", "pop": "population"}
_BEHIND_RANK = {
    "c": "century",
    "cent": "century",
    "qtr": "quarter",
    "ed": "edition",
    "fl": "floor",
    "rev": "revision",
    "ser": "series",
}
# Heads of a line, with a colon for the point: Qty: 12, Tel: 555-0100.
_HEADS = {
    "qty": "quantity", "tel": "telephone", "ph": "phone", "mob": "mobile", "attn": "attention", "dept": "department",
    "ext": "extension", "ref": "reference", "approx": "approximately", "avg": "average", "temp": "temperature", "addr": "address",
    "acct": "account", "amt": "amount", "bal": "balance", "desc": "description", "wt": "weight", "ht": "height", "est": "estimated",
}  # fmt: skip
# Written without a point too, and no words of their own.
_SHORTENED = frozenset("vs etc approx dept govt attn qty pkg pkgs pcs intl natl mgmt mfg asst assn".split())
# What has a number of its own although none follows: the part no. is below.
_HAS_NUMBER = re.compile(
    r"\b(?:tel\.?|telephone|phone|fax|part|item|ref\.?|serial|order|account|acct\.?|invoice|flight|model|id|reg\.?|policy|batch|lot|"
    r"vat|a/c|po|room|page) $",
    re.IGNORECASE,
)
# Short forms with an apostrophe.
_CUT = {
    "gov't": "government", "int'l": "international", "nat'l": "national", "ass'n": "association", "cont'd": "continued",
    "dep't": "department", "sec'y": "secretary", "eng'r": "engineer", "prof'l": "professional",
}  # fmt: skip
_BARE = {
    "mr": "Mister", "mrs": "Misses", "ms": "Miss", "dr": "Doctor", "prof": "Professor", "vs": "versus", "etc": "et cetera",
    "st": "Saint", "mt": "Mount", "ft": "Fort", "sgt": "Sergeant", "lt": "Lieutenant", "jr": "Junior", "sr": "Senior",
    "ave": "Avenue", "blvd": "Boulevard", "rd": "Road", "hwy": "Highway", "pkwy": "Parkway", "approx": "approximately",
    "dept": "Department", "govt": "Government", "ltd": "Limited", "inc": "Incorporated", "corp": "Corporation",
}  # fmt: skip
_LATIN = {
    "e.g": "for example", "i.e": "that is", "n.b": "note well", "p.s": "PS", "a.k.a": "also known as",
    "w.r.t": "with respect to", "et al": "and others", "c/o": "care of", "w/o": "without", "w/": "with", "w/in": "within",
    "w/out": "without", "y/y": "year over year", "q/q": "quarter over quarter",
    "p/m": "per month", "p/w": "per week", "p.a": "per annum", "p.c.m": "per calendar month", "b/c": "because",
    "r.i.p": "rest in peace", "q.v": "which see", "o.k": "okay", "aka": "also known as", "n.d": "no date",
}  # fmt: skip
_LETTERED = "|".join(re.escape(k) for k in sorted(_LATIN, key=len, reverse=True))
PATTERN = re.compile(
    rf"(?P<cut>{'|'.join(_CUT)})(?![\w'])|(?P<latin>(?<!/)(?:{_LETTERED}))(?P<dot>\.?)(?!\w)"
    rf"|(?P<war>WW(?:I{{1,2}}|[12]))(?!\w)"
    rf"|(?P<short>[A-Za-z]{{1,7}})(?P<point>\.?)(?:(?![\w'])|(?<=\.)(?=\d)|(?<=\.)(?P<own>'s)(?!\w))",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\s?#?(?:[\d(](?<!\()|[ivx]{2,6}\b|[IVXLC]+\b(?!'|(?<=\bI) (?!and\b|or\b|to\b)[a-z]))")
_CODE = re.compile(r" ?(?:[A-Z]{1,4}[-–/]?\d|\(\d)")
_YEAR = re.compile(r"\s?\d{4}(?!\w)")
_LATITUDE = re.compile(r"\blat\.? -?\d{1,2}(?:\.\d{1,8})?°?,? $", re.IGNORECASE)
_NAME = re.compile(r"\s+(?:[A-Z]\.\s?)*([A-ZÀ-Þ][\w'’-]*)")


def read(found: re.Match[str], around: Around) -> Reading | None:
    """The long form, chosen by the point, the neighbors and whether a number or a name follows."""
    end = found.end()
    if found["cut"]:
        return said(end, *_as_cased(found["cut"], _CUT[found["cut"].lower()]))
    if found["latin"]:
        return _latin(found, around)
    if found["war"]:
        return said(end, "World", "War", "one" if found["war"] in ("WWI", "WW1") else "two")
    if found["own"]:
        return _owning(found)
    if found["short"] == "WW" and re.match(r"-?\s?(?:II?|[12])(?!\w)", around.right(found.end("short"))):
        return said(found.end("short"), "World", "War")
    low, right = found["short"].lower(), around.right(end)
    if not found["point"]:
        return _bare(found, around)
    if around.closes(end):
        end -= 1
    if low in _BEHIND_RANK and around.previous == "ordinal" and not _NUMBER.match(right):
        return said(end, _BEHIND_RANK[low])
    if low in _BEHIND_YEAR and around.previous == "year" and re.match(r"[)\],;]|$", right):
        return said(found.end(), _BEHIND_YEAR[low])
    if low in _BEFORE_YEAR and _YEAR.match(right) and low == "fl":
        return said(found.end(), _BEFORE_YEAR[low])
    if low in _BEFORE_NUMBER and _NUMBER.match(right):
        return said(found.end(), *_as_cased(found["short"], _BEFORE_NUMBER[low]))
    if low in ("no", "nos") and (right.startswith(" of ") or _CODE.match(right) or _HAS_NUMBER.search(around.left)):
        return said(found.end(), *_as_cased(found["short"], _BEFORE_NUMBER[low]))
    if low in _BEFORE_YEAR and _YEAR.match(right):
        return said(found.end(), _BEFORE_YEAR[low])
    name = _NAME.match(right)
    if low == "rt" and re.match(r" (?:Hon|Rev)\b", right):
        return said(found.end(), "Right")
    if found["short"] == "rev" and re.match(r" [A-Z](?![\w.])", right):
        return said(found.end(), "revision")
    if low == "long" and _LATITUDE.search(around.left) and re.match(r" -?\d", right):
        return said(found.end(), "longitude")
    if found["short"] == "v" and name and re.search(r"[A-Z][\w'.]+ $", around.left):
        return said(found.end(), "versus")
    if low in _TITLES and (low not in STREETS or not _is_street(found, around, name)):
        if name and not (low == "sr" and re.search(r"[A-Z][\w']*,?\s+$", around.left)):
            return said(found.end(), *_TITLES[low].split())
        if low not in _ANYWHERE and (low in _BARE or not right.strip() or found["short"][0].isupper() or name):
            return said(found.end() if right.strip() else end, *_TITLES[low].split())
    if low in STREETS and _is_street(found, around, name):
        return said(end, STREETS[low])
    if low in _ANYWHERE and not (
        low in ("co", "ed", "al", "max", "dec", "mar", "est", "fl", "ca", "pl", "ct", "min", "ref", "fig", "intro", "temp")
        and end < found.end()
        and not found["short"][0].isupper()
    ):
        return said(end, *_ANYWHERE[low].split())
    return None


def _owning(found: re.Match[str]) -> Reading | None:
    """A short form that owns something: Acme Corp.'s plan, King Jr.'s speech."""
    low = found["short"].lower()
    words = (_ANYWHERE.get(low) or _TITLES.get(low) or "").split()
    return said(found.end(), *words[:-1], words[-1] + "'s") if words else None


def _is_rank(around: Around, end: int) -> bool:
    """A capital inside a sentence, or a number that ends it: the world No 1, No 10 said; No 2 are alike is none."""
    if not re.match(r" \d", around.right(end)):
        return False
    inside = around.word_before and re.search(r"[a-z,'] $", around.left) is not None
    return bool(inside) or re.match(r" \d{1,4}(?:$|[.,;:)])", around.right(end)) is not None


def _latin(found: re.Match[str], around: Around) -> Reading | None:
    low = found["latin"].lower()
    if "." in low and not found["dot"] and low not in ("e.g", "i.e"):
        return None
    if low == "et al" and not found["dot"]:
        return None
    end = found.end() - (1 if found["dot"] and around.closes(found.end()) else 0)
    return said(end, *_LATIN[low].split())


def _bare(found: re.Match[str], around: Around) -> Reading | None:
    """Without a point: titles before a name ("Dr Smith"), streets behind one ("Elm St"), and a few others."""
    low, end = found["short"].lower(), found.end()
    name = _NAME.match(around.right(end))
    if low in _BARE_BEFORE_NUMBER and _NUMBER.match(around.right(end)) and (low != "pp" or not found["short"].isupper()):
        return said(end, *_as_cased(found["short"], _BEFORE_NUMBER[low]))
    mixed = found["short"] not in (low, low.upper(), low.capitalize())  # PCs
    if low in _SHORTENED and not mixed:
        return said(end, *(_ANYWHERE.get(low) or _BARE[low]).split())
    if low in _HEADS and re.match(r":(?!\w*[A-Za-z])", around.right(end)):
        return said(end, *_as_cased(found["short"], _HEADS[low]))
    if found["short"] in ("No", "Nos") and _is_rank(around, end):
        return said(end, *_as_cased(found["short"], _BEFORE_NUMBER[low]))
    if low not in _BARE or not found["short"][0].isupper() or (found["short"].isupper() and low not in STREETS):
        return None
    if low in STREETS:
        if _is_street(found, around, name):
            return said(end, STREETS[low])
        return said(end, _TITLES[low]) if low in _TITLES and name and not found["short"].isupper() else None
    if low in _TITLES and low not in _ANYWHERE:
        return said(end, _TITLES[low]) if name or low in ("mr", "mrs") else None
    if low in ("jr", "sr", "inc", "ltd", "corp"):
        return said(end, _ANYWHERE[low]) if re.search(r"[A-Z][\w.']*,?\s$", around.left) else None
    return said(end, _TITLES[low]) if name and low in _TITLES else None


def _is_street(found: re.Match[str], around: Around, name: re.Match[str] | None) -> bool:
    """A street stands behind a name or a rank; where a name follows too, a preposition or a house number tells."""
    before = re.search(r"((?:\S+\s+)?)((?:[A-Z][\w']*|\d{1,3}(?:st|nd|rd|th|ST|ND|RD|TH)))\s+$", around.left)
    if not before or before[2].lower() in STARTERS or before[2].rstrip(".").lower() in _TITLES:
        return False
    if name is None or name[1].lower() in STARTERS or before[2][0].isdigit():
        return True
    return bool(re.search(r"\d|\b(?:on|at|down|along|from|to|off|near|across|up|in|of|and|the)\s*$", before[1], re.IGNORECASE))


def _as_cased(written: str, word: str) -> tuple[str, ...]:
    return tuple((word.capitalize() if written[0].isupper() else word).split())
