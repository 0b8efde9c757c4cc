"""Grammars of spoken orders: a small text file that says which intents there are, how they are said, and which slots they fill.

    # orders of a coffee house
    order_drink:
        (can i have|i'd like|give me) [a|an] [{size}] {drink} [with {extra}] [please]
    set_timer:
        set a timer for {minutes:number} (minute|minutes)
    note:
        take a note {what:text}

    size = small | medium | large | (tall one) -> large
    drink = [iced] (coffee|latte|mocha) | espresso
    extra = [a lot of|some] (milk|sugar)

Indented lines are ways to say the intent above them. `(a|b)` is one of them, `[a|b]` one of them or nothing, `(a|b)*` any number
of them in any order. `{slot}` takes what its list says (`{slot:list}` a list of another name); `number` and `text` are lists that
are there: spoken numbers, and any words. Behind `->` stands the value of an entry where it is not the words themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn, final

from aural.errors import FormatError, reason
from aural.text.spoken import say

NUMBER, TEXT = "number", "text"
_TOKEN = re.compile(r"\s*(?:(?P<word>[^\W_]+(?:['\u2019-][^\W_]+)*)|(?P<slot>\{[^{}]*\})|(?P<mark>[()\[\]|*])|(?P<other>\S))")
_INTENT = re.compile(r"(?P<name>\w[\w.-]*)\s*:")
_LIST = re.compile(r"(?P<name>\w+)\s*=(?P<rest>.*)")
_MOST = 20_000  # arcs: more than any grammar that somebody wrote by hand
_SHORT = 3  # letters that a phrase needs to be favored
_NO_INTENT = "this grammar has no intent", "Write a line `name:` and indented phrases below it"
_DEEP = 20  # brackets inside brackets, and lists inside lists


@final
@dataclass(frozen=True)
class Arc:
    """A step to the state `to`. At most one is set: `word` is said, `opens` a slot, `closes` one (words, number, value: what its
    value is, and `value` that one), `takes` one word of a kind (number, text)."""

    to: int
    word: str = ""
    opens: str = ""
    closes: str = ""
    value: str = ""
    takes: str = ""


@final
@dataclass(frozen=True)
class Intent:
    """One intent as a net of states: `arcs` by state; it begins in state 0 and ends in `last`."""

    name: str
    arcs: tuple[tuple[Arc, ...], ...]
    last: int


@final
@dataclass(frozen=True)
class Grammar:
    """The intents in the order of the file, `words`: every phrase of its lists, for a recognizer to favor, and all its slots."""

    intents: tuple[Intent, ...]
    words: tuple[str, ...] = ()

    @property
    def slots(self) -> frozenset[str]:
        """The names of all slots."""
        return frozenset(arc.opens for intent in self.intents for own in intent.arcs for arc in own if arc.opens)

    def __post_init__(self) -> None:
        if not self.intents:
            raise FormatError(_NO_INTENT[0], fix=_NO_INTENT[1])


@dataclass(frozen=True)
class _Node:
    """`kind`: word, slot, all (in sequence), one (of several), or many (any number of times); `text` of a word; a slot's name and
    list in `text` and `of`; `values` of the entries of `one`."""

    kind: str
    text: str = ""
    of: str = ""
    parts: tuple[_Node, ...] = ()
    values: tuple[str, ...] = ()


def read(path: Path) -> Grammar:
    """The grammar of a file. Raises: FormatError with the line that is wrong."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise FormatError(f"this grammar cannot be read ({reason(error)})", where=str(path), fix="Give a text file") from None
    return parsed(text, str(path))


def parsed(text: str, where: str = "grammar") -> Grammar:
    """The grammar of a text. Raises: FormatError with `where` and the line that is wrong."""
    phrases: dict[str, list[tuple[_Node, int]]] = {}
    lists: dict[str, _Node] = {}
    current = ""
    for number, full in enumerate(text.splitlines(), 1):
        line = full.partition("#")[0].rstrip()
        place = f"{where}:{number}"
        if not line.strip():
            continue
        if line[0].isspace():
            if not current:
                _fail(place, "this phrase belongs to no intent", "Write the intent's name above it, as `name:`")
            phrases[current].append((_expression(line.strip(), place), number))
        elif found := _INTENT.fullmatch(line):
            current = found["name"]
            phrases.setdefault(current, [])
        elif found := _LIST.fullmatch(line):
            if found["name"] in (NUMBER, TEXT) or found["name"] in lists:
                _fail(place, f"the list {found['name']!r} is there already", "Give it another name")
            lists[found["name"]] = _entries(found["rest"], place)
            current = ""
        else:
            _fail(place, "this line is no intent, no list and no phrase", "Indent phrases; write `name:` or `name = a | b`")
    if not phrases:
        _fail(where, *_NO_INTENT)
    for name, own in phrases.items():
        if not own:
            _fail(where, f"the intent {name!r} has no phrase", "Write one below it, indented")
    intents = tuple(_Net(lists, where).intent(name, own) for name, own in phrases.items())
    return Grammar(intents, tuple(sorted({w for node in lists.values() for w in _phrases_of(node)})))


