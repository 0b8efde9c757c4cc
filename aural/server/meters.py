"""Counts what the server does, and writes it as Prometheus reads it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import final

_BOUNDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)  # s
_ABOUT = {
    "requests": ("counter", "Requests answered, by route and status"),
    "request_seconds": ("histogram", "Time from the first byte of a request to the last of its answer"),
    "sound_seconds": ("counter", "Seconds of sound heard, by verb"),
    "refused": ("counter", "Requests sent away because all places were taken"),
    "live_partials": ("counter", "Partial texts sent to live connections"),
    "live_seconds": ("counter", "Seconds of sound heard live"),
    "live_dropped": ("counter", "Partial texts left out because the recognizer was behind"),
    "live_lag_seconds": ("histogram", "From the end of a phrase to its final text"),
}

Key = tuple[str, tuple[tuple[str, str], ...]]


@final
class Meters:
    """Counters and histograms by name and labels; safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[Key, float] = {}
        self._spread: dict[Key, list[float]] = {}

    def count(self, name: str, by: float = 1.0, labels: Mapping[str, str] | None = None) -> None:
        """Raise a counter."""
        key = _key(name, labels)
        with self._lock:
            self._counts[key] = self._counts.get(key, 0.0) + by

    def spread(self, name: str, value: float, labels: Mapping[str, str] | None = None) -> None:
        """Add a value to a histogram."""
        with self._lock:
            buckets = self._spread.setdefault(_key(name, labels), [0.0] * (len(_BOUNDS) + 2))
            for i, bound in enumerate(_BOUNDS):
                buckets[i] += value <= bound
            buckets[-2] += 1
            buckets[-1] += value

    def heard(self, verb: str, seconds: float) -> None:
        """Sound that a verb heard."""
        self.count("sound_seconds", seconds, {"verb": verb})

    def text(self, gauges: Mapping[str, tuple[str, float]]) -> str:
        """All of it in Prometheus' text form, with `gauges`: name -> (help, value)."""
        with self._lock:
            counts, spread = dict(self._counts), {k: list(v) for k, v in self._spread.items()}
        lines: list[str] = []
        for name, (kind, about) in _ABOUT.items():
            full = f"aural_{name}" + ("_total" if kind == "counter" else "")
            lines += [f"# HELP {full} {about}.", f"# TYPE {full} {kind}"]
            lines += [f"{full}{_braces(k[1])} {v:g}" for k, v in sorted(counts.items()) if k[0] == name and kind == "counter"]
            for key, buckets in sorted(spread.items()):
                if key[0] == name:
                    lines += _histogram(full, key[1], buckets)
        for name, (about, value) in gauges.items():
            lines += [f"# HELP aural_{name} {about}.", f"# TYPE aural_{name} gauge", f"aural_{name} {value:g}"]
        return "\n".join(lines) + "\n"


def summed(texts: Sequence[str]) -> str:
    """The meters of several servers as one text: each number is the sum of theirs."""
    sums: dict[str, float] = {}
    for line in (line for text in texts for line in text.splitlines()):
        name, _, value = line.rpartition(" ")
        if not line.startswith("#") and name:
            sums[name] = sums.get(name, 0.0) + float(value)
    heads = list(dict.fromkeys(line for text in texts for line in text.splitlines() if line.startswith("#")))
    return _laid_out(heads, sums)


def without(text: str, names: Sequence[str]) -> str:
    """Meters less those of some names, which are told without what follows them in a histogram."""
    return _chosen(text, lambda name, kind: name not in names)


def lasting(text: str) -> str:
    """What stays true when a server is gone: all that was counted."""
    return _chosen(text, lambda name, kind: kind != "gauge")


def _chosen(text: str, wanted: Callable[[str, str], bool]) -> str:
    """The meters that are wanted by name and kind."""
    lines, keep = list[str](), True
    about = ""
    for line in text.splitlines():
        if line.startswith("# HELP "):
            about = line
        elif line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            keep = wanted(name, kind)
            lines += [about, line] if keep else []
        elif keep:
            lines.append(line)
    return "\n".join(lines) + "\n"


def _laid_out(heads: list[str], sums: dict[str, float]) -> str:
    """The sums behind the comments of their names, as Prometheus wants them: all of one name together."""
    lines: list[str] = []
    left = dict(sums)
    for about in (h for h in heads if h.startswith("# HELP ")):
        name = about.split(" ")[2]
        lines += [about, *(h for h in heads if h.startswith(f"# TYPE {name} "))]
        own = [k for k in left if k.partition("{")[0] in (name, f"{name}_bucket", f"{name}_sum", f"{name}_count")]
        lines += [f"{k} {left.pop(k):g}" for k in own]
    return "\n".join(lines) + "\n"


def _histogram(name: str, labels: tuple[tuple[str, str], ...], buckets: list[float]) -> list[str]:
    lines = [f"{name}_bucket{_braces((*labels, ('le', f'{b:g}')))} {n:g}" for b, n in zip(_BOUNDS, buckets, strict=False)]
    lines.append(f"{name}_bucket{_braces((*labels, ('le', '+Inf')))} {buckets[-2]:g}")
    return [*lines, f"{name}_sum{_braces(labels)} {buckets[-1]:g}", f"{name}_count{_braces(labels)} {buckets[-2]:g}"]


def _key(name: str, labels: Mapping[str, str] | None) -> Key:
    return name, tuple(sorted((labels or {}).items()))


def _braces(labels: tuple[tuple[str, str], ...]) -> str:
    inner = ",".join(f'{k}="{v}"' for k, v in labels)  # routes, verbs and statuses: nothing in them needs escaping
    return f"{{{inner}}}" if inner else ""
