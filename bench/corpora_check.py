"""Proof that manifests of whole corpora hold nothing that is kept back and no clip of a validation part.

python bench/corpora_check.py ROOT SHARED [--listen]: ROOT/NAME/{train,valid}.jsonl against the rules below and
against SHARED/NAME/valid.jsonl. Without --listen by names, speakers and groups; with it also by ear: every
validation clip is searched as a waveform (8 kHz, cross-correlation over all offsets) in the training clips of
the same label, which finds it under another name, cut or encoded anew. Ends with 1 when something is found.
"""

from __future__ import annotations

import argparse
import re
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile
from scipy.signal import fftconvolve, resample_poly

from bench import manifests
from bench.manifests import Row

RATE = 8000
SAME = 0.82  # seen: a clip in another encoding 0.83 to 1.0 (a few very short or noisy ones less), two takes 0.81 at most
LIBRI = set(
    """32 40 78 150 405 426 445 481 625 1594 1743 1898 1992 2092 2391 2416 2514 2518 2691 2911 3112 3699 3830 3879 4014 4137
    4481 4859 5049 5390 5456 5688 6078 6454 6836 7059 7067 7402 7511 7635 7794 7800 8051 8609 1998 3331 2414 3005 2033""".split()
)
WORDS = "2f813234 48bfde8e 62581901 708a9569 742d6431 93ec8b84 b87bdb22 d9b50b8b f428ca69 fac74f6a".replace(" ", "|")


def path_has(pattern: str) -> Callable[[Row], bool]:
    """True for rows whose audio path holds the pattern."""
    return lambda row: bool(re.search(pattern, row["audio"], re.IGNORECASE))


# what is kept back, set by set, told independently of the pages
KEPT_BACK: dict[str, Callable[[Row], bool]] = {
    "esc10": path_has(r"/5-[^/]+$"),
    "fsdd": path_has(r"theo|lucas"),
    "speech_commands": path_has(WORDS),
    "arabic_commands": path_has(r"/000000(03|04|10|14|26|28)_"),
    "wake_words": path_has(r"jarvis|snowboy|view glass|multiple_keywords"),
    "kathleen": path_has(r"arctic_b0[45]"),
    "precise_community": path_has(r"amelia|heysavant|heycomputer/es"),
    "custom_commands": path_has("dracarys"),
    "speechocean762": path_has(r"(^|/)test/"),
    "librispeech_some": lambda row: row["speaker"] in LIBRI,
    "klettres": path_has(r"klettres/(tn|lt)/"),
    "ravdess": path_has(r"-(19|2[0-4])\.wav$"),
    "nemo_pl": path_has(r"/(KD0|WR0)_"),
    "noise_beds": path_has(r"static|wind-chime|drink|/(birds|coffee-shop|fireplace|train|waves|storm|wind)\.ogg$"),
    "philharmonia": lambda row: int(row["group"].rpartition("block")[2]) % 4 == 2,
    "fluid_notes": lambda row: int(row["group"].rpartition("block")[2]) % 4 == 2,
    "berklee": path_has(r"bird|dog|horse|mooo|door|car_|fan_|train|water|rain(?!stick)|wind|walk|paper|drill|motor|engine"),
    "sonic_pi": path_has(r"loop_(amen|breakbeat|compus|safari|3d|mehackit2|perc2)|arovane_beat_c"),
}
# part of a long recording that is kept back: rows must end before it
PARTS = {"noise_beds": (r"197804|133099|234458|boat\.ogg", 0.6)}
# set of the shared part -> the whole corpora of the same source
SOURCES = {
    "esc10": ("esc10",),
    "fsdd": ("fsdd",),
    "speech_commands_mini": ("speech_commands",),
    "arabic_commands_mini": ("arabic_commands",),
    "speechocean_mini": ("speechocean762",),
    "librispeech_mini": ("librispeech_some",),
    "instrument_notes": ("fluid_notes",),
    "drums_and_loops": ("sonic_pi", "web_drums"),
    "noises": ("noise_beds", "berklee"),
    "animals": ("noise_beds", "berklee"),
    "noncommercial/emotion": ("ravdess",),
    "noncommercial/philharmonia_notes": ("philharmonia",),
}


