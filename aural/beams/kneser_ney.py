"""n-gram models from text: modified Kneser-Ney smoothing, interpolated, pruned by counts or by relative entropy.

Of the highest order it is counted how often an n-gram was seen, of lower orders behind how many words; three discounts an order
follow from how many n-grams were seen once, twice, three and four times; what they take goes to the next lower order.
Source: Chen and Goodman 1999; Heafield et al. 2013 (what is pruned backs off); Stolcke 1998 (entropy).
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from aural.beams.ngrams import END, NEVER, START, UNKNOWN, Gram, NGrams
from aural.errors import DataError

_FALLBACK = (0.5, 1.0, 1.5)  # discounts where too few n-grams were seen to tell
Counts = Mapping[Gram, int]


def trained(sentences: Iterable[Sequence[str]], order: int = 3, least: Sequence[int] = ()) -> NGrams:
    """A model of `order`. `least`: how often n-grams of 2, 3 ... words must have been seen to be kept; the last one goes on.

    Raises: DataError when there is no text.
    """
    seen = _seen(sentences, order)
    if not seen[0]:
        raise DataError("there is no text to make a language model from")
    kept = [set(seen[0]), *({g for g, c in seen[n].items() if c >= _least(least, n)} for n in range(1, order))]
    adjusted = [_adjusted(seen, n) if n < order - 1 else dict(seen[n]) for n in range(order)]
    lower: dict[Gram, float] = {}
    backing: dict[Gram, float] = {}
    for n, counts in enumerate(adjusted):
        own, spared = _smoothed(counts, kept[n], lower, n)
        backing |= spared
        lower = own if n == 0 else lower | own
    logs = {g: math.log(p) for g, p in lower.items()}
    logs[START,] = NEVER
    return NGrams({g: (p, math.log(backing[g]) if g in backing and len(g) < order else 0.0) for g, p in logs.items()})


def pruned(model: NGrams, threshold: float) -> NGrams:
    """Without the n-grams whose loss raises the perplexity by less than `threshold` (a share, such as 1e-7), longest first."""
    grams = dict(model.grams)
    for n in range(model.order, 1, -1):
        inner = {g[:-1] for g in grams if len(g) == n + 1}
        own = defaultdict(list)
        for gram in grams:
            if len(gram) == n:
                own[gram[:-1]].append(gram)
        whole = NGrams(grams)
        for context, found in own.items():
            for gram in _losing(whole, context, [g for g in found if g not in inner], found, threshold):
                del grams[gram]
        grams = _rebacked(grams)
    return NGrams(grams)


def _seen(sentences: Iterable[Sequence[str]], order: int) -> list[Counter[Gram]]:
    """How often each n-gram of 1, 2 ... words was seen, marks at both ends."""
    seen: list[Counter[Gram]] = [Counter() for _ in range(order)]
    for words in sentences:
        if not words:
            continue
        marked = (START, *words, END)
        for n in range(1, order + 1):
            seen[n - 1].update(marked[i : i + n] for i in range(len(marked) - n + 1))
    return seen


def _least(least: Sequence[int], n: int) -> int:
    return least[min(n, len(least)) - 1] if least else 1


def _adjusted(seen: Sequence[Counter[Gram]], n: int) -> dict[Gram, int]:
    """Behind how many words each n-gram was seen; those that begin a sentence have nothing before them and count as often
    as they were seen."""
    found: Counter[Gram] = Counter(g[1:] for g in seen[n + 1])
    found.update({g: c for g, c in seen[n].items() if g[0] == START})
    return dict(found)


def _discounts(counts: Counts) -> tuple[float, float, float]:
    """For n-grams seen once, twice, and three times or more."""
    of = Counter(min(c, 5) for g, c in counts.items() if g != (START,))
    if not all(of[k] for k in (1, 2, 3, 4)):
        return _FALLBACK
    share = of[1] / (of[1] + 2 * of[2])
    found = tuple(k - (k + 1) * share * of[k + 1] / of[k] for k in (1, 2, 3))
    if not all(0 <= d <= k for k, d in enumerate(found, 1)):
        return _FALLBACK
    return found[0], found[1], found[2]


def _smoothed(counts: Counts, kept: set[Gram], lower: Mapping[Gram, float], n: int) -> tuple[dict[Gram, float], dict[Gram, float]]:
    """Probabilities of the n-grams that are kept, and what each context leaves to the next lower order."""
    discounts = _discounts(counts)
    totals: Counter[Gram] = Counter()
    taken: dict[Gram, float] = defaultdict(float)
    for gram, count in counts.items():
        if gram == (START,):
            continue
        totals[gram[:-1]] += count
        if gram in kept:
            taken[gram[:-1]] += count - discounts[min(count, 3) - 1]
    spared = {context: 1 - taken[context] / total for context, total in totals.items()}
    words = {g for g in counts if g != (START,)} | {(UNKNOWN,)} if n == 0 else kept & set(counts)
    found = {}
    for gram in words:
        context, count = gram[:-1], counts.get(gram, 0)
        own = max(count - discounts[min(count, 3) - 1], 0.0) / totals[context] if count else 0.0
        below = 1 / len(words) if n == 0 else lower[gram[1:]]
        found[gram] = own + spared[context] * below
    return found, {c: s for c, s in spared.items() if n > 0}


def _losing(model: NGrams, context: Gram, ends: Sequence[Gram], found: Sequence[Gram], threshold: float) -> list[Gram]:
    """Those of `ends` that may back off: the entropy of the model grows by less than asked, for each word of text."""
    left = 1 - sum(math.exp(model.grams[g][0]) for g in found)
    left_below = 1 - sum(math.exp(model.conditional(context[1:], g[-1])) for g in found)
    if left <= 0 or left_below <= 0:
        return []
    often = math.exp(sum(model.conditional(context[:i], w) for i, w in enumerate(context) if w != START))
    losing = []
    for gram in ends:
        own, below = model.grams[gram][0], model.conditional(context[1:], gram[-1])
        before, after = math.log(left / left_below), math.log((left + math.exp(own)) / (left_below + math.exp(below)))
        loss = -often * (math.exp(own) * (below + after - own) + (after - before) * left)
        if math.expm1(loss) < threshold:
            losing.append(gram)
    return losing


def _rebacked(grams: Mapping[Gram, tuple[float, float]]) -> dict[Gram, tuple[float, float]]:
    """The same with the weights of all contexts set anew, short ones first, so that each adds up to 1 again."""
    model = NGrams({g: (p, 0.0) for g, (p, _) in grams.items()})
    left: dict[Gram, list[Gram]] = defaultdict(list)
    for gram in grams:
        if len(gram) > 1:
            left[gram[:-1]].append(gram)
    for context in sorted(left, key=len):
        own = 1 - sum(math.exp(grams[g][0]) for g in left[context])
        below = 1 - sum(math.exp(model.conditional(context[1:], g[-1])) for g in left[context])
        model.grams[context] = (grams[context][0], math.log(max(own, 1e-12) / max(below, 1e-12)))
    return model.grams
