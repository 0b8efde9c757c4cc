"""Make a test set in noise, rooms and over the telephone: aural testset clean.jsonl -o set/ --snr 20,10"""

from __future__ import annotations

import argparse
from pathlib import Path

_EXAMPLES = """
examples:
  aural testset clean.jsonl -o set/ --snr 20,10,0 --noise noises/ --rooms rooms/ --telephone
  aural testset clean.jsonl -o set/ --snr 10 --deal                     each clip in one cell
  aural evaluate transcribe --manifest set/testset.jsonl --slice condition,room,snr,line
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The clips, and what is done to them."""
    parser.epilog = _EXAMPLES
    parser.add_argument("manifest", type=Path, help="clean clips: one JSON object a line (.jsonl, .gz)")
    parser.add_argument("-o", "--output", type=Path, metavar="FOLDER", required=True, help="the folder of the set")
    parser.add_argument("--snr", default="", metavar="DB,DB", help="noise at these ratios: 20,10,0")
    parser.add_argument("--noise", type=Path, metavar="DIR", help="recordings of noise (default: pink noise is made)")
    parser.add_argument("--rooms", type=Path, metavar="DIR", help="rooms far from the microphone (impulse responses)")
    parser.add_argument("--telephone", action="store_true", help="over a telephone line, too (8 kHz, mu-law)")
    parser.add_argument("--deal", action="store_true", help="each clip in one cell alone, all cells as often (default: in each)")
    parser.add_argument("--limit", type=int, help="at most so many clips, taken evenly over the manifest")
    parser.add_argument("--seed", type=int, default=0, help="noises and rooms are drawn by it (default: 0)")
    parser.add_argument("--progress", choices=("auto", "bar", "json", "none"), default="auto", help="how progress is shown")


def run(args: argparse.Namespace) -> int:
    """Write the set, and say how it is judged."""
    from aural.cli.main import say
    from aural.cli.shown import progress_of
    from aural.corpora.manifest import read_manifest
    from aural.errors import UsageError
    from aural.judge import testset
    from aural.judge.run import spread_evenly

    try:
        snrs = [float(part) for part in args.snr.split(",") if part.strip()]
    except ValueError:
        raise UsageError(f"--snr takes numbers with commas, not {args.snr!r}", fix="For instance --snr 20,10,0") from None
    matrix = testset.cells(snrs, args.noise, args.rooms, args.telephone, args.seed)
    clips = spread_evenly(read_manifest(args.manifest), args.limit)
    shown = progress_of(args.progress)
    try:
        path = testset.write(clips, matrix, args.output, args.deal, shown)
    finally:
        shown.close()
    count = len(clips) if args.deal else len(clips) * len(matrix)
    print("\n".join(cell.name for cell in matrix))
    say(f"{count} clips in {len(matrix)} cells; now: aural evaluate VERB --manifest {path} --slice {','.join(testset.KEYS)}")
    return 0
