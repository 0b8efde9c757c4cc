"""What a store of voices holds; copies: aural stores copy voices.db postgresql://host/voices"""

from __future__ import annotations

import argparse

_EXAMPLES = """
examples:
  aural stores show                                        the store that AURAL_STORE names, else voices.db under AURAL_HOME
  aural stores copy voices.db postgresql://db.house/voices     move to a server
  aural stores copy postgresql://db.house/voices backup.db     and back
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the actions."""
    parser.epilog = _EXAMPLES
    actions = parser.add_subparsers(dest="action", required=True, metavar="show|copy")
    shown = actions.add_parser("show", help="how many names and recordings it holds")
    shown.add_argument("store", nargs="?", metavar="STORE", help="a file, or postgresql://... (default: AURAL_STORE or voices.db)")
    copied = actions.add_parser("copy", help="add everything in one store to another, all or nothing")
    copied.add_argument("source", metavar="FROM", help="a file, or postgresql://...")
    copied.add_argument("target", metavar="TO", help="a file, or postgresql://...; what it holds already stays")


def run(args: argparse.Namespace) -> int:
    """Count, or copy."""
    from contextlib import closing

    from aural.stores.speakers import copied, opened

    if args.action == "copy":
        names, rows = copied(args.source, args.target)
        print(f"{rows} recordings of {names} voices copied")
        return 0
    with closing(opened(args.store)) as store:
        known = store.names()
        models = sorted({model for k in known for model in k.models})
        print(f"{store.place}: {len(known)} voices, {sum(k.recordings for k in known)} recordings, {len(models)} models")
    return 0
