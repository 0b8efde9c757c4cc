"""Pack recordings with their rows into shards, for sets too large for folders: aural pack sounds/ -o shards/"""

from __future__ import annotations

import argparse
from pathlib import Path

_EXAMPLES = """
examples:
  aural pack sounds/ -o shards/                          any form that aural train takes
  aural pack train.jsonl -o shards/ --size 500
  aural train classify shards/ -o runs/mine
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What is packed, and where to."""
    parser.epilog = _EXAMPLES
    parser.add_argument("data", type=Path, help="a folder of label folders, a manifest, a Kaldi folder, a csv ...")
    parser.add_argument("-o", "--output", type=Path, metavar="FOLDER", required=True, help="the folder of the shards")
    parser.add_argument("--label", metavar="KEY", help="the key of the rows that is the label (default: label)")
    parser.add_argument("--size", type=float, default=100.0, metavar="MB", help="about the size of a shard (default: 100)")
    parser.add_argument("--seed", type=int, default=0, help="recordings are mixed by it (default: 0)")
    parser.add_argument("--progress", choices=("auto", "bar", "json", "none"), default="auto", help="how progress is shown")


def run(args: argparse.Namespace) -> int:
    """Pack, and say what came out."""
    from aural.cli.main import say
    from aural.cli.shown import progress_of
    from aural.corpora.rows import look
    from aural.corpora.shards import check, pack
    from aural.errors import UsageError

    if not args.size > 0:
        raise UsageError(f"a shard of {args.size:g} MB cannot be", where="--size", fix="Give 1 or more")
    check(args.output)
    shown = progress_of(args.progress)
    try:
        found = look(args.data, args.label)
        for remark in found.remarks:
            say(f"note: {remark}")
        index = pack(found.clips, args.output, round(args.size * 1e6), args.seed, shown)
    finally:
        shown.close()
    size = sum(shard.bytes for shard in index.shards) / 1e6
    say(f"{index.clips} clips in {len(index.shards)} shards, {size:.1f} MB; now: aural train VERB {args.output}")
    return 0
