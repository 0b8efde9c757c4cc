"""Addresses: a b c at gmail dot com -> abc@gmail.com, w w w dot x dot org slash a -> www.x.org/a"""

from __future__ import annotations

from aural.text._clause import Clause, Figure
from aural.text._spoken_numbers import CARDINALS, OH
from aural.text.written_forms._figures import below_hundred, count, digits, pair

RANK = 15
_ENDS = frozenset("com org net edu gov uk de fr eu io ai co us ca info abc tv".split())
_INSIDE = {"dot": ".", "dash": "-", "underscore": "_", "hyphen": "-"}
_BEHIND = {**_INSIDE, "slash": "/"}
_LONGEST = 60  # words of one address


def read(clause: Clause, i: int) -> Figure | None:
    """A name, "at" and a host, or a host with "slash" and a path behind it."""
    numbers, end = _numbers(clause, i)
    if numbers:
        return Figure(end, numbers)
    place, scheme = _scheme(clause, i)
    first, end = _name(clause, place)
    if not first:
        return None
    if clause.at(end) == "at" and not scheme:
        host, end = _host(clause, end + 1)
        return Figure(end, f"{first}@{host}") if host else None
    host, end = _host(clause, place, named=bool(scheme) or first.lower().startswith("www."))
    if not host:
        return None
    while clause.at(end) == "slash":
        part, after = _joined(clause, end + 1, _INSIDE)
        if not part:
            break
        host, end = f"{host}/{part}", after
    return Figure(end, scheme + host)


def _scheme(clause: Clause, i: int) -> tuple[int, str]:
    """ "h t t p colon slash slash" and the place behind it."""
    for letters in (("http",), ("https",), tuple("http"), tuple("https")):
        behind = i + len(letters)
        if tuple(clause.words[i:behind]) == letters and list(clause.words[behind : behind + 3]) == ["colon", "slash", "slash"]:
            return behind + 3, "".join(letters) + "://"
    return i, ""


def _numbers(clause: Clause, i: int) -> tuple[str, int]:
    """The address of a machine: four numbers with "dot" between."""
    groups: list[str] = []
    end = i
    while len(groups) < 4:
        group, end = _group(clause, end)
        groups.append(group)
        if not group or (len(groups) < 4 and clause.at(end) != "dot"):
            return "", i
        end += len(groups) < 4
    return ".".join(groups), end


def _group(clause: Clause, i: int) -> tuple[str, int]:
    """Up to three digits, said one by one, in pairs or as a count."""
    if clause.at(i) in OH and clause.at(i + 1) in ("dot", ""):
        return "0", i + 1
    for found in (pair(clause, i), count(clause, i), digits(clause, i)):
        if found and 0 < len(found[0]) <= 3 and (clause.at(found[1]) == "dot" or found[1] == len(clause.words)):
            return found
    one, end = CARDINALS.get(clause.at(i), -1), i + 1
    behind, after = digits(clause, end)
    tens = below_hundred(clause, i)
    if tens and clause.at(tens[1]) in (*OH, *CARDINALS):
        behind, after = digits(clause, tens[1])
        return f"{tens[0]}{behind}", after
    return (f"{one}{behind}", after) if 0 <= one < 100 and len(behind) < 3 else ("", i)


def _host(clause: Clause, i: int, named: bool = False) -> tuple[str, int]:
    """Names with "dot" between them, the last one known or the whole `named` a host; "" when there is none."""
    host, end = _name(clause, i)
    labels = host.lower().split(".")
    return (host, end) if len(labels) > 1 and (named or labels[-1] in _ENDS or labels[-2] in _ENDS) else ("", i)


def _name(clause: Clause, i: int) -> tuple[str, int]:
    return _joined(clause, i, _INSIDE)


def _joined(clause: Clause, i: int, signs: dict[str, str]) -> tuple[str, int]:
    """One word, or letters and digits one by one, joined to the next by a sign."""
    out, end = "", i
    while end < min(len(clause.words), i + _LONGEST):
        label, after = _label(clause, end)
        if not label:
            break
        out, end = out + label, after
        sign = signs.get(clause.at(end))
        if not sign or not _label(clause, end + 1)[0]:
            break
        out, end = out + sign, end + 1
    return out, end


def _label(clause: Clause, i: int) -> tuple[str, int]:
    """Letters and digits one by one with at most one word at the end, or one word."""
    out, last = "", min(len(clause.words), i + _LONGEST)
    while i < last:
        word = clause.words[i]
        if CARDINALS.get(word, -1) in range(100):
            out, i = out + str(CARDINALS[word]), i + 1
        elif len(word) == 1 and word.isalnum():
            out, i = out + clause.told[i], i + 1
        elif word.isalnum() and word not in (*_BEHIND, "at", "colon"):
            return out + clause.told[i], i + 1
        else:
            break
    return out, i
