"""Letters to sounds: words that no table holds, what the file holds, and the arithmetic against torch."""

from __future__ import annotations

import numpy as np
import pytest

from aural.text.pronunciation import graphemes, joint
from aural.text.pronunciation.phonemes import LETTERS, STRESS, VOWELS


@pytest.mark.parametrize(
    ("word", "sounds"),
    [("hellos", "lOz"), ("blick", "blˈɪk"), ("snorkification", "ʃən"), ("Zander", "zˈændəɹ"), ("tweeting", "twˈitɪŋ")],
)
def test_words_are_read_as_english(word: str, sounds: str) -> None:
    assert graphemes.shipped().phonemes(word).endswith(sounds)


def test_what_ships() -> None:
    assert graphemes.PLACE.stat().st_size + joint.PLACE.stat().st_size < 3_000_000
    for word in ("quux", "brillig", "o'toole", "xkcd", "a" * 200, "aeiou"):
        found = graphemes.shipped().phonemes(word)
        assert set(found) <= LETTERS and set(found) & set(VOWELS) and len(found) < 1000
        assert STRESS[0] in found or len(word) == 200, (word, found)


def test_long_things_are_read_in_parts() -> None:
    once = graphemes.shipped().phones("lo" * 12)
    assert graphemes.shipped().phones("lo" * 36) == 3 * once and len(once) >= 12


def test_a_word_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, ...]] = []
    plain = graphemes.LettersToSounds.readings
    monkeypatch.setattr(graphemes.LettersToSounds, "readings", lambda self, letters: asked.append(letters) or plain(self, letters))
    for _ in range(3):
        graphemes.shipped().phones("zwickelbo" * 8)
    assert len(asked) == 3  # three parts, each alike from one reading to the next


def test_nothing_to_read_is_nothing() -> None:
    assert graphemes.shipped().phones("") == graphemes.shipped().phones("你好 12") == []


def test_packed_weights_are_near_and_small() -> None:
    weights = {"m.weight": np.random.default_rng(0).normal(size=(8, 30)).astype(np.float32), "m.bias": np.ones(3, np.float32)}
    held = graphemes.packed(weights)
    assert held["m.weight"].dtype == np.int8 and np.array_equal(held["m.bias"], weights["m.bias"])
    back = held["m.weight"] * held["scale:m.weight"]
    assert np.abs(back - weights["m.weight"]).max() <= held["scale:m.weight"].max() / 2 + 1e-7


def test_the_net_is_that_of_torch() -> None:
    torch = pytest.importorskip("torch")
    from bench import graphemes as bench

    torch.manual_seed(0)
    net = bench.net(20).eval()
    weights = {name: value.numpy() for name, value in net.state_dict().items()}
    model = graphemes.LettersToSounds(weights, [f"P{n}" for n in range(20)])
    letters = [1, 5, 9, len(graphemes.LETTERS) + 1]
    said = [1, 4, 7]
    kept = [(np.zeros((1, 0, bench.WIDTH), np.float32),) * 2 for _ in range(bench.WRITERS)]
    memory = model._read(letters)
    with torch.no_grad():
        wanted = net(torch.tensor([letters]), torch.tensor([said])).numpy()[0]
    for place, token in enumerate(said):
        scores, kept = model._write([token], place, kept, memory)  # type: ignore[arg-type]
        plain = wanted[place] - np.log(np.exp(wanted[place][2:]).sum())  # the first two are no phones
        assert np.abs(scores[0, 2:] - plain[2:]).max() < 1e-4
