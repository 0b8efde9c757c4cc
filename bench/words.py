"""How many words are wrong: the task, the same weights fed whole clips, long recordings, and noise?"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from aural.metrics.words import errors_between
from aural.models import store
from aural.models.face import Decoding
from aural.models.runtime import Runtime
from aural.models.shelf import Shelf
from aural.progress import Quiet
from aural.sound.source import Source
from aural.tasks import transcribe
from aural.text.scoring import normalize
from bench import manifests
from bench.report import Finding, Table, publish

DATA = Path(__file__).parents[2] / "shared" / "data"
SETS = ("librispeech_mini", "allison_prompts_tts", "speechocean_mini", "ljspeech_mini")
COLUMNS = ("set", "model", "road", "words", "WER %", "low", "high", "sub", "del", "ins", "empty", "CPU s per s")
NOTES = (
    "bare = the same weights, each clip fed whole; task = transcribe with its gate, windows, word times and second tries",
    "WER after the normalizer aural-en-1 on both sides; intervals: 95 %, bootstrap over clips, 1000 draws",
    "speechocean_mini, base: task and bare differ in one clip of valid, 'one five four eight': bare writes nothing, the task "
    "'One fair for Eid'; the normalizer makes one word of the reference (1548), so that is 4 errors against 1. On train the "
    "task gains: 31.0, bare 31.7",
    "joined readings, tiny: nothing is lost at the cuts (in 10 min 5.4 % of the words within three words of a window's end are "
    "wrong, and 5.4 % of the others); the surplus is words heard otherwise in windows that hold two readers. Padding, longer "
    "windows and overlap at every cut were tried on train: 7.1, 6.8 and 7.2 % against 6.9",
)
Clip = tuple[np.ndarray, str, dict[str, Any]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--split", default="valid")
    parser.add_argument("--models", default="moonshine-base,moonshine-tiny")
    parser.add_argument("--minutes", type=float, default=60.0, help="length of the recording joined from readings; 0 = none")
    parser.add_argument("--every", type=int, default=1, help="use every n-th clip")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    rows: list[tuple[Any, ...]] = []
    for name in args.models.split(","):
        tell, bare = roads(name)
        clips = dict(sets(args.data, args.split, args.every))
        for title, spoken in clips.items():
            rows.append((title, name, "task", *scored(spoken, tell)))
            rows.append((title, name, "bare, whole clips", *scored(spoken, bare)))
        if args.minutes:
            rows.append(hour(clips["librispeech_mini"], name, tell, args.minutes))
    publish(Finding("How many words are wrong?", (Table("Words", COLUMNS, tuple(rows), NOTES),)), args.json)


def sets(data: Path, split: str, every: int) -> Iterator[tuple[str, list[Clip]]]:
    """The sets by name, the first one also under noise at 20, 10 and 0 dB."""
    for folder in SETS:
        spoken = list(_read(data / folder, split))[::every]
        if not spoken:
            continue
        yield folder, spoken
        if folder == "speechocean_mini":
            for value in sorted({str(r.get("gender")) for _, _, r in spoken}):
                yield f"- {value}", [c for c in spoken if str(c[2].get("gender")) == value]
            yield "- up to 12 years", [c for c in spoken if int(c[2].get("age", 99)) <= 12]
            yield "- over 12 years", [c for c in spoken if int(c[2].get("age", 99)) > 12]
    noises = [_samples(r["audio"]) for r in manifests.part(data / "noises", split)]
    for snr in (20.0, 10.0, 0.0):
        rng = np.random.default_rng(0)
        read = list(_read(data / SETS[0], split))[::every]
        yield f"{SETS[0]}, {snr:g} dB", [(_noisy(x, noises[int(rng.integers(len(noises)))], snr, rng), t, r) for x, t, r in read]


def roads(name: str) -> tuple[Callable[[np.ndarray], str], Callable[[np.ndarray], str]]:
    """Samples to text: by the task, and by the bare recognizer."""
    shelf = Shelf({"vad": "silero-vad", "recognizer": name}, Runtime("cpu", 1))
    opened = {role: store.open_model(choice, role, shelf.runtime) for role, choice in shelf.choices.items()}
    shelf.open = lambda role: _Kept(opened[role])  # type: ignore[method-assign, assignment]
    recognizer: Any = opened["recognizer"]

    def tell(samples: np.ndarray) -> str:
        return transcribe.run(Source.from_samples(samples, 16000), shelf, transcribe.Options(), Quiet()).text

    def bare(samples: np.ndarray) -> str:
        return recognizer.recognize(samples[None], np.array([len(samples)]), Decoding(word_times=False))[0].text  # type: ignore[no-any-return]

    return tell, bare


class _Kept:
    """A model that stays open from clip to clip."""

    def __init__(self, model: Any) -> None:
        self._model = model

    def __enter__(self) -> Any:
        return self._model

    def __exit__(self, *_: object) -> None:
        return


def scored(spoken: list[Clip], tell: Callable[[np.ndarray], str]) -> tuple[Any, ...]:
    """Words, WER with interval, substitutions, deletions, insertions, empty answers and CPU seconds per second."""
    begun, seconds = time.process_time(), sum(len(x) for x, _, _ in spoken) / 16000
    told = [tell(x) for x, _, _ in spoken]
    spent = (time.process_time() - begun) / seconds
    found = [errors_between(normalize(t).split(), normalize(h).split()) for (_, t, _), h in zip(spoken, told, strict=True)]
    counts = np.array([(e.substituted, e.deleted, e.inserted, e.length) for e in found])
    draws = np.random.default_rng(0).integers(len(counts), size=(1000, len(counts)))
    rates = [100 * c[:, :3].sum() / max(c[:, 3].sum(), 1) for c in counts[draws]]
    total = counts.sum(0)
    wer = 100 * total[:3].sum() / max(total[3], 1)
    low, high = np.percentile(rates, [2.5, 97.5])
    empty = sum(not h for h in told)
    return (int(total[3]), float(wer), float(low), float(high), *(int(n) for n in total[:3]), empty, spent)


def hour(spoken: list[Clip], name: str, tell: Callable[[np.ndarray], str], minutes: float) -> tuple[Any, ...]:
    """One long recording made of readings in new orders, against the sum of its clips."""
    rng, parts, texts, length = np.random.default_rng(0), [], [], 0.0
    while length < minutes * 60:
        for i in rng.permutation(len(spoken)):
            parts.append(spoken[i][0])
            texts.append(spoken[i][1])
            length += len(spoken[i][0]) / 16000
            if length >= minutes * 60:
                break
    whole = np.concatenate(parts)
    return (f"joined readings, {length / 60:.0f} min", name, "task", *scored([(whole, " ".join(texts), {})], tell))


def _read(folder: Path, split: str) -> Iterator[Clip]:
    for row in manifests.part(folder, split):
        yield _samples(row["audio"]), row["text"], row


def _samples(path: str) -> np.ndarray:
    return Source(path).load(rate=16000, mono=True).samples[0]


def _noisy(samples: np.ndarray, noise: np.ndarray, snr: float, rng: np.random.Generator) -> np.ndarray:
    """`samples` with noise, rolled by a random shift and repeated, at `snr` dB by power over the whole clip."""
    rolled = np.resize(np.roll(noise, int(rng.integers(len(noise)))), len(samples))
    gain = np.sqrt(np.mean(samples**2) / (np.mean(rolled**2) + 1e-12) / 10 ** (snr / 10))
    return np.asarray(samples + gain * rolled, np.float32)


if __name__ == "__main__":
    main()
