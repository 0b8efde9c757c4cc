"""Does transcribe write words where nobody speaks, and does its gate make it deaf?"""

from __future__ import annotations

import argparse
import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from aural.metrics.words import errors_between
from aural.models import store
from aural.models.face import Decoding, Recognizer
from aural.models.runtime import Runtime
from aural.models.shelf import Shelf
from aural.sound.source import Source
from aural.tasks._gate import hear
from aural.tasks._windows import trimmed
from aural.tasks._witness import Witness
from aural.tasks.transcribe import recognize
from aural.text.scoring import normalize
from bench import manifests
from bench.report import Finding, Table, publish

DATA = Path(__file__).parents[2] / "shared" / "data"
SILENT = ("noises", "esc10", "instrument_notes", "music_clips", "drums_and_loops")
SINGLE = ("fsdd", "speech_commands_mini")
ROADS = ("bare", "transcribe", "listen")
COLUMNS = ("clips", "minutes", "model", *(f"{road}: {what}" for road in ROADS for what in ("clips with words", "words")))
DEAF = (
    "clips",
    "model",
    "reference words",
    *(f"{road}: deleted %" for road in ROADS),
    *(f"{road}: empty clips %" for road in ROADS),
)
NOTES = (
    "bare = the whole clip fed to the recognizer without gate, padding or second try",
    "transcribe = with the voice gate and its signals; listen = with the sound tagger as a witness besides",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--split", default="valid")
    parser.add_argument("--models", default="moonshine-tiny,moonshine-base")
    parser.add_argument("--every", type=int, default=1, help="use every n-th clip of the single words")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    gate = store.open_model("silero-vad", "vad", Runtime("cpu", 1))
    stack = contextlib.ExitStack()
    witness = Witness(Shelf({"tagger": "yamnet"}, Runtime("cpu", 1)), "tagger", stack)
    silent: list[tuple[Any, ...]] = []
    deaf: list[tuple[Any, ...]] = []
    for name in args.models.split(","):
        ear = Ear(Remembering(store.open_model(name, "recognizer", Runtime("cpu", 1))), gate, witness)
        for title, clips in silent_sets(args.data, args.split):
            silent.append(_silence(title, name, clips, ear))
        for title, spoken in spoken_sets(args.data, args.split, args.every):
            deaf.append(_deafness(title, name, spoken, ear))
    tables = (
        Table("Words where nobody speaks (should be 0; in babble people do talk)", COLUMNS, tuple(silent)),
        Table(
            "What the gate costs where somebody speaks (the same settings)",
            DEAF,
            tuple(deaf),
            NOTES,
        ),
    )
    stack.close()
    publish(Finding("Are there words in noise, music and silence, and is the gate deaf?", tables), args.json)


def silent_sets(data: Path, split: str) -> Iterator[tuple[str, list[np.ndarray]]]:
    """Recordings without a voice, by name; a set without this split gives the one it has."""
    babble: list[np.ndarray] = []
    for folder in SILENT:
        rows = manifests.part(data / folder, split) or manifests.part(data / folder, "train")
        talked = [r for r in rows if "babble" in json.dumps(r).lower()]
        babble += [_samples(r["audio"]) for r in talked]
        yield folder, [_samples(r["audio"]) for r in rows if r not in talked]
    yield "digital silence", [np.zeros(16000 * s, np.float32) for s in (1, 5, 10, 30)]
    rng = np.random.default_rng(0)
    white = [10 ** (-s / 20) * rng.standard_normal(80000).astype(np.float32) for s in range(10, 100, 20)]
    yield "white noise, -10 to -90 dB", white
    yield "babble", babble


def spoken_sets(data: Path, split: str, every: int) -> Iterator[tuple[str, list[tuple[np.ndarray, str]]]]:
    """Recordings with a voice: readings as they are, in noise at 0 dB and at -40 dBFS; single words, also at -40 dBFS."""
    rng = np.random.default_rng(0)
    read = _spoken(data / "librispeech_mini", split)
    wanted = [r for r in manifests.part(data / "noises", split) if "babble" not in json.dumps(r).lower()]
    noises = [_samples(r["audio"]) for r in wanted]
    yield "librispeech_mini", read
    yield "librispeech_mini, 0 dB", [(_noisy(x, noises[int(rng.integers(len(noises)))], 0.0, rng), t) for x, t in read]
    yield "librispeech_mini, -40 dBFS", [(x * 10 ** ((-40.0 - _db(x)) / 20), t) for x, t in read]
    for folder in SINGLE:
        words = _spoken(data / folder, split)[::every]
        yield folder, words
        yield f"{folder}, -40 dBFS", [(x * 10 ** ((-40.0 - _db(x)) / 20), t) for x, t in words]
        yield f"{folder}, alone in 4 s at -80 dBFS", [(_alone(x, rng), t) for x, t in words[:: max(1, len(words) // 100)]]


class Remembering:
    """A recognizer that answers the same question from memory: the roads differ in what they keep of an answer."""

    def __init__(self, recognizer: Recognizer) -> None:
        self.card, self._recognizer = recognizer.card, recognizer
        self._known: dict[tuple[bytes, bool], Any] = {}

    def recognize(self, samples: np.ndarray, lengths: np.ndarray, decoding: Decoding, speech: Any = None) -> Any:
        key = (samples.tobytes(), decoding.allow_empty)
        if key not in self._known:
            self._known[key] = self._recognizer.recognize(samples, lengths, decoding, speech)
        return self._known[key]

    def forget(self) -> None:
        self._known.clear()


@dataclass(frozen=True)
class Ear:
    """What hears a clip."""

    recognizer: Remembering
    gate: Any
    witness: Witness


def _silence(title: str, name: str, clips: list[np.ndarray], ear: Ear) -> tuple[Any, ...]:
    told = [_texts(x, ear) for x in clips]
    minutes = sum(len(x) for x in clips) / 16000 / 60
    counts = [(sum(bool(t[k]) for t in told), sum(len(t[k].split()) for t in told)) for k in range(len(ROADS))]
    return (f"{title} ({len(clips)})", minutes, name, *(n for pair in counts for n in pair))


def _deafness(title: str, name: str, spoken: list[tuple[np.ndarray, str]], ear: Ear) -> tuple[Any, ...]:
    words, lost, empty = 0, [0] * len(ROADS), [0] * len(ROADS)
    for samples, text in spoken:
        reference = normalize(text).split()
        words += len(reference)
        for k, told in enumerate(_texts(samples, ear)):
            lost[k] += errors_between(reference, normalize(told).split()).deleted
            empty[k] += not told
    shares = [100 * n / max(words, 1) for n in lost] + [100 * n / max(len(spoken), 1) for n in empty]
    return (f"{title} ({len(spoken)})", name, words, *shares)


def _texts(samples: np.ndarray, ear: Ear) -> tuple[str, ...]:
    """What each road writes."""
    plain = Decoding(word_times=False)
    bare = ear.recognizer.recognize(samples[None], np.array([len(samples)]), plain)[0].text
    blocks = list(hear(Source.from_samples(samples, 16000), ear.gate))
    heard = blocks[0]
    for block in blocks[1:]:
        heard = heard.joined(block)
    recognizer: Any = ear.recognizer
    roads = [recognize(trimmed(heard), recognizer, plain, witness=witness) for witness in (None, ear.witness)]
    ear.recognizer.forget()
    return bare, *(" ".join(h.text for h in told) for told in roads)


def _spoken(folder: Path, split: str) -> list[tuple[np.ndarray, str]]:
    return [(_samples(r["audio"]), str(r.get("text") or r.get("label"))) for r in manifests.part(folder, split)]


def _samples(path: str) -> np.ndarray:
    return Source(path).load(rate=16000, mono=True).samples[0]


def _db(samples: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(samples**2) + 1e-12))


def _alone(samples: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A word with 2 s of near silence on both sides."""
    filled = np.pad(samples, 32000)
    return np.asarray(filled + 1e-4 * rng.standard_normal(len(filled)), np.float32)


def _noisy(samples: np.ndarray, noise: np.ndarray, snr: float, rng: np.random.Generator) -> np.ndarray:
    """`samples` with noise, rolled by a random shift and repeated, at `snr` dB by power."""
    rolled = np.resize(np.roll(noise, int(rng.integers(len(noise)))), len(samples))
    return np.asarray(samples + rolled * 10 ** ((_db(samples) - _db(rolled) - snr) / 20), np.float32)


if __name__ == "__main__":
    main()