def of_lists(intent: str, lists: Mapping[str, Sequence[str]]) -> Grammar:
    """A grammar of one intent that takes the slots of that name in any order, each any of its phrases."""
    known = {name: _Node("one", parts=tuple(_plain(e) for e in own), values=("",) * len(own)) for name, own in lists.items()}
    slots = tuple(_Node("slot", name, name) for name in lists)
    node = _Node("many", parts=(_Node("one", parts=slots, values=("",) * len(slots)),))
    words = {w for own in known.values() for w in _phrases_of(own)}
    return Grammar((_Net(known, intent).intent(intent, [(node, 0)]),), tuple(sorted(words)))


def tokens_of(text: str) -> list[str]:
    """Words as grammars compare them: lower case, no marks, numbers as they are said."""
    said = [part for word in say(text).words for part in re.split(r"[\s-]+", word)]
    plain = (re.sub(r"[^\w']|_", "", word.lower().replace("\u2019", "'")).strip("'") for word in said)
    return [word for word in plain if word]


def _plain(text: str) -> _Node:
    return _Node("all", parts=tuple(_Node("word", word) for word in tokens_of(text)))


def _entries(text: str, place: str) -> _Node:
    """A list: entries between bars, each with its value."""
    parts, values = [], []
    for entry in _split(text):
        said, arrow, value = entry.partition("->")
        parts.append(_expression(said.strip(), place))
        values.append(value.strip() if arrow else "")
    return _Node("one", parts=tuple(parts), values=tuple(values))


def _split(text: str) -> Iterator[str]:
    """Entries between bars that stand in no bracket."""
    depth, first = 0, 0
    for k, letter in enumerate(text):
        depth += (letter in "([") - (letter in ")]")
        if letter == "|" and depth == 0:
            yield text[first:k]
            first = k + 1
    yield text[first:]


def _expression(text: str, place: str) -> _Node:
    """Brackets, slots and words as a tree. Raises: FormatError."""
    tokens = [m for m in _TOKEN.finditer(text) if m.group().strip()]
    for m in tokens:
        if m["other"] and m["other"] not in ".,!?;:":
            _fail(place, f"{m['other']!r} means nothing here", "Use words, ( ) [ ] | * and {slot}")
    node, at = _choice([m.group().strip() for m in tokens if not m["other"]], 0, "", place, 0)
    assert at == len([m for m in tokens if not m["other"]])
    if any(not any(True for _ in _said_in(part)) for part in node.parts):
        _fail(place, "here is nothing to say", "Write words between the marks")
    return node


def _choice(tokens: Sequence[str], at: int, closing: str, place: str, depth: int) -> tuple[_Node, int]:
    """What stands between bars up to `closing`, and the place behind it."""
    if depth > _DEEP:
        _fail(place, f"there are more than {_DEEP} brackets in one another", "Take them apart into lists")
    choices: list[list[_Node]] = [[]]
    while at < len(tokens) and tokens[at] != closing:
        token = tokens[at]
        at += 1
        if token == "|":
            choices.append([])
        elif token in "([":
            inner, at = _choice(tokens, at, ")" if token == "(" else "]", place, depth + 1)
            if token == "[":
                inner = _Node("one", parts=(*inner.parts, _Node("all")), values=(*inner.values, ""))
            choices[-1].append(inner)
        elif token == "*":
            if not choices[-1] or choices[-1][-1].kind != "one":
                _fail(place, "a star stands behind no bracket", "Write (a|b)*")
            choices[-1][-1] = _Node("many", parts=(choices[-1][-1],))
        elif token in ")]":
            _fail(place, f"{token} closes nothing", "Put brackets in pairs")
        else:
            choices[-1].append(_slot(token, place) if token[0] == "{" else _Node("all", parts=_plain(token).parts))
    if closing and at == len(tokens):
        _fail(place, f"a {closing} is missing", "Put brackets in pairs")
    parts = tuple(_Node("all", parts=tuple(own)) for own in choices)
    return _Node("one", parts=parts, values=("",) * len(parts)), at + bool(closing)


