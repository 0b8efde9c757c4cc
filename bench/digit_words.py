"""Digits cut out of read sentences, so that a recognizer of digits meets the many speakers of whom no digit was recorded alone.

    python -m bench.digit_words --sentences corpora/speechocean762 corpora/librispeech_some --work runs/digits/cut

Each sentence of train.jsonl in which digits are said is laid under its recording by `aural align`; the digits are cut where they
begin and end. Sentences of nothing but digits are left out, as bench/digit_strings.py takes them whole.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

import aural
from aural.sound.sound import Sound, load
from bench import manifests
from bench.digit_readings import RATE, WORDS

_EDGE = 0.03  # s, left before and behind the word
_SHORTEST, _LONGEST = 0.12, 0.9  # s; what is shorter or longer was laid wrong
_CONFIDENT = 0.2


def cut(folder: Path) -> Iterator[tuple[np.ndarray, str, str]]:
    """Samples [T] at RATE, the word, and the speaker of each digit in the sentences of a corpus."""
    for row in manifests.placed(folder / "train.jsonl"):
        said = str(row.get("text") or "").lower().split()
        if not set(said) & set(WORDS) or set(said) <= set(WORDS):
            continue
        samples = load(row["audio"], rate=RATE, mono=True).samples[0]
        words = list(aural.align(row["audio"], " ".join(said), threads=1).words())
        for word in words:
            lasts = word.end - word.start
            sure = word.confidence is None or word.confidence > _CONFIDENT
            if word.text in WORDS and word.timed == "measured" and sure and _SHORTEST <= lasts <= _LONGEST:
                part = samples[round(max(0.0, word.start - _EDGE) * RATE) : round((word.end + _EDGE) * RATE)]
                yield part, word.text, str(row.get("speaker") or row["group"])


def write(folders: Sequence[Path], work: Path) -> Path:
    """The manifest of all digits, which are cut where it is not there yet."""
    manifest = work / "train.jsonl"
    if manifest.is_file():
        return manifest
    (work / "cut").mkdir(parents=True, exist_ok=True)
    found: list[manifests.Row] = []
    for folder in folders:
        for samples, word, who in cut(folder):
            audio = f"cut/{word}_{len(found):04}.wav"
            Sound(samples.astype(np.float32)[None], RATE).save(work / audio)
            found.append({"audio": audio, "duration": len(samples) / RATE, "text": word, "speaker": f"{folder.name}-{who}"})
    return manifests.write(manifest, found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sentences", type=Path, nargs="+", required=True, help="folders with train.jsonl")
    parser.add_argument("--work", type=Path, default=Path("runs/digits/cut"))
    args = parser.parse_args()
    print(write(args.sentences, args.work))


if __name__ == "__main__":
    main()
