"""Hold a net of your own against the promises that every encoder of aural keeps: aural check my_net.py"""

from __future__ import annotations

import argparse

from aural import find
from aural.errors import ExtraMissing

_EXAMPLES = """
examples:
  aural check my_net.py                a file like those of aural/nets/encoders
  aural check bc_resnet                one of aural's own
  aural train classify sounds/ --encoder my_net.py -o runs/mine
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The net to check."""
    parser.epilog = _EXAMPLES
    parser.add_argument("net", help="a Python file with Config, Encoder, tiny, TAKES and FRONTEND, or the name of an encoder")


def run(args: argparse.Namespace) -> int:
    """Print a line a promise; 0 when all hold, else 1."""
    find.check_own("nets/encoders", args.net)
    try:
        from aural.learn import contracts
        from aural.nets.net import page_of
    except ModuleNotFoundError as error:
        fix = 'Install the extra: pip install "aural[train]"'
        raise ExtraMissing("PyTorch is not installed", where="check", fix=fix) from error
    page_of("encoder", args.net)  # a file that cannot be read is an error, no verdict
    broken = 0
    for verdict in contracts.verdicts(args.net):
        broken += bool(verdict.wrong)
        print(f"{'FAIL' if verdict.wrong else 'ok  '}  {verdict.check:<10} {contracts.promise(verdict.check)}", flush=True)
        if verdict.wrong:
            print(f"      {verdict.wrong}")
    print("All promises hold." if not broken else f"{broken} of the promises do not hold.")
    return 1 if broken else 0
