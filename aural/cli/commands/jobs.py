"""What a ledger of many recordings says: done, waiting, failed and why"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from aural.errors import EXIT_SOME_FAILED, UsageError, one_line

_EXAMPLES = """
examples:
  aural listen recordings/ -o results/ --ledger work.db      the same line again goes on where it was
  aural jobs work.db
  aural jobs work.db --json
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `aural jobs`."""
    parser.epilog = _EXAMPLES
    parser.add_argument("ledger", type=Path, metavar="FILE", help="the file that --ledger named")
    parser.add_argument("--json", action="store_true", help="every recording, as one JSON object a line")


def run(args: argparse.Namespace) -> int:
    """Print what the ledger says; 0 when all is done, 1 when some failed or still wait."""
    from contextlib import closing

    from aural.cli.ledger import Ledger, summed

    if not args.ledger.is_file():
        raise UsageError("there is no such ledger", where=str(args.ledger), fix="Name the file that --ledger named")
    with closing(Ledger(args.ledger)) as ledger:
        rows = ledger.rows()
    if args.json:
        for row in rows:
            print(json.dumps(vars(row) | {"models": dict(row.models)}, ensure_ascii=False))
    else:
        for row in rows:
            if row.state == "failed":
                print(f"failed  {one_line(row.place)}: {one_line(row.error)}")
        print(summed(rows))
    return 0 if all(row.state == "done" for row in rows) else EXIT_SOME_FAILED
