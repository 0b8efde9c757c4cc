"""What does looking ahead buy a recognizer that writes while it hears, and what does it cost?

    python -m bench.lookahead --corpora corpora --noises data/noises --work runs/roads --json bench/receipts/lookahead.json \\
        [--picture docs/lookahead.svg]

One CTC net and one transducer that begins with it, both with the encoder chunked_conformer, learn the strings of digits of
bench/road_corpora.py (people_digits). Then strings of a voice that they never heard are streamed to the code of `aural transcribe
--stream` in blocks of 80 ms, clean and with noise at 10 dB, once for each lookahead. A word's delay is the sound that was heard
when the word was first told, and stayed, less the moment at which it truly ends. Time that computing takes is told apart.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch

from aural.files import write_text
from aural.learn.losses.ctc import Config as CtcConfig
from aural.learn.losses.ctc import Made as Ctc
from aural.learn.losses.transducer import Config, Made
from aural.metrics.intervals import bootstrap
from aural.metrics.words import align
from aural.models import store
from aural.models.face import Decoding, Scorer, Transcriber
from aural.models.runtime import Runtime
from aural.pictures import svg
from aural.pictures.marks import FAINT, Box, Dots, Line, Mark, Text
from aural.pictures.ticks import Axis, nice
from aural.sound.effects._mixing import mixed
from aural.sound.sound import Sound, load
from aural.tasks._live_written import LiveWritten
from aural.tasks._pace import Pace
from bench import digit_strings, manifests, road_corpora
from bench.report import Finding, Table, publish
from bench.road_corpora import Corpus

RATE, BLOCK, SNR = digit_strings.RATE, 0.08, 10.0
AHEAD = (0, 160, 320, 640)
TRAINING = (
    "--encoder chunked_conformer --sample-rate 8000 --batch 16 --rate 0.002 --patience 0 --average 0.99 "
    "--augment gain,speed,warp,specaugment --set encoder.width=128 --set encoder.layers=4 --set heads=4 --set kernel=9 "
    "--set left=48 --set n_mels=40"
)
BEHIND = (
    "--from {ctc} --batch 16 --rate 0.002 --patience 0 --average 0.99 --augment gain,speed,warp --set joint=96 "
    "--set writes=one --set context=1 --set early=0.01"
)


@dataclass
class Heard:
    """What came of strings at one lookahead: errors and words of each, delays (s), first words (s), CPU seconds of the net."""

    wrong: list[int] = field(default_factory=list)
    words: list[int] = field(default_factory=list)
    delays: list[float] = field(default_factory=list)
    first: list[float] = field(default_factory=list)
    spent: float = 0.0
    seconds: float = 0.0

    def wer(self) -> tuple[str, str]:
        """The error rate in percent and its interval over strings."""
        wrong, words = np.array(self.wrong), np.array(self.words)
        found = bootstrap(lambda rows: float(wrong[rows].sum() / words[rows].sum()), len(wrong), np.random.default_rng(0))
        return f"{100 * found.value:.1f}", f"[{100 * found.low:.1f}, {100 * found.high:.1f}]"


def trained(method: str, corpus: Corpus, args: argparse.Namespace) -> Path:
    """The run folder of a method, trained where it is not there yet."""
    folder: Path = args.work / f"{method}-lookahead"
    if not (folder / "model" / "card.json").is_file():
        flags = TRAINING if method == "ctc" else BEHIND.format(ctc=args.work / "ctc-lookahead")
        words = ["train", "transcribe", "--method", method, "--manifest", str(corpus.learn), "--valid", str(corpus.tune)]
        words += ["-o", str(folder), *flags.split(), "--epochs", str(args.epochs if method == "ctc" else args.behind)]
        words += ["--minutes", f"{args.minutes if method == 'ctc' else args.minutes_behind:g}", "--threads", "1"]
        words += ["--progress", "none"]
        subprocess.run([sys.executable, "-m", "aural", *words], check=True)
    return folder


def heard(model: Transcriber, gate: Scorer, rows: Sequence[dict[str, Any]], sounds: Sequence[np.ndarray], ahead: int) -> Heard:
    """All strings, each a stream of its own."""
    found = Heard()
    decoding = Decoding(lookahead=ahead / 1000)
    for row, samples in zip(rows, sounds, strict=True):
        live = LiveWritten(gate, model, decoding, 0.5, Pace(every=0.5), RATE)
        finals: list[str] = []
        since: list[tuple[str, float]] = []  # each word that stands now, and the sound heard (s) when it came to stand there
        size = round(BLOCK * RATE)
        parts = [samples[at : at + size] for at in range(0, len(samples), size)]
        for k in range(len(parts) + 1):
            updates = live.push(parts[k]) if k < len(parts) else live.finish()
            now = min((k + 1) * size, len(samples)) / RATE
            for update in updates:
                if update.kind in ("partial", "final"):
                    told = [*finals, *(w.text for w in update.words)]
                    since = [s if s and s[0] == w else (w, now) for w, s in zip(told, [*since, *[None] * len(told)], strict=False)]
                if update.kind == "final":
                    finals += [w.text for w in update.words]
        _count(found, row, since)
        found.spent += _cost(model, decoding, parts)
        found.seconds += len(samples) / RATE
    return found


def _cost(model: Transcriber, decoding: Decoding, parts: Sequence[np.ndarray]) -> float:
    """CPU seconds of the net and its search alone."""
    begun = time.process_time()
    state = model.start(decoding)
    for part in parts:
        state, _ = model.step(state, part)
    model.finish(state)
    return time.process_time() - begun


def _count(found: Heard, row: dict[str, Any], since: Sequence[tuple[str, float]]) -> None:
    true, wrong, right = iter(row["words"]), 0, []
    answers = iter(since)
    for step in align(row["text"].split(), [w for w, _ in since]):
        truth = next(true) if step.reference is not None else None
        answer = next(answers) if step.answer is not None else None
        wrong += step.kind != "same"
        if step.kind == "same" and truth and answer:
            right.append(answer[1] - truth["end"])
    found.wrong.append(wrong)
    found.words.append(len(row["words"]))
    found.delays += right
    found.first += right[:1]


def noisy(sounds: Sequence[np.ndarray], noises: Path) -> list[np.ndarray]:
    """Each string with a part of one of the noises that were not learned from, at 10 dB."""
    rng = np.random.default_rng(0)
    beds = [load(row["audio"], rate=RATE, mono=True).samples for row in manifests.placed(noises / "valid.jsonl")]
    found = []
    for samples in sounds:
        bed = beds[int(rng.integers(len(beds)))]
        bed = np.tile(bed, (1, -(-len(samples) // bed.shape[1]) + 1))
        at = int(rng.integers(bed.shape[1] - len(samples)))
        found.append(mixed(Sound(samples[None], RATE), bed[:, at : at + len(samples)], SNR, "speech").samples[0])
    return found


def steps(repeats: int = 20) -> Table:
    """Losses with their gradients on the same frames: ours for transducers, ours and torch's for CTC."""
    rows = [_steps_of(*sizes, repeats) for sizes in ((16, 100, 6, 11), (8, 250, 40, 64))]
    columns = ("clips x frames x tokens", "transducer, steps/s", "CTC, steps/s", "torch's CTC, steps/s")
    return Table("A loss with its gradient, one core", columns, tuple(rows))


