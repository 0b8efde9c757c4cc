"""Do quality scores hear harm, and do they tell voices apart?

python -m bench.quality --data DATA --voices kokoro,flite,kathleen,runs/voice@runs/vocos --vocoders griffin-lim,runs/vocos \
    [--distill PYTHON] --json bench/receipts/quality.json

DNSMOS is `aural quality`. PYTHON has distillmos and torch: Distill-MOS is a torch file with code of its own, so it is no part of
aural. DATA holds librispeech_mini and kathleen.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from aural.metrics.intervals import bootstrap
from aural.models import store
from aural.models.runtime import Runtime
from aural.models.shelf import Shelf
from aural.progress import Quiet
from aural.sound.resample import resample
from aural.sound.sound import Sound, load
from aural.sound.source import Source
from aural.sound.voice_mel import at_rate, voice_mel
from aural.tasks import quality
from bench import manifests
from bench.report import Finding, Table, publish

MARKS = ("overall", "speech", "background", "p808")
RATE, MEL_RATE = 16000, 22050
Samples = np.ndarray


class Distill:
    """Distill-MOS in a process of its own."""

    def __init__(self, python: str, folder: Path) -> None:
        script = Path(__file__).parent / "quality_peer.py"
        self._work = subprocess.Popen([python, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._place = folder / "samples.npy"

    def mark(self, samples: Samples) -> float:
        """The mark of a clip [T] at 16 kHz."""
        assert self._work.stdin and self._work.stdout
        np.save(self._place, samples)
        print(json.dumps({"path": str(self._place)}), file=self._work.stdin, flush=True)
        return float(json.loads(self._work.stdout.readline())["mark"])

    def close(self) -> None:
        """End the process."""
        assert self._work.stdin
        self._work.stdin.close()
        self._work.wait()


def marks(sound: Sound, shelf: Shelf) -> dict[str, float]:
    """DNSMOS of a clip by name."""
    told = quality.run(Source(sound), shelf, quality.Options(), Quiet())
    return {curve.name: float(curve.values[0]) for curve in told.curves or ()}


def judged(name: str, clips: Iterable[Samples], shelf: Shelf, distill: Distill | None) -> tuple[Any, ...]:
    """One row: the mean of each mark over clips [T] at 16 kHz, that of all of it with its interval."""
    found = []
    for clip in clips:
        dnsmos = marks(Sound(clip[None], RATE), shelf)
        found.append([*(dnsmos[m] for m in MARKS), distill.mark(clip) if distill else np.nan])
    table = np.array(found)
    rng = np.random.default_rng(0)
    spread = bootstrap(lambda d: float(table[d, 0].mean()), len(table), rng)
    last: tuple[float | None, ...] = (None, None, None)
    if distill:
        mean = bootstrap(lambda d: float(table[d, 4].mean()), len(table), rng)
        last = tuple(round(float(v), 2) for v in (mean.value, mean.low, mean.high))
    own = tuple(round(float(v), 2) for v in (spread.value, spread.low, spread.high, *table[:, 1:4].mean(0)))
    row = (name, len(table), *own, *last)
    print(*row, sep="\t", flush=True)
    return row


COLUMNS = ("sound", "clips", "overall", "low", "high", "speech", "background", "P.808", "Distill-MOS", "from", "to")


def harms() -> dict[str, Callable[[Samples, np.random.Generator], Samples]]:
    """What is done to clean recordings."""
    return {
        "as they are": lambda x, rng: x,
        "white noise at 20 dB": lambda x, rng: noisy(x, 20, rng),
        "white noise at 10 dB": lambda x, rng: noisy(x, 10, rng),
        "white noise at 0 dB": lambda x, rng: noisy(x, 0, rng),
        "a room of 0.6 s": in_a_room,
        "telephone band": lambda x, rng: band(x, 300, 3400),
        "clipped at a tenth of the peak": lambda x, rng: np.clip(x, -0.1 * np.abs(x).max(), 0.1 * np.abs(x).max()),
    }


def noisy(samples: Samples, decibels: float, rng: np.random.Generator) -> Samples:
    """White noise so many dB below."""
    noise = rng.standard_normal(len(samples))
    return np.asarray(samples + noise * np.sqrt(np.mean(samples**2) / 10 ** (decibels / 10)), np.float32)


def in_a_room(samples: Samples, rng: np.random.Generator) -> Samples:
    """Behind a decaying tail of noise, as loud as before."""
    t = np.arange(round(0.6 * RATE)) / RATE
    tail = rng.standard_normal(len(t)) * 10 ** (-3 * t / 0.6) * 0.05
    tail[0] = 1.0
    size = len(samples) + len(tail)
    wet = np.fft.irfft(np.fft.rfft(samples, size) * np.fft.rfft(tail, size), size)[: len(samples)]
    return np.asarray(wet * np.sqrt(np.mean(samples**2) / np.mean(wet**2)), np.float32)


def band(samples: Samples, low: float, high: float) -> Samples:
    """What lies between two frequencies (Hz)."""
    spectrum = np.fft.rfft(samples)
    hertz = np.fft.rfftfreq(len(samples), 1 / RATE)
    return np.asarray(np.fft.irfft(spectrum * ((hertz >= low) & (hertz <= high)), len(samples)), np.float32)


def choices_of(voice: str) -> dict[str, str]:
    """The models of a voice: its name, or name@vocoder."""
    name, _, vocoder = voice.partition("@")
    return {
        "synthesizer": name,
        "speller": "misaki-lexicon",
        "recognizer": "moonshine-base",
        "vocoder": vocoder or "griffin-lim",
    }


def spoken(voice: str, texts: Sequence[str], runtime: Runtime) -> Iterator[Samples]:
    """Each text said by a voice, at 16 kHz."""
    from aural.tasks import speak

    with Shelf(choices_of(voice), runtime, keep=True) as shelf:
        for text in texts:
            said = speak.run(text, shelf, speak.Options(), Quiet())
            yield np.asarray(resample(np.atleast_2d(said.samples), said.sample_rate, RATE)[0], np.float32)


def copied(name: str, places: Sequence[Path], runtime: Runtime) -> Iterator[Samples]:
    """Recordings made anew from their log-mel spectrogram, at 16 kHz."""
    options = at_rate(MEL_RATE)
    with store.open_model(name, "vocoder", runtime) as vocoder:
        for place in places:
            mel = voice_mel(load(place, rate=MEL_RATE, mono=True).samples[0], options=options)
            yield np.asarray(resample(vocoder.sound(mel, MEL_RATE)[None], MEL_RATE, RATE)[0], np.float32)


def rows_of(place: Path, count: int) -> list[dict[str, Any]]:
    """Rows of a manifest, evenly taken."""
    rows = manifests.placed(place)
    return rows[:: max(1, len(rows) // count)][:count]


def main() -> None:
    """Print the tables; keep them with --json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--voices", default="kokoro,flite,kathleen")
    parser.add_argument("--vocoders", default="griffin-lim")
    parser.add_argument("--clips", type=int, default=12)
    parser.add_argument("--distill", help="a Python that has distillmos")
    parser.add_argument("--note", action="append", default=[])
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    runtime = Runtime("cpu", 1)
    read = rows_of(args.data / "librispeech_mini" / "valid.jsonl", args.clips)
    own = rows_of(args.data / "kathleen" / "valid.jsonl", args.clips)
    clean = [load(r["audio"], rate=RATE, mono=True).samples[0] for r in read]
    person = [load(r["audio"], rate=RATE, mono=True).samples[0] for r in own]
    with Shelf({"quality": "dnsmos"}, runtime, keep=True) as shelf, tempfile.TemporaryDirectory() as folder:
        distill = Distill(args.distill, Path(folder)) if args.distill else None
        harmed = [
            judged(name, (harm(x, np.random.default_rng([k, 0])) for k, x in enumerate(clean)), shelf, distill)
            for name, harm in harms().items()
        ]
        voices = [judged("the recordings (Kathleen)", person, shelf, distill)]
        texts = [str(r["text"]) for r in own]
        voices += [judged(v, spoken(v, texts, runtime), shelf, distill) for v in args.voices.split(",")]
        places = [r["audio"] for r in own]
        made = [judged(Path(v).name, copied(v, places, runtime), shelf, distill) for v in args.vocoders.split(",") if v]
        if distill:
            distill.close()
    tables = (
        Table("recordings of LibriSpeech (valid), harmed", COLUMNS, tuple(harmed), ("marks 1 to 5; intervals: 95 %, bootstrap",)),
        Table(
            "the same sentences by voices", COLUMNS, tuple(voices),
            ("sentences of CMU ARCTIC that no voice learned from; how well they are understood: the tables of `speak`", *args.note),
        ),
        Table("Kathleen's recordings through vocoders (log-mel and back)", COLUMNS, tuple(made), ()),
    )  # fmt: skip
    publish(Finding("Do quality scores hear harm, and do they tell voices apart?", tables), args.json)


if __name__ == "__main__":
    main()
