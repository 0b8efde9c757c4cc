"""Digits and other single words of many speakers, beside the recorded voices: joined from manifests of public corpora.

    aural corpora rows speech_commands isolated-speech-commands/recipe/audio -o speech_commands.jsonl
    aural corpora rows audio_mnist AudioMNIST -o audio_mnist.jsonl      (so too spoken_numbers and dsp_speech)
    python -m bench.more_digits speech_commands.jsonl audio_mnist.jsonl spoken_numbers.jsonl dsp_speech.jsonl --corpora corpora

leaves corpora/more_digits/train.jsonl (all that is nothing but digits) and corpora/more_words/train.jsonl (other English), from the
parts to learn from, and corpora/digits_elsewhere/valid.jsonl, the digits of the parts to validate on. When these corpora were first
gathered, clips were left out whose labels a classifier of these words and a recognizer both contradicted: 150 of 4,972 of Speech
Commands, 4 of 504 of AudioMNIST, 98 of 816 of DSPSpeech-20. `--without` takes the names of such clips.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from bench import manifests
from bench.digit_readings import WORDS
from bench.manifests import Row

TAKES = {"more_digits": 10, "more_words": 5}  # at most so many of a text by a speaker: no corpus outweighs the others by takes


def joined(found: Sequence[Path], without: frozenset[str] = frozenset()) -> dict[str, list[Row]]:
    """The rows of each folder, whole paths, speakers told apart by the manifest that they come from."""
    parts: dict[str, list[Row]] = {name: [] for name in TAKES}
    for manifest in found:
        for row in _part(manifest, "train"):
            if row.get("language", "en") == "en" and _name(row) not in without:
                parts["more_digits" if _is_digits(row) else "more_words"].append(row)
    return {name: list(_few(rows, TAKES[name])) for name, rows in parts.items()}


def elsewhere(found: Sequence[Path]) -> list[Row]:
    """Digits of speakers from whom nothing is learned."""
    return [row for manifest in found for row in _part(manifest, "valid") if _is_digits(row)]


def _part(manifest: Path, split: str) -> Iterator[Row]:
    """The rows of a split, each speaker told apart from those of other corpora."""
    for row in manifests.placed(manifest):
        if row["split"] == split:
            speaker = f"{manifest.stem}-{row['speaker']}"
            yield row | {"speaker": speaker, "group": speaker}


def _is_digits(row: Row) -> bool:
    return set(row["text"].split()) <= set(WORDS)


def _few(rows: Iterable[Row], most: int) -> Iterator[Row]:
    takes: Counter[tuple[str, str]] = Counter()
    for row in rows:
        takes[row["speaker"], row["text"]] += 1
        if takes[row["speaker"], row["text"]] <= most:
            yield row


def _name(row: Row) -> str:
    """Word folder and file of a recording, as --without names it: `zero/1eddce1d_nohash_0.wav`."""
    return "/".join(Path(row["audio"]).parts[-2:])


def main() -> None:
    """Join, part, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("manifests", type=Path, nargs="+", help="as `aural corpora rows` writes them, named after their corpus")
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--without", type=Path, help="a text file: folder/file of a clip that is left out, one a line")
    args = parser.parse_args()
    without = frozenset(args.without.read_text(encoding="utf-8").split()) if args.without else frozenset()
    for name, rows in joined(args.manifests, without).items():
        print(f"{len(rows)} clips in {manifests.write(args.corpora / name / 'train.jsonl', rows)}")
    heard = elsewhere(args.manifests)
    print(f"{len(heard)} clips in {manifests.write(args.corpora / 'digits_elsewhere' / 'valid.jsonl', heard)}")


if __name__ == "__main__":
    main()