def _slot(token: str, place: str) -> _Node:
    found = re.fullmatch(r"\{\s*(\w+)\s*(?::\s*(\w+)\s*)?\}", token)
    if found is None:
        _fail(place, f"{token} is no slot", "Write {name} or {name:list}")
    return _Node("slot", found[1], found[2] or found[1])


def _phrases_of(node: _Node) -> Iterator[str]:
    """The phrases of a list: an entry of words alone as a whole, of others every word; too short ones are left out."""
    for part in node.parts:
        words = list(_words_of(part))
        yield from (w for w in ([" ".join(words)] if _bare(part) else words) if len(w) >= _SHORT)


def _bare(node: _Node) -> bool:
    """True where words follow one another without a choice."""
    chosen = node.kind == "one" and len(node.parts) > 1
    return node.kind != "slot" and node.kind != "many" and not chosen and all(map(_bare, node.parts))


def _said_in(node: _Node) -> Iterator[str]:
    """The words and slots below a node."""
    if node.kind in ("word", "slot"):
        yield node.text
    for part in node.parts:
        yield from _said_in(part)


def _words_of(node: _Node) -> Iterator[str]:
    if node.kind == "word":
        yield node.text
    for part in node.parts:
        yield from _words_of(part)


@dataclass
class _Net:
    """Builds the net of one intent."""

    lists: dict[str, _Node]
    where: str
    arcs: list[list[Arc]] = field(default_factory=lambda: [[]])

    def intent(self, name: str, phrases: Sequence[tuple[_Node, int]]) -> Intent:
        self.arcs = [[], []]
        for node, number in phrases:
            self.place = f"{self.where}:{number}" if number else self.where
            self.arcs[self._add(node, 0, 0)].append(Arc(1))
        return Intent(name, tuple(tuple(own) for own in self.arcs), 1)

    def _state(self) -> int:
        if len(self.arcs) > _MOST:
            _fail(self.where, "this grammar is too large", "Use fewer lists inside one another")
        self.arcs.append([])
        return len(self.arcs) - 1

    def _step(self, state: int, **what: str) -> int:
        new = self._state()
        self.arcs[state].append(Arc(new, **what))
        return new

    def _add(self, node: _Node, state: int, depth: int) -> int:
        """Lay a node behind a state; gives the state behind it."""
        if depth > 4 * _DEEP:
            _fail(self.place, "a list holds itself", "Take the circle apart")
        if node.kind == "word":
            return self._step(state, word=node.text)
        if node.kind == "all":
            for part in node.parts:
                state = self._add(part, state, depth + 1)
            return state
        if node.kind == "many":
            around = self._step(state)
            self.arcs[self._add(node.parts[0], around, depth + 1)].append(Arc(around))
            return self._step(around)
        if node.kind == "slot":
            return self._slot(node, state, depth)
        end = self._state()
        for part in node.parts:
            self.arcs[self._add(part, state, depth + 1)].append(Arc(end))
        return end

    def _slot(self, node: _Node, state: int, depth: int) -> int:
        opened = self._step(state, opens=node.text)
        end = self._state()
        if node.of in self.lists:
            found = self.lists[node.of]
            for part, value in zip(found.parts, found.values, strict=True):
                self.arcs[self._add(part, opened, depth + 1)].append(Arc(end, closes="value" if value else "words", value=value))
        elif node.of in (NUMBER, TEXT):
            taken = self._step(opened, takes=node.of)
            self.arcs[taken].append(Arc(taken, takes=node.of))
            self.arcs[taken].append(Arc(end, closes=NUMBER if node.of == NUMBER else "words"))
        else:
            _fail(self.place, f"there is no list {node.of!r}", f"Write a line `{node.of} = a | b`, or {{{node.text}:text}}")
        return end


def _fail(place: str, what: str, fix: str) -> NoReturn:
    raise FormatError(what, where=place, fix=fix)