def _steps_of(batch: int, frames: int, places: int, classes: int, repeats: int) -> tuple[Any, ...]:
    generator = torch.Generator().manual_seed(0)
    joint = torch.randn(batch, frames, places + 1, classes, generator=generator, requires_grad=True)
    flat = torch.randn(batch, frames, classes, generator=generator, requires_grad=True)
    targets = torch.randint(1, classes, (batch, places), generator=generator)
    real, lengths = torch.full((batch,), frames), torch.full((batch,), places)
    ours, side = Made(Config(), classes - 1), Ctc(CtcConfig(), classes - 1)

    def bare() -> torch.Tensor:
        log_probs = torch.log_softmax(flat, -1).transpose(0, 1)
        return torch.nn.functional.ctc_loss(log_probs, targets, real, lengths)

    timed = [
        _per_second(lambda: ours(joint, targets, real, lengths).sum(), repeats),
        _per_second(lambda: side(torch.log_softmax(flat, -1), targets, real, lengths).sum(), repeats),
        _per_second(bare, repeats),
    ]
    return f"{batch} x {frames} x {places}, {classes} classes", *timed


def _per_second(loss: Any, repeats: int) -> float:
    loss().backward()
    begun = time.process_time()
    for _ in range(repeats):
        loss().backward()
    return repeats / (time.process_time() - begun)


