"""The command line: finds the verb, runs it, and turns errors into one line and an exit code."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from aural import __version__, find
from aural.errors import EXIT_BUG, EXIT_INTERRUPTED, AuralError, UsageError

_HEAD = f"""aural {__version__}: who said what, when, and what else was heard, from any recording, offline.

usage: aural VERB [AUDIO ...] [options]       aural VERB --help tells its options
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line and give its exit code (errors.py says which)."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    debug = "--debug" in arguments
    try:
        return _run([a for a in arguments if a != "--debug"])
    except AuralError as error:
        if debug:
            raise
        return _say(str(error), error.exit_code)
    except KeyboardInterrupt:
        return _say("stopped; nothing half written was left", EXIT_INTERRUPTED)
    except BrokenPipeError:
        # The reader went away (`aural ... | head`): not an error, but nothing may be printed any more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if debug:
            raise
        what = f"this is a bug in aural ({type(error).__name__}: {error})"
        return _say(f"{what}. Please report it with the output of the same command and --debug", EXIT_BUG)


class Parser(argparse.ArgumentParser):
    """The standard parser, with aural's errors in place of its own."""

    def error(self, message: str) -> None:  # type: ignore[override]
        raise UsageError(message, where=self.prog, fix=f"`{self.prog} --help` tells its options")


def commands() -> dict[str, str]:
    """Every verb with its one line of help, tasks and house commands alike."""
    found = {name: find.first_line("tasks", name) for name in find.names("tasks")}
    found |= {name: find.first_line("cli/commands", name) for name in find.names("cli/commands")}
    return dict(sorted(found.items()))


def overview() -> str:
    """The text of `aural --help`."""
    known = commands()
    tasks = set(find.names("tasks"))
    width = max(map(len, known), default=0)
    lines = [_HEAD, "verbs:"]
    lines += [f"  {name:<{width}}  {text}" for name, text in known.items() if name in tasks]
    lines += ["", "the house:"]
    lines += [f"  {name:<{width}}  {text}" for name, text in known.items() if name not in tasks]
    lines += ["", "try: aural listen sample:dialogue       (fetches the models once, 150 MB, then works offline)"]
    return "\n".join(lines)


def _run(arguments: list[str]) -> int:
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(overview())
        return 0
    if arguments[0] in ("-V", "--version"):
        print(f"aural {__version__}")
        return 0
    verb, rest = arguments[0], arguments[1:]
    if verb in find.names("cli/commands"):
        page = find.page("cli/commands", verb)
        parser = Parser(prog=f"aural {verb}", description=page.__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
        page.add_arguments(parser)
        return int(page.run(parser.parse_args(rest)) or 0)
    if verb not in find.names("tasks"):
        raise _unknown(verb)
    from aural.cli.runner import run_task

    return run_task(verb, rest)


def _unknown(verb: str) -> UsageError:
    import difflib

    near = difflib.get_close_matches(verb, list(commands()), n=1, cutoff=0.5)
    fix = f"Did you mean `aural {near[0]}`?" if near else "`aural --help` lists the verbs"
    if not near and Path(verb).exists():
        fix = f"To hear this file: aural listen {verb}"
    return UsageError(f"there is no verb {verb!r}", fix=fix)


def _say(text: str, code: int) -> int:
    print(f"aural: {text}", file=sys.stderr)
    return code
