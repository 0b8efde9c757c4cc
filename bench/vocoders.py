"""How much of a recording is left when a vocoder makes it anew from its log-mel spectrogram?

python -m bench.vocoders --manifest valid.jsonl --every 8 --vocoders parametric,griffin-lim,runs/hifigan [--world PYTHON] \
    --json bench/receipts/vocoders.json

"parametric" is the analysis and the vocoder that parametric voices are made with; PYTHON has pyworld, the field's own one. Both
are told pitch, envelope and noise of the recording, all others its log-mel spectrogram.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from aural.corpora.manifest import Clip, read_manifest
from aural.metrics.intervals import ratio
from aural.metrics.words import word_errors
from aural.models import store
from aural.models.card import Card, Licences
from aural.models.face import Vocoder
from aural.models.runtime import Runtime
from aural.models.shelf import Shelf
from aural.progress import Quiet
from aural.sound import mel_cepstrum
from aural.sound.envelope import LEAST_NOISE, MOST_NOISE, envelope, noisiness, size_of
from aural.sound.pitch import pitch
from aural.sound.sound import Sound, load
from aural.sound.source import Source
from aural.sound.vocoder import synthesize as vocoder_of
from aural.sound.voice_mel import at_rate, voice_mel
from aural.tasks import transcribe
from aural.text.scoring import normalize
from bench.quality import marks
from bench.report import Finding, Table, publish

COLUMNS = (
    "made by",
    "clips",
    "mel distance",
    "pitch error cents",
    "voicing error %",
    "WER %",
    "low",
    "high",
    "DNSMOS",
    "CPU s per s",
    "MB",
)
RANGE = (80.0, 400.0)  # Hz
LENGTHS, SLOW = (256, 1024, 4096, 16384), 1024  # samples


@dataclass
class Kept:
    """What was measured of one vocoder."""

    mel: list[float] = field(default_factory=list)
    cents: list[float] = field(default_factory=list)
    voicing: list[float] = field(default_factory=list)
    errors: list[float] = field(default_factory=list)
    words: list[float] = field(default_factory=list)
    marks: list[float] = field(default_factory=list)
    cost: float = 0.0
    seconds: float = 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--manifest", type=Path, required=True)
    parser.add_argument("--every", type=int, default=8, help="every n-th row")
    parser.add_argument("--vocoders", default="griffin-lim")
    parser.add_argument("--world", help="a Python that has pyworld")
    parser.add_argument("--no-words", action="store_true", help="leave the recognizer out")
    parser.add_argument("--note", action="append", default=[], help="a line under the table: how a vocoder was trained")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    clips = read_manifest(args.manifest)[:: args.every]
    runtime = Runtime("cpu", 1)
    ear = (
        None
        if args.no_words
        else Shelf({"vad": "silero-vad", "recognizer": "moonshine-base", "quality": "dnsmos"}, runtime, keep=True)
    )
    rows = []
    for name in ("the recordings", *(["pyworld"] if args.world else []), *args.vocoders.split(",")):
        size = None
        if name == "the recordings":
            kept = measured(clips, lambda mel, samples, rate: samples, ear)
        elif name == "parametric":
            kept = measured(clips, parametric, ear)
        elif name == "pyworld":
            with tempfile.TemporaryDirectory() as folder:
                world = World(args.world, Path(folder))
                kept = measured(clips, world.made, ear)
                world.close()
            kept.cost = world.spent
        else:
            with store.open_model(name, "vocoder", runtime) as vocoder:
                kept = measured(clips, through(vocoder), ear)
            size = store.entry_of(name, "vocoder").size / 1e6
        rows.append(row(Path(name).name, len(clips), kept, size))
        print(*rows[-1], sep="\t", flush=True)
    if ear is not None:
        ear.close()
    notes = (
        f"every {args.every}th row of {args.manifest.name}; no vocoder has heard them",
        "mel distance: mean difference of log-mel amplitudes (nepers); pitch error: mean, where both are voiced",
        "voicing error: share of 10 ms steps that are voiced in one and not in the other; heard by the default recognizer",
    )
    notes += tuple(args.note)
    title = "copy synthesis: recording -> log-mel -> vocoder"
    tables = (Table(title, COLUMNS, tuple(rows), notes), steps())
    publish(Finding("How much is left behind a vocoder?", tables), args.json)


def steps() -> Table:
    """What a sample of WaveNet costs, cached and by the definition, over sounds of several lengths."""
    import torch

    from aural.models.engines.wavenet import WaveNet
    from aural.nets.vocoders import wavenet

    torch.set_num_threads(1)
    torch.manual_seed(0)
    net = wavenet.Vocoder(wavenet.Config(), 80, 256).double()
    licences = Licences("Apache-2.0", "none", "none", True, "drawn by chance")
    weights = {name: value.numpy() for name, value in net.state_dict().items()}
    told = {"dilations": net.core.stack.dilations, "hop": 256, "output": "logistics"}
    cached = WaveNet(Card("chance", "vocoder", "wavenet", licences, "this bench", sample_rate=22050), weights, told)
    rng, rows = np.random.default_rng(0), []
    for count in LENGTHS:
        mel, draws = rng.normal(-5, 2, (80, max(1, count // 256))), rng.random((count, 2))
        begun = time.process_time()
        fast = cached.drawn(mel, draws)
        middle = time.process_time()
        slow = net.slow_samples(torch.from_numpy(mel)[None], torch.from_numpy(draws)[None])[0] if count <= SLOW else None
        end = time.process_time()
        same = None if slow is None else "equal" if np.array_equal(slow.numpy().astype(np.float32), fast) else "differ"
        by = None if slow is None else round(1e3 * (end - middle) / count, 3)
        rows.append((count, round(1e3 * (middle - begun) / count, 3), by, same))
    notes = ("16 layers of 32 channels, weights drawn by chance, 64 bits, one thread; all samples compared bit for bit",)
    return Table(
        "WaveNet: what a sample costs", ("samples", "cached: CPU ms", "by the definition: CPU ms", "samples"), tuple(rows), notes
    )


Make = Callable[[np.ndarray, np.ndarray, int], np.ndarray]


class World:
    """pyworld in a process of its own; `spent` are its CPU seconds."""

    def __init__(self, python: str, folder: Path) -> None:
        script = Path(__file__).parent / "world_peer.py"
        self._work = subprocess.Popen([python, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._place, self.spent = folder / "samples.npy", 0.0

    def made(self, mel: np.ndarray, samples: np.ndarray, rate: int) -> np.ndarray:
        """A clip [T] taken apart and put together."""
        assert self._work.stdin and self._work.stdout
        np.save(self._place, samples)
        print(json.dumps({"path": str(self._place), "sample_rate": rate}), file=self._work.stdin, flush=True)
        self.spent += json.loads(self._work.stdout.readline())["seconds"]
        return np.asarray(np.load(self._place))

    def close(self) -> None:
        """End the process."""
        assert self._work.stdin
        self._work.stdin.close()
        self._work.wait()


def parametric(mel: np.ndarray, samples: np.ndarray, rate: int) -> np.ndarray:
    """A clip [T] as pitch, 40 cepstra and noise each 5 ms, and sound again."""
    hop, order = 0.005, 40
    n_fft = size_of(rate, RANGE[0])
    hertz = np.nan_to_num(pitch(samples, sample_rate=rate, low=RANGE[0], high=RANGE[1], hop=hop).frequency)
    power = envelope(samples, hertz, sample_rate=rate, hop=hop, n_fft=n_fft)
    noise = np.clip(noisiness(samples, hertz, sample_rate=rate, hop=hop), LEAST_NOISE, MOST_NOISE)
    cepstra = mel_cepstrum.encode(power, sample_rate=rate, order=order)
    log_power = mel_cepstrum.decode(cepstra, sample_rate=rate, bins=n_fft // 2 + 1)
    made = vocoder_of(hertz, log_power, noise, sample_rate=rate, hop=hop, rng=np.random.default_rng(0))[: len(samples)]
    return np.pad(made, (0, len(samples) - len(made))).astype(np.float32)


def through(vocoder: Vocoder) -> Make:
    """A vocoder as what makes a clip anew."""
    return lambda mel, samples, rate: vocoder.sound(mel, rate)


def measured(clips: list[Clip], make: Make, ear: Shelf | None) -> Kept:
    """Every clip made anew and held against itself."""
    kept, rate = Kept(), 22050
    options = at_rate(rate)
    for clip in clips:
        end = None if clip.duration is None else clip.start + clip.duration
        samples = load(clip.audio, rate=rate, mono=True, start=clip.start, end=end).samples[0]
        samples = samples[: len(samples) // options.hop * options.hop]
        mel = voice_mel(samples, options=options)
        begun = time.process_time()
        made = make(mel, samples, rate)
        kept.cost += time.process_time() - begun
        kept.seconds += len(samples) / rate
        kept.mel.append(float(np.abs(voice_mel(made, options=options) - mel).mean()))
        a, b = (pitch(x, sample_rate=rate, low=RANGE[0], high=RANGE[1]).frequency for x in (samples, made))
        both = np.isfinite(a) & np.isfinite(b)
        kept.cents += (1200 * np.abs(np.log2(a[both] / b[both]))).tolist()
        kept.voicing += (np.isfinite(a) != np.isfinite(b)).astype(float).tolist()
        if ear is not None and clip.text:
            heard = transcribe.run(
                Source(Sound(made[None], rate)), ear, transcribe.Options(language="en", word_times=False), Quiet()
            )
            found = word_errors(normalize(clip.text), normalize(heard.text))
            kept.errors.append(float(found.total))
            kept.words.append(float(found.length))
            kept.marks.append(marks(Sound(made[None], rate), ear)["overall"])
    return kept


def row(name: str, clips: int, kept: Kept, size: float | None) -> tuple[object, ...]:
    """One line of the table."""
    words: tuple[float | None, ...] = (None, None, None)
    if kept.words:
        spread = ratio(np.array(kept.errors), np.array(kept.words), np.random.default_rng(0))
        words = tuple(round(100 * float(v), 1) for v in (spread.value, spread.low, spread.high))
    cents = round(float(np.mean(kept.cents)), 1) if kept.cents else None
    own = (round(float(np.mean(kept.mel)), 3), cents, round(100 * float(np.mean(kept.voicing)), 1))
    mark = round(float(np.mean(kept.marks)), 2) if kept.marks else None
    return (name, clips, *own, *words, mark, round(kept.cost / kept.seconds, 3), None if size is None else round(size, 2))


if __name__ == "__main__":
    main()