def main() -> None:
    """Check every manifest; print one line a set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root", type=Path)
    parser.add_argument("shared", type=Path)
    parser.add_argument("--listen", action="store_true")
    given = parser.parse_args()
    wrong = []
    for path in sorted(given.root.glob("*/train.jsonl")):
        wrong += by_name(path.parent)
    for shared, names in SOURCES.items():
        valid = read(given.shared / shared / "valid.jsonl")
        for name in names:
            wrong += against(given.root / name, given.shared / shared, valid, given.listen)
    for line in wrong:
        print("WRONG", line)
    raise SystemExit(1 if wrong else 0)


def read(path: Path) -> list[Row]:
    """The rows of a manifest; none where there is no file."""
    return manifests.rows(path) if path.is_file() else []


def by_name(folder: Path) -> list[str]:
    """Kept-back rows, parts beyond their bound, groups and recordings in both splits."""
    train, valid = read(folder / "train.jsonl"), read(folder / "valid.jsonl")
    kept = KEPT_BACK.get(folder.name)
    wrong = [f"{folder.name}: kept back: {r['audio']}" for r in train + valid if kept and kept(r)]
    if folder.name in PARTS:
        pattern, share = PARTS[folder.name]
        for row in train + valid:
            if re.search(pattern, row["audio"]):
                whole = soundfile.info(folder / row["audio"]).duration
                if row.get("start", 0) + row["duration"] > share * whole:
                    wrong.append(f"{folder.name}: its later part is kept back: {row['audio']}")
    wrong += by_text(folder, train + valid)
    for key in ("group", "speaker", "audio"):
        both = {str(r[key]) for r in train if key in r} & {str(r[key]) for r in valid if key in r}
        one = folder.name == "kathleen" and key == "speaker"  # one voice: split by sentence
        wrong += [f"{folder.name}: {key} {b} is in train and valid" for b in sorted(both) if not one]
    rule = "a rule" if kept else "no rule"
    print(f"{folder.name}: {len(train)} train, {len(valid)} valid, {rule} of what is kept back", flush=True)
    return wrong


def by_text(folder: Path, rows: list[Row]) -> list[str]:
    """Sentences of Kathleen that are kept back by their text, whatever their number."""
    prompts = folder / "cmuarctic.data"
    if folder.name != "kathleen" or not prompts.is_file():
        return []
    plain = {" ".join(re.findall(r"[a-z']+", t.lower())) for t in re.findall(r'arctic_b0[45]\d\d "(.*)"', prompts.read_text())}
    return [f"kathleen: its text is kept back: {r['audio']}" for r in rows if r["group"] in plain]


def against(folder: Path, shared: Path, valid: list[Row], listen: bool) -> list[str]:
    """Training clips that are validation clips of the shared part, by name and, if asked, by ear."""
    train = read(folder / "train.jsonl")
    names = {name_of(r) for r in valid}
    wrong = [f"{folder.name}: {r['audio']} is validated on in {shared.name}" for r in train if names & {*names_of(r)}]
    speakers = {r["speaker"] for r in valid if "speaker" in r} & {r["speaker"] for r in train if "speaker" in r}
    wrong += [f"{folder.name}: speaker {s} is validated on in {shared.name}" for s in sorted(speakers)]
    if listen:
        found, best = by_ear(folder, shared, valid, train)
        wrong += found
        print(f"{folder.name} against {shared.name}: highest correlation {best:.2f}", flush=True)
    return wrong


def name_of(row: Row) -> str:
    """The file stem of a row, the piece number of a cut recording taken off."""
    return Path(row["audio"]).stem


def names_of(row: Row) -> tuple[str, str]:
    """The names under which a whole corpus's clip can lie in a shared part."""
    stem = name_of(row)
    return stem, f"{row.get('label')}_{stem}".replace(" ", "_")


def by_ear(folder: Path, shared: Path, valid: list[Row], train: list[Row]) -> tuple[list[str], float]:
    """Validation clips found inside training clips of the same label, and the highest correlation seen."""
    of = defaultdict(list)
    labels = {str(r.get("label")) for r in valid}
    for row in train:
        label = str(row.get("label"))
        of[label if label in labels else ""].append(row)
    wrong, best = [], 0.0
    for label in sorted(labels):
        queries = [(r["audio"], loudest(heard(shared / r["audio"]))) for r in valid if str(r.get("label")) == label]
        for row in of[label]:
            long = heard(folder / row["audio"])
            for name, query in queries:
                score = correlation(query, long)
                best = max(best, score)
                if score > SAME:
                    wrong.append(f"{folder.name}: {row['audio']} sounds like {shared.name}/{name} ({score:.2f})")
    return wrong, best


def heard(path: Path) -> np.ndarray:
    """The first minute, mono at 8 kHz."""
    rate = soundfile.info(path).samplerate
    samples = soundfile.read(path, dtype="float32", always_2d=True, frames=60 * rate)[0].mean(axis=1)
    return np.asarray(resample_poly(samples, RATE, rate), dtype=np.float32)


def loudest(samples: np.ndarray, seconds: float = 1.0) -> np.ndarray:
    """The second of a clip that holds most energy."""
    size = int(seconds * RATE)
    if len(samples) <= size:
        return samples
    energy = np.cumsum(np.concatenate([[0.0], samples.astype(np.float64) ** 2]))
    start = int(np.argmax(energy[size:] - energy[:-size]))
    return samples[start : start + size]


def correlation(query: np.ndarray, long: np.ndarray) -> float:
    """Highest normalized correlation of `query` with any stretch of `long`; both get zeros at their ends."""
    size = len(query)
    padded = np.concatenate([np.zeros(size // 4), long, np.zeros(max(size // 4, size - len(long)))])
    product = fftconvolve(padded, query[::-1], mode="valid")
    energy = np.cumsum(np.concatenate([[0.0], padded**2]))
    local = np.maximum(energy[size:] - energy[:-size], 0.05 * energy[-1] * size / len(padded) + 1e-12)
    return float(np.max(np.abs(product) / np.sqrt(local * max(float(np.sum(query**2)), 1e-12))))


if __name__ == "__main__":
    main()
