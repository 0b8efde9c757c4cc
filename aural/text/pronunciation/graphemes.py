"""Letters to sounds for words that no table holds: a small Transformer, run in numpy (Vaswani et al. 2017).

Learned by `bench/graphemes.py` from the training words of CMUdict (BSD-like, Carnegie Mellon University): three layers
read the letters, two write CMUdict's phones with their stress. Of the readings that it finds likeliest the one is taken
that an n-gram model of letters and phones (`joint`) finds likely, too. Weights are 8 bits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import final

import numpy as np

from aural.text.pronunciation import joint
from aural.text.pronunciation.joint import Joint
from aural.text.pronunciation.phonemes import of_arpabet

PLACE = Path(__file__).with_name("graphemes.npz")
LETTERS = " 'abcdefghijklmnopqrstuvwxyz"
LONGEST = 24  # letters that are read in one go
_KEPT_WORDS = 4096  # what was read before need not be read again: a book has its names on every page
BEAM = 6  # readings that are followed at once
SHARE = 0.4  # of the model of pairs in what they are chosen by: the best of 0.1 to 0.7 on a third of CMUdict's words kept apart
_BEGIN, _END, _FIRST = 1, 2, 3  # tokens before the phones
_HEADS, _EPSILON = 4, 1e-5
_Kept = list[tuple[np.ndarray, np.ndarray]]


@final
class LettersToSounds:
    """The learned model: weights by name, and the phones that it writes."""

    def __init__(self, weights: Mapping[str, np.ndarray], phones: Sequence[str], joint: Joint | None = None) -> None:
        self._w, self._phones, self._joint = dict(weights), tuple(phones), joint
        self._width = self._w["le.weight"].shape[1]
        self._readers = len({name.split(".")[1] for name in self._w if name.startswith("enc.")})
        self._writers = len({name.split(".")[1] for name in self._w if name.startswith("dec.")})
        self._known = lru_cache(_KEPT_WORDS)(self._phones_of)

    def phonemes(self, word: str) -> str:
        """A word of letters a to z and apostrophes -> misaki's letters. Other letters are left out."""
        return of_arpabet(" ".join(self.phones(word)))

    def phones(self, word: str) -> list[str]:
        """A word -> CMUdict's phones; none for a word without a letter. What is far too long for a word is read in parts."""
        plain = [LETTERS.index(c) + 1 for c in word.lower() if c in LETTERS[1:]]
        parts = [plain[at : at + LONGEST] for at in range(0, len(plain), LONGEST)]
        return [phone for part in parts for phone in self._known(tuple(part))]

    def _phones_of(self, letters: tuple[int, ...]) -> list[str]:
        """The likeliest of several readings, after the net and the model of pairs together."""
        found = self.readings(letters)
        if self._joint is None or len(found) == 1:
            return found[0][0]
        word = "".join(LETTERS[letter - 1] for letter in letters)
        return max(found, key=lambda one: (1 - SHARE) * one[1] + SHARE * self._joint.score(word, one[0]))[0]  # type: ignore[union-attr]

    def readings(self, letters: Sequence[int]) -> list[tuple[list[str], float]]:
        """The likeliest phones for letters (as numbers), each with its log-probability, the best first."""
        memory = self._read([*letters, len(LETTERS) + 1])
        kept: _Kept = [(np.zeros((1, 0, self._width), np.float32),) * 2 for _ in range(self._writers)]
        going, scores = [(_BEGIN,)], np.zeros(1)
        ended: list[tuple[tuple[int, ...], float]] = []
        for place in range(2 * len(letters) + 4):
            chances, kept = self._write([one[-1] for one in going], place, kept, memory)
            total = scores[:, None] + chances
            best = np.argsort(-total, axis=None)[:BEAM]
            rows, tokens = np.unravel_index(best, total.shape)
            ended += [(going[r][1:], float(total[r, t])) for r, t in zip(rows, tokens, strict=True) if t == _END]
            on = tokens != _END
            going = [(*going[r], int(t)) for r, t in zip(rows[on], tokens[on], strict=True)]
            scores, kept = total[rows[on], tokens[on]], [(keys[rows[on]], values[rows[on]]) for keys, values in kept]
            if len(ended) >= BEAM or not going:
                break
        ended = ended or [(one[1:], float(score)) for one, score in zip(going, scores, strict=True)]
        ended.sort(key=lambda one: -one[1])
        return [([self._phones[token - _FIRST] for token in tokens], score) for tokens, score in ended[:BEAM]]

    def _read(self, letters: list[int]) -> _Kept:
        """The letters -> keys and values [1, L, D] for each writing layer."""
        x = self._w["le.weight"][letters][None] * np.sqrt(self._width) + _places(len(letters), self._width)
        for n in range(self._readers):
            at = f"enc.{n}"
            h = self._norm(f"{at}.n1", x)
            keys, values = self._linear(f"{at}.a.k", h), self._linear(f"{at}.a.v", h)
            x = x + self._attend(f"{at}.a", h, keys, values)
            x = x + self._forward(at, self._norm(f"{at}.n2", x))
        h = self._norm("ne", x)
        return [(self._linear(f"dec.{n}.c.k", h), self._linear(f"dec.{n}.c.v", h)) for n in range(self._writers)]

    def _write(self, tokens: Sequence[int], place: int, kept: _Kept, memory: _Kept) -> tuple[np.ndarray, _Kept]:
        """tokens [B], one for each beginning -> log-probabilities of the next [B, K], keys and values [B, t, D] of all so far."""
        x = self._w["pe.weight"][list(tokens)][:, None] * np.sqrt(self._width) + _places(place + 1, self._width)[place]
        grown = []
        for n in range(self._writers):
            at = f"dec.{n}"
            h = self._norm(f"{at}.n1", x)
            pairs = zip(kept[n], "kv", strict=True)
            keys, values = (np.concatenate([old, self._linear(f"{at}.a.{name}", h)], 1) for old, name in pairs)
            grown.append((keys, values))
            x = x + self._attend(f"{at}.a", h, keys, values)
            x = x + self._attend(f"{at}.c", self._norm(f"{at}.n2", x), *memory[n])
            x = x + self._forward(at, self._norm(f"{at}.n3", x))
        scores = self._linear("out", self._norm("nd", x))[:, 0]
        scores[:, :_END] = -np.inf  # these are no phones
        scores -= scores.max(-1, keepdims=True)
        return scores - np.log(np.exp(scores).sum(-1, keepdims=True)), grown

    def _linear(self, name: str, x: np.ndarray) -> np.ndarray:
        return np.asarray(x @ self._w[f"{name}.weight"].T + self._w[f"{name}.bias"])

    def _norm(self, name: str, x: np.ndarray) -> np.ndarray:
        moved = x - x.mean(-1, keepdims=True)
        spread = np.sqrt((moved**2).mean(-1, keepdims=True) + _EPSILON)
        return np.asarray(moved / spread * self._w[f"{name}.weight"] + self._w[f"{name}.bias"])

    def _forward(self, at: str, x: np.ndarray) -> np.ndarray:
        return self._linear(f"{at}.f2", np.maximum(self._linear(f"{at}.f1", x), 0))

    def _attend(self, name: str, x: np.ndarray, keys: np.ndarray, values: np.ndarray) -> np.ndarray:
        """x [B, Q, D], keys and values [B or 1, K, D] -> [B, Q, D]."""

        def heads(y: np.ndarray) -> np.ndarray:
            return y.reshape(*y.shape[:2], _HEADS, -1).transpose(0, 2, 1, 3)

        scores = heads(self._linear(f"{name}.q", x)) @ heads(keys).transpose(0, 1, 3, 2) / np.sqrt(self._width / _HEADS)
        powers = np.exp(scores - scores.max(-1, keepdims=True))
        mixed = (powers / powers.sum(-1, keepdims=True)) @ heads(values)
        return self._linear(f"{name}.o", mixed.transpose(0, 2, 1, 3).reshape(x.shape))


@cache
def shipped() -> LettersToSounds:
    """The model that comes with aural."""
    with np.load(PLACE, allow_pickle=False) as held:
        names = [name for name in held.files if not name.startswith(("scale:", "phones"))]
        weights = {name: held[name].astype(np.float32) * held.get(f"scale:{name}", np.float32(1)) for name in names}
        return LettersToSounds(weights, [str(phone) for phone in held["phones"]], joint.shipped())


def packed(weights: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Matrices in 8 bits with a scale for each row, vectors as they are."""
    out: dict[str, np.ndarray] = {}
    for name, values in weights.items():
        if values.ndim < 2:
            out[name] = values.astype(np.float32)
            continue
        scale = np.maximum(np.abs(values).max(1, keepdims=True), 1e-8).astype(np.float32) / 127
        out[name], out[f"scale:{name}"] = np.rint(values / scale).astype(np.int8), scale
    return out


@cache
def _places(count: int, width: int) -> np.ndarray:
    """Sines and cosines [count, width] that tell places apart."""
    angles = np.arange(count)[:, None] / 10000 ** (np.arange(0, width, 2) / width)[None]
    return np.stack([np.sin(angles), np.cos(angles)], -1).reshape(count, width).astype(np.float32)
