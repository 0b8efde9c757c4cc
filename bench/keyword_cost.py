"""What does it cost to listen for a keyword all the time, beside openWakeWord's graphs?

    python -m bench.keyword_cost --data DATA --model runs/juno --peer FOLDER [--json bench/receipts/keyword_cost.json]

The same speech (joined readings) goes through `aural spot`'s spotter, block by block as it comes, and through the graphs of
openWakeWord (melspectrogram.onnx, embedding_model.onnx and a head, as the wheel of openwakeword 0.5.1 carries them) at their own
step of 80 ms. CPU time of the process over the length of the speech, one thread, the least of some rounds, so that whatever else
runs on the machine counts little. For openWakeWord only the graphs are counted, not the buffers of its own code around them.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import numpy as np
import onnxruntime

from aural.corpora.manifest import read_manifest
from aural.models import store
from aural.models.face import StreamingScorer, TextScorer
from aural.models.runtime import Runtime
from aural.sound.sound import load
from aural.tasks._heard_again import SECOND, HeardAgain, rule_of
from aural.tasks._spotting import Rule, Spotter
from bench.report import Finding, Table, publish

RATE = 16000
STEP, BEFORE = 1280, 480  # samples of openWakeWord's step, and those before it that its spectrogram sees again
FRAMES, BANDS, HEARD = 76, 32, 16  # frames and bands of an embedding, embeddings of an answer


def speech(data: Path, seconds: float) -> np.ndarray:
    """So many seconds of joined readings [T] at 16 kHz."""
    parts, length = list[np.ndarray](), 0
    for clip in read_manifest(data / "librispeech_mini" / "valid.jsonl"):
        parts.append(load(clip.audio, rate=RATE, mono=True).samples[0])
        length += len(parts[-1])
        if length >= seconds * RATE:
            break
    return np.concatenate(parts)[: round(seconds * RATE)]


def least(call: Callable[[], object], rounds: int) -> float:
    """CPU seconds of the process, the least of some rounds."""
    times = []
    for _ in range(rounds):
        begun = time.process_time()
        call()
        times.append(time.process_time() - begun)
    return min(times)


def spotted(model: StreamingScorer, again: Callable[[], HeardAgain] | None, samples: np.ndarray, block: int) -> int:
    """Hear the samples in blocks of so many, as `aural spot` does -> how often the first stage fired."""
    card = model.card
    rule = rule_of(card, None, Rule.apart, again is not None)
    spotter, second, fired = Spotter(model, range(len(card.labels)), rule), again() if again else None, 0
    for at in range(0, len(samples), block):
        hits = spotter.push(samples[at : at + block])
        fired += len(hits)
        if second:
            second.push(samples[at : at + block], hits)
    return fired


def graphs(folder: Path, head: str) -> list[tuple[str, onnxruntime.InferenceSession, np.ndarray]]:
    """openWakeWord's graphs with an input of each, for one step."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    rng = np.random.default_rng(0)
    feeds = {
        "melspectrogram": rng.normal(0, 3000, (1, STEP + BEFORE)),
        "embedding_model": rng.normal(0, 1, (1, FRAMES, BANDS, 1)),
        head: rng.normal(0, 1, (1, HEARD, 96)),
    }
    return [(name, onnxruntime.InferenceSession(folder / f"{name}.onnx", options, ["CPUExecutionProvider"]), x.astype(np.float32))
            for name, x in feeds.items()]  # fmt: skip


def peer(folder: Path, head: str, seconds: float, rounds: int) -> list[tuple[object, ...]]:
    """Rows for all graphs together and for each."""
    steps, rows, total, size = round(seconds * RATE / STEP), list[tuple[object, ...]](), 0.0, 0
    for name, session, feed in graphs(folder, head):
        inputs = {session.get_inputs()[0].name: feed}
        busy = least(lambda run=session.run, inputs=inputs: [run(None, inputs) for _ in range(steps)], rounds)  # type: ignore[misc]
        own = (folder / f"{name}.onnx").stat().st_size
        total, size = total + busy, size + own
        rows.append((f"openWakeWord: {name}", "80 ms", f"{busy / seconds:.2%}", round(own / 1e6, 2), None))
    return [("openWakeWord: one phrase, all graphs", "80 ms", f"{total / seconds:.2%}", round(size / 1e6, 2), None), *rows]


def main() -> None:
    """Both, on the same minutes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", required=True, help="a run of aural train spot")
    parser.add_argument("--peer", type=Path, required=True, help="the folder with openWakeWord's graphs")
    parser.add_argument("--head", default="hey_mycroft_v0.1")
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    samples = speech(args.data, args.seconds)
    seconds = len(samples) / RATE
    small, large = (
        store.open_model(name, role, Runtime("cpu", 1)) for name, role in ((args.model, "spotter"), (SECOND, "recognizer"))
    )
    assert isinstance(small, StreamingScorer) and isinstance(large, TextScorer)
    folder = store.entry_of(args.model, "spotter").folder
    size = sum(p.stat().st_size for p in folder.iterdir() if p.suffix in (".onnx", ".safetensors")) / 1e6
    rows: list[tuple[object, ...]] = []
    for block in (STEP, RATE // 2):
        for name, again in (("first stage alone", None), ("with --confirm", lambda: HeardAgain(large, small.card))):
            fired = spotted(small, again, samples, block)
            busy = least(lambda again=again, block=block: spotted(small, again, samples, block), args.rounds)  # type: ignore[misc]
            told = f"{fired * 60 / seconds:.1f}" if again else None
            rows.append((f"aural spot: {name}", f"{1000 * block // RATE} ms", f"{busy / seconds:.2%}", round(size, 2), told))
    rows += peer(args.peer, args.head, seconds, args.rounds)
    table = Table(
        f"Share of one core while somebody speaks, {seconds:.0f} s of readings, one thread",
        ("what", "block", "CPU share", "MB", "candidates a minute"),
        tuple(rows),
        (f"onnxruntime {version('onnxruntime')} for both; the least of {args.rounds} rounds",
         f"--confirm adds the recognizer ({SECOND}) where the first stage fires, so nothing in silence; its size is not in the "
         "column; a second phrase in one model costs next to nothing, in openWakeWord another head",
         "openWakeWord's ready heads are not for commercial use (CC BY-NC-SA), its code and the embedding are Apache-2.0"),
    )  # fmt: skip
    publish(Finding("What does it cost to listen for a keyword all the time?", (table,)), args.json)


if __name__ == "__main__":
    main()