def picture(points: dict[str, list[tuple[float, float, int]]], path: Path) -> None:
    """Error rate over delay, a line for each model and condition, a point for each lookahead."""
    colors = ("#1f5fa8", "#b3541e", "#3a7d44", "#7a4fa3")
    every = [p for line in points.values() for p in line]
    across = Axis(min(0.0, *(x for x, _, _ in every)), max(x for x, _, _ in every) * 1.1 + 1, "ms")
    up = Axis(0.0, max(y for _, y, _ in every) * 1.15 + 0.5, "%")
    left, top, width, height = 60, 40, 560, 300
    marks: list[Mark] = [Box(left, top, width, height, border=FAINT)]
    marks += [Text(left - 8, top + height * (1 - up.share(v)) + 4, text, 11, "end") for v, text in nice(up.low, up.high, count=6)]
    marks += [Text(left + width * across.share(v), top + height + 16, text, 11, "middle")
              for v, text in nice(across.low, across.high, count=8)]  # fmt: skip
    marks += [Text(left, top - 10, "word error rate (%) over the median delay of a word (ms)", 13, bold=True)]
    for k, (name, line) in enumerate(points.items()):
        at = np.array([[left + width * across.share(x), top + height * (1 - up.share(y))] for x, y, _ in line])
        marks += [
            Line(at, colors[k % 4], 1.8),
            Dots(at, 3.5, colors[k % 4]),
            Text(left + width + 14, top + 20 + 17 * k, name, 12, color=colors[k % 4]),
        ]
        marks += [Text(x + 6, y - 6, str(ahead), 10) for (x, y), (_, _, ahead) in zip(at.tolist(), line, strict=True)]
    write_text(path, svg.document(780, 390, marks, title="lookahead"))


def main() -> None:
    """Train, stream, tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("corpora", "noises", "work"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=20.0, help="of training the CTC net")
    parser.add_argument("--minutes-behind", type=float, default=12.0, help="of training the transducer")
    parser.add_argument("--epochs", type=int, default=32, help="of the CTC net")
    parser.add_argument("--behind", type=int, default=10, help="of the transducer that begins with it")
    parser.add_argument("--strings", type=int, default=100)
    parser.add_argument("--methods", default="ctc,transducer")
    parser.add_argument("--picture", type=Path)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    torch.set_num_threads(1)
    places = "people_digits", args.corpora, args.noises, args.work
    corpus, unseen = road_corpora.corpus(*places), road_corpora.unseen(*places)
    rows = manifests.placed(unseen.parts[""])[: args.strings]
    clean = [load(row["audio"], rate=RATE, mono=True).samples[0] for row in rows]
    runtime = Runtime("cpu", 1)
    told: list[tuple[Any, ...]] = []
    points: dict[str, list[tuple[float, float, int]]] = {}
    gate = store.open_model("silero-vad", "vad", runtime)
    assert isinstance(gate, Scorer)
    for method in args.methods.split(","):
        model = store.open_model(str(trained(method, corpus, args)), "recognizer", runtime)
        assert isinstance(model, Transcriber)
        for condition, sounds in (("clean", clean), (f"{SNR:g} dB", noisy(clean, args.noises))):
            for ahead in AHEAD:
                one = heard(model, gate, rows, sounds, ahead)
                wer, interval = one.wer()
                delays, first = 1000 * np.array(one.delays or [np.nan]), 1000 * np.array(one.first or [np.nan])
                told.append((method, condition, ahead, wer, interval, float(np.median(delays)), float(np.percentile(delays, 90)),
                             float(np.median(first)), f"{100 * one.spent / one.seconds:.1f}"))  # fmt: skip
                points.setdefault(f"{method}, {condition}", []).append((float(np.median(delays)), float(wer), ahead))
                print(*told[-1], flush=True)
    columns = ("model", "condition", "lookahead ms", "WER %", "95 %", "delay ms, median", "90 %", "first word ms", "% of a core")
    notes = (
        f"{len(rows)} strings of 3 to 7 digits of one voice that was not learned from, gaps 0 to 600 ms; intervals over strings",
        "delay: sound heard when a word was first told and stayed, less its true end; in steps of the blocks of 80 ms",
        "% of a core: net and search, without the voice gate",
        f"`aural train transcribe --method ctc {TRAINING}`, `--method transducer {BEHIND.format(ctc='runs/ctc')}`",
    )
    tables = (Table("One net for every lookahead, streamed", columns, tuple(told), notes), steps())
    if args.picture:
        picture(points, args.picture)
    publish(Finding("What does looking ahead buy, and what does it cost?", tables), args.json)


if __name__ == "__main__":
    main()
