"""How fast is log-mel, what would the FFT alone take, and do others get the same numbers?

Sixty seconds of noise with a glide at 16 kHz, 25 ms slices each 10 ms, 80 bands, float32, one thread; the best of
several rounds. Others run in the interpreter given with --peer-python (librosa, kaldi-native-fbank).

    python -m bench.log_mel [--peer-python PATH] [--json bench/receipts/log_mel.json]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from aural.sound.fbank import kaldi_fbank
from aural.sound.mel import MelOptions, log_mel, whisper_log_mel
from aural.sound.spectrum import BLOCK, blocks, frames
from bench.report import Finding, Table, publish

RATE, SECONDS, ROUNDS = 16000, 60, 9
LIBROSA = MelOptions(scale="slaney", norm="slaney", pad="constant")

PEER = """
import json, sys, time
import numpy as np
x, rounds, folder, told = np.load(sys.argv[1]), int(sys.argv[2]), sys.argv[3], {}
def timed(name, version, call):
    call()
    best = 1e9
    for _ in range(rounds):
        begun = time.perf_counter()
        found = call()
        best = min(best, time.perf_counter() - begun)
    np.save(f"{folder}/{name}.npy", found)
    told[name] = [best, version]
try:
    import librosa
    timed("librosa", librosa.__version__, lambda: librosa.power_to_db(
        librosa.feature.melspectrogram(y=x, sr=16000, n_fft=400, hop_length=160, n_mels=80), top_db=None))
except ImportError:
    pass
try:
    import kaldi_native_fbank as knf
    scaled = x * 32768
    def kaldi():
        o = knf.FbankOptions()
        o.frame_opts.dither, o.frame_opts.window_type, o.mel_opts.num_bins, o.energy_floor = 0, "hamming", 80, 0
        f = knf.OnlineFbank(o)
        f.accept_waveform(16000, scaled)
        f.input_finished()
        return np.stack([f.get_frame(k) for k in range(f.num_frames_ready)])
    timed("kaldi-native-fbank", knf.__version__, kaldi)
except ImportError:
    pass
json.dump(told, sys.stdout)
"""


def sound() -> np.ndarray:
    """One minute, float32 [T]."""
    time_axis = np.arange(RATE * SECONDS) / RATE
    glide = 0.3 * np.sin(2 * np.pi * (100 * time_axis + 50 * time_axis**2))
    return (glide + 0.05 * np.random.default_rng(0).standard_normal(len(time_axis))).astype(np.float32)


def timed(call: Callable[[], object]) -> float:
    """The best time of several rounds in seconds."""
    call()
    best = float("inf")
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        call()
        best = min(best, time.perf_counter() - begun)
    return best


def bare_fft(x: np.ndarray) -> None:
    """Nothing but the transforms of as many slices as the minute has."""
    part = np.ascontiguousarray(frames(x, length=400, hop=160)[:BLOCK])
    out: np.ndarray = np.empty((BLOCK, 201), np.complex64)
    count = len(x) // 160 + 1
    for start in range(0, count, BLOCK):
        size = min(BLOCK, count - start)
        np.fft.rfft(part[:size], axis=-1, out=out[:size])


def stft_only(x: np.ndarray) -> None:
    """Slices cut, tapered and transformed, nothing kept."""
    for _ in blocks(x):
        pass


def peers(python: str, x: np.ndarray) -> dict[str, tuple[float, str, np.ndarray]]:
    """Time, version and values of others in another interpreter."""
    with tempfile.TemporaryDirectory() as folder:
        np.save(f"{folder}/x.npy", x)
        done = subprocess.run(
            [python, "-c", PEER, f"{folder}/x.npy", str(ROUNDS), folder], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise SystemExit(done.stderr.strip().splitlines()[-1])
        return {k: (s, v, np.load(f"{folder}/{k}.npy")) for k, (s, v) in json.loads(done.stdout).items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer-python", help="an interpreter that has librosa or kaldi-native-fbank")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    if os.environ.get("OMP_NUM_THREADS") != "1":
        # Libraries read their number of threads once, when they are loaded.
        one = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")
        again = [sys.executable, "-m", "bench.log_mel", *sys.argv[1:]]
        raise SystemExit(subprocess.run(again, env={**os.environ, **one}, check=False).returncode)
    x = sound()
    wide = x.astype(np.float64)
    fft = timed(lambda: bare_fft(x))
    ours: list[tuple[str, Callable[[np.ndarray], np.ndarray]]] = [
        ("aural log_mel", log_mel), ("aural log_mel as librosa", lambda a: log_mel(a, options=LIBROSA)),
        ("aural whisper_log_mel", whisper_log_mel),
    ]  # fmt: skip
    rows: list[tuple[object, ...]] = [("numpy FFT alone, 400 points", *speed(fft, fft), None, None)]
    rows.append(("aural stft, nothing kept", *speed(timed(lambda: stft_only(x)), fft), None, None))
    for name, call in ours:
        apart = float(np.abs(call(x) - call(wide)).max())
        rows.append((name, *speed(timed(lambda call=call: call(x)), fft), apart, None))  # type: ignore[misc]
    rows.append(("aural kaldi_fbank, 512 points", *speed(timed(lambda: kaldi_fbank(x)), fft), None, None))
    same = {"librosa": lambda: log_mel(x, options=LIBROSA), "kaldi-native-fbank": lambda: kaldi_fbank(x)}
    for name, (seconds, version, values) in (peers(args.peer_python, x) if args.peer_python else {}).items():
        rows.append((f"{name} {version}", *speed(seconds, fft), None, float(np.abs(values - same[name]()).max())))
    columns = ("way", "ms", "x real time", "times the FFT alone", "off its own float64", "off aural's")
    notes = ("off = largest difference, in dB (Kaldi: nepers; Whisper: its own unit)", "- = not measured")
    table = Table("60 s at 16 kHz, 25/10 ms, 80 bands, float32, one thread", columns, tuple(rows), notes)
    publish(Finding("How fast is log-mel, and is it the same as others'?", (table,)), args.json)


def speed(seconds: float, fft: float) -> tuple[float, int, float]:
    """Milliseconds, seconds of sound a second, and multiples of the bare transform."""
    return round(1000 * seconds, 1), round(SECONDS / seconds), round(seconds / fft, 2)


if __name__ == "__main__":
    main()
